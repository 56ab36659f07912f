/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_choices.c: operators that say where numbers are, or that pick, place or repeat them by such places. */
#include "tflite_translate.h"

/* Our i64 in place of output i, which is what the file says. */
static NncValue *
places_output (NncTfliteTranslation *translation, guint i)
{
  NncValue *y = translation->outputs[i], *places;
  NncNode *node;

  if (y == NULL || y->type == NNC_I64)
    return y;
  places = nnc_tflite_new_value (translation, "places", y);
  places->type = NNC_I64;
  node = nnc_tflite_emit_unary (translation, "Cast", places, y);
  nnc_node_set_int (node, "to", y->type);
  return places;
}

static NncValue *
emit_with_ints (NncTfliteTranslation *translation, const char *op, NncValue *x, const gint64 *ints, guint n,
                NncValue *y)
{
  NncValue *inputs[2] = { x, nnc_tflite_new_ints (translation, "numbers", ints, n) };

  nnc_tflite_emit (translation, op, inputs, 2, &y, 1);
  return y;
}

/* --- where they are ------------------------------------------------------------------ */

gboolean
nnc_tflite_translate_arg_extreme (NncTfliteTranslation *translation, GError **error)
{
  gint64 axis;
  guint n;
  NncNode *node;

  if (!nnc_tflite_get_ints (translation->inputs[1], "its axis", &axis, 1, &n, error))
    return FALSE;
  node = nnc_tflite_emit_unary (translation, translation->operator->op, translation->inputs[0],
                                places_output (translation, 0));
  nnc_node_set_int (node, "axis", n ? axis : 0);
  nnc_node_set_int (node, "keepdims", 0);
  return TRUE;
}

gboolean
nnc_tflite_translate_top_k (NncTfliteTranslation *translation, GError **error)
{
  NncValue *outputs[2] = { translation->outputs[0], NULL };

  if (translation->n_outputs > 1)
    outputs[1] = places_output (translation, 1);
  nnc_tflite_emit (translation, "TopK", translation->inputs, 2, outputs, outputs[1] ? 2 : 1);
  return TRUE;
}

/* A row for each place; ours has a column. */
gboolean
nnc_tflite_translate_where (NncTfliteTranslation *translation, GError **error)
{
  static const gint64 swap[2] = { 1, 0 };
  NncValue *columns = nnc_tflite_new_value (translation, "columns", translation->outputs[0]);
  NncNode *node;

  nnc_tflite_emit_unary (translation, "NonZero", translation->inputs[0], columns);
  node = nnc_tflite_emit_unary (translation, "Transpose", columns, translation->outputs[0]);
  nnc_node_set_ints (node, "perm", swap, 2);
  return TRUE;
}

gboolean
nnc_tflite_translate_shape (NncTfliteTranslation *translation, GError **error)
{
  nnc_tflite_emit_unary (translation, "Shape", translation->inputs[0], places_output (translation, 0));
  return TRUE;
}

gboolean
nnc_tflite_translate_rank (NncTfliteTranslation *translation, GError **error)
{
  NncValue *shape = nnc_tflite_new_value (translation, "shape", translation->outputs[0]);

  shape->type = NNC_I64;
  nnc_tflite_emit_unary (translation, "Shape", translation->inputs[0], shape);
  nnc_tflite_emit_unary (translation, "Size", shape, places_output (translation, 0));
  return TRUE;
}

/* --- picked by them ----------------------------------------------------------------------- */

/* Rows of a table; they may be stored in 8 bits. */
gboolean
nnc_tflite_translate_embedding_lookup (NncTfliteTranslation *translation, GError **error)
{
  NncValue *table = translation->inputs[1];
  NncValue *inputs[2] = { table, translation->inputs[0] };

  if (translation->outputs[0]->type == NNC_F32)
    inputs[0] = nnc_tflite_real (translation, table);
  nnc_tflite_emit (translation, "Gather", inputs, 2, translation->outputs, 1);
  return TRUE;
}

/* Behind axes that x and indices share, along the axis that follows. */
gboolean
nnc_tflite_translate_gather (NncTfliteTranslation *translation, GError **error)
{
  static const gint64 last[1] = { -1 };
  gint64 axis = nnc_tflite_option (translation, 0, 4, 0), batch_dims = nnc_tflite_option (translation, 1, 4, 0);
  NncValue *inputs[2] = { translation->inputs[0], translation->inputs[1] };
  NncNode *node;

  if (batch_dims < 0 && inputs[1]->rank >= 0)
    batch_dims += inputs[1]->rank;
  if (axis < 0 && batch_dims != 0 && inputs[0]->rank >= 0)
    axis += inputs[0]->rank;
  if (batch_dims != 0 && batch_dims != axis)
    return nnc_tflite_unsupported (
        error, "its batch_dims is %" G_GINT64_FORMAT " and its axis %" G_GINT64_FORMAT ", 0 or the same are supported",
        batch_dims, axis);
  if (batch_dims != 0)
    inputs[1] = emit_with_ints (translation, "Unsqueeze", inputs[1], last, 1,
                                nnc_tflite_new_value (translation, "indices", inputs[1]));
  node = nnc_tflite_emit (translation, batch_dims ? "GatherND" : "Gather", inputs, 2, translation->outputs, 1);
  nnc_node_set_int (node, batch_dims ? "batch_dims" : "axis", axis);
  return TRUE;
}

