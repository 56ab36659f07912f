/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compare_windows.c: convolutions, pools and matrix products against their references. */
#include <gst/check/gstcheck.h>
#include <math.h>
#include <string.h>

#include "compare_kernels.h"

/* A window as a test writes it; the rest follows. */
typedef struct {
  gsize batch, height, width, ins, outs, groups;
  gsize kernel_y, kernel_x, stride_y, stride_x, dilation_y, dilation_x;
  gsize top, left, bottom, right;
  gsize gap; /* elements between the pixels of a slice */
  float minimum, maximum;
} Case;

static const Case cases[] = {
  { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, -INFINITY, INFINITY },
  { 1, 9, 7, 1, 32, 1, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, INFINITY },
  { 2, 9, 7, 3, 17, 1, 3, 3, 2, 2, 1, 1, 0, 1, 1, 1, 0, 0, 6 },
  { 1, 5, 8, 16, 33, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, -INFINITY, INFINITY },
  { 1, 5, 8, 19, 65, 1, 1, 1, 2, 1, 1, 1, 0, 0, 0, 0, 5, -1, 1 },
  { 3, 6, 6, 64, 40, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, INFINITY },
  { 1, 11, 13, 5, 7, 1, 3, 5, 1, 2, 2, 3, 2, 5, 3, 6, 3, -INFINITY, INFINITY },
  { 1, 11, 13, 8, 12, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0, -INFINITY, INFINITY },
  { 1, 6, 5, 6, 24, 3, 2, 2, 2, 2, 1, 1, 0, 0, 1, 1, 2, 0, INFINITY },
  { 1, 9, 9, 8, 8, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 6 },
  { 2, 10, 9, 33, 33, 33, 3, 3, 2, 2, 1, 1, 0, 0, 1, 1, 3, -INFINITY, INFINITY },
  { 1, 9, 8, 67, 67, 67, 5, 5, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0, INFINITY },
  { 1, 9, 8, 16, 16, 16, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 0, -INFINITY, INFINITY },
  { 1, 7, 7, 16, 32, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0, -INFINITY, INFINITY },
  { 1, 1, 31, 12, 20, 1, 1, 7, 1, 3, 1, 1, 0, 3, 0, 3, 0, -INFINITY, INFINITY },
  { 1, 2, 2, 4, 8, 1, 2, 2, 1, 1, 1, 1, 3, 3, 3, 3, 0, -INFINITY, INFINITY },
  { 1, 1, 40, 8, 16, 1, 1, 3, 1, 1, 1, 1, 0, 1, 0, 1, 0, -INFINITY, INFINITY },
  { 1, 13, 13, 32, 64, 1, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, INFINITY },
  { 2, 11, 14, 19, 45, 1, 3, 3, 1, 1, 1, 1, 1, 2, 1, 1, 3, -1, 1 },
  { 1, 33, 17, 40, 16, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0, -INFINITY, INFINITY },
};

static gsize
output_size (gsize in, gsize before, gsize after, gsize kernel, gsize stride, gsize dilation)
{
  return (in + before + after - (dilation * (kernel - 1) + 1)) / stride + 1;
}

static NncWindow
window_new (const Case *c)
{
  NncWindow w = { .batch = c->batch,
                  .in_height = c->height,
                  .in_width = c->width,
                  .in_channels = c->ins,
                  .out_channels = c->outs,
                  .kernel_height = c->kernel_y,
                  .kernel_width = c->kernel_x,
                  .stride_y = c->stride_y,
                  .stride_x = c->stride_x,
                  .dilation_y = c->dilation_y,
                  .dilation_x = c->dilation_x,
                  .pad_top = c->top,
                  .pad_left = c->left,
                  .groups = c->groups,
                  .minimum = c->minimum,
                  .maximum = c->maximum };
  w.out_height = output_size (c->height, c->top, c->bottom, c->kernel_y, c->stride_y, c->dilation_y);
  w.out_width = output_size (c->width, c->left, c->right, c->kernel_x, c->stride_x, c->dilation_x);
  w.in_pixel = (ptrdiff_t)(c->ins + c->gap);
  w.in_row = w.in_pixel * (ptrdiff_t)(c->width) + (ptrdiff_t)c->gap;
  w.in_image = w.in_row * (ptrdiff_t)c->height;
  w.out_pixel = (ptrdiff_t)(c->outs + c->gap);
  w.out_row = w.out_pixel * (ptrdiff_t)w.out_width + (ptrdiff_t)c->gap;
  w.out_image = w.out_row * (ptrdiff_t)w.out_height;
  return w;
}

