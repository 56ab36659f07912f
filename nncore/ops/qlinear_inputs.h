/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qlinear_inputs.h: the order of inputs that QLinearConv and QLinearMatMul have. */
#pragma once

enum {
  NNC_QLINEAR_X,
  NNC_QLINEAR_WEIGHTS,
  NNC_QLINEAR_BIAS, /* i32, by the product of both scales */
  NNC_QLINEAR_X_SCALE,
  NNC_QLINEAR_X_ZERO,
  NNC_QLINEAR_WEIGHTS_SCALE,
  NNC_QLINEAR_WEIGHTS_ZERO, /* all the same */
  NNC_QLINEAR_Y_SCALE,
  NNC_QLINEAR_Y_ZERO, /* of x's type */
  NNC_QLINEAR_OFFSET,
  NNC_QLINEAR_N_INPUTS
};
