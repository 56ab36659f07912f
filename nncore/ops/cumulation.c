/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cumulation.c: CumSum, CumProd: y = the sum or product of x's numbers up to here, along the axis that input 1 names.
 * Attribute exclusive (0): without the number itself. reverse (0): from the end. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"
#include "wide.h"

enum { X, AXIS };

/* n numbers, `stride` from one to the next. */
typedef void (*Cumulate) (gpointer y, gconstpointer x, gsize n, ptrdiff_t stride, gboolean exclusive);

#define CUMULATE(name, type, initial, operator)                                                                        \
  static void name (gpointer y_data, gconstpointer x_data, gsize n, ptrdiff_t stride, gboolean exclusive)              \
  {                                                                                                                    \
    type *y = y_data, sum = (initial);                                                                                 \
    const type *x = x_data;                                                                                            \
    for (gsize i = 0; i < n; i++, x += stride, y += stride) {                                                          \
      type before = sum;                                                                                               \
      sum = sum operator* x;                                                                                           \
      *y = exclusive ? before : sum;                                                                                   \
    }                                                                                                                  \
  }
/* Integers wrap around as unsigned ones do. */
#define CUMULATES(name, initial, operator)                                                                             \
  CUMULATE (name##_f32, float, initial, operator)                                                                      \
  CUMULATE (name##_f64, double, initial, operator)                                                                     \
  CUMULATE (name##_u64, guint64, initial, operator)                                                                    \
  static const Cumulate name[NNC_BOOL + 1]                                                                             \
      = { [NNC_F32] = name##_f32, [NNC_F64] = name##_f64, [NNC_I64] = name##_u64, [NNC_U64] = name##_u64 };

CUMULATES (sums, 0, +)
CUMULATES (products, 1, *)

typedef struct {
  const Cumulate *cumulates; /* by wide type */
  gsize wide_x_size;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *axis = &inference->inputs[AXIS]->desc;

  if (!nnc_input_check_types (inference->inputs, X, NNC_TYPES_NUMBER, error))
    return FALSE;
  if ((axis->type != NNC_I32 && axis->type != NNC_I64) || nnc_desc_n_elements (axis) != 1) {
    g_autofree char *text = nnc_desc_to_string (axis);
    return nnc_op_error (error, "the axis is %s, one i32 or i64 is right", text);
  }
  return nnc_infer_same (inference, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *x = step->inputs[X], *y = step->outputs[0];
  guint8 *scratch = nnc_run_scratch (context, 0), *wide_y = scratch + params->wide_x_size;
  const guint8 *from = nnc_wide_read (x, scratch);
  guint8 *to = nnc_wide_output (y, wide_y);
  NncDataType wide = nnc_wide_type (x->desc.type);
  gsize size = nnc_data_type_get_size (wide);
  gboolean reverse = nnc_node_get_int (step->node, "reverse", 0) != 0;
  gboolean exclusive = nnc_node_get_int (step->node, "exclusive", 0) != 0;
  gint64 number;
  guint axis;
  NncSplit split;

  nnc_convert (NNC_I64, &number, step->inputs[AXIS]->desc.type, step->inputs[AXIS]->data, 1);
  if (!nnc_axis_resolve (number, x->desc.rank, &axis, error))
    return FALSE;
  split = nnc_desc_split (&x->desc, axis);
  for (gsize m = 0; m < split.outer; m++)
    for (gsize k = 0; k < split.inner; k++) {
      gsize first = m * split.axis * split.inner + k + (reverse ? (split.axis - 1) * split.inner : 0);

      params->cumulates[wide](to + first * size, from + first * size, split.axis,
                              reverse ? -(ptrdiff_t)split.inner : (ptrdiff_t)split.inner, exclusive);
    }
  nnc_wide_finish (y, wide_y);
  return TRUE;
}

static gboolean
prepare_cumulation (NncPreparation *prepare, const Cumulate *cumulates)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);

  params->cumulates = cumulates;
  params->wide_x_size = nnc_wide_scratch_size (&prepare->inputs[X]->desc);
  prepare->scratch = 2 * params->wide_x_size;
  prepare->run = nnc_desc_size (&prepare->inputs[X]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
prepare_cum_sum (NncPreparation *prepare, GError **error)
{
  return prepare_cumulation (prepare, sums);
}

static gboolean
prepare_cum_prod (NncPreparation *prepare, GError **error)
{
  return prepare_cumulation (prepare, products);
}

const NncOp nnc_op_CumSum = {
  .name = "CumSum",
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_cum_sum,
};

const NncOp nnc_op_CumProd = {
  .name = "CumProd",
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_cum_prod,
};
