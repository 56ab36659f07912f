/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dynamic_step.c: infer, place, prepare, run. */
#include "dynamic_step.h"

#include "execute.h"
#include "place.h"

#include <string.h>

typedef struct {
  const NncStepResources *resources;
  NncStep step; /* what is run: prepared for `prepared` */
  NncConstant **constants; /* of each input, or NULL */
  NncTensor *shown; /* the inputs, as prepare sees them */
  const NncTensor **shown_inputs;
  NncTensorDesc *inferred; /* of each output */
  NncTensorDesc *prepared; /* of each input and output; NULL: not prepared */
  gsize scratch; /* a part */
} DynamicStep;

void
nnc_place_forget (NncPlace *place, NncMemory *memory)
{
  if (place->memory)
    nnc_memory_give (memory, g_steal_pointer (&place->memory));
  place->tensor.data = NULL;
  place->tensor.desc = (NncTensorDesc){ .type = place->tensor.desc.type, .rank = 1 };
}

static NncPlace *
output_place (const NncStep *step, guint i)
{
  return (NncPlace *)step->outputs[i];
}

static gboolean
infer_outputs (DynamicStep *dynamic, GError **error)
{
  const NncStep *step = &dynamic->step;
  NncInference inference = {
    .node = step->node,
    .n_inputs = step->n_inputs,
    .n_outputs = step->n_outputs,
    .inputs = (const NncTensor *const *)step->inputs,
    .outputs = dynamic->inferred,
  };

  for (guint i = 0; i < step->n_outputs; i++)
    dynamic->inferred[i] = (NncTensorDesc){ .type = NNC_INVALID };
  return step->node->op->infer (&inference, error);
}

static gboolean
share_input (DynamicStep *dynamic, GError **error)
{
  const NncPlace *input = (const NncPlace *)dynamic->step.inputs[0];
  NncPlace *output = output_place (&dynamic->step, 0);

  if (output == NULL)
    return TRUE;
  if (dynamic->inferred[0].type == NNC_INVALID)
    return nnc_op_error (error, "the shape of output 0 cannot be told");
  output->tensor.desc = dynamic->inferred[0];
  nnc_desc_contiguous_strides (&output->tensor.desc, output->tensor.strides);
  output->tensor.data = input->tensor.data;
  output->memory = input->memory ? nnc_memory_share (input->memory) : NULL;
  return TRUE;
}

/* Those that infer left open are made by run; those that are static have their place. */
static gboolean
place_outputs (DynamicStep *dynamic, NncRunContext *context, GError **error)
{
  for (guint i = 0; i < dynamic->step.n_outputs; i++) {
    NncTensor *output = dynamic->step.outputs[i];

    if (output && dynamic->inferred[i].type != NNC_INVALID
        && !nnc_run_make_output (context, output, &dynamic->inferred[i], error))
      return FALSE;
  }
  return TRUE;
}

/* What run made, or place_outputs(), is the place's own from now on. */
static gboolean
own_outputs (DynamicStep *dynamic, gboolean done, GError **error)
{
  for (guint i = 0; i < dynamic->step.n_outputs; i++) {
    NncPlace *output = output_place (&dynamic->step, i);

    if (output == NULL || !output->dynamic)
      continue;
    output->memory = output->tensor.data;
    if (done && output->memory == NULL)
      return nnc_op_error (error, "output %u was not computed", i);
  }
  return done;
}

/* --- prepare ------------------------------------------------------------------------- */

static gboolean
is_prepared (const DynamicStep *dynamic)
{
  const NncStep *step = &dynamic->step;

  /* Its preparation depends on numbers, too. */
  if (dynamic->prepared == NULL || (step->node->op->traits & NNC_OP_DATA_SHAPE))
    return FALSE;
  for (guint i = 0; i < step->n_inputs; i++)
    if (step->inputs[i] && !nnc_desc_equal (&step->inputs[i]->desc, &dynamic->prepared[i]))
      return FALSE;
  for (guint i = 0; i < step->n_outputs; i++)
    if (!nnc_desc_equal (&dynamic->inferred[i], &dynamic->prepared[step->n_inputs + i]))
      return FALSE;
  return TRUE;
}

static void
remember_shapes (DynamicStep *dynamic)
{
  const NncStep *step = &dynamic->step;

  if (dynamic->prepared == NULL)
    dynamic->prepared = g_new0 (NncTensorDesc, step->n_inputs + step->n_outputs);
  for (guint i = 0; i < step->n_inputs; i++)
    if (step->inputs[i])
      dynamic->prepared[i] = step->inputs[i]->desc;
  for (guint i = 0; i < step->n_outputs; i++)
    dynamic->prepared[step->n_inputs + i] = dynamic->inferred[i];
}

