/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* place.h: where a value's bytes are, in a plan. */
#pragma once

#include "memory.h"
#include "shape.h"

/* Values that are views of each other, or are computed in place, share a block of the arena. A value whose shape
 * depends on data has memory of its own from when it is computed until its last reader has run. */
typedef struct {
  NncTensor tensor; /* first: the tensors of steps are places */
  guint block; /* of the arena; NNC_NO_BLOCK: a constant, or memory of its own */
  gsize offset; /* in the block */
  gboolean dynamic; /* its shape depends on data */
  gpointer memory; /* of its own, while there is some */
  guint last; /* node that reads it, G_MAXUINT: it stays until the next run */
} NncPlace;

#define NNC_NO_BLOCK G_MAXUINT

/* What is known of a dynamic value before it is computed: nothing is there. */
void nnc_place_forget (NncPlace *place, NncMemory *memory);
