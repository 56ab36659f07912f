/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arena.h: one piece of memory for all intermediate tensors: which may share
 * bytes follows from when they are written first and read last. */
#pragma once

#include <glib.h>

typedef struct {
  gsize size;
  guint first, last; /* steps between which its numbers must stay */
  gsize offset; /* out; a multiple of 64 */
} NncArenaBlock;

/* Greedy by size (Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020): the largest
 * block first, each at the lowest offset where nothing that lives at the same time lies. FALSE: the sum overflows. */
gboolean nnc_arena_place (NncArenaBlock *blocks, guint n, gsize *total);
/* The most bytes that are alive at any one step: no arena can be smaller. */
gsize nnc_arena_live_peak (const NncArenaBlock *blocks, guint n, guint n_steps);