static void
show_inputs (DynamicStep *dynamic)
{
  const NncStep *step = &dynamic->step;

  for (guint i = 0; i < step->n_inputs; i++) {
    dynamic->shown_inputs[i] = NULL;
    if (step->inputs[i] == NULL)
      continue;
    dynamic->shown[i] = *step->inputs[i];
    if (dynamic->constants[i] == NULL && !(step->node->op->traits & NNC_OP_DATA_SHAPE))
      dynamic->shown[i].data = NULL;
    dynamic->shown_inputs[i] = &dynamic->shown[i];
  }
}

static gboolean
prepare_step (DynamicStep *dynamic, GError **error)
{
  NncStep *step = &dynamic->step;
  NncPlanner planner = {
    .store = dynamic->resources->store,
    .constants = dynamic->constants,
    .variables = dynamic->resources->variables,
    .memory = dynamic->resources->memory,
  };
  NncPreparation prepare = {
    .planner = &planner,
    .node = step->node,
    .n_inputs = step->n_inputs,
    .n_outputs = step->n_outputs,
    .inputs = dynamic->shown_inputs,
    .outputs = (const NncTensor *const *)step->outputs,
    .threads = dynamic->resources->threads,
    .precision = dynamic->resources->precision,
  };
  gboolean done;

  show_inputs (dynamic);
  done = step->node->op->prepare (&prepare, error);
  nnc_params_free (step->params, step->clear);
  g_clear_pointer (&dynamic->prepared, g_free);
  step->params = planner.params;
  step->clear = planner.clear_params;
  step->run = prepare.run;
  dynamic->scratch = prepare.scratch;
  if (done)
    remember_shapes (dynamic);
  return done;
}

/* --- run ------------------------------------------------------------------------------ */

static gboolean
run_with_scratch (DynamicStep *dynamic, NncRunContext *context, GError **error)
{
  NncRunContext own = *context;
  gsize size;
  gboolean done;

  if (!nnc_size_add (dynamic->scratch, 127, &own.scratch_size)
      || !nnc_size_mul (own.scratch_size &= ~(gsize)63, dynamic->resources->threads, &size))
    size = G_MAXSIZE;
  own.scratch = nnc_memory_take (context->memory, size, error);
  if (own.scratch == NULL)
    return FALSE;
  done = dynamic->step.run (&dynamic->step, &own, error);
  nnc_memory_give (context->memory, own.scratch);
  return done;
}

static gboolean
compute (DynamicStep *dynamic, NncRunContext *context, GError **error)
{
  return infer_outputs (dynamic, error) && place_outputs (dynamic, context, error)
         && (is_prepared (dynamic) || prepare_step (dynamic, error)) && run_with_scratch (dynamic, context, error);
}

static gboolean
run_dynamic (const NncStep *outer, NncRunContext *context, GError **error)
{
  DynamicStep *dynamic = outer->params;
  guint traits = outer->node->op->traits;

  if (traits & NNC_OP_VIEW)
    return infer_outputs (dynamic, error) && share_input (dynamic, error);
  if (traits & NNC_OP_SUBGRAPH)
    return own_outputs (dynamic, run_with_scratch (dynamic, context, error), error);
  return own_outputs (dynamic, compute (dynamic, context, error), error);
}

static void
dynamic_step_clear (gpointer data)
{
  DynamicStep *dynamic = data;

  nnc_params_free (dynamic->step.params, dynamic->step.clear);
  for (guint i = 0; i < dynamic->step.n_inputs; i++)
    g_clear_pointer (&dynamic->constants[i], nnc_constant_unref);
  g_free (dynamic->constants);
  g_free (dynamic->shown);
  g_free (dynamic->shown_inputs);
  g_free (dynamic->inferred);
  g_free (dynamic->prepared);
}

void
nnc_dynamic_step_init (NncStep *step, const NncStepResources *resources, NncConstant *const *constants, gsize scratch)
{
  DynamicStep *dynamic = g_new0 (DynamicStep, 1);

  dynamic->resources = resources;
  dynamic->step = *step;
  dynamic->scratch = scratch;
  dynamic->constants = g_new0 (NncConstant *, step->n_inputs + 1);
  for (guint i = 0; i < step->n_inputs; i++)
    dynamic->constants[i] = constants[i] ? nnc_constant_ref (constants[i]) : NULL;
  dynamic->shown = g_new0 (NncTensor, step->n_inputs + 1);
  dynamic->shown_inputs = g_new0 (const NncTensor *, step->n_inputs + 1);
  dynamic->inferred = g_new0 (NncTensorDesc, step->n_outputs + 1);
  step->params = dynamic;
  step->run = run_dynamic;
  step->clear = dynamic_step_clear;
}

gboolean
nnc_step_is_dynamic (const NncStep *step)
{
  return step->run == run_dynamic;
}
