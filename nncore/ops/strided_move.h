/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* strided_move.h: moves of elements between strides, for ops that change no number. */
#pragma once

#include "kernel.h"
#include "op.h"

/* A move of every element, prepared. */
typedef struct {
  NncCopyStrided copy;
  gsize size; /* of an element */
  gint rank;
  gsize shape[NNC_MAX_RANK];
  ptrdiff_t to[NNC_MAX_RANK], from[NNC_MAX_RANK]; /* bytes */
} NncMove;

/* shape: what is moved; neighbouring axes that lie alike on both sides become one. */
void nnc_move_set (NncMove *move, NncPreparation *prepare, const NncTensorDesc *shape, const gint64 *to,
                   const gint64 *from);
static inline void
nnc_move_run (const NncMove *move, gpointer to, gconstpointer from)
{
  move->copy (to, from, move->size, move->rank, move->shape, move->to, move->from);
}
