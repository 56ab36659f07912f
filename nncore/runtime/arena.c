/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arena.c: places tensors in one piece of memory. */
#include "arena.h"

#define ALIGNMENT ((gsize)64)

static gsize
aligned (gsize size)
{
  return (MAX (size, 1) + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

static gint
larger_first (gconstpointer a, gconstpointer b)
{
  const NncArenaBlock *x = *(NncArenaBlock *const *)a, *y = *(NncArenaBlock *const *)b;

  if (x->size != y->size)
    return x->size > y->size ? -1 : 1;
  return x < y ? -1 : x > y; /* a fixed order, so that plans are alike */
}

/* Keeps `placed` sorted by offset. */
static void
insert_by_offset (GPtrArray *placed, NncArenaBlock *block)
{
  guint low = 0, high = placed->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (((const NncArenaBlock *)placed->pdata[middle])->offset <= block->offset)
      low = middle + 1;
    else
      high = middle;
  }
  g_ptr_array_insert (placed, (gint)low, block);
}

/* The lowest offset that no placed block of the same time covers; placed: by offset. */
static gsize
lowest_gap (const NncArenaBlock *block, const GPtrArray *placed)
{
  gsize offset = 0;

  for (guint i = 0; i < placed->len; i++) {
    const NncArenaBlock *other = placed->pdata[i];

    if (other->last < block->first || other->first > block->last)
      continue;
    if (other->offset >= offset + aligned (block->size))
      break;
    offset = MAX (offset, other->offset + aligned (other->size));
  }
  return offset;
}

gboolean
nnc_arena_place (NncArenaBlock *blocks, guint n, gsize *total)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GPtrArray) placed = g_ptr_array_new ();
  gsize sum = 0;

  *total = 0;
  for (guint i = 0; i < n; i++) {
    if (blocks[i].size > G_MAXSIZE / 2 || __builtin_add_overflow (sum, aligned (blocks[i].size), &sum))
      return FALSE;
    g_ptr_array_add (order, &blocks[i]);
  }
  g_ptr_array_sort (order, larger_first);
  for (guint i = 0; i < n; i++) {
    NncArenaBlock *block = order->pdata[i];

    block->offset = lowest_gap (block, placed);
    *total = MAX (*total, block->offset + aligned (block->size));
    insert_by_offset (placed, block);
  }
  return TRUE;
}

gsize
nnc_arena_live_peak (const NncArenaBlock *blocks, guint n, guint n_steps)
{
  g_autofree gsize *change
      = g_new0 (gsize, (gsize)n_steps + 1); /* bytes that come with a step; what goes wraps around */
  gsize live = 0, peak = 0;

  for (guint i = 0; i < n; i++) {
    change[MIN (blocks[i].first, n_steps)] += blocks[i].size;
    change[MIN (blocks[i].last, n_steps - 1) + 1] -= blocks[i].size;
  }
  for (guint step = 0; step < n_steps; step++) {
    live += change[step];
    peak = MAX (peak, live);
  }
  return peak;
}
