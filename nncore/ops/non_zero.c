/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* non_zero.c: NonZero: y = the indices of all elements of x that are not 0, in x's order: y[axis][i], i64. How many
 * there are is found out by running. */
#include "float8.h"
#include "op.h"

#include <string.h>

static gboolean
infer (NncInference *inference, GError **error)
{
  inference->outputs[0].type = NNC_INVALID;
  return TRUE;
}

static gboolean
is_zero (const guint8 *element, NncDataType type)
{
  static const guint8 zeros[8];
  gsize size = nnc_data_type_get_size (type);
  float f;
  double d;

  if (nnc_is_float8 (type))
    return nnc_float8_to_float (type, *element) == 0;
  switch (type) {
  case NNC_F32:
    memcpy (&f, element, sizeof f);
    return f == 0;
  case NNC_F64:
    memcpy (&d, element, sizeof d);
    return d == 0;
  case NNC_F16:
    return (element[0] | (element[1] & 0x7f)) == 0; /* but for the sign, which comes last */
  default:
    return memcmp (element, zeros, size) == 0;
  }
}

static gsize
count (const NncTensor *x)
{
  gsize size = nnc_data_type_get_size (x->desc.type), n = nnc_desc_n_elements (&x->desc), found = 0;

  for (gsize i = 0; i < n; i++)
    found += !is_zero ((const guint8 *)x->data + i * size, x->desc.type);
  return found;
}

/* y[axis][at] for element i */
static void
write_index (const NncTensorDesc *x, gsize i, gint64 *y, gsize n)
{
  for (guint axis = x->rank; axis-- > 0;) {
    y[axis * n] = (gint64)(i % (gsize)x->shape[axis]);
    i /= (gsize)x->shape[axis];
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncTensor *x = step->inputs[0];
  gsize size = nnc_data_type_get_size (x->desc.type), n = nnc_desc_n_elements (&x->desc), found = count (x), at = 0;
  const gint64 shape[] = { x->desc.rank, (gint64)found };
  NncTensorDesc desc;

  if (!nnc_desc_set (&desc, NNC_I64, 2, shape, error) || !nnc_run_make_output (context, step->outputs[0], &desc, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!is_zero ((const guint8 *)x->data + i * size, x->desc.type))
      write_index (&x->desc, i, (gint64 *)step->outputs[0]->data + at++, found);
  return TRUE;
}

static gboolean
prepare_non_zero (NncPreparation *prepare, GError **error)
{
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_NonZero = {
  .name = "NonZero",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_non_zero,
};