/* Rows [begin, end) alone: what else is in y stays. */
static void
convolve (const NncConvolution *f, const NncWindow *w, const NncFilter *filter, const Arena *x, Arena *y, gsize begin,
          gsize end)
{
  Arena packed = arena_new (f->packed_size (w) / sizeof (float), 0);
  Arena scratch = arena_new (f->scratch_size (w) / sizeof (float), 0);
  f->pack (w, filter, packed.data);
  f->run (w, x->data, packed.data, y->data, scratch.data, begin, end);
  fail_unless (arena_guards_whole (&packed), "writes outside its packed weights");
  fail_unless (arena_guards_whole (&scratch), "writes outside its scratch");
  arena_free (&packed), arena_free (&scratch);
}

/* Weights as OIHW (hwio FALSE) or HWIO, with or without scale and bias. */
static void
convolve_both (const NncKernel *kernel, const NncWindow *w, gboolean hwio, gboolean extras, gsize begin, gsize end)
{
  gsize ins = w->in_channels / w->groups, area = w->kernel_height * w->kernel_width;
  Arena weights = arena_new_random (w->out_channels * ins * area, 0, 3, 1);
  Arena bias = arena_new_random (w->out_channels, 0, 4, 1), scale = arena_new_random (w->out_channels, 0, 5, 2);
  Arena x = arena_new_random ((gsize)w->in_image * w->batch, 4, 6, 1);
  Arena y = arena_new_random ((gsize)w->out_image * w->batch, 4, 7, 1);
  Arena expected = arena_new_random ((gsize)w->out_image * w->batch, 0, 7, 1);
  ptrdiff_t i = (ptrdiff_t)ins, o = (ptrdiff_t)w->out_channels, kx = (ptrdiff_t)w->kernel_width;
  NncFilter filter = { weights.data, i * (ptrdiff_t)area, (ptrdiff_t)area, kx, 1, NULL, NULL };
  if (hwio)
    filter = (NncFilter){ weights.data, 1, o, kx * i * o, i * o, NULL, NULL };
  if (extras)
    filter.scale = scale.data, filter.bias = bias.data;
  convolve (nnc_kernel_reference (kernel->slot)->convolution, w, &filter, &x, &expected, begin, end);
  convolve (kernel->convolution, w, &filter, &x, &y, begin, end);
  compare_sums (kernel, hwio ? "HWIO" : "OIHW", expected.data, y.data, (gsize)w->out_image * w->batch, ins * area);
  fail_unless (!w->ordered || memcmp (expected.data, y.data, (gsize)w->out_image * w->batch * sizeof (float)) == 0,
               "%s: sums in order differ from the reference's", kernel->name);
  fail_unless (arena_guards_whole (&x) && arena_guards_whole (&y), "%s writes outside", kernel->name);
  arena_free (&weights), arena_free (&bias), arena_free (&scale);
  arena_free (&x), arena_free (&y), arena_free (&expected);
}

static gboolean
compare_case (const NncKernel *kernel, const Case *c)
{
  NncWindow w = window_new (c);
  if (!kernel->convolution->accepts (&w))
    return FALSE;
  convolve_both (kernel, &w, FALSE, TRUE, 0, w.batch * w.out_height);
  return TRUE;
}

