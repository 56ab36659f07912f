/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* step_work.c: how much a step computes, and how it is cut into parts. */
#include "step_work.h"

/* Of a run that is worth splitting: a fork costs little there, since nobody sleeps between its steps, and a step that is
 * not split brings together in one cache what lies in several. */
#define MACS_PER_PART 200000

guint64
nnc_count_work (const gsize *factors, guint n)
{
  gsize product = 1;

  for (guint i = 0; i < n; i++)
    if (factors[i] == 0)
      return 0;
  for (guint i = 0; i < n; i++)
    if (!nnc_size_mul (product, factors[i], &product))
      return G_MAXUINT64;
  return product;
}

guint64
nnc_prepared_work (const NncPreparation *prepare)
{
  return prepare->macs + MIN (prepare->other_work, G_MAXUINT64 - prepare->macs);
}

guint
nnc_prepare_parts (const NncPreparation *prepare, gsize rows)
{
  guint64 parts = MIN (nnc_prepared_work (prepare) / MACS_PER_PART, rows);

  return (guint)CLAMP (parts, 1, MAX (prepare->threads, 1));
}

gboolean
nnc_run_nothing (const NncStep *step, NncRunContext *context, GError **error)
{
  return TRUE;
}
