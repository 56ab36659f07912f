/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* range.c: Range: y[i] = start + i * delta, as long as it is before limit: inputs start, limit, delta, one number each.
 */
#include "half_float.h"
#include "op_inputs.h"

#include <math.h>

enum { START, LIMIT, DELTA, N_INPUTS };

static gint64
get_integer (const NncTensor *x)
{
  switch (x->desc.type) {
  case NNC_I16:
    return *(const gint16 *)x->data;
  case NNC_I32:
    return *(const gint32 *)x->data;
  default:
    return *(const gint64 *)x->data;
  }
}

static double
get_real (const NncTensor *x)
{
  switch (x->desc.type) {
  case NNC_F16:
    return (double)nnc_half_to_float (*(const guint16 *)x->data);
  case NNC_F32:
    return (double)*(const float *)x->data;
  default:
    return *(const double *)x->data;
  }
}

static gboolean
is_real (const NncTensor *x)
{
  return x->desc.type == NNC_F32 || x->desc.type == NNC_F64 || x->desc.type == NNC_F16;
}

static gboolean
count_reals (const NncTensor *const *inputs, gint64 *n, GError **error)
{
  double count = ceil ((get_real (inputs[LIMIT]) - get_real (inputs[START])) / get_real (inputs[DELTA]));

  if (!(count < 0x1p62)) /* nor NaN */
    return nnc_op_error (error, "from %g to %g by %g there are too many numbers", get_real (inputs[START]),
                         get_real (inputs[LIMIT]), get_real (inputs[DELTA]));
  *n = count > 0 ? (gint64)count : 0;
  return TRUE;
}

static gboolean
count_integers (const NncTensor *const *inputs, gint64 *n, GError **error)
{
  gint64 start = get_integer (inputs[START]), limit = get_integer (inputs[LIMIT]), delta = get_integer (inputs[DELTA]);
  guint64 distance = delta > 0 ? (guint64)limit - (guint64)start : (guint64)start - (guint64)limit;
  guint64 step = delta > 0 ? (guint64)delta : 0 - (guint64)delta;

  if (delta == 0)
    return nnc_op_error (error, "the numbers do not change from one to the next: delta is 0");
  *n = 0;
  if (delta > 0 ? limit <= start : limit >= start)
    return TRUE;
  *n = (gint64)MIN ((distance - 1) / step + 1, (guint64)G_MAXINT64);
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  NncDataType type = inputs[START]->desc.type;
  gint64 n;

  if (!is_real (inputs[START]) && type != NNC_I16 && type != NNC_I32 && type != NNC_I64)
    return nnc_op_error (error, "input 0 is %s, f16, f32, f64, i16, i32 and i64 are supported",
                         nnc_data_type_to_string (type));
  for (guint i = 0; i < N_INPUTS; i++)
    if (!nnc_input_check_type (inputs, i, type, error))
      return FALSE;
    else if (nnc_desc_n_elements (&inputs[i]->desc) != 1)
      return nnc_op_error (error, "input %u has %" G_GSIZE_FORMAT " elements instead of 1", i,
                           nnc_desc_n_elements (&inputs[i]->desc));
  for (guint i = 0; i < N_INPUTS; i++)
    if (nnc_infer_waits_for (inference, i))
      return TRUE;
  return (is_real (inputs[START]) ? count_reals : count_integers) (inputs, &n, error)
         && nnc_desc_set (&inference->outputs[0], type, 1, &n, error);
}

static void
write_reals (const NncStep *step, gsize n)
{
  double start = get_real (step->inputs[START]), delta = get_real (step->inputs[DELTA]);
  gpointer y = step->outputs[0]->data;

  for (gsize i = 0; i < n; i++)
    switch (step->outputs[0]->desc.type) {
    case NNC_F16:
      ((guint16 *)y)[i] = nnc_half_from_float ((float)(start + (double)i * delta));
      break;
    case NNC_F32:
      ((float *)y)[i] = (float)(start + (double)i * delta);
      break;
    default:
      ((double *)y)[i] = start + (double)i * delta;
    }
}

static void
write_integers (const NncStep *step, gsize n)
{
  gint64 next = get_integer (step->inputs[START]), delta = get_integer (step->inputs[DELTA]);
  gpointer y = step->outputs[0]->data;

  for (gsize i = 0; i < n; i++, next = (gint64)((guint64)next + (guint64)delta))
    switch (step->outputs[0]->desc.type) {
    case NNC_I16:
      ((gint16 *)y)[i] = (gint16)next;
      break;
    case NNC_I32:
      ((gint32 *)y)[i] = (gint32)next;
      break;
    default:
      ((gint64 *)y)[i] = next;
    }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  gsize n = nnc_desc_n_elements (&step->outputs[0]->desc);

  if (is_real (step->inputs[START]))
    write_reals (step, n);
  else
    write_integers (step, n);
  return TRUE;
}

static gboolean
prepare_range (NncPreparation *prepare, GError **error)
{
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Range = {
  .name = "Range",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = N_INPUTS,
  .max_inputs = N_INPUTS,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_range,
};
