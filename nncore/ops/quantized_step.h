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
/* The same where window and filter are complete. inputs: those that weights and bias came from; G_MAXUINT: none. */
gboolean nnc_quantized_prepare_window (NncPreparation *prepare, const NncQuantizedWindow *window,
                                       const NncQuantizedFilter *filter, const guint inputs[2], GError **error);
/* The window of a convolution of x with weights [O,kh,kw,C/group] or [O,kw,C/group]: without its clamp. */
gboolean nnc_quantized_set_window (NncWindow *window, const NncNode *node, const NncTensorDesc *x,
                                   const NncTensorDesc *weights, GError **error);
/* The kernel for it. */
const NncKernel *nnc_quantized_find (const NncQuantizedWindow *window);
/* Its packed weights. inputs: as below. */
gconstpointer nnc_quantized_pack (NncPreparation *prepare, const NncQuantizedWindow *window, const NncKernel *kernel,
                                  const NncQuantizedFilter *filter, const guint inputs[2], GError **error);
/* Where the weights [O,H,W,I] or [O,W,I] of a convolution lie. */
NncQuantizedFilter nnc_quantized_filter (const NncTensor *weights);
/* Rows of numbers, each from `in` to `out` of them, as the pixels of an image of one row, of which a product is a
 * convolution by 1x1. */
NncWindow nnc_quantized_rows (gsize rows, gsize in, gsize out);
