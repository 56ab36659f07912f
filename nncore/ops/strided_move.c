/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* strided_move.c: moves of elements between strides. */
#include "strided_move.h"

/* A few neighbours that stay together are one element of up to 8 bytes. */
static void
widen_elements (NncMove *move)
{
  gint last = move->rank - 1;
  gsize wider;

  if (last < 0 || move->to[last] != (ptrdiff_t)move->size || move->from[last] != (ptrdiff_t)move->size)
    return;
  wider = move->size * MIN (move->shape[last], 16);
  if (wider == 2 || wider == 4 || wider == 8) {
    move->size = wider;
    move->rank = last;
  }
}

void
nnc_move_set (NncMove *move, NncPreparation *prepare, const NncTensorDesc *shape, const gint64 *to, const gint64 *from)
{
  const NncKernel *kernel = nnc_kernel_find (NNC_SLOT_copy_strided);
  gint rank = 0;

  for (guint i = 0; i < shape->rank; i++) {
    gint64 size = shape->shape[i];

    if (size == 1)
      continue;
    if (rank > 0 && move->to[rank - 1] == to[i] * size && move->from[rank - 1] == from[i] * size) {
      move->shape[rank - 1] *= (gsize)size;
    } else {
      move->shape[rank++] = (gsize)size;
    }
    move->to[rank - 1] = (ptrdiff_t)to[i];
    move->from[rank - 1] = (ptrdiff_t)from[i];
  }
  move->copy = kernel->copy;
  move->size = nnc_data_type_get_size (shape->type);
  move->rank = rank;
  widen_elements (move);
  prepare->kernel = kernel->name;
}
