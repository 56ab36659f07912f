/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compress.c: Compress: the slices of x along attribute axis for which input 1, a list of bools, is true; without axis
 * the elements of x. Where the list is shorter it goes on with false. How many there are is found out by running. */
#include "axes.h"
#include "op_inputs.h"

#include <string.h>

enum { X, CONDITION };

static gboolean
has_axis (const NncNode *node)
{
  return nnc_node_get_attribute (node, "axis") != NULL;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  guint axis;

  inference->outputs[0].type = NNC_INVALID;
  if (!nnc_input_check_type (inference->inputs, CONDITION, NNC_BOOL, error))
    return FALSE;
  if (inference->inputs[CONDITION]->desc.rank != 1)
    return nnc_op_error (error, "the condition has %u dimensions instead of 1",
                         inference->inputs[CONDITION]->desc.rank);
  return !has_axis (inference->node)
         || nnc_node_get_axis (inference->node, 0, inference->inputs[X]->desc.rank, &axis, error);
}

static gsize
count (const guint8 *condition, gsize n)
{
  gsize found = 0;

  for (gsize i = 0; i < n; i++)
    found += condition[i] != 0;
  return found;
}

static gboolean
make_output (const NncStep *step, NncRunContext *context, gsize found, guint axis, GError **error)
{
  NncTensorDesc y = step->inputs[X]->desc;

  if (!has_axis (step->node))
    y.rank = 1;
  y.shape[axis] = (gint64)found;
  return nnc_run_make_output (context, step->outputs[0], &y, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncTensor *x = step->inputs[X];
  const guint8 *condition = step->inputs[CONDITION]->data;
  NncSplit split = { 1, nnc_desc_n_elements (&x->desc), 1 };
  gsize bytes, n;
  guint axis = 0;
  guint8 *y;

  if (has_axis (step->node)) {
    if (!nnc_node_get_axis (step->node, 0, x->desc.rank, &axis, error))
      return FALSE;
    split = nnc_desc_split (&x->desc, axis);
  }
  n = MIN (split.axis, nnc_desc_n_elements (&step->inputs[CONDITION]->desc));
  if (!make_output (step, context, count (condition, n), axis, error))
    return FALSE;
  bytes = split.inner * nnc_data_type_get_size (x->desc.type);
  y = step->outputs[0]->data;
  for (gsize o = 0; o < split.outer && bytes > 0; o++)
    for (gsize i = 0; i < n; i++) {
      if (!condition[i])
        continue;
      memcpy (y, (const guint8 *)x->data + (o * split.axis + i) * bytes, bytes);
      y += bytes;
    }
  return TRUE;
}

static gboolean
prepare_compress (NncPreparation *prepare, GError **error)
{
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Compress = {
  .name = "Compress",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_compress,
};
