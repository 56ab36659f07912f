/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elementwise_unary.h: y[i] = f (x[i]) by a kernel. An op of this kind is a line with NNC_UNARY_OP. */
#pragma once

#include "kernel.h"
#include "op.h"

/* parameters: what the kernel wants of them, at most 2. */
gboolean nnc_unary_prepare (NncPreparation *prepare, NncSlot slot, const float *parameters, guint n, GError **error);

/* The op of prepare_function, which calls nnc_unary_prepare(). */
#define NNC_UNARY_OP(op_name, prepare_function)                                                                        \
  const NncOp nnc_op_##op_name = {                                                                                     \
    .name = #op_name,                                                                                                  \
    .traits = NNC_OP_ELEMENTWISE | NNC_OP_IN_PLACE,                                                                    \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 1,                                                                                                   \
    .max_outputs = 1,                                                                                                  \
    .infer = nnc_infer_same_f32,                                                                                       \
    .prepare = prepare_function,                                                                                       \
  }
