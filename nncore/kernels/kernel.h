/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel.h: what a kernel is. Kernels take plain pointers, sizes and strides
 * and know no tensor, no graph and no GLib. Each is an entry of the one list,
 * kernels.inc, which also makes its test and its benchmark. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Instruction sets, each including those before it on its architecture.
 * NNC_CPU=c|orc|avx2|avx512|vnni|bf16|neon|dotprod|i8mm masks all above the named one. */
typedef enum {
  NNC_CPU_C,
  NNC_CPU_ORC,
  NNC_CPU_AVX2, /* with FMA and F16C */
  NNC_CPU_AVX512, /* F, BW, DQ, VL */
  NNC_CPU_VNNI, /* AVX-512 VNNI */
  NNC_CPU_BF16, /* AVX-512 BF16 */
  NNC_CPU_NEON,
  NNC_CPU_DOTPROD, /* SDOT and UDOT */
  NNC_CPU_I8MM, /* SMMLA and UMMLA */
  NNC_N_CPUS
} NncCpu;

const char *nnc_cpu_to_string (NncCpu cpu);
bool nnc_cpu_has (NncCpu cpu);

/* Slots: what there is to compute. Each slot has a signature and at least a C
 * kernel. To add one: a line in slots.inc, kernels in kernels.inc. */
typedef enum {
#define NNC_SLOT(name, signature) NNC_SLOT_##name,
#include "slots.inc"
#undef NNC_SLOT
  NNC_N_SLOTS
} NncSlot;

/* --- signatures -------------------------------------------------------- */

/* NaN and infinities pass through elementwise kernels, clamps included, as IEEE 754 has it: the relu of NaN is NaN.
 * A NaN among the elements that a maximum is taken of may or may not be the result. Denormals may be taken for 0, and
 * the sign of a 0 is not promised. Sums are in float, in an order of the kernel's choosing. */

/* y[i] = f (x[i], p); y may be x. p: the function's parameters (the alpha of
 * leaky_relu, the bounds of clip), NULL where it has none. */
typedef void (*NncUnaryF32) (float *y, const float *x, size_t n, const float *p);

/* y[r][c] = f (a[r][c], b[r][c]) for r < rows, c < columns. Rows of y are
 * contiguous. a_row and b_row are elements from row to row (0: the same row
 * again); a_step and b_step are 1, or 0 for one value all along a row.
 * y may be a or b where that operand is contiguous. */
typedef struct {
  size_t rows, columns;
  ptrdiff_t a_row, b_row;
  int a_step, b_step;
} NncBroadcast;
typedef void (*NncBinaryF32) (float *y, const float *a, const float *b, const NncBroadcast *shape);

/* y[r][:] = softmax (x[r][:]), with the maximum subtracted; y may be x. */
typedef void (*NncRowsF32) (float *y, const float *x, size_t rows, size_t columns);

/* y[m][k] = sum or mean or max over n of x[m][n][k]. */
typedef void (*NncReduceF32) (float *y, const float *x, size_t outer, size_t axis, size_t inner);

/* y[i * channels + c] = x[i * channels + c] * scale[c] + offset[c], n pixels of 1 to 4 channels. */
typedef void (*NncNormalizeU8) (float *y, const uint8_t *x, size_t n, int channels, const float *scale,
                                const float *offset);

/* What rows of a picture amount to: V[i] = (sum over the inner rows of x[i]) * inner_weight
 * + (first[i] * first_weight >> fraction) + (last[i] * last_weight >> fraction), at most 65535.
 * Stored is V - 32768, which fits a signed multiplication. */
typedef struct {
  const uint8_t *inner; /* the first of the rows that count whole */
  ptrdiff_t stride;
  size_t rows;
  const uint8_t *first, *last; /* the rows at either side; not read where their weight is 0 */
  uint16_t inner_weight, first_weight, last_weight;
  int fraction; /* 0: no weight is above 64; 8: inner_weight is a power of 2, up to 256 */
} NncRowSum;
/* y[k][i] is of element ways * i + k < n: components that lie side by side come apart. ways: 1 to 4. */
typedef void (*NncSumRowsU8) (int16_t *const y[4], int ways, const NncRowSum *sum, size_t n);

