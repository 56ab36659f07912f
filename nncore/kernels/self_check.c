/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* self_check.c: a kernel against its reference, one comparison a signature. */
#include "self_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers enough for the largest problem below, and for its packed weights. */
#define N 4096

/* One comparison's memory. */
typedef struct {
  float x[N], w[N], expected[N], actual[N];
  _Alignas(64) float packed[N], scratch[N];
  uint8_t bytes[N];
  const NncKernel *judged; /* decides which problems are run: both run the same */
} Data;

/* Values from -4 to 4, the same every time. */
static void
fill (Data *d)
{
  uint32_t state = 12345;
  for (size_t i = 0; i < N; i++) {
    state = state * 1664525u + 1013904223u;
    d->x[i] = (float)(state >> 8) / (1 << 21) - 4;
    state = state * 1664525u + 1013904223u;
    d->w[i] = (float)(state >> 8) / (1 << 21) - 4;
    d->bytes[i] = (uint8_t)(state >> 16);
    d->expected[i] = d->actual[i] = 7;
  }
}

static bool
close_enough (float a, float b)
{
  return isnan (a) ? isnan (b) : a == b || fabsf (a - b) <= 1e-4f * (1 + fabsf (a));
}

static void
run_unary (const NncKernel *kernel, Data *d, float *y)
{
  const float p[2] = { -.75f, 1.5f };
  kernel->unary (y, d->x, 131, p);
}

static void
run_binary (const NncKernel *kernel, Data *d, float *y)
{
  static const NncBroadcast shapes[] = {
    { 3, 37, 37, 37, 1, 1 }, { 3, 37, 37, 0, 1, 1 }, { 3, 37, 37, 1, 1, 0 },
    { 3, 37, 1, 37, 0, 1 },  { 3, 37, 1, 1, 0, 0 },
  };
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++, y += 3 * 37)
    kernel->binary (y, d->x, d->w, &shapes[i]);
}

static void
run_rows (const NncKernel *kernel, Data *d, float *y)
{
  kernel->rows (y, d->x, 5, 37);
}

static void
run_reduce (const NncKernel *kernel, Data *d, float *y)
{
  kernel->reduce (y, d->x, 3, 7, 37);
}

static void
run_normalize (const NncKernel *kernel, Data *d, float *y)
{
  for (int channels = 1; channels <= 4; channels++, y += 1024)
    kernel->normalize (y, d->bytes, 251, channels, d->w, d->x);
}

/* 7x5 to 4x5, 3x3 with stride 2x1 and padding. */
static NncWindow
window (size_t ins, size_t outs, size_t groups)
{
  return (NncWindow){ .batch = 1,
                      .in_height = 7,
                      .in_width = 5,
                      .in_channels = ins,
                      .out_height = 4,
                      .out_width = 5,
                      .out_channels = outs,
                      .kernel_height = 3,
                      .kernel_width = 3,
                      .stride_y = 2,
                      .stride_x = 1,
                      .dilation_y = 1,
                      .dilation_x = 1,
                      .pad_top = 1,
                      .pad_left = 1,
                      .groups = groups,
                      .in_pixel = (ptrdiff_t)ins,
                      .in_row = 5 * (ptrdiff_t)ins,
                      .in_image = 35 * (ptrdiff_t)ins,
                      .out_pixel = (ptrdiff_t)outs,
                      .out_row = 5 * (ptrdiff_t)outs,
                      .out_image = 20 * (ptrdiff_t)outs,
                      .minimum = -20,
                      .maximum = 20 };
}

static void
run_pool (const NncKernel *kernel, Data *d, float *y)
{
  NncWindow w = window (19, 19, 19);
  kernel->pool (&w, false, d->x, y, 0, 4);
  kernel->pool (&w, true, d->x, y + 2048, 0, 4);
}