/* What a file may ask for: strides whose product is too large for 64 bits, dilations and padding as large as there are. */
static guint
compare_absurd_windows (const NncKernel *kernel)
{
  const gsize large = (gsize)1 << 30, most = G_MAXINT32;
  const Case strides = { 1, 1, 1, 16, 24, 1, 1, 1, large, large, 1, 1, 0, 0, 0, 0, 0, -INFINITY, INFINITY };
  const Case dilations = { 1, 1, 1, 4, 24, 1, 2, 2, 1, 1, most, most, most, most, 0, 0, 0, -INFINITY, INFINITY };
  return (guint)compare_case (kernel, &strides) + (guint)compare_case (kernel, &dilations);
}

/* Every remainder of a tile of output channels, and of its pixels. */
static guint
compare_output_channels (const NncKernel *kernel)
{
  static const gsize outs_of_tiles[] = { 3, 8, 13, 24, 32, 59 };
  guint accepted = 0;
  for (gsize outs = 1; outs <= 65; outs++)
    for (gsize gap = 0; gap <= 1; gap++) {
      const Case c = { 1, 3, 2 + outs % 17, 3, outs, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, gap, -INFINITY, INFINITY };
      accepted += compare_case (kernel, &c);
    }
  for (gsize pixels = 1; pixels <= 33; pixels++)
    for (gsize i = 0; i < G_N_ELEMENTS (outs_of_tiles); i++) {
      const Case c = { 1, 1, pixels, 7, outs_of_tiles[i], 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 6 };
      accepted += compare_case (kernel, &c);
    }
  return accepted;
}

/* Images of few channels, with and without padding on any side, whose rows may be longer than what is computed at once.
 */
static guint
compare_first_layers (const NncKernel *kernel)
{
  guint accepted = 0;
  for (guint i = 0; i < 96; i++) {
    const gsize kernel_size = i & 1 ? 3 : 5, stride = i & 2 ? 1 : 2, width = i % 32 == 7 ? 1101 : 5 + i % 23;
    const Case c = { 2, 5 + i % 7, width, 1 + i % 9, 4 + i % 13, 1,      kernel_size, kernel_size, stride,  stride,
                     1, 1,         i % 3, i / 3 % 3, i / 9 % 3,  i / 27, 0,           -1,          INFINITY };
    accepted += compare_case (kernel, &c);
  }
  return accepted;
}

/* Every way to cut an image into tiles. */
static guint
compare_depthwise_sizes (const NncKernel *kernel)
{
  guint accepted = 0;
  for (guint i = 0; i < 4 * 81; i++) {
    const gsize height = 1 + i / 4 % 9, width = 1 + i / 36, kernel_size = i & 1 ? 3 : 5, stride = i & 2 ? 1 : 2;
    const gsize before = (kernel_size - 1) / 2, after = before + i / 4 % 2;
    const Case c = { 1, height, width,  19,     19,    19,    kernel_size, kernel_size, stride,  stride,
                     1, 1,      before, before, after, after, 1,           -1,          INFINITY };
    accepted += compare_case (kernel, &c);
  }
  return accepted;
}

void
compare_convolution (const NncKernel *kernel)
{
  guint accepted = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    NncWindow w = window_new (&cases[i]);
    gsize rows = w.batch * w.out_height;
    if (!kernel->convolution->accepts (&w))
      continue;
    accepted++;
    convolve_both (kernel, &w, FALSE, TRUE, 0, rows);
    convolve_both (kernel, &w, TRUE, FALSE, 0, rows);
    convolve_both (kernel, &w, FALSE, TRUE, rows / 3, rows - rows / 4);
    convolve_both (kernel, &w, FALSE, TRUE, rows, rows);
    w.ordered = true;
    if (kernel->convolution->accepts (&w))
      convolve_both (kernel, &w, FALSE, TRUE, 0, rows);
  }
  accepted += compare_absurd_windows (kernel);
  accepted += compare_output_channels (kernel);
  accepted += compare_first_layers (kernel);
  accepted += compare_depthwise_sizes (kernel);
  fail_unless (accepted >= 2, "%s accepts %u of the test's windows", kernel->name, accepted);
}