/* Which elements of a row make each sample, and how much each counts. */
typedef struct {
  size_t n;
  const int32_t *first; /* [n] */
  const int16_t *weights; /* [n][taps], not negative, at most 65536 together */
  size_t taps; /* 8, or a multiple of 16 */
} NncColumns;

/* Elements of a row that are read from the first of each sample on, whatever they weigh. */
static inline size_t
nnc_columns_read (const NncColumns *columns)
{
  return columns->taps < 64 ? 64 : columns->taps;
}

/* y[i] = (sum over k of weights[i][k] * x[first[i] + k]) * scale + offset: the sum is exact, in 32 bits. */
typedef struct {
  bool (*accepts) (const NncColumns *columns);
  size_t (*packed_size) (const NncColumns *columns); /* bytes; 0: the columns are read as they are */
  void (*pack) (const NncColumns *columns, void *packed);
  void (*run) (float *y, const int16_t *x, const NncColumns *columns, const void *packed, float scale, float offset);
} NncSumColumns;

/* The smallest and the largest of n numbers and 0; NaN is passed over. */
typedef void (*NncLimitsF32) (float limits[2], const float *x, size_t n);

/* Numbers as bytes: y[i] = 128 + round (clamp (zero_point + x[i] * inverse)), half away from zero; of NaN 128 +
 * minimum. Minimum and maximum are from -128 to 127. */
typedef struct {
  float inverse, zero_point, minimum, maximum;
} NncByteScale;
typedef void (*NncQuantizeF32) (uint8_t *y, const float *x, size_t n, const NncByteScale *scale);

/* y[c][i * step] = clamp (sum over k of matrix[c][k] * x[k][i] + offset[c], minimum[c], maximum[c]), k < 3, c < channels.
 * step is 1; or 3, and then the channels lie side by side: y[c] = y[0] + c. */
typedef struct {
  int channels; /* 1 or 3 */
  float matrix[3][3], offset[3], minimum[3], maximum[3];
} NncMix;
typedef void (*NncMixF32) (float *const y[3], int step, const float *const x[3], const NncMix *mix, size_t n);

/* A window that slides over an image. x: [batch, in_height, in_width, channels],
 * y: [batch, out_height, out_width, channels]; strides in elements, so that
 * either may be a slice of something wider. */
typedef struct {
  size_t batch;
  size_t in_height, in_width, in_channels;
  size_t out_height, out_width, out_channels;
  size_t kernel_height, kernel_width;
  size_t stride_y, stride_x;
  size_t dilation_y, dilation_x;
  size_t pad_top, pad_left; /* what pads below and right follows from the sizes */
  size_t groups; /* in_channels: depthwise */
  ptrdiff_t in_pixel, in_row, in_image; /* elements from one to the next */
  ptrdiff_t out_pixel, out_row, out_image;
  float minimum, maximum; /* the fused activation: y is clamped to these; -INFINITY, INFINITY: none */
  bool ordered; /* of a convolution: each product and sum is rounded, in the order of the C reference, to the bit */
} NncWindow;

/* What a convolution's weights look like before they are packed: any strides,
 * in elements, so that both OIHW and OHWI are read as they lie. */
typedef struct {
  const float *data; /* NULL: ones */
  ptrdiff_t out, in, row, column; /* `in` counts within a group */
  const float *scale; /* per output channel, multiplied in; NULL: ones */
  const float *bias; /* per output channel; NULL: zeros */
} NncFilter;

/* A convolution. `pack` is called once a set of weights and a kernel; its
 * memory is aligned to 64 bytes, and so is scratch. `run` computes output rows
 * [begin, end) of the batch * out_height there are, so that rows can be shared
 * out to threads; each thread has a scratch of its own. */
typedef struct {
  bool (*accepts) (const NncWindow *window);
  size_t (*packed_size) (const NncWindow *window);
  void (*pack) (const NncWindow *window, const NncFilter *filter, void *packed);
  size_t (*scratch_size) (const NncWindow *window);
  void (*run) (const NncWindow *window, const float *x, const void *packed, float *y, void *scratch, size_t begin,
               size_t end);
} NncConvolution;

