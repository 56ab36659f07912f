/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* conv.c: Conv: y[n][oy][ox][o] = clamp (bias[o] + scale[o] * sum over ky, kx, i of
 * x[n][oy * stride - pad + ky * dilation][…][i] * weights[o][ky][kx][i]).
 * Attribute ordered (0): with two spatial axes each product and sum is rounded, in this order, the bias last.
 * Weights that are not constant are packed anew in every run. Three spatial axes and more: spatial_convolution.h;
 * numbers that are stored as integers: quantized_step.h. */
#include "kernel.h"
#include "op_inputs.h"
#include "precision.h"
#include "quantization.h"
#include "quantized_step.h"
#include "sliding_window.h"
#include "spatial_convolution.h"
#include "step_work.h"

#include <string.h>

enum { X, WEIGHTS, BIAS, SCALE };

typedef struct {
  NncWindow window;
  const NncConvolution *kernel;
  const void *packed; /* NULL: packed by run, into scratch */
  gsize packed_size; /* in scratch */
  guint parts;
} Params;

static const NncTensor *
optional_input (const NncTensor *const *inputs, guint n, guint i)
{
  return i < n ? inputs[i] : NULL;
}

static gboolean
check_kernel_shape (const NncNode *node, const NncTensorDesc *weights, GError **error)
{
  guint n;
  const gint64 *kernel_shape = nnc_node_get_ints (node, "kernel_shape", &n);

  for (guint i = 0; kernel_shape && i < MIN (n, weights->rank - 2); i++)
    if (kernel_shape[i] != weights->shape[1 + i])
      return nnc_op_error (error,
                           "attribute 'kernel_shape' has %" G_GINT64_FORMAT ", the weights have %" G_GINT64_FORMAT,
                           kernel_shape[i], weights->shape[1 + i]);
  return TRUE;
}

/* x: [N,H,W,C], weights: [O,kh,kw,C/group] */
static gboolean
check_channels (const NncTensorDesc *x, const NncTensorDesc *weights, gint64 group, GError **error)
{
  gint64 in = x->shape[x->rank - 1], per_group = weights->shape[x->rank - 1], out = weights->shape[0];

  if (group < 1)
    return nnc_op_error (error, "attribute 'group' is %" G_GINT64_FORMAT ", at least 1 is possible", group);
  if (in % group != 0 || in / group != per_group)
    return nnc_op_error (error,
                         "input 0 has %" G_GINT64_FORMAT " channels, the weights are for %" G_GINT64_FORMAT
                         " in each of %" G_GINT64_FORMAT " groups",
                         in, per_group, group);
  if (out % group != 0)
    return nnc_op_error (error, "%" G_GINT64_FORMAT " output channels cannot be cut into %" G_GINT64_FORMAT " groups",
                         out, group);
  return TRUE;
}

static gboolean
check_shapes (const NncNode *node, const NncTensor *const *inputs, GError **error)
{
  const NncTensorDesc *x = &inputs[X]->desc, *weights = &inputs[WEIGHTS]->desc;

  if (x->rank < 3)
    return nnc_op_error (error, "input 0 has %u dimensions, at least 3 are right", x->rank);
  if (weights->rank != x->rank)
    return nnc_op_error (error, "the weights have %u dimensions, input 0 has %u", weights->rank, x->rank);
  return check_kernel_shape (node, weights, error)
         && check_channels (x, weights, nnc_node_get_int (node, "group", 1), error);
}

static gboolean
set_window (NncWindow *window, const NncNode *node, const NncTensor *const *inputs, GError **error)
{
  const NncTensorDesc *weights = &inputs[WEIGHTS]->desc;

  if (!nnc_window_set (window, node, &inputs[X]->desc, weights->shape + 1, weights->shape[0], error))
    return FALSE;
  window->groups = (gsize)nnc_node_get_int (node, "group", 1);
  window->ordered = nnc_node_get_int (node, "ordered", 0) != 0;
  nnc_node_get_clamp (node, &window->minimum, &window->maximum);
  return TRUE;
}

static gboolean
check_types (const NncInference *inference, GError **error)
{
  if (nnc_node_is_quantized (inference->node, inference->inputs[X]->desc.type))
    return nnc_quantized_check (inference->inputs, inference->n_inputs, error);
  for (guint i = 0; i < inference->n_inputs; i++)
    if (!nnc_input_check_type (inference->inputs, i, NNC_F32, error))
      return FALSE;
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  NncWindow window;

  if (!check_types (inference, error))
    return FALSE;
  if (!check_shapes (inference->node, inputs, error))
    return FALSE;
  for (guint i = BIAS; i < inference->n_inputs; i++)
    if (!nnc_input_check_vector (inputs, i, inputs[WEIGHTS]->desc.shape[0], error))
      return FALSE;
  if (inputs[X]->desc.rank > 4 && inputs[X]->desc.type != NNC_F32)
    return nnc_op_unsupported (error, "%s of %u dimensions is not supported",
                               nnc_data_type_to_string (inputs[X]->desc.type), inputs[X]->desc.rank);
  if (inputs[X]->desc.rank > 4)
    return nnc_spatial_convolution_infer (inference, error);
  if (!set_window (&window, inference->node, inputs, error))
    return FALSE;
  return nnc_window_get_output (&window, inputs[X]->desc.type, inputs[X]->desc.rank, &inference->outputs[0], error);
}

static const float *
vector_data (const NncTensor *tensor)
{
  return tensor ? tensor->data : NULL;
}