/* --- stored numbers --------------------------------------------------------------------- */

/* Bytes, every value among them. */
static Arena
bytes_new (gsize n, guint seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  Arena arena = arena_new ((n + 3) / 4, 0);
  for (gsize i = 0; i < (n + 3) / 4 * 4; i++)
    ((guint8 *)arena.data)[i] = (guint8)g_rand_int (random);
  return arena;
}

/* Factors of the seeds from here on are as small as those of networks: no sum is far out of y's range. */
#define ROUNDING_SEED 10

/* Factors from tiny to above 1, biases of a sum's size. */
static void
fill_channels (NncFixedPoint *factors, NncRealFactor *real_factors, gint32 *bias, gsize n, guint seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  gint32 above = seed >= ROUNDING_SEED ? -6 : 2;
  for (gsize i = 0; i < n; i++) {
    gint32 multiplier = g_rand_int_range (random, 1 << 30, G_MAXINT32);
    factors[i].multiplier = i % 3 ? multiplier : (1 << 30) + (gint32)i % 4;
    factors[i].shift = g_rand_int_range (random, -14, above);
    bias[i] = g_rand_int_range (random, -40000, 40000);
    /* Every third has ties, or next to ties, and every second an offset. */
    real_factors[i].factor = i % 3 ? (float)g_rand_double_range (random, 1e-5, 0.1) : 1.0f / 1024;
    real_factors[i].offset = i % 2 ? (float)g_rand_double_range (random, -1, 1) : 0;
  }
}

static void
convolve_bytes (const NncQuantizedConvolution *f, const NncQuantizedWindow *q, const NncQuantizedFilter *filter,
                const Arena *x, Arena *y, gsize begin, gsize end)
{
  Arena packed = arena_new ((f->packed_size (q) + 3) / 4, 0), scratch = arena_new ((f->scratch_size (q) + 3) / 4, 0);
  NncQuantizedWindow packing = *q;
  if (q->rounding == NNC_ROUND_NONE) /* what only a run knows */
    packing.x_zero_point = 0, packing.x_scale = NAN;
  f->pack (&packing, filter, packed.data);
  f->run (q, x->data, packed.data, y->data, scratch.data, begin, end);
  fail_unless (arena_guards_whole (&packed), "writes outside its packed weights");
  fail_unless (arena_guards_whole (&scratch), "writes outside its scratch");
  arena_free (&packed), arena_free (&scratch);
}

