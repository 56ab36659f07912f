/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bench_picture.c: microseconds from an NV12 picture to an RGB tensor of floats; the best of many runs. */
#include <nncore/picture.h>

static void
bench (gint width, gint height, gint side)
{
  NncPictureFormat in = { NNC_PIXEL_NV12, width, height, NNC_MATRIX_BT709, FALSE };
  NncTensorSpec out = { NNC_F32, NNC_LAYOUT_NHWC, side, side, NNC_ORDER_RGB };
  NncPreprocess how = { .mean = { 127.5f, 127.5f, 127.5f }, .std = { 127.5f, 127.5f, 127.5f } };
  gsize luma = (gsize)width * (gsize)height;
  g_autofree guint8 *pixels = g_malloc (luma * 3 / 2);
  g_autofree float *tensor = g_new (float, (gsize)side *(gsize)side * 3);
  NncPicture picture = { { pixels, pixels + luma }, { width, width } };
  g_autoptr (GError) error = NULL;
  g_autoptr (NncPictureConverter) converter = nnc_picture_converter_new (&in, &out, &how, &error);
  gint64 best = G_MAXINT64;
  for (gsize i = 0; i < luma * 3 / 2; i++)
    pixels[i] = (guint8)(i * 2654435761u >> 13);
  for (gint run = 0; run < 200; run++) {
    gint64 begin = g_get_monotonic_time ();
    nnc_picture_converter_run (converter, &picture, tensor);
    best = MIN (best, g_get_monotonic_time () - begin);
  }
  g_print ("NV12 %dx%d to %dx%d RGB f32: %" G_GINT64_FORMAT " us\n", width, height, side, side, best);
}

int
main (void)
{
  static const gint sides[] = { 224, 96, 28 };
  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++) {
    bench (1920, 1080, sides[i]);
    bench (3840, 2160, sides[i]);
  }
  return 0;
}
