/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_activations.h: activations of stored numbers. */
#pragma once

#include "op.h"

gboolean nnc_stored_sigmoid_prepare (NncPreparation *prepare, GError **error);
gboolean nnc_stored_tanh_prepare (NncPreparation *prepare, GError **error);
/* alpha must be 1. */
gboolean nnc_stored_elu_prepare (NncPreparation *prepare, GError **error);
/* approximate: by tanh. */
gboolean nnc_stored_gelu_prepare (NncPreparation *prepare, gboolean approximate, GError **error);
gboolean nnc_stored_hard_swish_prepare (NncPreparation *prepare, GError **error);
gboolean nnc_stored_leaky_relu_prepare (NncPreparation *prepare, GError **error);
