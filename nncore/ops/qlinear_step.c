/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qlinear_step.c: ONNX's convolution and product of numbers of 8 bits as a step. */
#include "qlinear_step.h"

#include "linear_quantization.h"
#include "op_inputs.h"
#include "quantization.h"
#include "quantized_step.h"
#include "sliding_window.h"
#include "step_work.h"

#include <math.h>

static const NncTensor *
input_of (const NncTensor *const *inputs, guint n_inputs, guint i)
{
  return i < n_inputs ? inputs[i] : NULL;
}

/* --- inference ---------------------------------------------------------------------- */

/* One number, or where n is not 1 also that many. */
static gboolean
check_count (const NncInference *inference, guint i, gint64 n, GError **error)
{
  const NncTensor *tensor = input_of (inference->inputs, inference->n_inputs, i);

  return tensor == NULL || nnc_desc_n_elements (&tensor->desc) == 1
         || (n == 1 ? nnc_op_error (error, "input %u has %" G_GSIZE_FORMAT " numbers, 1 is right", i,
                                    nnc_desc_n_elements (&tensor->desc))
                    : nnc_input_check_vector (inference->inputs, i, n, error));
}

static gboolean
check_type (const NncInference *inference, guint i, NncDataType type, GError **error)
{
  return i >= inference->n_inputs || nnc_input_check_type (inference->inputs, i, type, error);
}

static gboolean
check_vector (const NncInference *inference, guint i, gint64 n, GError **error)
{
  return i >= inference->n_inputs || nnc_input_check_vector (inference->inputs, i, n, error);
}

gboolean
nnc_qlinear_check (const NncInference *inference, gint64 out_channels, GError **error)
{
  static const guint scales[] = { NNC_QLINEAR_X_SCALE, NNC_QLINEAR_WEIGHTS_SCALE, NNC_QLINEAR_Y_SCALE };
  const NncTensor *const *inputs = inference->inputs;
  const guint types = NNC_TYPE_BIT (NNC_I8) | NNC_TYPE_BIT (NNC_U8);
  NncDataType x, weights;

  if (!nnc_input_check_types (inputs, NNC_QLINEAR_X, types, error)
      || !nnc_input_check_types (inputs, NNC_QLINEAR_WEIGHTS, types, error))
    return FALSE;
  x = inputs[NNC_QLINEAR_X]->desc.type;
  weights = inputs[NNC_QLINEAR_WEIGHTS]->desc.type;
  for (guint i = 0; i < G_N_ELEMENTS (scales); i++) {
    gboolean is_weights = scales[i] == NNC_QLINEAR_WEIGHTS_SCALE;
    gint64 n = is_weights ? out_channels : 1;

    if (input_of (inputs, inference->n_inputs, scales[i]) == NULL)
      return nnc_op_error (error, "input %u is absent", scales[i]);
    if (!check_type (inference, scales[i], NNC_F32, error) || !check_count (inference, scales[i], n, error)
        || !check_type (inference, scales[i] + 1, is_weights ? weights : x, error)
        || !check_count (inference, scales[i] + 1, n, error))
      return FALSE;
  }
  return check_type (inference, NNC_QLINEAR_BIAS, NNC_I32, error)
         && check_vector (inference, NNC_QLINEAR_BIAS, out_channels, error)
         && check_type (inference, NNC_QLINEAR_OFFSET, NNC_F32, error)
         && check_vector (inference, NNC_QLINEAR_OFFSET, out_channels, error);
}

/* --- the numbers -------------------------------------------------------------------- */

/* What a step reads its parameters from. */
typedef struct {
  const NncNode *node;
  const NncTensor *const *inputs;
  guint n;
} Source;

static float
scale_at (const Source *source, guint i, gsize at)
{
  const NncTensor *scale = source->inputs[i];

  return ((const float *)scale->data)[nnc_desc_n_elements (&scale->desc) == 1 ? 0 : at];
}

/* The zero point of input i; FALSE: it has several. */
static gboolean
get_zero (const Source *source, guint i, gint32 *zero, GError **error)
{
  const NncTensor *tensor = input_of (source->inputs, source->n, i);

  *zero = tensor ? nnc_linear_get (tensor->data, tensor->desc.type, 0) : 0;
  for (gsize at = 1; tensor && at < nnc_desc_n_elements (&tensor->desc); at++)
    if (nnc_linear_get (tensor->data, tensor->desc.type, at) != *zero)
      return nnc_op_unsupported (error, "the weights have zero points %d and %d, one is supported", *zero,
                                 nnc_linear_get (tensor->data, tensor->desc.type, at));
  return TRUE;
}

static gboolean
fill_factors (const Source *source, NncRealFactor *factors, gsize n, GError **error)
{
  const NncTensor *offset = input_of (source->inputs, source->n, NNC_QLINEAR_OFFSET);
  float x = scale_at (source, NNC_QLINEAR_X_SCALE, 0), y = scale_at (source, NNC_QLINEAR_Y_SCALE, 0);

  for (gsize o = 0; o < n; o++) {
    factors[o].factor = x * scale_at (source, NNC_QLINEAR_WEIGHTS_SCALE, o) / y;
    factors[o].offset = offset ? ((const float *)offset->data)[o] : 0;
    if (!isfinite (factors[o].factor) || !isfinite (factors[o].offset))
      return nnc_op_error (error, "the scales of output channel %" G_GSIZE_FORMAT " give no number", o);
  }
  return TRUE;
}

