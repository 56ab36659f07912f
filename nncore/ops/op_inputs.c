/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* op_inputs.c: what most ops check or read of their inputs and attributes. */
#include "op_inputs.h"

#include <math.h>
#include <string.h>

gboolean
nnc_input_check_type (const NncTensor *const *inputs, guint i, NncDataType type, GError **error)
{
  if (inputs[i] == NULL || inputs[i]->desc.type == type)
    return TRUE;
  return nnc_op_unsupported (error, "input %u is %s, %s is supported", i,
                             nnc_data_type_to_string (inputs[i]->desc.type), nnc_data_type_to_string (type));
}

gboolean
nnc_input_check_vector (const NncTensor *const *inputs, guint i, gint64 size, GError **error)
{
  g_autofree char *text = NULL;

  if (inputs[i] == NULL || (inputs[i]->desc.rank == 1 && inputs[i]->desc.shape[0] == size))
    return TRUE;
  text = nnc_desc_to_string (&inputs[i]->desc);
  return nnc_op_error (error, "input %u is %s, its shape must be [%" G_GINT64_FORMAT "]", i, text, size);
}

gboolean
nnc_input_get_ints (const NncTensor *tensor, const char *what, gint64 *values, guint max, guint *n, GError **error)
{
  const NncTensorDesc *desc = &tensor->desc;
  const guint8 *from = tensor->data;
  gint64 size = desc->rank == 0 ? 1 : desc->shape[0];

  if (desc->rank > 1 || (desc->type != NNC_I64 && desc->type != NNC_I32)) {
    g_autofree char *text = nnc_desc_to_string (desc);
    return nnc_op_error (error, "%s is %s, a list of i64 or i32 is right", what, text);
  }
  if (size > max)
    return nnc_op_error (error, "%s has %" G_GINT64_FORMAT " numbers, at most %u are right", what, size, max);
  for (gint64 i = 0; i < size; i++, from += tensor->strides[0]) {
    gint32 narrow;

    if (desc->type == NNC_I64) {
      memcpy (&values[i], from, sizeof *values);
      continue;
    }
    memcpy (&narrow, from, sizeof narrow);
    values[i] = narrow;
  }
  *n = (guint)size;
  return TRUE;
}

gboolean
nnc_node_get_n_ints (const NncNode *node, const char *name, guint n, gint64 otherwise, gint64 minimum, gint64 maximum,
                     gint64 *values, GError **error)
{
  guint n_given;
  const gint64 *given = nnc_node_get_ints (node, name, &n_given);

  if (given && n_given != n)
    return nnc_op_error (error, "attribute '%s' has %u numbers instead of %u", name, n_given, n);
  for (guint i = 0; i < n; i++) {
    values[i] = given ? given[i] : otherwise;
    if (values[i] < minimum || values[i] > maximum)
      return nnc_op_error (
          error, "attribute '%s' has %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " are possible",
          name, values[i], minimum, maximum);
  }
  return TRUE;
}

gboolean
nnc_node_get_axis (const NncNode *node, gint64 otherwise, guint rank, guint *axis, GError **error)
{
  return nnc_axis_resolve (nnc_node_get_int (node, "axis", otherwise), rank, axis, error);
}

void
nnc_node_get_clamp (const NncNode *node, float *minimum, float *maximum)
{
  *minimum = nnc_node_get_float (node, "clamp_minimum", -INFINITY);
  *maximum = nnc_node_get_float (node, "clamp_maximum", INFINITY);
}

gboolean
nnc_infer_same (NncInference *inference, GError **error)
{
  inference->outputs[0] = inference->inputs[0]->desc;
  return TRUE;
}

gboolean
nnc_infer_same_f32 (NncInference *inference, GError **error)
{
  return nnc_input_check_type (inference->inputs, 0, NNC_F32, error) && nnc_infer_same (inference, error);
}

gboolean
nnc_infer_waits_for (NncInference *inference, guint i)
{
  if (i >= inference->n_inputs || inference->inputs[i] == NULL || inference->inputs[i]->data)
    return FALSE;
  inference->outputs[0].type = NNC_INVALID;
  return TRUE;
}

gboolean
nnc_input_get_index (const NncTensor *tensor, gsize i, gint64 size, gint64 *index, GError **error)
{
  gint64 given = tensor->desc.type == NNC_I64 ? ((const gint64 *)tensor->data)[i] : ((const gint32 *)tensor->data)[i];

  *index = given < 0 ? given + size : given;
  if (given >= -size && given < size)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_DATA, "index %" G_GINT64_FORMAT " is outside an axis of %" G_GINT64_FORMAT,
               given, size);
  return FALSE;
}

gboolean
nnc_input_check_indices (const NncTensor *const *inputs, guint i, GError **error)
{
  NncDataType type = inputs[i]->desc.type;

  return type == NNC_I64 || type == NNC_I32
         || nnc_op_error (error, "the indices are %s, i32 or i64 is right", nnc_data_type_to_string (type));
}
