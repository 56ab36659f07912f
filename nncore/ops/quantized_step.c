/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_step.c: a convolution of stored numbers as a step: factors from
 * scales, packed weights, and how rows are cut. */
#include "quantized_step.h"

#include "op_inputs.h"
#include "quantization.h"
#include "sliding_window.h"
#include "step_work.h"

typedef struct {
  NncQuantizedWindow window;
  const NncQuantizedConvolution *kernel;
  const void *packed;
  guint parts;
} Params;

gboolean
nnc_quantized_check (const NncTensor *const *inputs, guint n_inputs, GError **error)
{
  NncDataType x = inputs[NNC_QUANTIZED_X]->desc.type, weights = inputs[NNC_QUANTIZED_WEIGHTS]->desc.type;
  const NncTensor *bias = n_inputs > NNC_QUANTIZED_BIAS ? inputs[NNC_QUANTIZED_BIAS] : NULL;

  if (!nnc_type_is_stored (x) || (weights != NNC_I8 && weights != NNC_U8))
    return nnc_op_unsupported (error, "%s weights of %s are not supported", nnc_data_type_to_string (weights),
                               nnc_data_type_to_string (x));
  if (bias && bias->desc.type != NNC_I32 && (bias->desc.type != NNC_I64 || x != NNC_I16))
    return nnc_op_unsupported (error, "a bias of %s is not supported for %s", nnc_data_type_to_string (bias->desc.type),
                               nnc_data_type_to_string (x));
  return TRUE;
}

/* --- running ------------------------------------------------------------------------ */

typedef struct {
  const Params *params;
  NncRunContext *context;
  gconstpointer x;
  gpointer y;
} Work;

static void
run_part (gpointer user_data, guint part)
{
  const Work *work = user_data;
  const Params *params = work->params;
  gsize rows = params->window.window.batch * params->window.window.out_height;

  params->kernel->run (&params->window, work->x, params->packed, work->y, nnc_run_scratch (work->context, part),
                       nnc_part_begin (rows, part, params->parts), nnc_part_begin (rows, part + 1, params->parts));
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  Work work = { step->params, context, step->inputs[NNC_QUANTIZED_X]->data, step->outputs[0]->data };

  nnc_run_parallel (context, work.params->parts, run_part, &work);
  return TRUE;
}

static void
run_rows (gconstpointer user_data, gconstpointer x, gpointer y, gpointer scratch, gsize begin, gsize end)
{
  const Params *params = user_data;

  params->kernel->run (&params->window, x, params->packed, y, scratch, begin, end);
}

/* --- preparing ------------------------------------------------------------------------ */

/* x's scale times that of the weights over y's. Where weights have one scale, TFLite multiplies in float: for u8
 * always, for dense layers of any type. */
static void
fill_factors (const NncPreparation *prepare, const NncQuantization *weights, NncScale x, NncScale y, gboolean in_float,
              NncFixedPoint *factors, gsize n)
{
  for (gsize o = 0; o < n; o++) {
    float scale = weights->scale[weights->n == 1 ? 0 : o];
    double product = in_float ? (double)(x.scale * scale) : (double)x.scale * (double)scale;

    factors[o] = nnc_fixed_point (product / (double)y.scale);
  }
}

static gboolean
check_weights (const NncQuantization *weights, gsize n, GError **error)
{
  if (weights == NULL || (weights->n != 1 && (weights->n != n || weights->axis != 0)))
    return nnc_op_error (error, "the weights have %u scales for %" G_GSIZE_FORMAT " output channels",
                         weights ? weights->n : 0, n);
  for (guint i = 1; i < weights->n; i++)
    if (weights->zero_point[i] != weights->zero_point[0])
      return nnc_op_unsupported (error, "the weights have zero points %d and %d, one is supported",
                                 weights->zero_point[0], weights->zero_point[i]);
  return TRUE;
}

