/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* step_work.h: how much a step computes, and how it is cut into parts. */
#pragma once

#include "op.h"

static inline gsize
nnc_round_up_64 (gsize size)
{
  return (size + 63) & ~(gsize)63;
}

/* A product of counts, or the largest number there is. */
guint64 nnc_count_work (const gsize *factors, guint n);

/* All that a step computes: multiply-accumulates and others. */
guint64 nnc_prepared_work (const NncPreparation *prepare);

/* Into how many parts rows of work are cut, from prepare->macs and other_work: 1 where threads cost more than they
 * bring. */
guint nnc_prepare_parts (const NncPreparation *prepare, gsize rows);

/* Where a part begins; where the part before it ends. */
static inline gsize
nnc_part_begin (gsize rows, guint part, guint parts)
{
  return rows / parts * part + rows % parts * part / parts;
}

/* Nothing to compute: an output without elements. */
gboolean nnc_run_nothing (const NncStep *step, NncRunContext *context, GError **error);