/* Bias and scale must be contiguous. */
static NncFilter
describe_filter (const NncTensor *const *inputs, guint n)
{
  const NncTensor *weights = inputs[WEIGHTS];
  guint rank = weights->desc.rank;
  ptrdiff_t size = sizeof (float);

  return (NncFilter){
    .data = weights->data,
    .out = weights->strides[0] / size,
    .row = rank == 4 ? weights->strides[1] / size : 0,
    .column = weights->strides[rank - 2] / size,
    .in = weights->strides[rank - 1] / size,
    .scale = vector_data (optional_input (inputs, n, SCALE)),
    .bias = vector_data (optional_input (inputs, n, BIAS)),
  };
}

typedef struct {
  const Params *params;
  NncFilter filter;
} Packing;

static void
pack (gpointer packed, gpointer user_data)
{
  const Packing *packing = user_data;

  packing->params->kernel->pack (&packing->params->window, &packing->filter, packed);
}

typedef struct {
  const Params *params;
  NncRunContext *context;
  const float *x;
  const void *packed;
  float *y;
} Work;

static void
run_part (gpointer user_data, guint part)
{
  const Work *work = user_data;
  const Params *params = work->params;
  const NncWindow *w = &params->window;
  gsize rows = w->batch * w->out_height;
  guint8 *scratch = nnc_run_scratch (work->context, part);

  params->kernel->run (w, work->x, work->packed, work->y, scratch + params->packed_size,
                       nnc_part_begin (rows, part, params->parts), nnc_part_begin (rows, part + 1, params->parts));
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  Work work = { params, context, step->inputs[X]->data, params->packed, step->outputs[0]->data };

  if (work.packed == NULL) {
    NncFilter filter = describe_filter ((const NncTensor *const *)step->inputs, step->n_inputs);
    gpointer packed = nnc_run_scratch (context, 0);

    params->kernel->pack (&params->window, &filter, packed);
    work.packed = packed;
  }
  nnc_run_parallel (context, params->parts, run_part, &work);
  return TRUE;
}

/* Of constant weights. */
static void
run_rows (gconstpointer user_data, gconstpointer x, gpointer y, gpointer scratch, gsize begin, gsize end)
{
  const Params *params = user_data;

  params->kernel->run (&params->window, x, params->packed, y, scratch, begin, end);
}

static gboolean
weights_are_constant (const NncPreparation *prepare)
{
  for (guint i = WEIGHTS; i < prepare->n_inputs; i++) {
    const NncTensor *input = prepare->inputs[i];

    if (input && (input->data == NULL || (i > WEIGHTS && !nnc_tensor_is_contiguous (input))))
      return FALSE;
  }
  return TRUE;
}

/* The image's size is not part of the key: sessions of different sizes share the weights. */
static gboolean
pack_constant (NncPreparation *prepare, Params *params, const char *name, GError **error)
{
  const guint inputs[] = { WEIGHTS, BIAS, SCALE };
  const NncWindow *w = &params->window;
  const gsize key[] = { w->groups, w->in_channels, w->out_channels, w->kernel_height, w->kernel_width };
  Packing packing = { params, describe_filter (prepare->inputs, prepare->n_inputs) };

  params->packed = nnc_prepare_pack (prepare, name, inputs, MIN (prepare->n_inputs - 1, 3), key, sizeof key,
                                     params->kernel->packed_size (w), pack, &packing, error);
  return params->packed != NULL;
}

/* Where the output is a slice of something wider. */
static void
set_output_strides (NncWindow *w, const NncTensor *y)
{
  if (nnc_tensor_is_contiguous (y))
    return;
  w->out_pixel = y->strides[y->desc.rank - 2] / (ptrdiff_t)sizeof (float);
  w->out_row = w->out_pixel * (ptrdiff_t)w->out_width;
  w->out_image = w->out_row * (ptrdiff_t)w->out_height;
}

static gboolean
prepare_conv (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  NncWindow *w = &params->window;
  const NncKernel *kernel;

  if (prepare->inputs[X]->desc.rank > 4)
    return nnc_spatial_convolution_prepare (prepare, error);
  if (!set_window (w, prepare->node, prepare->inputs, error))
    return FALSE;
  if (prepare->inputs[X]->desc.type != NNC_F32) {
    const NncWindow window = *w; /* whose memory the other's params take */

    return nnc_quantized_prepare (prepare, &window, nnc_quantized_filter (prepare->inputs[WEIGHTS]), error);
  }
  prepare->run = nnc_run_nothing;
  if (nnc_desc_size (&prepare->outputs[0]->desc) == 0)
    return TRUE;
  set_output_strides (w, prepare->outputs[0]);
  kernel = nnc_prepare_convolution (prepare, w);
  params->kernel = kernel->convolution;
  prepare->macs = nnc_window_count_work (w);
  prepare->kernel = kernel->name;
  prepare->run = run;
  prepare->scratch = params->kernel->scratch_size (w);
  if (weights_are_constant (prepare)) {
    params->parts = nnc_prepare_parts (prepare, w->batch * w->out_height);
    prepare->rows = nnc_window_rows (w);
    prepare->rows.run = run_rows;
    return pack_constant (prepare, params, kernel->name, error);
  }
  params->parts = 1;
  params->packed_size = nnc_round_up_64 (params->kernel->packed_size (w));
  prepare->scratch += params->packed_size;
  return TRUE;
}

static gboolean
reach_of_conv (const NncNode *node, gint64 reach[NNC_MAX_RANK])
{
  return nnc_window_get_reach (node, node->inputs[WEIGHTS]->desc.shape + 1, reach);
}

const NncOp nnc_op_Conv = {
  .name = "Conv",
  .traits = NNC_OP_F32 | NNC_OP_CLAMP | NNC_OP_STRIDED,
  .min_inputs = 2,
  .max_inputs = 4,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_conv,
  .reach = reach_of_conv,
};
