/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sort_keys.h: order among numbers of any type, and the first of many. */
#pragma once

#include "op.h"

/* A number that is larger for a larger one of the type, and equal for equal ones: 0 and -0; all NaN, which come last.
 */
guint64 nnc_sort_key (NncDataType type, gconstpointer element);

/* Whether a comes before b; equal ones are told apart by their index. */
typedef gboolean (*NncComesBefore) (gsize a, gsize b, gconstpointer user_data);

/* The first k (at most n) of the indices 0 .. n - 1, in order. Allocates nothing. */
void nnc_sort_first (gsize *indices, gsize n, gsize k, NncComesBefore before, gconstpointer user_data);
