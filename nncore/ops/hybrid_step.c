/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hybrid_step.c: see hybrid_step.h. */
#include "hybrid_step.h"

#include "dynamic_range.h"
#include "op_inputs.h"
#include "quantized_step.h"
#include "sliding_window.h"
#include "step_work.h"

#include <string.h>

typedef struct {
  NncDynamicQuantizer quantizer;
  NncQuantizedWindow window; /* of a slice */
  const NncQuantizedConvolution *kernel;
  const void *packed; /* NULL: not constant, packed by run */
  NncQuantizedFilter filter; /* strides, where run packs */
  gsize n, in, out; /* slices, and a slice's numbers */
  gsize stored_offset, factors_offset, packed_offset; /* in scratch: a slice as bytes; for packing */
  guint parts;
} Params;

gboolean
nnc_hybrid_check (const NncInference *inference, gint64 out_channels, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const char *order = nnc_node_get_string (inference->node, "order", "scales");
  gint64 n_scales = nnc_desc_n_elements (&inputs[NNC_HYBRID_SCALES]->desc) == 1 ? 1 : out_channels;

  if (strcmp (order, "scales") != 0 && strcmp (order, "sums") != 0)
    return nnc_op_unsupported (error, "attribute 'order' is '%s', 'scales' and 'sums' are known", order);
  for (guint i = 0; i < inference->n_inputs; i++)
    if (!nnc_input_check_type (inputs, i, i == NNC_HYBRID_WEIGHTS ? NNC_I8 : NNC_F32, error))
      return FALSE;
  return nnc_input_check_vector (inputs, NNC_HYBRID_SCALES, n_scales, error)
         && (inference->n_inputs <= NNC_HYBRID_BIAS
             || nnc_input_check_vector (inputs, NNC_HYBRID_BIAS, out_channels, error));
}

/* --- weights ---------------------------------------------------------------------------- */

static const float *
get_floats (const NncTensor *const *inputs, guint n_inputs, guint i)
{
  return i < n_inputs && inputs[i] ? inputs[i]->data : NULL;
}

static void
fill_factors (const NncTensor *const *inputs, guint n_inputs, NncRealFactor *factors, gsize n)
{
  const float *scales = inputs[NNC_HYBRID_SCALES]->data, *bias = get_floats (inputs, n_inputs, NNC_HYBRID_BIAS);
  gboolean one = nnc_desc_n_elements (&inputs[NNC_HYBRID_SCALES]->desc) == 1;

  for (gsize o = 0; o < n; o++) {
    factors[o].factor = scales[one ? 0 : o];
    factors[o].offset = bias ? bias[o] : 0;
  }
}

/* Into scratch. */
static const void *
pack_late (const Params *params, const NncStep *step, guint8 *scratch)
{
  NncRealFactor *factors = (NncRealFactor *)(scratch + params->factors_offset);
  NncQuantizedFilter filter = params->filter;

  fill_factors ((const NncTensor *const *)step->inputs, step->n_inputs, factors, params->window.window.out_channels);
  filter.data = step->inputs[NNC_HYBRID_WEIGHTS]->data;
  filter.real_factors = factors;
  params->kernel->pack (&params->window, &filter, scratch + params->packed_offset);
  return scratch + params->packed_offset;
}

/* --- running ---------------------------------------------------------------------------- */

typedef struct {
  const Params *params;
  NncRunContext *context;
  NncQuantizedWindow window;
  const void *packed;
  const guint8 *stored;
  float *y;
} Work;

static void
run_part (gpointer user_data, guint part)
{
  const Work *work = user_data;
  const Params *params = work->params;
  gsize rows = params->window.window.out_height;

  params->kernel->run (&work->window, work->stored, work->packed, work->y, nnc_run_scratch (work->context, part),
                       nnc_part_begin (rows, part, params->parts), nnc_part_begin (rows, part + 1, params->parts));
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *x = step->inputs[NNC_HYBRID_X]->data;
  guint8 *scratch = nnc_run_scratch (context, 0), *stored = scratch + params->stored_offset;
  Work work = { params, context, params->window, params->packed, stored, step->outputs[0]->data };

  if (work.packed == NULL)
    work.packed = pack_late (params, step, scratch);
  for (gsize i = 0; i < params->n; i++, x += params->in, work.y += params->out) {
    NncDynamicRange range = nnc_dynamic_quantize (&params->quantizer, stored, x, params->in);

    work.window.x_zero_point = 128 + range.zero_point;
    work.window.x_scale = range.scale;
    nnc_run_parallel (context, params->parts, run_part, &work);
  }
  return TRUE;
}

