/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elementwise_unary.c: y[i] = f (x[i]) by a kernel. */
#include "elementwise_unary.h"

typedef struct {
  NncUnaryF32 function;
  float parameters[2];
} Params;

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;

  params->function (step->outputs[0]->data, step->inputs[0]->data, nnc_desc_n_elements (&step->outputs[0]->desc),
                    params->parameters);
  return TRUE;
}

gboolean
nnc_unary_prepare (NncPreparation *prepare, NncSlot slot, const float *parameters, guint n, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncKernel *kernel = nnc_kernel_find (slot);

  params->function = kernel->unary;
  for (guint i = 0; i < n; i++)
    params->parameters[i] = parameters[i];
  prepare->kernel = kernel->name;
  prepare->run = run;
  return TRUE;
}
