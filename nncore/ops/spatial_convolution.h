/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spatial_convolution.h: Conv in plain loops, for any number of spatial axes. Types and channels are checked. */
#pragma once

#include "op.h"

gboolean nnc_spatial_convolution_infer (NncInference *inference, GError **error);
gboolean nnc_spatial_convolution_prepare (NncPreparation *prepare, GError **error);