static void
convolve (const NncConvolution *convolution, Data *d, float *y, size_t ins, size_t outs, size_t groups)
{
  NncWindow w = window (ins, outs, groups);
  ptrdiff_t in = (ptrdiff_t)(ins / groups);
  NncFilter filter = { d->w, 9 * in, 9, 3, 1, d->x + 50, d->x + 100 };
  if (!d->judged->convolution->accepts (&w) || convolution->packed_size (&w) > sizeof d->packed
      || convolution->scratch_size (&w) > sizeof d->scratch)
    return;
  convolution->pack (&w, &filter, d->packed);
  convolution->run (&w, d->x, d->packed, y, d->scratch, 0, 4);
}

static void
run_convolution (const NncKernel *kernel, Data *d, float *y)
{
  convolve (kernel->convolution, d, y, 5, 19, 1);
  convolve (kernel->convolution, d, y + 1024, 19, 19, 19);
}

static void
run_product (const NncKernel *kernel, Data *d, float *y)
{
  NncProduct p = { .m = 3, .n = 37, .k = 23, .a_row = 23, .y_row = 41, .minimum = -20, .maximum = 20 };
  NncMatrix b = { d->w, 37, 1, NULL, d->x + 100 };
  if (!d->judged->product->accepts (&p) || kernel->product->packed_size (&p) > sizeof d->packed)
    return;
  kernel->product->pack (&p, &b, d->packed);
  kernel->product->run (&p, d->x, d->packed, y, 0, 3);
}

static void
run_copy (const NncKernel *kernel, Data *d, float *y)
{
  const size_t shape[3] = { 3, 5, 7 };
  const ptrdiff_t from[3] = { 140, 4, 20 }, to[3] = { 140, 28, 4 };
  kernel->copy (y, d->x, 4, 3, shape, to, from);
}

/* Seven rows of 91 bytes, and one at either side, into the first half of y and the second. */
static void
run_sum_rows (const NncKernel *kernel, Data *d, float *y)
{
  const NncRowSum sum = { d->bytes + 91, 91, 7, d->bytes, d->bytes + 8 * 91, 28, 11, 27, 0 },
                  rounded = { d->bytes + 91, 91, 7, d->bytes, d->bytes + 8 * 91, 32, 3000, 7000, 8 };
  int16_t sums[200];
  int16_t *const whole[4] = { sums }, *const apart[4] = { sums + 100, sums + 150 };
  kernel->sum_rows (whole, 1, &sum, 91);
  kernel->sum_rows (apart, 2, &rounded, 91);
  for (int i = 0; i < 91; i++) {
    y[i] = sums[i];
    y[100 + i] = sums[i % 2 ? 150 + i / 2 : 100 + i / 2];
  }
}

static void
run_sum_columns (const NncKernel *kernel, Data *d, float *y)
{
  int32_t first[37];
  int16_t x[37 + 64], weights[37 * 32];
  for (int i = 0; i < 37 + 64; i++)
    x[i] = (int16_t)(d->bytes[i] * 257 - 32768);
  for (int i = 0; i < 37 * 32; i++)
    weights[i] = d->bytes[i];
  for (int i = 0; i < 37; i++)
    first[i] = i;
  for (size_t taps = 8; taps <= 32; taps *= 2, y += 64) {
    const NncColumns columns = { 37, first, weights, taps };
    if (!d->judged->sum_columns->accepts (&columns) || kernel->sum_columns->packed_size (&columns) > sizeof d->packed)
      continue;
    kernel->sum_columns->pack (&columns, d->packed);
    kernel->sum_columns->run (y, x, &columns, d->packed, 1e-6f, 2);
  }
}

static void
run_mix (const NncKernel *kernel, Data *d, float *y)
{
  const float *const x[3] = { d->x, d->w, d->x + 100 };
  float *const side_by_side[3] = { y, y + 1, y + 2 }, *const planes[3] = { y + 200, y + 300, y + 400 };
  const NncMix mix = { 3, { { 1, 2, 3 }, { 0, -1, 1 }, { .5f, .25f, 0 } }, { 1, 2, 3 }, { -9, -9, 0 }, { 9, 5, 9 } };
  kernel->mix (side_by_side, 3, x, &mix, 37);
  kernel->mix (planes, 1, x, &mix, 37);
}