/* FALSE: the kernel does not accept it. Even seeds clamp at y's zero point. */
static gboolean
convolve_bytes_seeded (const NncKernel *kernel, const NncWindow *w, NncStored stored, NncStored weights,
                       NncRounding rounding, gsize begin, gsize end, guint seed)
{
  gsize patch = w->in_channels / w->groups * w->kernel_height * w->kernel_width;
  gsize n = (gsize)w->out_image * w->batch, size = stored == NNC_STORED_I16 ? 2 : 1;
  gsize y_size = rounding == NNC_ROUND_NONE ? 4 : size;
  ptrdiff_t ins = (ptrdiff_t)(w->in_channels / w->groups);
  gboolean is_signed = stored == NNC_STORED_I8;
  NncQuantizedWindow q = { *w,
                           stored,
                           weights,
                           stored == NNC_STORED_I16 ? 0
                           : is_signed              ? -9
                                                    : 119,
                           weights == NNC_STORED_U8 ? 131 : 0,
                           is_signed ? 3 : 100,
                           is_signed ? (seed % 2 ? -120 : 3) : (seed % 2 ? 2 : 100),
                           is_signed ? 125 : 250,
                           rounding,
                           FALSE,
                           0.0123f,
                           seed % 2 == 0 };
  g_autofree NncFixedPoint *factors = g_new0 (NncFixedPoint, w->out_channels);
  g_autofree NncRealFactor *real_factors = g_new0 (NncRealFactor, w->out_channels);
  g_autofree gint32 *bias = g_new0 (gint32, w->out_channels);
  Arena filter_data = bytes_new (patch * w->out_channels, 3), x = bytes_new ((gsize)w->in_image * w->batch * size, 6);
  Arena y = bytes_new (n * y_size, 7), expected = bytes_new (n * y_size, 7);
  const NncQuantizedFilter filter = { .data = filter_data.data,
                                      .out = (ptrdiff_t)patch,
                                      .row = ins * (ptrdiff_t)w->kernel_width,
                                      .column = ins,
                                      .in = 1,
                                      .bias = rounding == NNC_ROUND_NONE ? NULL : bias,
                                      .factors = factors,
                                      .real_factors = real_factors };
  gboolean accepted = kernel->quantized->accepts (&q);
  if (accepted) {
    fill_channels (factors, real_factors, bias, w->out_channels, seed);
    convolve_bytes (nnc_kernel_reference (kernel->slot)->quantized, &q, &filter, &x, &expected, begin, end);
    convolve_bytes (kernel->quantized, &q, &filter, &x, &y, begin, end);
    fail_unless (memcmp (y.data, expected.data, n * y_size) == 0, "%s: %zux%zux%zu -> %zu differs", kernel->name,
                 w->in_height, w->in_width, w->in_channels, w->out_channels);
    fail_unless (arena_guards_whole (&x) && arena_guards_whole (&y), "%s writes outside", kernel->name);
  }
  arena_free (&filter_data), arena_free (&x), arena_free (&y), arena_free (&expected);
  return accepted;
}

static gboolean
convolve_bytes_both (const NncKernel *kernel, const NncWindow *w, NncStored stored, NncStored weights,
                     NncRounding rounding, gsize begin, gsize end)
{
  return convolve_bytes_seeded (kernel, w, stored, weights, rounding, begin, end, 5);
}

/* Channels fill vectors in many ways, and rows are as long as what is computed at a time, and longer. */
static void
compare_depthwise (const NncKernel *kernel)
{
  for (gsize channels = 2; channels <= 152; channels += channels < 72 ? 1 : 8) {
    const Case tests[]
        = { { 1, 5, 9, channels, channels, channels, 3, 3, 2, 2, 1, 1, 0, 1, 1, 1, 2, 0, 0 },
            { 2, 4, 10, channels, channels, channels, 3, 3, 1, 2, 1, 1, 1, 0, 1, 0, 0, 0, 0 },
            { 1, 4, 400 / channels, channels, channels, channels, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0 },
            { 1, 5, 11, channels, channels, channels, 5, 4, 1, 3, 1, 2, 1, 2, 1, 3, 0, 0, 0 } };
    for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
      if (tests[i].width >= 3) {
        NncWindow w = window_new (&tests[i]);
        gsize rows = w.batch * w.out_height;
        convolve_bytes_seeded (kernel, &w, NNC_STORED_I8, NNC_STORED_I8, NNC_ROUND_TWICE, 0, rows, (guint)channels);
        convolve_bytes_seeded (kernel, &w, NNC_STORED_U8, NNC_STORED_U8, NNC_ROUND_ONCE, 0, rows, (guint)channels);
        convolve_bytes_seeded (kernel, &w, NNC_STORED_I8, NNC_STORED_I8, NNC_ROUND_NONE, 0, rows, (guint)channels);
      }
  }
  for (gsize channels = 8; channels <= 64; channels *= 2)
    for (gsize stride = 1; stride <= 2; stride++) {
      const Case wide = { 1, 3, 420, channels, channels, channels, 3, 3, 1, stride, 1, 1, 1, 1, 1, 1, 0, 0, 0 };
      NncWindow w = window_new (&wide);
      convolve_bytes_seeded (kernel, &w, NNC_STORED_I8, NNC_STORED_I8, NNC_ROUND_TWICE, 0, w.out_height, 10);
    }
}

