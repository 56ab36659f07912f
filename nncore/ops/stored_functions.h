/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_functions.h: mathematical functions of stored numbers. */
#pragma once

#include "op.h"

gboolean nnc_stored_abs_prepare (NncPreparation *prepare, GError **error);
gboolean nnc_stored_exp_prepare (NncPreparation *prepare, GError **error);
gboolean nnc_stored_rsqrt_prepare (NncPreparation *prepare, GError **error);
gboolean nnc_stored_sqrt_prepare (NncPreparation *prepare, GError **error);