/* Each byte counts: as part of a float its difference might be small. */
static void
widen (float *y, const uint8_t *bytes, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] = bytes[i];
}

static void
convolve_bytes (const NncKernel *kernel, Data *d, float *y, NncStored stored, size_t outs, size_t ins, size_t groups)
{
  bool is_signed = stored == NNC_STORED_I8;
  NncFixedPoint factors[19];
  uint8_t result[20 * 19] = { 0 };
  ptrdiff_t in = (ptrdiff_t)(ins / groups);
  NncQuantizedWindow w = { .window = window (ins, outs, groups),
                           .stored = stored,
                           .x_zero_point = 7,
                           .y_zero_point = is_signed ? 3 : 130,
                           .minimum = is_signed ? -128 : 0,
                           .maximum = is_signed ? 127 : 255 };
  const NncQuantizedFilter filter
      = { .data = d->bytes, .out = 9 * in, .in = 1, .row = 3 * in, .column = in, .factors = factors };
  for (size_t o = 0; o < outs; o++)
    factors[o] = (NncFixedPoint){ (1 << 30) + (int32_t)o * 1234567, -10 };
  if (!d->judged->quantized->accepts (&w) || kernel->quantized->packed_size (&w) > sizeof d->packed
      || kernel->quantized->scratch_size (&w) > sizeof d->scratch)
    return;
  kernel->quantized->pack (&w, &filter, d->packed);
  kernel->quantized->run (&w, d->bytes, d->packed, result, d->scratch, 0, 4);
  widen (y, result, sizeof result);
}

static void
run_quantized (const NncKernel *kernel, Data *d, float *y)
{
  convolve_bytes (kernel, d, y, NNC_STORED_U8, 7, 5, 1);
  convolve_bytes (kernel, d, y + 512, NNC_STORED_I8, 7, 5, 1);
  convolve_bytes (kernel, d, y + 1024, NNC_STORED_U8, 19, 19, 19);
  convolve_bytes (kernel, d, y + 1536, NNC_STORED_I8, 19, 19, 19);
}

static void
run_stored_binary (const NncKernel *kernel, Data *d, float *y)
{
  const NncFixedPoint factor = { 1 << 30, -1 };
  const NncBroadcast shape = { 3, 37, 37, 37, 1, 1 };
  const NncStoredArithmetic sum
      = { NNC_STORED_ADD, NNC_STORED_U8, 20, factor, factor, { 1 << 30, -19 }, 7, 8, 9, 0, 255 };
  kernel->stored_binary (&sum, y, d->bytes, d->bytes + 111, &shape);
}

static void
run_stored_pool (const NncKernel *kernel, Data *d, float *y)
{
  uint8_t result[2][20 * 19];
  NncStoredWindow w = { .window = window (19, 19, 19), .stored = NNC_STORED_U8, .minimum = 9, .maximum = 250 };
  kernel->stored_pool (&w, d->bytes, result[0], 0, 4);
  w = (NncStoredWindow){ .window = window (19, 19, 19), .stored = NNC_STORED_I8, .minimum = -100, .maximum = 120 };
  kernel->stored_pool (&w, d->bytes, result[1], 0, 4);
  widen (y, result[0], sizeof result);
}

static void
run_limits (const NncKernel *kernel, Data *d, float *y)
{
  kernel->limits (y, d->x, 131);
}

static void
run_quantize (const NncKernel *kernel, Data *d, float *y)
{
  const NncByteScale scale = { 31, 3, -128, 127 };
  kernel->quantize ((uint8_t *)y, d->x, 132, &scale);
}