/* So many sums that some lie next to ties. */
static void
compare_rounding (const NncKernel *kernel)
{
  const Case dense = { 1, 16, 16, 1, 64, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0 };
  const Case each = { 1, 16, 16, 64, 64, 64, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0 };
  NncWindow windows[] = { window_new (&dense), window_new (&each) };
  for (guint seed = ROUNDING_SEED; seed < ROUNDING_SEED + 20; seed++)
    for (gsize i = 0; i < G_N_ELEMENTS (windows); i++)
      for (NncRounding rounding = NNC_ROUND_TWICE; rounding <= NNC_ROUND_EVEN; rounding++)
        convolve_bytes_seeded (kernel, &windows[i], NNC_STORED_I8, NNC_STORED_I8, rounding, 0, 16, seed);
}

void
compare_quantized (const NncKernel *kernel)
{
  guint accepted = 0;
  compare_rounding (kernel);
  compare_depthwise (kernel);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    NncWindow w = window_new (&cases[i]);
    gsize rows = w.batch * w.out_height;
    for (NncRounding rounding = NNC_ROUND_TWICE; rounding <= NNC_ROUND_EVEN; rounding++) {
      accepted += convolve_bytes_both (kernel, &w, NNC_STORED_I8, NNC_STORED_I8, rounding, 0, rows);
      accepted += convolve_bytes_both (kernel, &w, NNC_STORED_U8, NNC_STORED_U8, rounding, 0, rows);
    }
    convolve_bytes_both (kernel, &w, NNC_STORED_U8, NNC_STORED_I8, NNC_ROUND_TWICE, rows / 3, rows - rows / 4);
    convolve_bytes_seeded (kernel, &w, NNC_STORED_I8, NNC_STORED_I8, NNC_ROUND_TWICE, 0, rows, 4);
    convolve_bytes_both (kernel, &w, NNC_STORED_U8, NNC_STORED_I8, NNC_ROUND_EVEN, rows / 3, rows - rows / 4);
    convolve_bytes_both (kernel, &w, NNC_STORED_I8, NNC_STORED_U8, NNC_ROUND_EVEN, 0, rows);
    convolve_bytes_both (kernel, &w, NNC_STORED_I16, NNC_STORED_I8, NNC_ROUND_TWICE, 0, rows);
    convolve_bytes_both (kernel, &w, NNC_STORED_I8, NNC_STORED_I8, NNC_ROUND_NONE, 0, rows);
    convolve_bytes_seeded (kernel, &w, NNC_STORED_U8, NNC_STORED_I8, NNC_ROUND_NONE, rows / 3, rows - rows / 4, 6);
  }
  for (gsize outs = 1; outs <= 65; outs++) {
    const Case c = { 1, 3, 2 + outs % 17, 3, outs, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0 };
    const Case each = { 1, 3, 5, outs, outs, outs, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0 };
    NncWindow all = window_new (&c), depthwise = window_new (&each);
    accepted += convolve_bytes_both (kernel, &all, NNC_STORED_U8, NNC_STORED_U8, NNC_ROUND_TWICE, 0, all.out_height);
    accepted += convolve_bytes_both (kernel, &depthwise, NNC_STORED_I8, NNC_STORED_I8, NNC_ROUND_TWICE, 0, each.height);
    accepted += convolve_bytes_both (kernel, &all, NNC_STORED_U8, NNC_STORED_I8, NNC_ROUND_EVEN, 0, all.out_height);
    accepted += convolve_bytes_both (kernel, &depthwise, NNC_STORED_U8, NNC_STORED_I8, NNC_ROUND_EVEN, 0, each.height);
    all.minimum = depthwise.minimum = -2, all.maximum = depthwise.maximum = INFINITY;
    accepted += convolve_bytes_both (kernel, &all, NNC_STORED_U8, NNC_STORED_I8, NNC_ROUND_NONE, 0, all.out_height);
    accepted += convolve_bytes_both (kernel, &depthwise, NNC_STORED_U8, NNC_STORED_I8, NNC_ROUND_NONE, 0, each.height);
  }
  fail_unless (accepted >= 8, "%s accepts %u of the test's windows", kernel->name, accepted);
}

