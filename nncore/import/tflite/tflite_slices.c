/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_slices.c: parts of a tensor, and tensors put beside each other. All
 * become Slice, Squeeze, Unsqueeze and Concat. */
#include "tflite_translate.h"

/* --- one part -------------------------------------------------------------------------- */

/* y = x[begin:end:step] along n axes. */
static void
emit_slice (NncTfliteTranslation *translation, NncValue *x, const gint64 *axes, const gint64 *begins,
            const gint64 *ends, const gint64 *steps, guint n, NncValue *y)
{
  NncValue *inputs[5] = {
    x,
    nnc_tflite_new_ints (translation, "begins", begins, n),
    nnc_tflite_new_ints (translation, "ends", ends, n),
    nnc_tflite_new_ints (translation, "axes", axes, n),
    nnc_tflite_new_ints (translation, "steps", steps, n),
  };

  nnc_tflite_emit (translation, "Slice", inputs, 5, &y, 1);
}

static void
emit_part (NncTfliteTranslation *translation, NncValue *x, gint64 axis, gint64 begin, gint64 end, NncValue *y)
{
  const gint64 step = 1;

  emit_slice (translation, x, &axis, &begin, &end, &step, 1, y);
}

static void
emit_axes_change (NncTfliteTranslation *translation, const char *op, NncValue *x, const gint64 *axes, guint n,
                  NncValue *y)
{
  NncValue *inputs[2] = { x, nnc_tflite_new_ints (translation, "axes", axes, n) };

  nnc_tflite_emit (translation, op, inputs, 2, &y, 1);
}

/* i32 or i64 as i64. */
static NncValue *
emit_wide (NncTfliteTranslation *translation, NncValue *x)
{
  const NncValue list = { .type = NNC_I64, .rank = -1 };
  NncValue *wide = nnc_tflite_new_value (translation, "wide", &list);

  nnc_node_set_int (nnc_tflite_emit_unary (translation, "Cast", x, wide), "to", NNC_I64);
  return wide;
}

/* size < 0 ? the last : begin + size, for lists that are computed. */
static NncValue *
emit_ends (NncTfliteTranslation *translation, NncValue *begins, NncValue *sizes)
{
  const NncValue list = { .type = NNC_I64, .rank = -1 }, flags = { .type = NNC_BOOL, .rank = -1 };
  const gint64 zero = 0, last = G_MAXINT64;
  NncValue *sums[2] = { begins, sizes }, *signs[2] = { sizes, nnc_tflite_new_ints (translation, "zero", &zero, 1) };
  NncValue *sum = nnc_tflite_new_value (translation, "sum", &list);
  NncValue *ends = nnc_tflite_new_value (translation, "ends", &list);
  NncValue *is_negative = nnc_tflite_new_value (translation, "is negative", &flags);
  NncValue *choice[3] = { is_negative, nnc_tflite_new_ints (translation, "last", &last, 1), sum };

  nnc_tflite_emit (translation, "Add", sums, 2, &sum, 1);
  nnc_tflite_emit (translation, "Less", signs, 2, &is_negative, 1);
  nnc_tflite_emit (translation, "Where", choice, 3, &ends, 1);
  return ends;
}

static void
emit_computed_slice (NncTfliteTranslation *translation)
{
  NncValue *begins = emit_wide (translation, translation->inputs[1]);
  NncValue *inputs[3] = { translation->inputs[0], begins,
                          emit_ends (translation, begins, emit_wide (translation, translation->inputs[2])) };

  nnc_tflite_emit (translation, "Slice", inputs, 3, translation->outputs, 1);
}

/* Sizes of -1 go to the end. */
gboolean
nnc_tflite_translate_slice (NncTfliteTranslation *translation, GError **error)
{
  static const gint64 all[NNC_MAX_RANK] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  static const gint64 ones[NNC_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  gint64 begins[NNC_MAX_RANK], ends[NNC_MAX_RANK];
  guint n, n_sizes;

  if (translation->inputs[1]->constant == NULL || translation->inputs[2]->constant == NULL) {
    emit_computed_slice (translation);
    return TRUE;
  }
  if (!nnc_tflite_get_ints (translation->inputs[1], "where it begins", begins, NNC_MAX_RANK, &n, error)
      || !nnc_tflite_get_ints (translation->inputs[2], "its size", ends, NNC_MAX_RANK, &n_sizes, error))
    return FALSE;
  if (n != n_sizes) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "it has %u begins and %u sizes", n, n_sizes);
    return FALSE;
  }
  for (guint i = 0; i < n; i++)
    if (ends[i] < 0 || __builtin_add_overflow (begins[i], ends[i], &ends[i]))
      ends[i] = G_MAXINT64;
  emit_slice (translation, translation->inputs[0], all, begins, ends, ones, n, translation->outputs[0]);
  return TRUE;
}

/* --- STRIDED_SLICE --------------------------------------------------------------------------- */

enum { OPTION_BEGIN_MASK, OPTION_END_MASK, OPTION_ELLIPSIS_MASK, OPTION_NEW_AXIS_MASK, OPTION_SHRINK_MASK };

