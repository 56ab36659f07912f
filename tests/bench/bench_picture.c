/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bench_picture.c: microseconds from a picture to an RGB tensor of floats, the least of many runs: nncore on a picture
 * that lies in a cache, on pictures that do not, and others beside it, with the largest difference of their tensors.
 * With FORMAT WIDTH HEIGHT SIDE: of one picture, nncore's two times alone, for picture_peers.py. */
#include <gst/gst.h>
#include <math.h>

#include "picture_peers.h"

#define MILLISECONDS 50
#define LEAST_RUNS 7
#define COLD_BYTES ((gsize)96 << 20) /* more than a cache holds */

typedef struct {
  NncPictureFormat format;
  gint side;
  gsize size; /* bytes of a picture */
  guint8 *pixels; /* many pictures */
  float *tensor, *peer_tensor;
} Bench;

static gsize
bytes_per_two_pixels (NncPixelFormat format)
{
  switch (format) {
  case NNC_PIXEL_GRAY8:
    return 2;
  case NNC_PIXEL_NV12:
  case NNC_PIXEL_I420:
    return 3;
  case NNC_PIXEL_YUY2:
    return 4;
  case NNC_PIXEL_RGB:
    return 6;
  default:
    return 8;
  }
}

static NncPicture
picture_at (const Bench *b, gsize index)
{
  gint width = b->format.width, luma = width * b->format.height;
  const guint8 *p = b->pixels + index * b->size;
  switch (b->format.format) {
  case NNC_PIXEL_NV12:
    return (NncPicture){ { p, p + luma }, { width, width } };
  case NNC_PIXEL_I420:
    return (NncPicture){ { p, p + luma, p + luma / 4 * 5 }, { width, width / 2, width / 2 } };
  default:
    return (NncPicture){ { p }, { (gint)(bytes_per_two_pixels (b->format.format) * (gsize)width / 2) } };
  }
}

/* Nanoseconds; cold: each run on another picture. */
static double
bench_nncore (const Bench *b, NncPictureConverter *converter, gboolean cold)
{
  gint64 begin = g_get_monotonic_time ();
  gsize pictures = cold ? COLD_BYTES / b->size : 1, batch = b->size < 10000 && !cold ? 1000 : 1;
  double best = INFINITY;
  for (gsize run = 0; run < pictures || g_get_monotonic_time () - begin < MILLISECONDS * 1000; run++) {
    NncPicture picture = picture_at (b, run % pictures);
    gint64 start = g_get_monotonic_time ();
    for (gsize i = 0; i < batch; i++)
      nnc_picture_converter_run (converter, &picture, b->tensor);
    best = fmin (best, 1000. * (double)(g_get_monotonic_time () - start) / (double)batch);
  }
  return best;
}

static void
bench_peer (const Bench *b, const PicturePeerClass *class)
{
  PicturePeer *peer = class->open (&b->format, b->side);
  if (!peer) {
    g_print (" | - |");
    return;
  }
  gint64 begin = g_get_monotonic_time (), best = G_MAXINT64;
  NncPicture picture = picture_at (b, 0);
  double difference = 0;
  for (gint run = 0; run < LEAST_RUNS || g_get_monotonic_time () - begin < MILLISECONDS * 1000; run++) {
    gint64 start = g_get_monotonic_time ();
    class->run (peer, &picture, b->peer_tensor);
    best = MIN (best, g_get_monotonic_time () - start);
  }
  for (gint i = 0; i < 3 * b->side * b->side; i++)
    difference = fmax (difference, fabs ((double)b->tensor[i] - (double)b->peer_tensor[i]));
  g_print (" %" G_GINT64_FORMAT " | %.1f |", best, difference);
  class->close (peer);
}