static void
pool_both (const NncKernel *kernel, const NncWindow *w, gboolean count_padding, gsize begin, gsize end)
{
  gsize n = (gsize)w->out_image * w->batch;
  Arena x = arena_new_random ((gsize)w->in_image * w->batch, 4, 6, 3);
  Arena y = arena_new_random (n, 4, 7, 1), expected = arena_new_random (n, 0, 7, 1);
  nnc_kernel_reference (kernel->slot)->pool (w, count_padding, x.data, expected.data, begin, end);
  kernel->pool (w, count_padding, x.data, y.data, begin, end);
  compare_floats (kernel, "pool", expected.data, y.data, n);
  fail_unless (arena_guards_whole (&y), "%s writes outside", kernel->name);
  arena_free (&x), arena_free (&y), arena_free (&expected);
}

void
compare_pool (const NncKernel *kernel)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    Case c = cases[i];
    c.outs = c.groups = c.ins;
    NncWindow w = window_new (&c);
    gsize rows = w.batch * w.out_height;
    pool_both (kernel, &w, FALSE, 0, rows);
    pool_both (kernel, &w, TRUE, 0, rows);
    pool_both (kernel, &w, FALSE, rows / 3, rows - rows / 4);
  }
}

static void
pool_bytes_both (const NncKernel *kernel, const NncWindow *w, NncStored stored, gsize begin, gsize end)
{
  static const gint32 limits[][2] = { { -120, 125 }, { 0, 255 }, { -32768, 32767 } };
  gsize n = (gsize)w->out_image * w->batch, size = stored == NNC_STORED_I16 ? 2 : 1;
  NncStoredWindow f = { *w, stored, limits[stored][0], limits[stored][1] };
  Arena x = bytes_new ((gsize)w->in_image * w->batch * size, 6);
  Arena y = bytes_new (n * size, 7), expected = bytes_new (n * size, 7);
  nnc_kernel_reference (kernel->slot)->stored_pool (&f, x.data, expected.data, begin, end);
  kernel->stored_pool (&f, x.data, y.data, begin, end);
  fail_unless (memcmp (y.data, expected.data, n * size) == 0, "%s: %zux%zux%zu of type %d differs", kernel->name,
               w->in_height, w->in_width, w->in_channels, stored);
  fail_unless (arena_guards_whole (&x) && arena_guards_whole (&y), "%s writes outside", kernel->name);
  arena_free (&x), arena_free (&y), arena_free (&expected);
}

void
compare_stored_pool (const NncKernel *kernel)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    Case c = cases[i];
    c.outs = c.groups = c.ins;
    NncWindow w = window_new (&c);
    gsize rows = w.batch * w.out_height;
    for (NncStored stored = NNC_STORED_I8; stored <= NNC_STORED_I16; stored++) {
      pool_bytes_both (kernel, &w, stored, 0, rows);
      pool_bytes_both (kernel, &w, stored, rows / 3, rows - rows / 4);
    }
  }
  for (gsize channels = 1; channels <= 130; channels++) {
    const Case c = { 1, 5, 4, channels, channels, channels, 2, 2, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0 };
    NncWindow w = window_new (&c);
    pool_bytes_both (kernel, &w, NNC_STORED_I8, 0, w.out_height);
    pool_bytes_both (kernel, &w, NNC_STORED_U8, 0, w.out_height);
  }
}