typedef struct {
  gint64 begins[NNC_MAX_RANK], ends[NNC_MAX_RANK], steps[NNC_MAX_RANK]; /* as the file has them */
  guint n;
  gint64 begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_mask;
} Subscripts;

/* What they come to: a slice of the axes of x, then axes dropped, then axes of 1 put in. */
typedef struct {
  gint64 axes[NNC_MAX_RANK], begins[NNC_MAX_RANK], ends[NNC_MAX_RANK], steps[NNC_MAX_RANK];
  guint n;
  gint64 dropped[NNC_MAX_RANK], inserted[NNC_MAX_RANK];
  guint n_dropped, n_inserted;
} Selection;

static gboolean
read_subscripts (const NncTfliteTranslation *translation, Subscripts *subscripts, GError **error)
{
  guint n_ends, n_steps;

  *subscripts = (Subscripts){
    .begin_mask = nnc_tflite_option (translation, OPTION_BEGIN_MASK, 4, 0),
    .end_mask = nnc_tflite_option (translation, OPTION_END_MASK, 4, 0),
    .ellipsis_mask = nnc_tflite_option (translation, OPTION_ELLIPSIS_MASK, 4, 0),
    .new_axis_mask = nnc_tflite_option (translation, OPTION_NEW_AXIS_MASK, 4, 0),
    .shrink_mask = nnc_tflite_option (translation, OPTION_SHRINK_MASK, 4, 0),
  };
  if (!nnc_tflite_get_ints (translation->inputs[1], "its list of begins", subscripts->begins, NNC_MAX_RANK,
                            &subscripts->n, error)
      || !nnc_tflite_get_ints (translation->inputs[2], "its list of ends", subscripts->ends, NNC_MAX_RANK, &n_ends,
                               error)
      || !nnc_tflite_get_ints (translation->inputs[3], "its list of strides", subscripts->steps, NNC_MAX_RANK, &n_steps,
                               error))
    return FALSE;
  if (n_ends == subscripts->n && n_steps == subscripts->n)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "it has %u begins, %u ends and %u strides", subscripts->n, n_ends,
               n_steps);
  return FALSE;
}

static gboolean
is_set (gint64 mask, guint bit)
{
  return mask >> bit & 1;
}

/* Subscript i is about this axis of x. */
static void
select_axis (const Subscripts *subscripts, guint i, gint64 axis, Selection *selection)
{
  guint n = selection->n++;
  gint64 begin = subscripts->begins[i], step = subscripts->steps[i];

  selection->axes[n] = axis;
  selection->steps[n] = step;
  selection->begins[n] = is_set (subscripts->begin_mask, i) ? (step < 0 ? G_MAXINT64 : 0) : begin;
  selection->ends[n] = is_set (subscripts->end_mask, i) ? (step < 0 ? G_MININT64 : G_MAXINT64) : subscripts->ends[i];
  if (!is_set (subscripts->shrink_mask, i))
    return;
  selection->begins[n] = begin;
  selection->ends[n] = begin == -1 ? G_MAXINT64 : begin + 1;
  selection->steps[n] = 1;
  selection->dropped[selection->n_dropped++] = axis;
}

static gboolean
select_axes (const Subscripts *subscripts, gint rank, Selection *selection, GError **error)
{
  gint64 axis = 0, out_axis = 0;

  *selection = (Selection){ 0 };
  for (guint i = 0; i < subscripts->n; i++) {
    if (is_set (subscripts->ellipsis_mask, i)) {
      gint64 named = 0;

      for (guint j = i + 1; j < subscripts->n; j++)
        named += !is_set (subscripts->new_axis_mask, j);
      if (rank < 0 || rank - named < axis)
        return nnc_tflite_unsupported (error, "its ellipsis stands for no axes, or its input's rank is not known");
      out_axis += rank - named - axis;
      axis = rank - named;
    } else if (is_set (subscripts->new_axis_mask, i)) {
      selection->inserted[selection->n_inserted++] = out_axis++;
    } else {
      out_axis += !is_set (subscripts->shrink_mask, i);
      select_axis (subscripts, i, axis++, selection);
    }
  }
  return TRUE;
}

gboolean
nnc_tflite_translate_strided_slice (NncTfliteTranslation *translation, GError **error)
{
  NncValue *x = translation->inputs[0], *y = translation->outputs[0], *at;
  Subscripts subscripts;
  Selection selection;

  if (!read_subscripts (translation, &subscripts, error) || !select_axes (&subscripts, x->rank, &selection, error))
    return FALSE;
  at = selection.n_dropped || selection.n_inserted ? nnc_tflite_new_value (translation, "slice", y) : y;
  emit_slice (translation, x, selection.axes, selection.begins, selection.ends, selection.steps, selection.n, at);
  if (selection.n_dropped) {
    NncValue *dropped = selection.n_inserted ? nnc_tflite_new_value (translation, "dropped", y) : y;

    emit_axes_change (translation, "Squeeze", at, selection.dropped, selection.n_dropped, dropped);
    at = dropped;
  }
  if (selection.n_inserted)
    emit_axes_change (translation, "Unsqueeze", at, selection.inserted, selection.n_inserted, y);
  return TRUE;
}

