/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spatial_pooling.h: poolings in plain loops, for any number of spatial axes. */
#pragma once

#include "op.h"

typedef enum {
  NNC_POOLING_MAX, /* f32, i8 and u8; output 1: where the largest number was */
  NNC_POOLING_AVERAGE,
  NNC_POOLING_LP, /* (sum of |x|^p)^(1/p), attribute p (2) */
} NncPooling;

/* Whether kernels (pooling.h) do this pooling, too. */
gboolean nnc_spatial_pooling_wanted (NncPooling pooling, const NncTensorDesc *x, guint n_outputs);
gboolean nnc_spatial_pooling_infer (NncInference *inference, NncPooling pooling, GError **error);
gboolean nnc_spatial_pooling_prepare (NncPreparation *prepare, NncPooling pooling, GError **error);