/* Pictures of random pixels, and the tensor that they become. */
static Bench
bench_new (NncPixelFormat format, gint width, gint height, gint side)
{
  Bench b = { .format = { format, width, height, NNC_MATRIX_BT709, format == NNC_PIXEL_GRAY8 }, .side = side };
  b.size = (gsize)width * (gsize)height / 2 * bytes_per_two_pixels (format);
  b.pixels = g_malloc (COLD_BYTES + b.size);
  b.tensor = g_new (float, (gsize)side *(gsize)side * 3);
  b.peer_tensor = g_new (float, (gsize)side *(gsize)side * 3);
  guint32 state = 1;
  for (gsize i = 0; i < COLD_BYTES + b.size; i++)
    b.pixels[i] = (guint8)((state = state * 1664525 + 1013904223) >> 24);
  return b;
}

static void
bench_clear (Bench *b)
{
  g_free (b->pixels), g_free (b->tensor), g_free (b->peer_tensor);
}

static NncPictureConverter *
converter_new (const Bench *b, NncColorOrder order)
{
  NncTensorSpec out = { NNC_F32, NNC_LAYOUT_NHWC, b->side, b->side, order };
  NncPreprocess how = { .std = { 1, 1, 1 } };
  return nnc_picture_converter_new (&b->format, &out, &how, NULL);
}

static void
bench (const char *name, NncPixelFormat format, gint width, gint height, gint side, NncColorOrder order)
{
  Bench b = bench_new (format, width, height, side);
  g_autoptr (NncPictureConverter) converter = converter_new (&b, order);
  double cold = bench_nncore (&b, converter, TRUE), warm = bench_nncore (&b, converter, FALSE);
  g_print ("| %s %dx%d | %dx%d |", name, width, height, side, side);
  if (order == NNC_ORDER_GRAY) /* too short for a clock of microseconds when run once */
    g_print (" %.2f | |", warm / 1000);
  else
    g_print (" %.0f | %.0f |", warm / 1000, cold / 1000);
  if (order == NNC_ORDER_RGB) {
    bench_peer (&b, &picture_peer_libyuv);
    bench_peer (&b, &picture_peer_gstreamer);
  } else
    g_print (" | | | |");
  g_print ("\n");
  bench_clear (&b);
}

static const struct {
  const char *name;
  NncPixelFormat format;
} formats[] = { { "NV12", NNC_PIXEL_NV12 },
                { "I420", NNC_PIXEL_I420 },
                { "YUY2", NNC_PIXEL_YUY2 },
                { "RGB", NNC_PIXEL_RGB },
                { "BGRx", NNC_PIXEL_BGRX } };

/* Prints nncore's microseconds, warm and cold. */
static int
bench_one (const char *name, gint width, gint height, gint side)
{
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    if (g_strcmp0 (formats[f].name, name) == 0) {
      Bench b = bench_new (formats[f].format, width, height, side);
      g_autoptr (NncPictureConverter) converter = converter_new (&b, NNC_ORDER_RGB);
      double cold = bench_nncore (&b, converter, TRUE), warm = bench_nncore (&b, converter, FALSE);
      g_print ("%.2f %.2f\n", warm / 1000, cold / 1000);
      bench_clear (&b);
      return 0;
    }
  g_printerr ("there is no format %s here\n", name);
  return 1;
}

int
main (int argc, char **argv)
{
  static const gint sides[] = { 224, 96, 28 };
  gst_init (&argc, &argv);
  if (argc == 5)
    return bench_one (argv[1], atoi (argv[2]), atoi (argv[3]), atoi (argv[4]));
  g_print ("| picture | tensor | nncore, us | cold | libyuv, us | off by | GstVideoConverter, us | off by |\n"
           "|---|---|---|---|---|---|---|---|\n");
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    for (gsize s = 0; s < G_N_ELEMENTS (sides); s++)
      for (gint scale = 1; scale <= 2; scale++)
        bench (formats[f].name, formats[f].format, scale * 1920, scale * 1080, sides[s], NNC_ORDER_RGB);
  bench ("GRAY8", NNC_PIXEL_GRAY8, 28, 28, 28, NNC_ORDER_GRAY);
  return 0;
}