/* Numbers stored as integers: real = scale * (stored - zero point). */
typedef enum { NNC_STORED_I8, NNC_STORED_U8, NNC_STORED_I16 } NncStored;

/* A positive factor: multiplier * 2^(shift - 31), multiplier 0 or from 2^30 up, shift -31 to 30. */
typedef struct {
  int32_t multiplier;
  int32_t shift;
} NncFixedPoint;

/* A factor in reals, and what is added to the product. */
typedef struct {
  float factor, offset;
} NncRealFactor;

/* See fixed_point.h. NNC_ROUND_NONE: sums become reals. */
typedef enum { NNC_ROUND_TWICE, NNC_ROUND_ONCE, NNC_ROUND_EVEN, NNC_ROUND_NONE } NncRounding;

typedef enum {
  NNC_STORED_ADD,
  NNC_STORED_SUBTRACT,
  NNC_STORED_SQUARED_DIFFERENCE,
  NNC_STORED_MULTIPLY,
  NNC_STORED_PRELU,
} NncStoredOperation;

/* y = clamp (y_zero_point + factor * (a' op b')), rounded twice; of sums and differences a' = a_factor *
 * ((a - a_zero_point) << shift), b' likewise, of products a' = a - a_zero_point. Of PRELU a_factor * a' where a' is not
 * below 0, factor * a' * b' where it is. */
typedef struct {
  NncStoredOperation operation;
  NncStored stored; /* a, b and y alike */
  int shift;
  NncFixedPoint a_factor, b_factor, factor;
  int32_t a_zero_point, b_zero_point, y_zero_point, minimum, maximum;
} NncStoredArithmetic;
/* As NncBinaryF32. */
typedef void (*NncStoredBinary) (const NncStoredArithmetic *arithmetic, void *y, const void *a, const void *b,
                                 const NncBroadcast *shape);

/* A convolution of stored numbers: y = clamp (y_zero_point + factor[o] * (bias[o] + sum of (x - x_zero_point) *
 * (weight - its zero point))), rounded. A real factor comes with an offset, which is added before that.
 * With NNC_ROUND_NONE y is f32 = clamp (sum * factor[o] * x_scale + offset[o], window's minimum and maximum), without
 * bias, y's zero point and that of the weights. x_zero_point and x_scale are then a run's: they do not go into what is
 * packed. */
typedef struct {
  NncWindow window; /* its minimum and maximum are used with NNC_ROUND_NONE alone */
  NncStored stored; /* x and y alike */
  NncStored weights; /* I8 or U8 */
  int32_t x_zero_point, weight_zero_point, y_zero_point;
  int32_t minimum, maximum; /* of y, as stored */
  NncRounding rounding;
  bool wide; /* sums have 64 bits, and are rounded once */
  float x_scale;
  bool sums_first; /* sums are multiplied by the factor, then by x_scale; otherwise by the product of these */
} NncQuantizedWindow;

/* Like NncFilter. */
typedef struct {
  const void *data;
  ptrdiff_t out, in, row, column;
  const void *bias; /* int32_t, or int64_t with wide_bias; NULL: zeros */
  bool wide_bias;
  const NncFixedPoint *factors; /* per output channel */
  const NncRealFactor *real_factors; /* instead of those, with NNC_ROUND_EVEN and NNC_ROUND_NONE */
} NncQuantizedFilter;

typedef struct {
  bool (*accepts) (const NncQuantizedWindow *window);
  size_t (*packed_size) (const NncQuantizedWindow *window);
  void (*pack) (const NncQuantizedWindow *window, const NncQuantizedFilter *filter, void *packed);
  size_t (*scratch_size) (const NncQuantizedWindow *window);
  void (*run) (const NncQuantizedWindow *window, const void *x, const void *packed, void *y, void *scratch, size_t begin,
               size_t end);
} NncQuantizedConvolution;

/* A pooling over NHWC, rows [begin, end). Averages divide by the number of
 * elements inside the image, or by the window's size when count_padding. */
