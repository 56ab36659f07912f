/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* negative_log_likelihood_loss.c: NegativeLogLikelihoodLoss: y[n][place] = -weights[t] * x[n][t][place], t =
 * targets[n][place]; 0 where that is attribute ignore_index (none). Attribute reduction (mean): none; sum, of all;
 * mean, the sum divided by that of the weights. */
#include "op_inputs.h"
#include "step_work.h"

#include <string.h>

enum { X, TARGETS, WEIGHTS };

typedef enum { NONE, SUM, MEAN } Reduction;

typedef struct {
  Reduction reduction;
  gsize batch, classes, places;
  gboolean ignores;
  gint64 ignored;
} Params;

static gboolean
set_params (Params *params, const NncNode *node, const NncTensorDesc *x, GError **error)
{
  const char *reduction = nnc_node_get_string (node, "reduction", "mean");

  if (x->rank < 2)
    return nnc_op_error (error, "input 0 has %u dimensions, at least 2 are right", x->rank);
  params->reduction = strcmp (reduction, "none") == 0 ? NONE : strcmp (reduction, "sum") == 0 ? SUM : MEAN;
  if (params->reduction == MEAN && strcmp (reduction, "mean") != 0)
    return nnc_op_error (error, "attribute 'reduction' is '%s', which is not known", reduction);
  params->batch = (gsize)x->shape[0];
  params->classes = (gsize)x->shape[1];
  params->places = 1;
  for (guint i = 2; i < x->rank; i++)
    params->places *= (gsize)x->shape[i];
  params->ignores = nnc_node_get_attribute (node, "ignore_index") != NULL;
  params->ignored = nnc_node_get_int (node, "ignore_index", 0);
  return TRUE;
}

/* x: [N,C,…], targets: [N,…] */
static gboolean
check_targets (const NncTensorDesc *x, const NncTensorDesc *targets, GError **error)
{
  gboolean fits = targets->rank + 1 == x->rank && targets->shape[0] == x->shape[0];

  for (guint i = 2; fits && i < x->rank; i++)
    fits = targets->shape[i - 1] == x->shape[i];
  if (!fits) {
    g_autofree char *text = nnc_desc_to_string (targets), *other = nnc_desc_to_string (x);
    return nnc_op_error (error, "targets are %s for %s", text, other);
  }
  return targets->type == NNC_I64 || targets->type == NNC_I32
         || nnc_op_unsupported (error, "targets are %s, i32 and i64 are supported",
                                nnc_data_type_to_string (targets->type));
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensorDesc *targets = &inputs[TARGETS]->desc;
  Params params;

  if (!nnc_input_check_type (inputs, X, NNC_F32, error)
      || !set_params (&params, inference->node, &inputs[X]->desc, error)
      || !check_targets (&inputs[X]->desc, targets, error))
    return FALSE;
  if (inference->n_inputs > WEIGHTS
      && (!nnc_input_check_type (inputs, WEIGHTS, NNC_F32, error)
          || !nnc_input_check_vector (inputs, WEIGHTS, (gint64)params.classes, error)))
    return FALSE;
  return nnc_desc_set (&inference->outputs[0], NNC_F32, params.reduction == NONE ? targets->rank : 0, targets->shape,
                       error);
}

static gint64
target_at (const NncTensor *targets, gsize i)
{
  return targets->desc.type == NNC_I64 ? ((const gint64 *)targets->data)[i] : ((const gint32 *)targets->data)[i];
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *x = step->inputs[X]->data;
  const float *weights = step->n_inputs > WEIGHTS && step->inputs[WEIGHTS] ? step->inputs[WEIGHTS]->data : NULL;
  float *y = step->outputs[0]->data;
  double sum = 0, weight_sum = 0;

  for (gsize i = 0; i < params->batch * params->places; i++) {
    gint64 target = target_at (step->inputs[TARGETS], i);
    gboolean ignored = params->ignores && target == params->ignored;
    float weight = ignored ? 0 : 1, loss = 0;

    if (!ignored && (target < 0 || (gsize)target >= params->classes)) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_DATA,
                   "a target is %" G_GINT64_FORMAT ", there are %" G_GSIZE_FORMAT " classes", target, params->classes);
      return FALSE;
    }
    if (!ignored) {
      weight = weights ? weights[target] : 1;
      loss = -weight * x[(i / params->places * params->classes + (gsize)target) * params->places + i % params->places];
    }
    if (params->reduction == NONE)
      y[i] = loss;
    sum += (double)loss;
    weight_sum += (double)weight;
  }
  if (params->reduction != NONE)
    *y = (float)(params->reduction == MEAN ? sum / weight_sum : sum);
  return TRUE;
}

static gboolean
prepare_loss (NncPreparation *prepare, GError **error)
{
  prepare->run = run;
  return set_params (nnc_prepare_params (prepare, sizeof (Params)), prepare->node, &prepare->inputs[X]->desc, error);
}

const NncOp nnc_op_NegativeLogLikelihoodLoss = {
  .name = "NegativeLogLikelihoodLoss",
  .traits = NNC_OP_F32,
  .min_inputs = 2,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_loss,
};
