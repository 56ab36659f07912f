/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stacked_output.c: an output of a loop that has one slice an iteration. */
#include "stacked_output.h"

#include "axes.h"
#include "planner.h"

#include <string.h>

gboolean
nnc_stacked_desc (const NncTensorDesc *slice, gint64 axis, gint64 n, NncTensorDesc *stacked, GError **error)
{
  gint64 shape[NNC_MAX_RANK + 1];
  guint at;

  if (!nnc_axis_resolve (axis, slice->rank + 1, &at, error))
    return FALSE;
  for (guint i = 0; i < slice->rank; i++)
    shape[i < at ? i : i + 1] = slice->shape[i];
  shape[at] = n;
  return nnc_desc_set (stacked, slice->type, slice->rank + 1, shape, error);
}

static gboolean
begin (NncStackedOutput *stack, NncRunContext *context, const NncTensorDesc *slice, GError **error)
{
  NncTensorDesc stacked;

  stack->slice = *slice;
  return stack->length < 0
         || (nnc_stacked_desc (slice, stack->axis, stack->length, &stacked, error)
             && nnc_run_make_output (context, stack->output, &stacked, error));
}

static gboolean
grow (NncStackedOutput *stack, NncRunContext *context, gsize size, GError **error)
{
  gsize filled = (gsize)stack->n * size, wanted = MAX (2 * stack->capacity, 8 * size);
  gpointer grown;

  if (filled + size <= stack->capacity)
    return TRUE;
  grown = nnc_memory_take (context->memory, wanted, error);
  if (grown == NULL)
    return FALSE;
  if (filled > 0)
    memcpy (grown, stack->grown, filled);
  if (stack->grown)
    nnc_memory_give (context->memory, stack->grown);
  stack->grown = grown;
  stack->capacity = wanted;
  return TRUE;
}

/* output[outer][length][inner] */
static gboolean
put (NncStackedOutput *stack, const NncTensor *slice, GError **error)
{
  const NncTensorDesc *stacked = &stack->output->desc;
  gint64 at = stack->backwards ? stack->length - 1 - stack->n : stack->n;
  gsize bytes;
  NncSplit split;
  guint axis;

  if (at < 0 || at >= stack->length || !nnc_axis_resolve (stack->axis, stacked->rank, &axis, NULL))
    return nnc_op_error (error, "there are more than %" G_GINT64_FORMAT " iterations", stack->length);
  split = nnc_desc_split (stacked, axis);
  bytes = split.inner * nnc_data_type_get_size (stacked->type);
  for (gsize i = 0; i < split.outer && bytes > 0; i++)
    memcpy ((guint8 *)stack->output->data + (i * split.axis + (gsize)at) * bytes,
            (const guint8 *)slice->data + i * bytes, bytes);
  return TRUE;
}

gboolean
nnc_stacked_output_add (NncStackedOutput *stack, NncRunContext *context, const NncTensor *slice, GError **error)
{
  gsize size = nnc_desc_size (&slice->desc);

  if (stack->output == NULL)
    return TRUE;
  if (stack->n == 0 && !begin (stack, context, &slice->desc, error))
    return FALSE;
  if (!nnc_desc_equal (&stack->slice, &slice->desc)) {
    g_autofree char *first = nnc_desc_to_string (&stack->slice), *other = nnc_desc_to_string (&slice->desc);
    return nnc_op_error (error, "what is to be stacked is %s in iteration 0 and %s in iteration %" G_GINT64_FORMAT,
                         first, other, stack->n);
  }
  if (stack->length >= 0) {
    if (!put (stack, slice, error))
      return FALSE;
  } else {
    if (!grow (stack, context, size, error))
      return FALSE;
    if (size > 0)
      memcpy ((guint8 *)stack->grown + (gsize)stack->n * size, slice->data, size);
  }
  stack->n++;
  return TRUE;
}

gboolean
nnc_stacked_output_finish (NncStackedOutput *stack, NncRunContext *context, const NncTensorDesc *slice, GError **error)
{
  NncTensor all = { .data = stack->grown };

  if (stack->output == NULL)
    return TRUE;
  if (stack->length >= 0 && stack->n != stack->length)
    return nnc_op_error (error, "there are %" G_GINT64_FORMAT " iterations instead of %" G_GINT64_FORMAT, stack->n,
                         stack->length);
  if (stack->n == 0 && !begin (stack, context, slice, error))
    return FALSE;
  if (stack->length >= 0)
    return TRUE;
  if (!nnc_stacked_desc (&stack->slice, 0, stack->n, &all.desc, error)
      || !nnc_run_make_output (context, stack->output, &all.desc, error))
    return FALSE;
  if (nnc_desc_size (&all.desc) > 0)
    memcpy (stack->output->data, all.data, nnc_desc_size (&all.desc));
  return TRUE;
}

void
nnc_stacked_output_end (NncStackedOutput *stack, NncRunContext *context)
{
  if (stack->grown)
    nnc_memory_give (context->memory, g_steal_pointer (&stack->grown));
}
