/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hybrid_step.h: TFLite's hybrid layers, whose weights have 8 bits and whose inputs are real, as a step: each slice of
 * x along its first axis is stored in 8 bits (dynamic_range.h), integers are multiplied, and
 * y = clamp (sum * (scale of the slice * scale of the weights) + bias): rounded where TFLite's reference kernels round.
 * Attributes: asymmetric (0): zero points of slices are not 0; order: "scales" (the default), where the scales are
 * multiplied first, or "sums", where the sum is with that of the weights. */
#pragma once

#include "kernel.h"
#include "op.h"

enum { NNC_HYBRID_X, NNC_HYBRID_WEIGHTS, NNC_HYBRID_SCALES, NNC_HYBRID_BIAS, NNC_HYBRID_N_INPUTS };

/* x f32, weights i8, their scales [1] or [O], bias [O], and the attributes. */
gboolean nnc_hybrid_check (const NncInference *inference, gint64 out_channels, GError **error);
/* Decides the whole step. window: of one of the n slices. filter: where the weights lie. */
gboolean nnc_hybrid_prepare (NncPreparation *prepare, const NncWindow *window, gsize n, NncQuantizedFilter filter,
                             GError **error);
