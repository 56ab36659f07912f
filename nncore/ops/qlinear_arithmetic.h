/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qlinear_arithmetic.h: the formulas of QLinearAdd and QLinearMul for one pair of numbers. */
#pragma once

#include "op.h"
#include "scale.h"

/* What does not depend on a and b. */
typedef struct {
  float a_factor, b_factor, fixed, factor;
  gint32 a_zero, b_zero, zero;
} NncQLinearFactors;

NncQLinearFactors nnc_qlinear_factors (NncScale a, NncScale b, NncScale y);
gint32 nnc_qlinear_add (const NncQLinearFactors *factors, gint32 a, gint32 b, NncDataType type);
gint32 nnc_qlinear_multiply (const NncQLinearFactors *factors, gint32 a, gint32 b, NncDataType type);
