/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture_reference.c: the definition, and nothing shared with what is tested. */
#include "picture_reference.h"

#include <math.h>

static gboolean
is_rgb (NncPixelFormat format)
{
  return format >= NNC_PIXEL_RGB;
}

static gint
n_planes (NncPixelFormat format)
{
  switch (format) {
  case NNC_PIXEL_I420:
  case NNC_PIXEL_YV12:
  case NNC_PIXEL_Y42B:
  case NNC_PIXEL_Y444:
    return 3;
  case NNC_PIXEL_NV12:
  case NNC_PIXEL_NV21:
  case NNC_PIXEL_NV16:
  case NNC_PIXEL_NV61:
  case NNC_PIXEL_NV24:
    return 2;
  default:
    return 1;
  }
}

/* Pixels that a chroma sample is wide and high. */
static gint
chroma_width (NncPixelFormat format)
{
  return is_rgb (format) || format == NNC_PIXEL_GRAY8 || format == NNC_PIXEL_Y444 || format == NNC_PIXEL_NV24 ? 1 : 2;
}

static gint
chroma_height (NncPixelFormat format)
{
  return format == NNC_PIXEL_I420 || format == NNC_PIXEL_YV12 || format == NNC_PIXEL_NV12 || format == NNC_PIXEL_NV21
             ? 2
             : 1;
}

static gint
row_bytes (const NncPictureFormat *f, gint plane)
{
  gint chroma = (f->width + chroma_width (f->format) - 1) / chroma_width (f->format);
  if (plane)
    return n_planes (f->format) == 3 ? chroma : 2 * chroma;
  if (n_planes (f->format) > 1 || f->format == NNC_PIXEL_GRAY8)
    return f->width;
  if (!is_rgb (f->format))
    return 4 * chroma;
  return f->format == NNC_PIXEL_RGB || f->format == NNC_PIXEL_BGR ? 3 * f->width : 4 * f->width;
}

TestPicture
test_picture_new (const NncPictureFormat *format, gint padding, gboolean upside_down, guint32 seed, guint8 filler)
{
  TestPicture p = { .format = *format };
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  for (gint plane = 0; plane < n_planes (format->format); plane++) {
    gint used = row_bytes (format, plane), high = plane ? chroma_height (format->format) : 1;
    gint height = p.rows[plane] = (format->height + high - 1) / high;
    gint stride = used + padding;
    p.memory[plane] = g_malloc ((gsize)stride * (gsize)(height - 1) + (gsize)used);
    for (gint y = 0; y < height; y++)
      for (gint x = 0; x < (y == height - 1 ? used : stride); x++) {
        /* Extremes often: that is where rounding and clamping go wrong. */
        guint32 value = g_rand_int (random);
        guint8 pixel = value & 0x300 ? (guint8)value : value & 1 ? 255 : 0;
        p.memory[plane][y * stride + x] = x < used ? pixel : filler;
      }
    p.picture.planes[plane] = p.memory[plane] + (upside_down ? (height - 1) * stride : 0);
    p.picture.strides[plane] = upside_down ? -stride : stride;
  }
  return p;
}

void
test_picture_clear (TestPicture *picture)
{
  for (gint plane = 0; plane < 3; plane++)
    g_free (picture->memory[plane]);
}

static double
byte_at (const TestPicture *p, gint plane, gint x, gint y)
{
  return p->picture.planes[plane][(gssize)y * p->picture.strides[plane] + x];
}

