/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arg_extreme.c: ArgMax, ArgMin: y = where along attribute axis (0) the largest or smallest number is, an i64: the
 * first of equals, or with select_last_index (0) the last. keepdims (1): the axis remains, with size 1. A NaN counts as
 * more. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"
#include "wide.h"

/* How many steps of `stride` to the chosen one of n numbers. */
typedef gint64 (*Select) (gconstpointer x, gsize n, gsize stride, gboolean last);

#define SELECT(name, type, relation)                                                                                   \
  static gint64 name (gconstpointer x_data, gsize n, gsize stride, gboolean last)                                      \
  {                                                                                                                    \
    const type *x = x_data;                                                                                            \
    gsize chosen = 0;                                                                                                  \
    for (gsize i = 1; i < n; i++) {                                                                                    \
      type v = x[i * stride], best = x[chosen * stride];                                                               \
      if (v relation best || (last && v == best) || (v != v && (last || best == best)))                                \
        chosen = i;                                                                                                    \
    }                                                                                                                  \
    return (gint64)chosen;                                                                                             \
  }
#define SELECTS(name, relation)                                                                                        \
  SELECT (name##_f32, float, relation)                                                                                 \
  SELECT (name##_f64, double, relation)                                                                                \
  SELECT (name##_i64, gint64, relation)                                                                                \
  SELECT (name##_u64, guint64, relation)                                                                               \
  static const Select name[NNC_BOOL + 1]                                                                               \
      = { [NNC_F32] = name##_f32, [NNC_F64] = name##_f64, [NNC_I64] = name##_i64, [NNC_U64] = name##_u64 };

SELECTS (largest, >)
SELECTS (smallest, <)

typedef struct {
  NncSplit split;
  Select select;
  gboolean last;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gboolean keep = nnc_node_get_int (inference->node, "keepdims", 1) != 0;
  gint64 shape[NNC_MAX_RANK];
  guint axis, rank = 0;

  if (!nnc_input_check_types (inference->inputs, 0, NNC_TYPES_NUMBER, error)
      || !nnc_node_get_axis (inference->node, 0, x->rank, &axis, error))
    return FALSE;
  if (x->shape[axis] == 0)
    return nnc_op_error (error, "axis %u has no elements to choose from", axis);
  for (guint i = 0; i < x->rank; i++)
    if (i != axis || keep)
      shape[rank++] = i == axis ? 1 : x->shape[i];
  return nnc_desc_set (&inference->outputs[0], NNC_I64, rank, shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncSplit *split = &params->split;
  const guint8 *x = nnc_wide_read (step->inputs[0], nnc_run_scratch (context, 0));
  gsize size = nnc_data_type_get_size (nnc_wide_type (step->inputs[0]->desc.type));
  gint64 *y = step->outputs[0]->data;

  for (gsize m = 0; m < split->outer; m++)
    for (gsize k = 0; k < split->inner; k++)
      *y++ = params->select (x + (m * split->axis * split->inner + k) * size, split->axis, split->inner, params->last);
  return TRUE;
}

static gboolean
prepare_selection (NncPreparation *prepare, const Select *selects, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  guint axis;

  if (!nnc_node_get_axis (prepare->node, 0, x->rank, &axis, error))
    return FALSE;
  params->split = nnc_desc_split (x, axis);
  params->select = selects[nnc_wide_type (x->type)];
  params->last = nnc_node_get_int (prepare->node, "select_last_index", 0) != 0;
  prepare->scratch = nnc_wide_scratch_size (x);
  prepare->run = nnc_desc_size (x) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
prepare_arg_max (NncPreparation *prepare, GError **error)
{
  return prepare_selection (prepare, largest, error);
}

static gboolean
prepare_arg_min (NncPreparation *prepare, GError **error)
{
  return prepare_selection (prepare, smallest, error);
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return nnc_node_get_int (node, "keepdims", 1) != 0 && nnc_permute_axis (node, 0, permutation, rank);
}

const NncOp nnc_op_ArgMax = {
  .name = "ArgMax",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_arg_max,
  .permute = permute,
};

const NncOp nnc_op_ArgMin = {
  .name = "ArgMin",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_arg_min,
  .permute = permute,
};