static gboolean
set_window (NncQuantizedWindow *w, const NncPreparation *prepare, const NncWindow *window, NncScale *x, NncScale *y,
            GError **error)
{
  const NncNode *node = prepare->node;
  const NncQuantization *weights = node->inputs[NNC_QUANTIZED_WEIGHTS]->quantization;
  NncDataType type = prepare->inputs[NNC_QUANTIZED_X]->desc.type;
  const NncTensor *bias = prepare->n_inputs > NNC_QUANTIZED_BIAS ? prepare->inputs[NNC_QUANTIZED_BIAS] : NULL;

  if (!nnc_node_get_input_scale (node, NNC_QUANTIZED_X, x, error) || !nnc_node_get_output_scale (node, 0, y, error)
      || !check_weights (weights, window->out_channels, error) || !nnc_node_get_rounding (node, &w->rounding, error)
      || !nnc_node_get_stored_clamp (node, type, &w->minimum, &w->maximum, error))
    return FALSE;
  w->stored = nnc_stored_of (type);
  w->weights = nnc_stored_of (prepare->inputs[NNC_QUANTIZED_WEIGHTS]->desc.type);
  w->x_zero_point = x->zero_point;
  w->weight_zero_point = weights->zero_point[0];
  w->y_zero_point = y->zero_point;
  /* TFLite rounds the sums of dense layers of i16 as those of bytes. */
  w->wide = type == NNC_I16 && (bias == NULL || bias->desc.type == NNC_I64) && w->rounding == NNC_ROUND_TWICE;
  return TRUE;
}

typedef struct {
  const NncQuantizedConvolution *kernel;
  const NncQuantizedWindow *window;
  const NncQuantizedFilter *filter;
} Packing;

static void
pack (gpointer packed, gpointer user_data)
{
  const Packing *packing = user_data;

  packing->kernel->pack (packing->window, packing->filter, packed);
}

/* The images' sizes are not part of the key; their zero points, how y is rounded and clamped, and the factors are. */
gconstpointer
nnc_quantized_pack (NncPreparation *prepare, const NncQuantizedWindow *q, const NncKernel *kernel,
                    const NncQuantizedFilter *filter, const guint inputs[2], GError **error)
{
  const NncWindow *w = &q->window;
  const gint64 sizes[] = { (gint64)w->groups,
                           (gint64)w->in_channels,
                           (gint64)w->out_channels,
                           (gint64)w->kernel_height,
                           (gint64)w->kernel_width,
                           (gint64)w->dilation_x,
                           q->stored,
                           q->weights,
                           q->x_zero_point,
                           q->weight_zero_point,
                           q->y_zero_point,
                           q->minimum,
                           q->rounding };
  gboolean real = filter->real_factors != NULL;
  g_autoptr (GByteArray) key = g_byte_array_new ();
  Packing packing = { kernel->quantized, q, filter };

  g_byte_array_append (key, (const guint8 *)sizes, sizeof sizes);
  g_byte_array_append (key, real ? (const guint8 *)filter->real_factors : (const guint8 *)filter->factors,
                       (guint)(w->out_channels * (real ? sizeof *filter->real_factors : sizeof *filter->factors)));
  return nnc_prepare_pack (prepare, kernel->name, inputs, 2, key->data, key->len, kernel->quantized->packed_size (q),
                           pack, &packing, error);
}

const NncKernel *
nnc_quantized_find (const NncQuantizedWindow *window)
{
  return window->window.in_channels ? nnc_kernel_find_quantized (NNC_SLOT_quantized_convolution, window)
                                    : nnc_kernel_reference (NNC_SLOT_quantized_convolution);
}

gboolean
nnc_quantized_set_window (NncWindow *window, const NncNode *node, const NncTensorDesc *x, const NncTensorDesc *weights,
                          GError **error)
{
  gint64 group = nnc_node_get_int (node, "group", 1), channels = x->rank ? x->shape[x->rank - 1] : 0;

  if (x->rank < 3 || x->rank > 4 || weights->rank != x->rank)
    return nnc_op_error (error, "x has %u dimensions and the weights have %u, the same and 3 or 4 are right", x->rank,
                         weights->rank);
  if (group < 1 || channels % group != 0 || channels / group != weights->shape[x->rank - 1]
      || weights->shape[0] % group != 0)
    return nnc_op_error (error,
                         "x has %" G_GINT64_FORMAT " channels, the weights are [%" G_GINT64_FORMAT
                         ",…,%" G_GINT64_FORMAT "] for each of %" G_GINT64_FORMAT " groups",
                         channels, weights->shape[0], weights->shape[x->rank - 1], group);
  if (!nnc_window_set (window, node, x, weights->shape + 1, weights->shape[0], error))
    return FALSE;
  window->groups = (gsize)group;
  return TRUE;
}

