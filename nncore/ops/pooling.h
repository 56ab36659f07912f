/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pooling.h: what MaxPool and AveragePool share. */
#pragma once

#include "kernel.h"
#include "op.h"

gboolean nnc_pooling_infer (NncInference *inference, GError **error);
gboolean nnc_pooling_reach (const NncNode *node, gint64 reach[NNC_MAX_RANK]);
/* count_padding: averages divide by the window's size. */
gboolean nnc_pooling_prepare (NncPreparation *prepare, NncSlot slot, gboolean count_padding, GError **error);
