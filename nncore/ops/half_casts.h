/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* half_casts.h: ops that compute f32 alone (NNC_OP_F32) get f16 by way of Casts around them. */
#pragma once

#include "op.h"

/* The attribute of a Cast to f16 that no file asked for: without it the numbers are only more exact. */
#define NNC_IMPLIED_CAST "implied"

/* Puts Casts to f32 before node i, which must be inferred first, where it needs them. Returns how many. */
guint nnc_half_casts_before (NncGraph *graph, guint i);
/* Whether the node got them, and not yet those behind it. */
gboolean nnc_half_casts_wanted (const NncNode *node);
/* Puts Casts to f16 behind node i, whose outputs are known. */
void nnc_half_casts_behind (NncGraph *graph, guint i);
