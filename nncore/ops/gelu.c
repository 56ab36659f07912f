/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gelu.c: Gelu: y = x * (1 + erf (x / sqrt (2))) / 2, or with attribute approximate (none) "tanh"
 * y = x * (1 + tanh (sqrt (2 / pi) * (x + 0.044715 x^3))) / 2. */
#include "elementwise_unary.h"
#include "stored_activations.h"

#include <string.h>
#include <tgmath.h>

#define ROOT_OF_HALF ((number)0.70710678118654752)
#define ROOT_OF_TWO_OVER_PI ((number)0.79788456080286536)

#define GELU v *(1 + erf (v * ROOT_OF_HALF)) / 2
#define GELU_TANH v *(1 + tanh (ROOT_OF_TWO_OVER_PI * (v + (number)0.044715 * v * v * v))) / 2

static gboolean
prepare_stored (NncPreparation *prepare, GError **error)
{
  return nnc_stored_gelu_prepare (prepare, FALSE, error);
}

static gboolean
prepare_stored_by_tanh (NncPreparation *prepare, GError **error)
{
  return nnc_stored_gelu_prepare (prepare, TRUE, error);
}

NNC_UNARY_LOOP (gelu_f32, float, float, GELU)
NNC_UNARY_LOOP (gelu_f64, double, double, GELU)
NNC_UNARY_LOOP (gelu_tanh_f32, float, float, GELU_TANH)
NNC_UNARY_LOOP (gelu_tanh_f64, double, double, GELU_TANH)

static const NncUnaryFunction gelu = { .types = NNC_TYPES_FLOAT,
                                       .loops = { [NNC_F32] = gelu_f32, [NNC_F64] = gelu_f64 },
                                       .prepare_stored = prepare_stored };
static const NncUnaryFunction gelu_tanh = { .types = NNC_TYPES_FLOAT,
                                            .loops = { [NNC_F32] = gelu_tanh_f32, [NNC_F64] = gelu_tanh_f64 },
                                            .prepare_stored = prepare_stored_by_tanh };

/* NULL with an error: there is no such approximation. */
static const NncUnaryFunction *
find_function (const NncNode *node, GError **error)
{
  const char *approximate = nnc_node_get_string (node, "approximate", "none");

  if (strcmp (approximate, "none") == 0)
    return &gelu;
  if (strcmp (approximate, "tanh") == 0)
    return &gelu_tanh;
  nnc_op_error (error, "attribute 'approximate' is '%s', 'none' and 'tanh' are right", approximate);
  return NULL;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncUnaryFunction *function = find_function (inference->node, error);

  return function && nnc_unary_infer (inference, function, error);
}

static gboolean
prepare_gelu (NncPreparation *prepare, GError **error)
{
  const NncUnaryFunction *function = find_function (prepare->node, error);

  return function && nnc_unary_prepare (prepare, function, error);
}

const NncOp nnc_op_Gelu = {
  .name = "Gelu",
  .traits = NNC_OP_ELEMENTWISE | NNC_OP_IN_PLACE,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_gelu,
};