gboolean
nnc_tflite_translate_reverse (NncTfliteTranslation *translation, GError **error)
{
  gint64 axes[NNC_MAX_RANK], begins[NNC_MAX_RANK], ends[NNC_MAX_RANK], steps[NNC_MAX_RANK];
  NncValue *inputs[5] = { translation->inputs[0] };
  guint n;

  if (!nnc_tflite_get_ints (translation->inputs[1], "its list of axes", axes, NNC_MAX_RANK, &n, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    begins[i] = G_MAXINT64;
    ends[i] = G_MININT64;
    steps[i] = -1;
  }
  inputs[1] = nnc_tflite_new_ints (translation, "begins", begins, n);
  inputs[2] = nnc_tflite_new_ints (translation, "ends", ends, n);
  inputs[3] = nnc_tflite_new_ints (translation, "axes", axes, n);
  inputs[4] = nnc_tflite_new_ints (translation, "steps", steps, n);
  nnc_tflite_emit (translation, "Slice", inputs, 5, translation->outputs, 1);
  return TRUE;
}

gboolean
nnc_tflite_translate_reverse_sequence (NncTfliteTranslation *translation, GError **error)
{
  NncValue *inputs[2] = { translation->inputs[0], translation->inputs[1] };
  NncNode *node;

  if (inputs[1]->type != NNC_I64) {
    NncValue *lengths = nnc_tflite_new_value (translation, "lengths", inputs[1]);

    lengths->type = NNC_I64;
    node = nnc_tflite_emit_unary (translation, "Cast", inputs[1], lengths);
    nnc_node_set_int (node, "to", NNC_I64);
    inputs[1] = lengths;
  }
  node = nnc_tflite_emit (translation, "ReverseSequence", inputs, 2, translation->outputs, 1);
  nnc_node_set_int (node, "time_axis", nnc_tflite_option (translation, 0, 4, 0));
  nnc_node_set_int (node, "batch_axis", nnc_tflite_option (translation, 1, 4, 0));
  return TRUE;
}

gboolean
nnc_tflite_translate_cumsum (NncTfliteTranslation *translation, GError **error)
{
  NncNode *node = nnc_tflite_emit (translation, "CumSum", translation->inputs, 2, translation->outputs, 1);

  nnc_node_set_int (node, "exclusive", nnc_tflite_option (translation, 0, 1, 0) != 0);
  nnc_node_set_int (node, "reverse", nnc_tflite_option (translation, 1, 1, 0) != 0);
  return TRUE;
}

/* --- placed by them ---------------------------------------------------------------------- */

/* Inputs are indices, depth, what is at them, what is elsewhere. */
gboolean
nnc_tflite_translate_one_hot (NncTfliteTranslation *translation, GError **error)
{
  static const gint64 one[1] = { 1 };
  NncValue *on = translation->inputs[2], *off = translation->inputs[3];
  NncValue *values[2] = {
    emit_with_ints (translation, "Reshape", off, one, 1, nnc_tflite_new_value (translation, "off", off)),
    emit_with_ints (translation, "Reshape", on, one, 1, nnc_tflite_new_value (translation, "on", on)),
  };
  NncValue *both = nnc_tflite_new_value (translation, "values", on);
  NncValue *inputs[3] = { translation->inputs[0], translation->inputs[1], both };
  NncNode *node = nnc_tflite_emit (translation, "Concat", values, 2, &both, 1);

  nnc_node_set_int (node, "axis", 0);
  node = nnc_tflite_emit (translation, "OneHot", inputs, 3, translation->outputs, 1);
  nnc_node_set_int (node, "axis", nnc_tflite_option (translation, 0, 4, 0));
  return TRUE;
}

/* Zeros of y's type, shaped as the list says. */
static NncValue *
emit_zeros (NncTfliteTranslation *translation, NncValue *shape, NncValue *y)
{
  NncValue *zero = nnc_tflite_new_value (translation, "zero", translation->outputs[0]);
  NncValue *inputs[2] = { zero, shape };
  NncNode *node = nnc_tflite_emit_unary (translation, "Cast", nnc_tflite_new_float (translation, "real zero", 0), zero);

  nnc_node_set_int (node, "to", zero->type);
  nnc_tflite_emit (translation, "Expand", inputs, 2, &y, 1);
  return y;
}

gboolean
nnc_tflite_translate_zeros_like (NncTfliteTranslation *translation, GError **error)
{
  NncValue *shape = nnc_tflite_new_value (translation, "shape", translation->inputs[0]);

  shape->type = NNC_I64;
  nnc_tflite_emit_unary (translation, "Shape", translation->inputs[0], shape);
  emit_zeros (translation, shape, translation->outputs[0]);
  return TRUE;
}

/* Inputs are indices, updates, the shape; what falls on the same place is added. */
gboolean
nnc_tflite_translate_scatter_nd (NncTfliteTranslation *translation, GError **error)
{
  NncValue *y = translation->outputs[0];
  NncValue *inputs[3]
      = { emit_zeros (translation, translation->inputs[2], nnc_tflite_new_value (translation, "zeros", y)),
          translation->inputs[0], translation->inputs[1] };
  NncNode *node = nnc_tflite_emit (translation, "ScatterND", inputs, 3, &y, 1);

  nnc_node_set_string (node, "reduction", "add");
  return TRUE;
}

/* Inputs are the shape and a number. */
gboolean
nnc_tflite_translate_fill (NncTfliteTranslation *translation, GError **error)
{
  NncValue *inputs[2] = { translation->inputs[1], translation->inputs[0] };

  nnc_tflite_emit (translation, "Expand", inputs, 2, translation->outputs, 1);
  return TRUE;
}
