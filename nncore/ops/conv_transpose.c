/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* conv_transpose.c: ConvTranspose: y = clamp (bias + scatter), where x[n][pixel][i] * weights[i][tap][o] is added to
 * y[n][pixel * stride - pad + tap * dilation][o], i within o's group. One product a row of pixels and a group, whose
 * columns are the taps' outputs, which are then added where they belong.
 *
 * out = stride * (in - 1) + output_padding + (kernel - 1) * dilation + 1 - pads, or attribute output_shape, or with
 * auto_pad SAME_* in * stride: then the padding follows from it. */
#include "kernel.h"
#include "op_inputs.h"
#include "product_step.h"
#include "sliding_window.h"
#include "step_work.h"
#include "window.h"

#include <math.h>
#include <string.h>

enum { X, WEIGHTS, BIAS };

#define LARGEST G_MAXINT32

typedef struct {
  guint n; /* spatial axes */
  NncWindowAxis axes[NNC_MAX_SPATIAL]; /* pad_begin below 0 does not occur */
  gsize batch, channels, groups, out_per_group, n_taps, rows, columns; /* an image is [rows][columns] pixels */
  gsize out_pixels;
} Layout;

typedef struct {
  Layout layout;
  NncProductStep product;
  NncMatrix weights; /* strides */
  gsize products_offset; /* in scratch, after what is packed there: [columns][taps][outputs of a group] */
  float minimum, maximum;
} Params;

/* --- sizes ------------------------------------------------------------------------ */

static gboolean
place_axis (NncWindowAxis *axis, const char *auto_pad, gint64 output_padding, gint64 output_shape, GError **error)
{
  gboolean upper = strcmp (auto_pad, "SAME_UPPER") == 0, same = upper || strcmp (auto_pad, "SAME_LOWER") == 0;
  gint64 natural, total;

  if (!same && strcmp (auto_pad, "NOTSET") != 0 && strcmp (auto_pad, "VALID") != 0)
    return nnc_op_error (error, "attribute 'auto_pad' is '%s', which is not known", auto_pad);
  if (axis->in < 1 || axis->in > LARGEST || axis->kernel < 1 || axis->kernel > LARGEST)
    return nnc_op_error (
        error, "an axis has %" G_GINT64_FORMAT " elements and a kernel of %" G_GINT64_FORMAT ", 1 to %d are possible",
        axis->in, axis->kernel, LARGEST);
  natural = axis->stride * (axis->in - 1) + output_padding + (axis->kernel - 1) * axis->dilation + 1;
  if (output_shape >= 0 || same) {
    axis->out = output_shape >= 0 ? output_shape : axis->in * axis->stride;
    total = MAX (natural - axis->out, 0);
    axis->pad_begin = upper ? total / 2 : total - total / 2;
    axis->pad_end = total - axis->pad_begin;
    return TRUE;
  }
  if (strcmp (auto_pad, "VALID") == 0)
    axis->pad_begin = axis->pad_end = 0;
  axis->out = natural - axis->pad_begin - axis->pad_end;
  return axis->out >= 0
         || nnc_op_error (error, "%" G_GINT64_FORMAT " elements are left of %" G_GINT64_FORMAT " without the padding",
                          axis->out, natural);
}

