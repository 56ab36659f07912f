/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_step.h: a convolution of stored numbers as a step. Conv is one, and
 * so is Gemm: its rows are the pixels of an image of one row. */
#pragma once

#include "kernel.h"
#include "op.h"

/* Inputs of both. */
enum { NNC_QUANTIZED_X, NNC_QUANTIZED_WEIGHTS, NNC_QUANTIZED_BIAS };

/* Types of x, weights and bias that go together. */
gboolean nnc_quantized_check (const NncTensor *const *inputs, guint n_inputs, GError **error);
/* Decides the whole step. window: without its clamp. filter: where the weights lie; the rest is filled in. */
gboolean nnc_quantized_prepare (NncPreparation *prepare, const NncWindow *window, NncQuantizedFilter filter,
                                GError **error);
