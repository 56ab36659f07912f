/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qlinear_step.h: ONNX's convolution and product of numbers of 8 bits as a step: y = round (sum * (x's scale * the
 * weights' / y's)) + zero point, in f32, half to even. Scales and zero points are inputs, one number each, or one an
 * output channel for those of the weights. Input OFFSET ([O], f32) is added, in steps of y,
 * before it is rounded: what a bias in reals has beside input BIAS. */
#pragma once

#include "kernel.h"
#include "op.h"
#include "qlinear_inputs.h"

/* Types, and all but the shapes of x and the weights. */
gboolean nnc_qlinear_check (const NncInference *inference, gint64 out_channels, GError **error);
/* Decides the whole step. filter: where the weights lie; the rest is filled in. */
gboolean nnc_qlinear_prepare (NncPreparation *prepare, const NncWindow *window, NncQuantizedFilter filter,
                              GError **error);