gboolean
nnc_quantized_prepare_window (NncPreparation *prepare, const NncQuantizedWindow *window,
                              const NncQuantizedFilter *filter, const guint inputs[2], GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncWindow *w = &window->window;
  const NncKernel *kernel = nnc_quantized_find (window);

  params->window = *window;
  params->kernel = kernel->quantized;
  prepare->kernel = kernel->name;
  prepare->macs = nnc_window_count_work (w);
  prepare->scratch = params->kernel->scratch_size (window);
  prepare->run = run;
  prepare->rows = nnc_window_rows (w);
  prepare->rows.run = run_rows;
  params->parts = nnc_prepare_parts (prepare, w->batch * w->out_height);
  params->packed = nnc_quantized_pack (prepare, window, kernel, filter, inputs, error);
  return params->packed != NULL;
}

NncQuantizedFilter
nnc_quantized_filter (const NncTensor *weights)
{
  const gint64 *strides = weights->strides;
  guint rank = weights->desc.rank;

  return (NncQuantizedFilter){
    .data = weights->data,
    .out = strides[0],
    .row = rank == 4 ? strides[1] : 0,
    .column = strides[rank - 2],
    .in = strides[rank - 1],
  };
}

NncWindow
nnc_quantized_rows (gsize rows, gsize in, gsize out)
{
  return (NncWindow){
    .batch = 1,
    .in_height = 1,
    .in_width = rows,
    .in_channels = in,
    .out_height = 1,
    .out_width = rows,
    .out_channels = out,
    .kernel_height = 1,
    .kernel_width = 1,
    .stride_y = 1,
    .stride_x = 1,
    .dilation_y = 1,
    .dilation_x = 1,
    .groups = 1,
    .in_pixel = (ptrdiff_t)in,
    .in_row = (ptrdiff_t)(rows * in),
    .in_image = (ptrdiff_t)(rows * in),
    .out_pixel = (ptrdiff_t)out,
    .out_row = (ptrdiff_t)(rows * out),
    .out_image = (ptrdiff_t)(rows * out),
  };
}

static gboolean
check_constants (const NncPreparation *prepare, GError **error)
{
  for (guint i = NNC_QUANTIZED_WEIGHTS; i < MIN (prepare->n_inputs, 3); i++) {
    const NncTensor *input = prepare->inputs[i];

    if (input && (input->data == NULL || (i == NNC_QUANTIZED_BIAS && !nnc_tensor_is_contiguous (input))))
      return nnc_op_unsupported (error, "quantized weights and biases that are not constant are not supported");
  }
  return TRUE;
}

gboolean
nnc_quantized_prepare (NncPreparation *prepare, const NncWindow *window, NncQuantizedFilter filter, GError **error)
{
  const NncTensor *bias = prepare->n_inputs > NNC_QUANTIZED_BIAS ? prepare->inputs[NNC_QUANTIZED_BIAS] : NULL;
  const NncQuantization *weights = prepare->node->inputs[NNC_QUANTIZED_WEIGHTS]->quantization;
  const guint inputs[]
      = { NNC_QUANTIZED_WEIGHTS, prepare->n_inputs > NNC_QUANTIZED_BIAS ? NNC_QUANTIZED_BIAS : G_MAXUINT };
  g_autofree NncFixedPoint *factors = g_new0 (NncFixedPoint, MAX (window->out_channels, 1));
  NncQuantizedWindow quantized = { .window = *window };
  NncScale x, y;

  prepare->run = nnc_run_nothing;
  if (!check_constants (prepare, error) || !set_window (&quantized, prepare, window, &x, &y, error))
    return FALSE;
  if (nnc_desc_size (&prepare->outputs[0]->desc) == 0)
    return TRUE;
  fill_factors (prepare, weights, x, y,
                weights->n == 1 && (prepare->node->op == nnc_op_find ("Gemm") || quantized.stored == NNC_STORED_U8),
                factors, window->out_channels);
  filter.factors = factors;
  filter.bias = bias ? bias->data : NULL;
  filter.wide_bias = bias && bias->desc.type == NNC_I64;
  return nnc_quantized_prepare_window (prepare, &quantized, &filter, inputs, error);
}