/* Component 0, 1, 2: Y, Cb, Cr or R, G, B; x and y count the component's own samples. */
static double
sample (const TestPicture *p, gint component, gint x, gint y)
{
  static const gint rgbx[] = { 0, 1, 2 }, bgrx[] = { 2, 1, 0 }, xrgb[] = { 1, 2, 3 }, xbgr[] = { 3, 2, 1 };
  switch (p->format.format) {
  case NNC_PIXEL_GRAY8:
    return component ? 128 : byte_at (p, 0, x, y);
  case NNC_PIXEL_I420:
  case NNC_PIXEL_Y42B:
  case NNC_PIXEL_Y444:
    return byte_at (p, component, x, y);
  case NNC_PIXEL_YV12:
    return byte_at (p, (3 - component) % 3, x, y);
  case NNC_PIXEL_NV12:
  case NNC_PIXEL_NV16:
  case NNC_PIXEL_NV24:
    return component ? byte_at (p, 1, 2 * x + component - 1, y) : byte_at (p, 0, x, y);
  case NNC_PIXEL_NV21:
  case NNC_PIXEL_NV61:
    return component ? byte_at (p, 1, 2 * x + 2 - component, y) : byte_at (p, 0, x, y);
  case NNC_PIXEL_YUY2:
    return byte_at (p, 0, component ? 4 * x + 2 * component - 1 : 2 * x, y);
  case NNC_PIXEL_UYVY:
    return byte_at (p, 0, component ? 4 * x + 2 * component - 2 : 2 * x + 1, y);
  case NNC_PIXEL_YVYU:
    return byte_at (p, 0, component ? 4 * x + 5 - 2 * component : 2 * x, y);
  case NNC_PIXEL_VYUY:
    return byte_at (p, 0, component ? 4 * x + 4 - 2 * component : 2 * x + 1, y);
  case NNC_PIXEL_RGB:
    return byte_at (p, 0, 3 * x + rgbx[component], y);
  case NNC_PIXEL_BGR:
    return byte_at (p, 0, 3 * x + bgrx[component], y);
  case NNC_PIXEL_RGBX:
    return byte_at (p, 0, 4 * x + rgbx[component], y);
  case NNC_PIXEL_BGRX:
    return byte_at (p, 0, 4 * x + bgrx[component], y);
  case NNC_PIXEL_XRGB:
    return byte_at (p, 0, 4 * x + xrgb[component], y);
  default:
    return byte_at (p, 0, 4 * x + xbgr[component], y);
  }
}

/* How much sample k, which covers [k, k + 1), counts for pixel i of n that [start, start + length) is spread over. */
static double
weight (gint k, gint i, gint n, double start, double length)
{
  double begin = start + i * length / n, end = start + (i + 1) * length / n;
  if (length >= n)
    return fmax (0, fmin (end, k + 1) - fmax (begin, k)) / (end - begin);
  double lowest = floor (start), highest = ceil (start + length) - 1;
  double centre = fmin (fmax ((begin + end) / 2 - .5, lowest), highest);
  return fmax (0, 1 - fabs (centre - k));
}

static double
scaled (const TestPicture *p, gint component, const NncTensorSpec *out, const NncRectangle *crop, gint x, gint y)
{
  double w = component ? chroma_width (p->format.format) : 1, h = component ? chroma_height (p->format.format) : 1,
         sum = 0;
  for (gint v = (gint)(crop->y / h); v < (crop->y + crop->height) / h; v++) {
    double row = weight (v, y, out->height, crop->y / h, crop->height / h);
    for (gint u = (gint)(crop->x / w); row > 0 && u < (crop->x + crop->width) / w; u++) {
      double column = weight (u, x, out->width, crop->x / w, crop->width / w);
      if (column > 0)
        sum += row * column * sample (p, component, u, v);
    }
  }
  return sum;
}

static void
to_rgb (const NncPictureFormat *f, const double *yuv, double *rgb)
{
  static const double reds[] = { .299, .2126, .2627 }, blues[] = { .114, .0722, .0593 };
  double kr = reds[f->matrix], kb = blues[f->matrix];
  double y = f->full_range ? yuv[0] : (yuv[0] - 16) * 255 / 219;
  double cb = (yuv[1] - 128) * (f->full_range ? 1 : 255. / 224);
  double cr = (yuv[2] - 128) * (f->full_range ? 1 : 255. / 224);
  rgb[0] = y + 2 * (1 - kr) * cr;
  rgb[2] = y + 2 * (1 - kb) * cb;
  rgb[1] = (y - kr * rgb[0] - kb * rgb[2]) / (1 - kr - kb); /* for luma is the weighted sum of the three */
}

double
reference_channel (const TestPicture *p, const NncTensorSpec *out, const NncRectangle *crop, gint c, gint x, gint y)
{
  double in[3], rgb[3];
  gboolean rgb_in = is_rgb (p->format.format), gray = out->order == NNC_ORDER_GRAY;
  for (gint component = 0; component < 3; component++)
    in[component] = gray && !rgb_in && component ? 128 : scaled (p, component, out, crop, x, y);
  if (rgb_in && gray)
    return .299 * in[0] + .587 * in[1] + .114 * in[2];
  if (rgb_in)
    return in[out->order == NNC_ORDER_BGR ? 2 - c : c];
  if (p->format.format == NNC_PIXEL_GRAY8)
    in[1] = in[2] = 128;
  to_rgb (&p->format, in, rgb);
  return CLAMP (rgb[gray ? 1 : out->order == NNC_ORDER_BGR ? 2 - c : c], 0, 255);
}