static gboolean
set_zeros_and_limits (const Source *source, NncQuantizedWindow *window, GError **error)
{
  NncDataType x = source->inputs[NNC_QLINEAR_X]->desc.type;
  float low, high, scale = scale_at (source, NNC_QLINEAR_Y_SCALE, 0);

  if (!get_zero (source, NNC_QLINEAR_X_ZERO, &window->x_zero_point, error)
      || !get_zero (source, NNC_QLINEAR_WEIGHTS_ZERO, &window->weight_zero_point, error)
      || !get_zero (source, NNC_QLINEAR_Y_ZERO, &window->y_zero_point, error))
    return FALSE;
  nnc_node_get_clamp (source->node, &low, &high);
  window->minimum = nnc_linear_quantize (low, scale, window->y_zero_point, x);
  window->maximum = nnc_linear_quantize (high, scale, window->y_zero_point, x);
  return TRUE;
}

/* --- with numbers that only a run brings --------------------------------------------- */

typedef struct {
  NncQuantizedWindow window; /* without zero points and limits */
  NncQuantizedFilter filter; /* strides */
  const NncQuantizedConvolution *kernel;
  gsize packed_offset, scratch_offset; /* in scratch, behind the factors */
} Late;

static gboolean
run_late (const NncStep *step, NncRunContext *context, GError **error)
{
  const Late *late = step->params;
  const Source source = { step->node, (const NncTensor *const *)step->inputs, step->n_inputs };
  const NncTensor *bias = input_of (source.inputs, source.n, NNC_QLINEAR_BIAS);
  guint8 *scratch = nnc_run_scratch (context, 0);
  NncQuantizedWindow window = late->window;
  NncQuantizedFilter filter = late->filter;

  if (!set_zeros_and_limits (&source, &window, error)
      || !fill_factors (&source, (NncRealFactor *)scratch, window.window.out_channels, error))
    return FALSE;
  filter.data = step->inputs[NNC_QLINEAR_WEIGHTS]->data;
  filter.bias = bias ? bias->data : NULL;
  filter.real_factors = (const NncRealFactor *)scratch;
  late->kernel->pack (&window, &filter, scratch + late->packed_offset);
  late->kernel->run (&window, step->inputs[NNC_QLINEAR_X]->data, scratch + late->packed_offset, step->outputs[0]->data,
                     scratch + late->scratch_offset, 0, window.window.batch * window.window.out_height);
  return TRUE;
}

static gboolean
prepare_late (NncPreparation *prepare, const NncQuantizedWindow *window, const NncQuantizedFilter *filter)
{
  Late *late = nnc_prepare_params (prepare, sizeof *late);
  const NncWindow *w = &window->window;
  const NncKernel *kernel = nnc_quantized_find (window);

  late->window = *window;
  late->filter = *filter;
  late->kernel = kernel->quantized;
  late->packed_offset = nnc_round_up_64 (w->out_channels * sizeof (NncRealFactor));
  late->scratch_offset = late->packed_offset + nnc_round_up_64 (late->kernel->packed_size (window));
  prepare->scratch = late->scratch_offset + late->kernel->scratch_size (window);
  prepare->kernel = kernel->name;
  prepare->macs = nnc_window_count_work (w);
  prepare->run = run_late;
  return TRUE;
}

/* --- preparing ------------------------------------------------------------------------ */

static gboolean
are_constant (const NncPreparation *prepare)
{
  for (guint i = NNC_QLINEAR_WEIGHTS; i < prepare->n_inputs; i++) {
    const NncTensor *input = prepare->inputs[i];

    if (input && (input->data == NULL || (i != NNC_QLINEAR_WEIGHTS && !nnc_tensor_is_contiguous (input))))
      return FALSE;
  }
  return TRUE;
}

gboolean
nnc_qlinear_prepare (NncPreparation *prepare, const NncWindow *window, NncQuantizedFilter filter, GError **error)
{
  const Source source = { prepare->node, prepare->inputs, prepare->n_inputs };
  const NncTensor *bias = input_of (prepare->inputs, prepare->n_inputs, NNC_QLINEAR_BIAS);
  const guint inputs[] = { NNC_QLINEAR_WEIGHTS, bias ? NNC_QLINEAR_BIAS : G_MAXUINT };
  g_autofree NncRealFactor *factors = g_new0 (NncRealFactor, MAX (window->out_channels, 1));
  NncQuantizedWindow quantized = { .window = *window,
                                   .stored = nnc_stored_of (prepare->inputs[NNC_QLINEAR_X]->desc.type),
                                   .weights = nnc_stored_of (prepare->inputs[NNC_QLINEAR_WEIGHTS]->desc.type),
                                   .rounding = NNC_ROUND_EVEN };

  prepare->run = nnc_run_nothing;
  if (nnc_desc_size (&prepare->outputs[0]->desc) == 0)
    return TRUE;
  if (!are_constant (prepare))
    return prepare_late (prepare, &quantized, &filter);
  if (!set_zeros_and_limits (&source, &quantized, error)
      || !fill_factors (&source, factors, window->out_channels, error))
    return FALSE;
  filter.real_factors = factors;
  filter.bias = bias ? bias->data : NULL;
  for (guint i = NNC_QLINEAR_X_SCALE; i < prepare->n_inputs; i++)
    if (prepare->inputs[i])
      nnc_prepare_consume (prepare, i);
  return nnc_quantized_prepare_window (prepare, &quantized, &filter, inputs, error);
}