typedef void (*NncPoolF32) (const NncWindow *window, bool count_padding, const float *x, float *y, size_t begin,
                            size_t end);

/* The same of stored numbers, which keep their scale: of the taps inside the image the largest, or the mean, rounded half
 * away from zero; where there are none, the smallest number of the type. */
typedef struct {
  NncWindow window; /* its minimum and maximum are not used */
  NncStored stored; /* x and y alike */
  int32_t minimum, maximum;
} NncStoredWindow;
typedef void (*NncStoredPool) (const NncStoredWindow *window, const void *x, void *y, size_t begin, size_t end);

/* A matrix product y[m][n] = clamp (sum over k of a[m][k] * b[k][n] + bias[n]).
 * b is packed (at load when it is constant, into scratch when it is not). */
typedef struct {
  size_t m, n, k;
  ptrdiff_t a_row, y_row; /* elements from row to row */
  float minimum, maximum;
  bool half; /* each number of b is an IEEE 754 binary16, and may be kept as one; b has no scale */
} NncProduct;
typedef struct {
  const float *data;
  ptrdiff_t k, n; /* elements from one to the next: both b and its transpose are read as they lie */
  const float *scale, *bias; /* per column n; NULL: ones, zeros */
} NncMatrix;
typedef struct {
  bool (*accepts) (const NncProduct *product);
  size_t (*packed_size) (const NncProduct *product);
  void (*pack) (const NncProduct *product, const NncMatrix *b, void *packed);
  void (*run) (const NncProduct *product, const float *a, const void *packed, float *y, size_t begin, size_t end);
} NncMatrixProduct;

/* Steps of an LSTM of one sequence, without peepholes: gates i, o, f, g = gates[t] + h R; c = f(f) * c + f(i) * g(g);
 * h = f(o) * g(c), with f 1 / (1 + e^-x) and g tanh. */
typedef struct {
  size_t hidden, steps;
  const float *gates; /* [steps][4][hidden]: the input's products with all biases */
  float *y; /* [steps][hidden]: every h; NULL: they are not wanted */
  ptrdiff_t gates_step, y_step; /* elements from step to step */
  float *h, *c; /* [hidden], read and updated */
} NncLstmSteps;
/* weights: R, [hidden] by [4][hidden], without scale and bias. */
typedef struct {
  size_t (*packed_size) (size_t hidden);
  void (*pack) (size_t hidden, const NncMatrix *weights, void *packed);
  size_t (*scratch_size) (size_t hidden);
  void (*run) (const NncLstmSteps *steps, const void *packed, void *scratch);
} NncLstm;

/* A layer of LSTM of stored numbers, its cell in 16 bits, in the integers of TFLite's reference kernel: gates i, f, g, o =
 * x W' * of_input + h R' * of_state, Q3 of 16 bits; c = f(f) * c + f(i) * g(g); h = f(o) * g(c) * hidden_factor, with
 * f 1 / (1 + e^-x) and g tanh. */
enum { NNC_LSTM_INPUT, NNC_LSTM_FORGET, NNC_LSTM_CELL, NNC_LSTM_OUTPUT, NNC_LSTM_GATES };
#define NNC_LSTM_GATE_BITS 3 /* before the point of a gate */
typedef struct {
  size_t input, hidden;
  bool coupled; /* f(i) is what f(f) leaves of 1; gate i is not used */
  NncFixedPoint of_input[NNC_LSTM_GATES], of_state[NNC_LSTM_GATES], hidden_factor;
  int32_t hidden_zero_point;
  int cell_bits; /* before the cell's point: 0 to 6 */
  int32_t cell_minimum, cell_maximum; /* of 16 bits */
} NncStoredLstm;
typedef struct {
  const int8_t *input[NNC_LSTM_GATES], *state[NNC_LSTM_GATES]; /* [hidden][input], [hidden][hidden] */
  const int32_t *bias[NNC_LSTM_GATES]; /* [hidden]; NULL: zeros */
  int32_t input_zero_point;
} NncStoredLstmWeights;
/* `step` takes x [input], and reads and updates h [hidden] and c [hidden]. */
typedef struct {
  size_t (*packed_size) (const NncStoredLstm *layer);
  void (*pack) (const NncStoredLstm *layer, const NncStoredLstmWeights *weights, void *packed);
  size_t (*scratch_size) (const NncStoredLstm *layer);
  void (*step) (const NncStoredLstm *layer, const int8_t *x, const void *packed, int8_t *h, int16_t *c, void *scratch);
} NncStoredLstmKernel;

