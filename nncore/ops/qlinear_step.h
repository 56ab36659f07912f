/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qlinear_step.h: ONNX's convolution and product of numbers of 8 bits as a step: y = round (sum * (x's scale * the
 * weights' / y's)) + zero point, in f32, half to even. Scales and zero points are inputs, one number each, or one an
 * output channel for those of the weights. Input OFFSET ([O], f32) is added, in steps of y,
 * before it is rounded: what a bias in reals has beside input BIAS. */
#pragma once

#include "kernel.h"
#include "op.h"

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

/* Types, and all but the shapes of x and the weights. */
gboolean nnc_qlinear_check (const NncInference *inference, gint64 out_channels, GError **error);
/* Decides the whole step. filter: where the weights lie; the rest is filled in. */
gboolean nnc_qlinear_prepare (NncPreparation *prepare, const NncWindow *window, NncQuantizedFilter filter,
                              GError **error);