static void
multiply (const NncMatrixProduct *f, const NncProduct *p, const NncMatrix *b, const Arena *a, Arena *y, gsize begin)
{
  Arena packed = arena_new (f->packed_size (p) / sizeof (float), 0);
  f->pack (p, b, packed.data);
  f->run (p, a->data, packed.data, y->data, begin, p->m);
  fail_unless (arena_guards_whole (&packed), "writes outside its packed matrix");
  arena_free (&packed);
}

/* Numbers from -1 to 1 made halves. */
static void
cut_to_halves (Arena *numbers)
{
  guint32 bits;

  for (gsize i = 0; i < numbers->bytes / sizeof bits; i++) {
    guint8 *number = (guint8 *)numbers->data + i * sizeof bits;
    memcpy (&bits, number, sizeof bits);
    bits = (bits >> 23 & 0xff) > 127 - 15 ? bits & ~0x1fffu : 0;
    memcpy (number, &bits, sizeof bits);
  }
}

static void
multiply_both (const NncKernel *kernel, const NncProduct *p, gboolean transposed, gboolean extras, gsize begin)
{
  gsize n = p->m * (gsize)p->y_row;
  Arena a = arena_new_random (p->m * (gsize)p->a_row, 4, 1, 1), b = arena_new_random (p->n * p->k, 4, 2, 1);
  Arena bias = arena_new_random (p->n, 0, 3, 1), scale = arena_new_random (p->n, 0, 4, 2);
  Arena y = arena_new_random (n, 4, 5, 1), expected = arena_new_random (n, 0, 5, 1);
  if (p->half)
    cut_to_halves (&b);
  NncMatrix matrix = { b.data, transposed ? 1 : (ptrdiff_t)p->n, transposed ? (ptrdiff_t)p->k : 1,
                       extras && !p->half ? scale.data : NULL, extras ? bias.data : NULL };
  multiply (nnc_kernel_reference (kernel->slot)->product, p, &matrix, &a, &expected, begin);
  multiply (kernel->product, p, &matrix, &a, &y, begin);
  compare_sums (kernel, transposed ? "b transposed" : "b", expected.data, y.data, n, p->k);
  fail_unless (arena_guards_whole (&a) && arena_guards_whole (&y), "%s writes outside", kernel->name);
  arena_free (&a), arena_free (&b), arena_free (&bias), arena_free (&scale), arena_free (&y), arena_free (&expected);
}

static void
compare_products (const NncKernel *kernel, gboolean half)
{
  static const gsize sizes[][3] = { { 1, 10, 128 }, { 1, 128, 1152 }, { 7, 33, 5 }, { 8, 32, 16 }, { 13, 65, 67 },
                                    { 3, 4, 1 },    { 0, 8, 8 },      { 5, 1, 9 },  { 2, 5, 0 },   { 25, 16, 3 } };
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const gsize *s = sizes[i];
    NncProduct p = { s[0], s[1], s[2], (ptrdiff_t)s[2], (ptrdiff_t)s[1], -INFINITY, INFINITY, half };
    NncProduct wide = { s[0], s[1], s[2], (ptrdiff_t)s[2] + 3, (ptrdiff_t)s[1] + 5, 0, 6, half };
    if (!kernel->product->accepts (&p))
      continue;
    multiply_both (kernel, &p, FALSE, TRUE, 0);
    multiply_both (kernel, &p, TRUE, FALSE, 0);
    multiply_both (kernel, &wide, TRUE, TRUE, 0);
    multiply_both (kernel, &wide, FALSE, TRUE, s[0] / 2);
  }
}

void
compare_product (const NncKernel *kernel)
{
  compare_products (kernel, FALSE);
  compare_products (kernel, TRUE);
}