/* Twice 19 units from 5 numbers. */
static void
run_stored_lstm (const NncKernel *kernel, Data *d, float *y)
{
  NncStoredLstm l = { .input = 5,
                      .hidden = 19,
                      .hidden_factor = { 1 << 30, -21 },
                      .cell_bits = 4,
                      .cell_minimum = INT16_MIN,
                      .cell_maximum = INT16_MAX };
  NncStoredLstmWeights weights = { .input_zero_point = 1 };
  for (int g = 0; g < NNC_LSTM_GATES; g++) {
    l.of_input[g] = l.of_state[g] = (NncFixedPoint){ 1 << 30, -3 };
    weights.input[g] = weights.state[g] = (const int8_t *)d->bytes + g * 19;
  }
  if (kernel->stored_lstm->packed_size (&l) > sizeof d->packed
      || kernel->stored_lstm->scratch_size (&l) > sizeof d->scratch)
    return;
  kernel->stored_lstm->pack (&l, &weights, d->packed);
  for (int t = 0; t < 2; t++)
    kernel->stored_lstm->step (&l, (const int8_t *)d->bytes, d->packed, (int8_t *)y, (int16_t *)y + 10, d->scratch);
}

/* Three steps of 11 units. */
static void
run_lstm (const NncKernel *kernel, Data *d, float *y)
{
  const NncMatrix weights = { d->w, 44, 1, NULL, NULL };
  const NncLstmSteps s = { .hidden = 11,
                           .steps = 3,
                           .gates = d->x,
                           .gates_step = 44,
                           .y = y,
                           .y_step = 11,
                           .h = y + 64,
                           .c = y + 128 };
  if (kernel->lstm->packed_size (11) > sizeof d->packed || kernel->lstm->scratch_size (11) > sizeof d->scratch)
    return;
  kernel->lstm->pack (11, &weights, d->packed);
  kernel->lstm->run (&s, d->packed, d->scratch);
}

typedef void (*RunSignature) (const NncKernel *kernel, Data *d, float *y);

static const RunSignature runs[] = {
  [NNC_SIGNATURE_UNARY_F32] = run_unary,
  [NNC_SIGNATURE_BINARY_F32] = run_binary,
  [NNC_SIGNATURE_ROWS_F32] = run_rows,
  [NNC_SIGNATURE_REDUCE_F32] = run_reduce,
  [NNC_SIGNATURE_NORMALIZE_U8] = run_normalize,
  [NNC_SIGNATURE_CONVOLUTION] = run_convolution,
  [NNC_SIGNATURE_POOL_F32] = run_pool,
  [NNC_SIGNATURE_MATRIX_PRODUCT] = run_product,
  [NNC_SIGNATURE_COPY_STRIDED] = run_copy,
  [NNC_SIGNATURE_SUM_ROWS_U8] = run_sum_rows,
  [NNC_SIGNATURE_MIX_F32] = run_mix,
  [NNC_SIGNATURE_SUM_COLUMNS_S16] = run_sum_columns,
  [NNC_SIGNATURE_QUANTIZED_CONVOLUTION] = run_quantized,
  [NNC_SIGNATURE_STORED_BINARY] = run_stored_binary,
  [NNC_SIGNATURE_STORED_POOL] = run_stored_pool,
  [NNC_SIGNATURE_LIMITS_F32] = run_limits,
  [NNC_SIGNATURE_QUANTIZE_F32] = run_quantize,
  [NNC_SIGNATURE_STORED_LSTM] = run_stored_lstm,
  [NNC_SIGNATURE_LSTM_F32] = run_lstm,
};

bool
nnc_kernel_agrees (const NncKernel *kernel, const NncKernel *reference)
{
  Data *d = aligned_alloc (64, (sizeof *d + 63) / 64 * 64);
  if (!d)
    return false;
  fill (d);
  d->judged = kernel;
  d->x[3] = NAN, d->x[4] = INFINITY, d->x[5] = -INFINITY;
  if (kernel->signature != NNC_SIGNATURE_UNARY_F32 && kernel->signature != NNC_SIGNATURE_BINARY_F32)
    d->x[3] = d->x[4] = d->x[5] = 1;
  runs[kernel->signature](reference, d, d->expected);
  runs[kernel->signature](kernel, d, d->actual);
  bool agrees = true;
  for (size_t i = 0; i < N; i++)
    agrees = agrees && close_enough (d->expected[i], d->actual[i]);
  free (d);
  return agrees;
}
