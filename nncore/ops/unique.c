/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unique.c: Unique: the different slices of x along attribute axis, or without it the different elements of x; sorted,
 * or with sorted=0 in the order in which they first come. Outputs 1 to 3, i64 lists: where each first comes, which of
 * them each slice of x is, how often each comes. How many there are is found out by running. */
#include "axes.h"
#include "op_inputs.h"
#include "sort_keys.h"

#include <string.h>

enum { Y, FIRST, INVERSE, COUNTS, N_OUTPUTS };

static gboolean
has_axis (const NncNode *node)
{
  return nnc_node_get_attribute (node, "axis") != NULL;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  guint axis;

  for (guint i = 0; i < inference->n_outputs; i++)
    inference->outputs[i].type = NNC_INVALID;
  return !has_axis (inference->node)
         || nnc_node_get_axis (inference->node, 0, inference->inputs[0]->desc.rank, &axis, error);
}

/* x as [outer][axis][inner]: slice i is all [o][i][j]. */
typedef struct {
  const NncTensor *x;
  NncSplit split;
  gsize size;
} Slices;

static gconstpointer
element_of (const Slices *slices, gsize i, gsize o, gsize j)
{
  return (const guint8 *)slices->x->data + ((o * slices->split.axis + i) * slices->split.inner + j) * slices->size;
}

/* Below 0: a is the smaller; 0: they are equal. */
static gint
compare (const Slices *slices, gsize a, gsize b)
{
  for (gsize o = 0; o < slices->split.outer; o++)
    for (gsize j = 0; j < slices->split.inner; j++) {
      guint64 x = nnc_sort_key (slices->x->desc.type, element_of (slices, a, o, j));
      guint64 y = nnc_sort_key (slices->x->desc.type, element_of (slices, b, o, j));

      if (x != y)
        return x < y ? -1 : 1;
    }
  return 0;
}

static gboolean
comes_before (gsize a, gsize b, gconstpointer user_data)
{
  gint difference = compare (user_data, a, b);

  return difference ? difference < 0 : a < b;
}

/* What run works with; n of each in scratch. */
typedef struct {
  gsize *sorted; /* slices, in order */
  gsize *group; /* of each slice: which of the different ones it is */
  gsize *first; /* of each group: the slice that comes first */
  gsize *counts; /* of each group */
  gsize n_groups;
} Groups;

/* Groups in the order of their slices. */
static void
group_sorted (const Slices *slices, Groups *groups)
{
  gsize n = slices->split.axis;

  nnc_sort_first (groups->sorted, n, n, comes_before, slices);
  groups->n_groups = 0;
  for (gsize i = 0; i < n; i++) {
    gsize slice = groups->sorted[i];

    if (i == 0 || compare (slices, groups->sorted[i - 1], slice) != 0) {
      groups->first[groups->n_groups] = slice;
      groups->counts[groups->n_groups++] = 0;
    }
    groups->group[slice] = groups->n_groups - 1;
    groups->counts[groups->n_groups - 1]++;
  }
}

/* Groups in the order in which they first come: they get the numbers of it. */
static void
group_as_they_come (const Slices *slices, Groups *groups)
{
  gsize n = slices->split.axis, *number = groups->sorted, n_seen = 0;

  group_sorted (slices, groups);
  for (gsize i = 0; i < n; i++) {
    gsize group = groups->group[i];

    if (groups->first[group] == i)
      number[group] = n_seen++;
  }
  for (gsize i = 0; i < n; i++)
    groups->group[i] = number[groups->group[i]];
  n_seen = 0;
  memset (groups->counts, 0, n * sizeof *groups->counts);
  for (gsize i = 0; i < n; i++) {
    if (groups->counts[groups->group[i]]++ == 0)
      groups->first[n_seen++] = i;
  }
}

static gboolean
write_list (const NncStep *step, NncRunContext *context, guint output, const gsize *list, gsize n, GError **error)
{
  const gint64 shape = (gint64)n;
  NncTensorDesc desc;

  if (output >= step->n_outputs || step->outputs[output] == NULL)
    return TRUE;
  if (!nnc_desc_set (&desc, NNC_I64, 1, &shape, error)
      || !nnc_run_make_output (context, step->outputs[output], &desc, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    ((gint64 *)step->outputs[output]->data)[i] = (gint64)list[i];
  return TRUE;
}

static gboolean
write_slices (const NncStep *step, NncRunContext *context, const Slices *slices, const Groups *groups, guint axis,
              GError **error)
{
  NncTensorDesc desc = slices->x->desc;
  gsize bytes = slices->split.inner * slices->size;
  guint8 *y;

  if (step->outputs[Y] == NULL)
    return TRUE;
  if (!has_axis (step->node))
    desc.rank = 1;
  desc.shape[axis] = (gint64)groups->n_groups;
  if (!nnc_run_make_output (context, step->outputs[Y], &desc, error))
    return FALSE;
  y = step->outputs[Y]->data;
  for (gsize o = 0; o < slices->split.outer && bytes > 0; o++)
    for (gsize i = 0; i < groups->n_groups; i++, y += bytes)
      memcpy (y, element_of (slices, groups->first[i], o, 0), bytes);
  return TRUE;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncTensor *x = step->inputs[0];
  Slices slices = { x, { 1, nnc_desc_n_elements (&x->desc), 1 }, nnc_data_type_get_size (x->desc.type) };
  gsize *scratch = nnc_run_scratch (context, 0);
  Groups groups;
  guint axis = 0;

  if (has_axis (step->node)) {
    if (!nnc_node_get_axis (step->node, 0, x->desc.rank, &axis, error))
      return FALSE;
    slices.split = nnc_desc_split (&x->desc, axis);
  }
  groups = (Groups){ scratch, scratch + slices.split.axis, scratch + 2 * slices.split.axis,
                     scratch + 3 * slices.split.axis, 0 };
  if (nnc_node_get_int (step->node, "sorted", 1))
    group_sorted (&slices, &groups);
  else
    group_as_they_come (&slices, &groups);
  return write_slices (step, context, &slices, &groups, axis, error)
         && write_list (step, context, FIRST, groups.first, groups.n_groups, error)
         && write_list (step, context, INVERSE, groups.group, slices.split.axis, error)
         && write_list (step, context, COUNTS, groups.counts, groups.n_groups, error);
}

static gboolean
prepare_unique (NncPreparation *prepare, GError **error)
{
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  gsize n = nnc_desc_n_elements (x);
  guint axis;

  if (has_axis (prepare->node)) {
    if (!nnc_node_get_axis (prepare->node, 0, x->rank, &axis, error))
      return FALSE;
    n = (gsize)x->shape[axis];
  }
  prepare->scratch = 4 * n * sizeof (gsize);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Unique = {
  .name = "Unique",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = N_OUTPUTS,
  .infer = infer,
  .prepare = prepare_unique,
};