/* Moves elements: for every index of shape, y[index * y_strides] = x[index * x_strides];
 * strides in bytes, size the element's in bytes (1, 2, 4, 8). Rank 0 to 8. */
typedef void (*NncCopyStrided) (void *y, const void *x, size_t size, int rank, const size_t *shape,
                                const ptrdiff_t *y_strides, const ptrdiff_t *x_strides);

/* --- the list ----------------------------------------------------------- */

typedef enum {
  NNC_SIGNATURE_UNARY_F32,
  NNC_SIGNATURE_BINARY_F32,
  NNC_SIGNATURE_ROWS_F32,
  NNC_SIGNATURE_REDUCE_F32,
  NNC_SIGNATURE_NORMALIZE_U8,
  NNC_SIGNATURE_CONVOLUTION,
  NNC_SIGNATURE_POOL_F32,
  NNC_SIGNATURE_MATRIX_PRODUCT,
  NNC_SIGNATURE_COPY_STRIDED,
  NNC_SIGNATURE_SUM_ROWS_U8,
  NNC_SIGNATURE_SUM_COLUMNS_S16,
  NNC_SIGNATURE_MIX_F32,
  NNC_SIGNATURE_QUANTIZED_CONVOLUTION,
  NNC_SIGNATURE_STORED_BINARY,
  NNC_SIGNATURE_STORED_POOL,
  NNC_SIGNATURE_LIMITS_F32,
  NNC_SIGNATURE_QUANTIZE_F32,
  NNC_SIGNATURE_STORED_LSTM,
  NNC_SIGNATURE_LSTM_F32,
} NncSignature;

/* One kernel. `function` is a function pointer of the slot's signature, or a
 * pointer to its NncConvolution, NncMatrixProduct or NncQuantizedConvolution. */
typedef struct {
  NncSlot slot;
  NncSignature signature;
  NncCpu cpu;
  const char *name; /* "relu_f32_orc" */
  union {
    NncUnaryF32 unary;
    NncBinaryF32 binary;
    NncRowsF32 rows;
    NncReduceF32 reduce;
    NncNormalizeU8 normalize;
    NncPoolF32 pool;
    NncCopyStrided copy;
    NncSumRowsU8 sum_rows;
    const NncSumColumns *sum_columns;
    NncMixF32 mix;
    NncStoredBinary stored_binary;
    NncStoredPool stored_pool;
    NncLimitsF32 limits;
    NncQuantizeF32 quantize;
    const NncStoredLstmKernel *stored_lstm;
    const NncLstm *lstm;
    const NncConvolution *convolution;
    const NncMatrixProduct *product;
    const NncQuantizedConvolution *quantized;
    const void *any;
  };
} NncKernel;

/* All kernels, best first within a slot; the last of each slot is its C reference. */
const NncKernel *nnc_kernels (size_t *n);

/* The C kernel of a slot. */
const NncKernel *nnc_kernel_reference (NncSlot slot);

/* The best kernel of a slot on this CPU, masked by NNC_CPU. Never NULL. An ORC
 * kernel is compared with its C reference the first time, and passed over when
 * it differs. Thread-safe. */
const NncKernel *nnc_kernel_find (NncSlot slot);
const NncKernel *nnc_kernel_find_convolution (NncSlot slot, const NncWindow *window);
const NncKernel *nnc_kernel_find_product (NncSlot slot, const NncProduct *product);
const NncKernel *nnc_kernel_find_columns (NncSlot slot, const NncColumns *columns);
const NncKernel *nnc_kernel_find_quantized (NncSlot slot, const NncQuantizedWindow *window);
