/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elements.c: along attribute axis (0), for every index i… of the indices, with j… = i… but for indices[i…] at the
 * axis: GatherElements: y[i…] = x[j…]. ScatterElements: y = x, and then y[j…] = updates[i…], or by attribute reduction
 * (none) y[j…] and that, added, multiplied, the larger, the smaller. An index counts from the end where negative; one
 * outside the axis is an error of the run. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"
#include "update.h"

#include <string.h>

enum { X, INDICES, UPDATES };

/* All but the axis may be smaller in the indices. */
static gboolean
check_indices (const NncInference *inference, guint *axis, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc, *indices = &inference->inputs[INDICES]->desc;

  if (!nnc_input_check_indices (inference->inputs, INDICES, error)
      || !nnc_node_get_axis (inference->node, 0, x->rank, axis, error))
    return FALSE;
  if (indices->rank != x->rank)
    return nnc_op_error (error, "input 0 has %u dimensions, the indices have %u", x->rank, indices->rank);
  for (guint i = 0; i < x->rank; i++)
    if (i != *axis && indices->shape[i] > x->shape[i])
      return nnc_op_error (error, "dimension %u of input 0 is %" G_GINT64_FORMAT ", of the indices %" G_GINT64_FORMAT,
                           i, x->shape[i], indices->shape[i]);
  return TRUE;
}

typedef struct {
  guint axis;
  gsize size; /* bytes of an element */
  gint64 strides[NNC_MAX_RANK]; /* bytes, of x */
  NncUpdate update;
} Params;

/* Where in x the elements of the indices lie, one after the other. */
typedef struct {
  const Params *params;
  const NncTensor *indices;
  gint64 axis_size;
  gint64 at[NNC_MAX_RANK];
  gint64 offset; /* without the axis */
  gsize i;
} Walk;

static void
walk_init (Walk *walk, const NncStep *step)
{
  *walk = (Walk){ .params = step->params, .indices = step->inputs[INDICES] };
  walk->axis_size = step->inputs[X]->desc.shape[walk->params->axis];
}

static void
step_forward (Walk *walk)
{
  const NncTensorDesc *desc = &walk->indices->desc;
  const Params *params = walk->params;

  walk->i++;
  for (guint d = desc->rank; d-- > 0;) {
    gint64 stride = d == params->axis ? 0 : params->strides[d];

    if (++walk->at[d] < desc->shape[d]) {
      walk->offset += stride;
      return;
    }
    walk->offset -= stride * (desc->shape[d] - 1);
    walk->at[d] = 0;
  }
}

/* FALSE with an error: outside. */
static gboolean
next_offset (Walk *walk, gint64 *offset, GError **error)
{
  gint64 index;

  if (!nnc_input_get_index (walk->indices, walk->i, walk->axis_size, &index, error))
    return FALSE;
  *offset = walk->offset + index * walk->params->strides[walk->params->axis];
  step_forward (walk);
  return TRUE;
}

static Params *
prepare_walk (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc;

  if (!nnc_node_get_axis (prepare->node, 0, x->rank, &params->axis, error))
    return NULL;
  params->size = nnc_data_type_get_size (x->type);
  nnc_desc_contiguous_strides (x, params->strides);
  return params;
}

/* --- GatherElements -------------------------------------------------------------- */

static gboolean
infer_gather (NncInference *inference, GError **error)
{
  const NncTensorDesc *indices = &inference->inputs[INDICES]->desc;
  guint axis;

  return check_indices (inference, &axis, error)
         && nnc_desc_set (&inference->outputs[0], inference->inputs[X]->desc.type, indices->rank, indices->shape,
                          error);
}

static gboolean
run_gather (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  gsize n = nnc_desc_n_elements (&step->inputs[INDICES]->desc);
  const guint8 *x = step->inputs[X]->data;
  guint8 *y = step->outputs[0]->data;
  gint64 offset;
  Walk walk;

  walk_init (&walk, step);
  for (gsize i = 0; i < n; i++, y += params->size) {
    if (!next_offset (&walk, &offset, error))
      return FALSE;
    memcpy (y, x + offset, params->size);
  }
  return TRUE;
}

static gboolean
prepare_gather (NncPreparation *prepare, GError **error)
{
  prepare->run = run_gather;
  return prepare_walk (prepare, error) != NULL;
}

const NncOp nnc_op_GatherElements = {
  .name = "GatherElements",
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer_gather,
  .prepare = prepare_gather,
};

/* --- ScatterElements --------------------------------------------------------------- */

static gboolean
infer_scatter (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc, *updates = &inference->inputs[UPDATES]->desc;
  NncTensorDesc wanted = inference->inputs[INDICES]->desc;
  NncUpdate update;
  guint axis;

  wanted.type = x->type;
  if (!check_indices (inference, &axis, error) || !nnc_update_read (inference->node, x->type, &update, error))
    return FALSE;
  if (!nnc_desc_equal (updates, &wanted)) {
    g_autofree char *text = nnc_desc_to_string (updates), *right = nnc_desc_to_string (&wanted);
    return nnc_op_error (error, "the updates are %s, %s is right", text, right);
  }
  return nnc_infer_same (inference, error);
}

static gboolean
run_scatter (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *x = step->inputs[X];
  gsize n = nnc_desc_n_elements (&step->inputs[INDICES]->desc);
  const guint8 *updates = step->inputs[UPDATES]->data;
  guint8 *y = step->outputs[0]->data;
  gint64 offset;
  Walk walk;

  memcpy (y, x->data, nnc_desc_size (&x->desc));
  walk_init (&walk, step);
  for (gsize i = 0; i < n; i++, updates += params->size) {
    if (!next_offset (&walk, &offset, error))
      return FALSE;
    nnc_update (params->update, x->desc.type, y + offset, updates, 1);
  }
  return TRUE;
}

static gboolean
prepare_scatter (NncPreparation *prepare, GError **error)
{
  const NncTensorDesc *x = &prepare->inputs[X]->desc;
  Params *params = prepare_walk (prepare, error);

  prepare->run = nnc_desc_size (x) ? run_scatter : nnc_run_nothing;
  return params && nnc_update_read (prepare->node, x->type, &params->update, error);
}

const NncOp nnc_op_ScatterElements = {
  .name = "ScatterElements",
  .min_inputs = 3,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer_scatter,
  .prepare = prepare_scatter,
};