static gboolean
place_axes (Layout *layout, const NncNode *node, const gint64 *in, const gint64 *kernel, GError **error)
{
  gint64 strides[NNC_MAX_SPATIAL], dilations[NNC_MAX_SPATIAL], pads[2 * NNC_MAX_SPATIAL];
  gint64 output_padding[NNC_MAX_SPATIAL], output_shape[NNC_MAX_SPATIAL];
  const char *auto_pad = nnc_node_get_string (node, "auto_pad", "NOTSET");
  guint n = layout->n;

  if (!nnc_node_get_n_ints (node, "strides", n, 1, 1, LARGEST, strides, error)
      || !nnc_node_get_n_ints (node, "dilations", n, 1, 1, LARGEST, dilations, error)
      || !nnc_node_get_n_ints (node, "pads", 2 * n, 0, 0, LARGEST, pads, error)
      || !nnc_node_get_n_ints (node, "output_padding", n, 0, 0, LARGEST, output_padding, error)
      || !nnc_node_get_n_ints (node, "output_shape", n, -1, -1, LARGEST, output_shape, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    layout->axes[i] = (NncWindowAxis){ in[i], kernel[i], strides[i], dilations[i], pads[i], pads[n + i], 0 };
    if (!place_axis (&layout->axes[i], auto_pad, output_padding[i], output_shape[i], error))
      return FALSE;
  }
  return TRUE;
}

/* x: [N,…,C], weights: [C,…,O/group] */
static gboolean
check_shapes (const NncNode *node, const NncTensorDesc *x, const NncTensorDesc *weights, GError **error)
{
  gint64 group = nnc_node_get_int (node, "group", 1);
  guint n;
  const gint64 *kernel_shape = nnc_node_get_ints (node, "kernel_shape", &n);

  if (x->rank < 3 || weights->rank != x->rank)
    return nnc_op_error (error, "input 0 has %u dimensions and the weights have %u, the same and at least 3 are right",
                         x->rank, weights->rank);
  if (group < 1 || x->shape[x->rank - 1] % group != 0 || weights->shape[0] != x->shape[x->rank - 1])
    return nnc_op_error (error,
                         "input 0 has %" G_GINT64_FORMAT " channels, the weights are for %" G_GINT64_FORMAT
                         " in %" G_GINT64_FORMAT " groups",
                         x->shape[x->rank - 1], weights->shape[0], group);
  for (guint i = 0; kernel_shape && i < MIN (n, x->rank - 2); i++)
    if (kernel_shape[i] != weights->shape[1 + i])
      return nnc_op_error (error,
                           "attribute 'kernel_shape' has %" G_GINT64_FORMAT ", the weights have %" G_GINT64_FORMAT,
                           kernel_shape[i], weights->shape[1 + i]);
  return TRUE;
}

static gboolean
set_layout (Layout *layout, const NncNode *node, const NncTensorDesc *x, const NncTensorDesc *weights, GError **error)
{
  gsize row_size;

  if (!check_shapes (node, x, weights, error))
    return FALSE;
  *layout = (Layout){ .n = x->rank - 2,
                      .batch = (gsize)x->shape[0],
                      .channels = (gsize)x->shape[x->rank - 1],
                      .groups = (gsize)nnc_node_get_int (node, "group", 1),
                      .out_per_group = (gsize)weights->shape[x->rank - 1],
                      .n_taps = 1,
                      .rows = 1,
                      .out_pixels = 1 };
  if (!place_axes (layout, node, x->shape + 1, weights->shape + 1, error))
    return FALSE;
  for (guint i = 0; i < layout->n; i++) {
    layout->n_taps *= (gsize)layout->axes[i].kernel; /* fits: the weights do */
    if (i + 1 < layout->n)
      layout->rows *= (gsize)layout->axes[i].in;
    if (!nnc_size_mul (layout->out_pixels, (gsize)layout->axes[i].out, &layout->out_pixels))
      return nnc_op_error (error, "the output is too large");
  }
  layout->columns = (gsize)layout->axes[layout->n - 1].in;
  if (!nnc_size_mul (layout->n_taps * layout->out_per_group, layout->columns * sizeof (float), &row_size)
      || row_size > (gsize)1 << 40)
    return nnc_op_error (error, "a row of %" G_GSIZE_FORMAT " pixels is too large", layout->columns);
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  gint64 shape[NNC_MAX_RANK];
  Layout layout;

  for (guint i = 0; i < inference->n_inputs; i++)
    if (!nnc_input_check_type (inputs, i, NNC_F32, error))
      return FALSE;
  if (!set_layout (&layout, inference->node, &inputs[X]->desc, &inputs[WEIGHTS]->desc, error))
    return FALSE;
  shape[0] = (gint64)layout.batch;
  for (guint i = 0; i < layout.n; i++)
    shape[1 + i] = layout.axes[i].out;
  if (__builtin_mul_overflow (layout.out_per_group, layout.groups, &shape[1 + layout.n]))
    return nnc_op_error (error, "the output has too many channels");
  return (inference->n_inputs <= BIAS || nnc_input_check_vector (inputs, BIAS, shape[1 + layout.n], error))
         && nnc_desc_set (&inference->outputs[0], NNC_F32, layout.n + 2, shape, error);
}

/* --- running -------------------------------------------------------------------------- */

/* The products of one pixel and group. at: where the pixel's tap 0 goes, along each axis. */
static void
scatter_taps (const Layout *layout, const gint64 *at, guint i, gsize pixel, const float **products, float *image)
{
  const NncWindowAxis *axis = &layout->axes[i];
  gsize inner = layout->out_per_group;

  if (i == layout->n) {
    float *y = image + pixel * layout->groups * layout->out_per_group;

    for (gsize o = 0; o < layout->out_per_group; o++)
      y[o] += (*products)[o];
    *products += layout->out_per_group;
    return;
  }
  for (guint j = i + 1; j < layout->n; j++)
    inner *= (gsize)layout->axes[j].kernel;
  for (gint64 k = 0; k < axis->kernel; k++) {
    gint64 out = at[i] + k * axis->dilation;

    if (out >= 0 && out < axis->out)
      scatter_taps (layout, at, i + 1, pixel * (gsize)axis->out + (gsize)out, products, image);
    else
      *products += inner;
  }
}

/* products: [columns][taps][outputs of the group]; image: y's, from the group on. */
static void
scatter_row (const Layout *layout, gsize row, const float *products, float *image)
{
  gint64 at[NNC_MAX_SPATIAL];

  for (guint i = layout->n - 1; i-- > 0; row /= (gsize)layout->axes[i].in) {
    const NncWindowAxis *axis = &layout->axes[i];
    at[i] = (gint64)(row % (gsize)axis->in) * axis->stride - axis->pad_begin;
  }
  for (gsize column = 0; column < layout->columns; column++) {
    const NncWindowAxis *axis = &layout->axes[layout->n - 1];
    at[layout->n - 1] = (gint64)column * axis->stride - axis->pad_begin;
    scatter_taps (layout, at, 0, 0, &products, image);
  }
}

static void
fill_bias (const Layout *layout, const float *bias, float *y)
{
  gsize channels = layout->groups * layout->out_per_group;

  for (gsize i = 0; i < layout->batch * layout->out_pixels; i++)
    for (gsize o = 0; o < channels; o++)
      *y++ = bias ? bias[o] : 0;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const Layout *layout = &params->layout;
  float *products = (float *)((guint8 *)nnc_run_scratch (context, 0) + params->products_offset);
  float *y = step->outputs[0]->data;
  gsize per_group = layout->channels / layout->groups, row_size = layout->columns * layout->channels;
  gsize channels = layout->groups * layout->out_per_group;
  NncMatrix weights = params->weights;

  fill_bias (layout, step->n_inputs > BIAS && step->inputs[BIAS] ? step->inputs[BIAS]->data : NULL, y);
  for (gsize group = 0; group < layout->groups; group++) {
    const float *x = (const float *)step->inputs[X]->data + group * per_group;

    if (params->product.packed == NULL)
      weights.data = (const float *)step->inputs[WEIGHTS]->data + group * per_group * (gsize)weights.k;
    for (gsize row = 0; row < layout->batch * layout->rows; row++) {
      float *image = y + row / layout->rows * layout->out_pixels * channels + group * layout->out_per_group;

      nnc_product_run (&params->product, context, x + row * row_size, &weights, group, products);
      scatter_row (layout, row % layout->rows, products, image);
    }
  }
  for (gsize i = 0; i < layout->batch * layout->out_pixels * channels; i++)
    y[i] = nnc_clamp (y[i], params->minimum, params->maximum);
  return TRUE;
}

/* --- preparing -------------------------------------------------------------------------- */

/* A copy in which a matrix' columns lie side by side. */
static float *
flatten_weights (const NncTensor *weights, GError **error)
{
  gint64 to[NNC_MAX_RANK];
  gsize shape[NNC_MAX_RANK];
  ptrdiff_t to_strides[NNC_MAX_RANK], from_strides[NNC_MAX_RANK];
  float *flat = g_try_malloc (MAX (nnc_desc_size (&weights->desc), sizeof (float)));

  if (flat == NULL) {
    nnc_op_error (error, "no memory for %" G_GSIZE_FORMAT " bytes of weights", nnc_desc_size (&weights->desc));
    return NULL;
  }
  nnc_desc_contiguous_strides (&weights->desc, to);
  for (guint i = 0; i < weights->desc.rank; i++) {
    shape[i] = (gsize)weights->desc.shape[i];
    to_strides[i] = (ptrdiff_t)to[i];
    from_strides[i] = (ptrdiff_t)weights->strides[i];
  }
  nnc_kernel_find (NNC_SLOT_copy_strided)
      ->copy (flat, weights->data, sizeof (float), (int)weights->desc.rank, shape, to_strides, from_strides);
  return flat;
}

static gboolean
pack_constant (NncPreparation *prepare, Params *params, GError **error)
{
  const guint inputs[] = { WEIGHTS };
  const Layout *layout = &params->layout;
  NncMatrix b = params->weights;
  g_autofree float *flat = flatten_weights (prepare->inputs[WEIGHTS], error);

  b.data = flat;
  return flat
         && nnc_product_pack (&params->product, prepare, &b, (ptrdiff_t)(layout->channels / layout->groups) * b.k,
                              layout->groups, inputs, 1, (const float[]){ 1, 1 }, error);
}

static gboolean
prepare_conv_transpose (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  Layout *layout = &params->layout;
  gboolean constant = prepare->inputs[WEIGHTS]->data != NULL;
  gsize columns;

  prepare->run = nnc_run_nothing;
  if (!set_layout (layout, prepare->node, &prepare->inputs[X]->desc, &prepare->inputs[WEIGHTS]->desc, error))
    return FALSE;
  if (nnc_desc_size (&prepare->outputs[0]->desc) == 0)
    return TRUE;
  columns = layout->n_taps * layout->out_per_group;
  nnc_node_get_clamp (prepare->node, &params->minimum, &params->maximum);
  params->weights = (NncMatrix){ .k = (ptrdiff_t)columns, .n = 1 };
  nnc_product_prepare (&params->product, prepare,
                       &(NncProduct){ .m = layout->columns,
                                      .n = columns,
                                      .k = layout->channels / layout->groups,
                                      .a_row = (ptrdiff_t)layout->channels,
                                      .y_row = (ptrdiff_t)columns,
                                      .minimum = -INFINITY,
                                      .maximum = INFINITY },
                       constant, layout->groups * layout->batch * layout->rows);
  params->products_offset = nnc_round_up_64 (prepare->scratch);
  prepare->scratch = params->products_offset + layout->columns * columns * sizeof (float);
  prepare->run = run;
  return !constant || pack_constant (prepare, params, error);
}

const NncOp nnc_op_ConvTranspose = {
  .name = "ConvTranspose",
  .traits = NNC_OP_CLAMP | NNC_OP_F32,
  .min_inputs = 2,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_conv_transpose,
};
