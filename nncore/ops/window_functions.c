/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* window_functions.c: HannWindow, HammingWindow, BlackmanWindow: y[i] = a - b cos (2 pi i / n) + c cos (4 pi i / n), i
 * below input 0; n is input 0, or with periodic (1) 0 one less. */
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>

typedef struct {
  double a, b, c;
} Window;

static const Window hann = { 0.5, 0.5, 0 }, hamming = { 25.0 / 46, 21.0 / 46, 0 }, blackman = { 0.42, 0.5, 0.08 };

typedef struct {
  const Window *window;
  gboolean periodic;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  gint64 size;
  guint n;

  if (nnc_infer_waits_for (inference, 0))
    return TRUE;
  if (!nnc_input_get_ints (inference->inputs[0], "the size", &size, 1, &n, error))
    return FALSE;
  if (n != 1 || size < 0)
    return nnc_op_error (error, "the size is %" G_GINT64_FORMAT ", at least 0 is right", n ? size : -1);
  return nnc_desc_set (&inference->outputs[0], NNC_F32, 1, &size, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const Window *window = params->window;
  gint64 size = step->outputs[0]->desc.shape[0], n = MAX (params->periodic ? size : size - 1, 1);
  float *y = step->outputs[0]->data;

  for (gint64 i = 0; i < size; i++) {
    double angle = 2 * G_PI * (double)i / (double)n;
    y[i] = (float)(window->a - window->b * cos (angle) + window->c * cos (2 * angle));
  }
  return TRUE;
}

static gboolean
prepare_window (NncPreparation *prepare, const Window *window)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);

  params->window = window;
  params->periodic = nnc_node_get_int (prepare->node, "periodic", 1) != 0;
  prepare->run = run;
  return TRUE;
}

#define WINDOW_OP(op_name, coefficients)                                                                               \
  static gboolean prepare_##op_name (NncPreparation *prepare, GError **error)                                          \
  {                                                                                                                    \
    return prepare_window (prepare, &coefficients);                                                                    \
  }                                                                                                                    \
  const NncOp nnc_op_##op_name = {                                                                                     \
    .name = #op_name,                                                                                                  \
    .traits = NNC_OP_DATA_SHAPE,                                                                                       \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 1,                                                                                                   \
    .max_outputs = 1,                                                                                                  \
    .infer = infer,                                                                                                    \
    .prepare = prepare_##op_name,                                                                                      \
  };

WINDOW_OP (HannWindow, hann)
WINDOW_OP (HammingWindow, hamming)
WINDOW_OP (BlackmanWindow, blackman)