/* --- many parts ------------------------------------------------------------------------------- */

static gboolean
read_axis (const NncValue *list, const NncValue *x, gint64 *axis, GError **error)
{
  guint n;

  if (!nnc_tflite_get_ints (list, "its axis", axis, 1, &n, error))
    return FALSE;
  if (n == 1 && x->rank > 0 && *axis >= -x->rank && *axis < x->rank) {
    *axis = *axis < 0 ? *axis + x->rank : *axis;
    return TRUE;
  }
  return nnc_tflite_unsupported (error, "its axis does not fit an input of rank %d", x->rank);
}

/* Consecutive parts of these sizes. */
static void
emit_parts (NncTfliteTranslation *translation, NncValue *x, gint64 axis, const gint64 *sizes)
{
  gint64 begin = 0;

  for (guint i = 0; i < translation->n_outputs; begin += sizes[i++])
    if (translation->outputs[i])
      emit_part (translation, x, axis, begin, begin + sizes[i], translation->outputs[i]);
}

gboolean
nnc_tflite_translate_split (NncTfliteTranslation *translation, GError **error)
{
  NncValue *x = translation->inputs[1];
  guint n = translation->n_outputs;
  g_autofree gint64 *sizes = g_new0 (gint64, n);
  gint64 axis;

  if (!read_axis (translation->inputs[0], x, &axis, error))
    return FALSE;
  if (x->shape[axis] < 0 || x->shape[axis] % n != 0)
    return nnc_tflite_unsupported (error, "an axis of %" G_GINT64_FORMAT " elements cannot be cut into %u equal parts",
                                   x->shape[axis], n);
  for (guint i = 0; i < n; i++)
    sizes[i] = x->shape[axis] / n;
  emit_parts (translation, x, axis, sizes);
  return TRUE;
}

/* One size may be -1: what remains. */
static gboolean
fill_rest (gint64 *sizes, guint n, gint64 whole, GError **error)
{
  gint64 sum = 0, rest = -1;

  for (guint i = 0; i < n; i++) {
    if (sizes[i] < 0 && rest < 0)
      rest = i;
    else if (sizes[i] < 0 || __builtin_add_overflow (sum, sizes[i], &sum))
      return nnc_tflite_unsupported (error, "its sizes do not fit an axis of %" G_GINT64_FORMAT " elements", whole);
  }
  if (rest >= 0 && whole >= sum)
    sum += sizes[rest] = whole - sum;
  return sum == whole
         || nnc_tflite_unsupported (error, "its sizes do not fit an axis of %" G_GINT64_FORMAT " elements", whole);
}

gboolean
nnc_tflite_translate_split_v (NncTfliteTranslation *translation, GError **error)
{
  NncValue *x = translation->inputs[0];
  guint n = translation->n_outputs, n_sizes;
  g_autofree gint64 *sizes = g_new0 (gint64, n);
  gint64 axis;

  if (!read_axis (translation->inputs[2], x, &axis, error)
      || !nnc_tflite_get_ints (translation->inputs[1], "its list of sizes", sizes, n, &n_sizes, error))
    return FALSE;
  if (n_sizes != n) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "it has %u sizes for %u outputs", n_sizes, n);
    return FALSE;
  }
  if (!fill_rest (sizes, n, x->shape[axis], error))
    return FALSE;
  emit_parts (translation, x, axis, sizes);
  return TRUE;
}

/* Output i is x[i] along the axis. */
gboolean
nnc_tflite_translate_unpack (NncTfliteTranslation *translation, GError **error)
{
  NncValue *x = translation->inputs[0];
  const gint64 axis = nnc_tflite_option (translation, 1, 4, 0);

  for (guint i = 0; i < translation->n_outputs; i++) {
    NncValue *y = translation->outputs[i], *part;

    if (y == NULL)
      continue;
    part = nnc_tflite_new_value (translation, "part", y);
    emit_part (translation, x, axis, i, (gint64)i + 1, part);
    emit_axes_change (translation, "Squeeze", part, &axis, 1, y);
  }
  return TRUE;
}

/* The inputs beside each other along a new axis. */
gboolean
nnc_tflite_translate_pack (NncTfliteTranslation *translation, GError **error)
{
  const gint64 axis = nnc_tflite_option (translation, 1, 4, 0);
  guint n = translation->n_inputs;
  g_autofree NncValue **parts = g_new0 (NncValue *, n);
  NncNode *node;

  for (guint i = 0; i < n; i++) {
    if (translation->inputs[i] == NULL)
      return nnc_tflite_unsupported (error, "input %u is absent, which is not supported", i);
    parts[i] = nnc_tflite_new_value (translation, "part", translation->inputs[i]);
    emit_axes_change (translation, "Unsqueeze", translation->inputs[i], &axis, 1, parts[i]);
  }
  node = nnc_tflite_emit (translation, "Concat", parts, n, translation->outputs, 1);
  nnc_node_set_int (node, "axis", axis);
  return TRUE;
}