/* --- preparing -------------------------------------------------------------------------- */

static void
fill_window (const NncPreparation *prepare, const NncWindow *window, NncQuantizedWindow *quantized)
{
  *quantized = (NncQuantizedWindow){
    .window = *window,
    .stored = NNC_STORED_U8,
    .weights = NNC_STORED_I8,
    .rounding = NNC_ROUND_NONE,
    .sums_first = strcmp (nnc_node_get_string (prepare->node, "order", "scales"), "sums") == 0,
  };
  nnc_node_get_clamp (prepare->node, &quantized->window.minimum, &quantized->window.maximum);
}

static gboolean
are_constant (const NncPreparation *prepare)
{
  for (guint i = NNC_HYBRID_WEIGHTS; i < prepare->n_inputs; i++) {
    const NncTensor *input = prepare->inputs[i];

    if (input && (input->data == NULL || (i != NNC_HYBRID_WEIGHTS && !nnc_tensor_is_contiguous (input))))
      return FALSE;
  }
  return TRUE;
}

static gboolean
pack_constants (NncPreparation *prepare, Params *params, const NncKernel *kernel, NncQuantizedFilter filter,
                GError **error)
{
  gsize n = params->window.window.out_channels;
  g_autofree NncRealFactor *factors = g_new (NncRealFactor, MAX (n, 1));
  const guint inputs[] = { NNC_HYBRID_WEIGHTS, G_MAXUINT };

  fill_factors (prepare->inputs, prepare->n_inputs, factors, n);
  filter.real_factors = factors;
  for (guint i = NNC_HYBRID_SCALES; i < prepare->n_inputs; i++)
    if (prepare->inputs[i])
      nnc_prepare_consume (prepare, i);
  params->packed = nnc_quantized_pack (prepare, &params->window, kernel, &filter, inputs, error);
  return params->packed != NULL;
}

static void
place_late (NncPreparation *prepare, Params *params, NncQuantizedFilter filter)
{
  params->filter = filter;
  params->factors_offset = nnc_round_up_64 (prepare->scratch);
  params->packed_offset
      = params->factors_offset + nnc_round_up_64 (params->window.window.out_channels * sizeof (NncRealFactor));
  prepare->scratch = params->packed_offset + params->kernel->packed_size (&params->window);
}

gboolean
nnc_hybrid_prepare (NncPreparation *prepare, const NncWindow *window, gsize n, NncQuantizedFilter filter,
                    GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncKernel *kernel;

  prepare->run = nnc_run_nothing;
  if (nnc_desc_size (&prepare->outputs[0]->desc) == 0)
    return TRUE;
  fill_window (prepare, window, &params->window);
  kernel = nnc_quantized_find (&params->window);
  params->kernel = kernel->quantized;
  params->quantizer = nnc_dynamic_quantizer (nnc_node_get_int (prepare->node, "asymmetric", 0) != 0);
  params->n = n;
  params->in = window->in_height * window->in_width * window->in_channels;
  params->out = window->out_height * window->out_width * window->out_channels;
  prepare->kernel = kernel->name;
  prepare->macs = nnc_window_count_work (window);
  params->parts = nnc_prepare_parts (prepare, window->out_height);
  prepare->macs = nnc_count_work ((gsize[]){ (gsize)prepare->macs, n }, 2);
  params->stored_offset = nnc_round_up_64 (params->kernel->scratch_size (&params->window));
  prepare->scratch = params->stored_offset + params->in;
  prepare->run = run;
  if (are_constant (prepare))
    return pack_constants (prepare, params, kernel, filter, error);
  place_late (prepare, params, filter);
  return TRUE;
}
