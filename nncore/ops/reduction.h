/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reduction.h: y = f (many x): over the axes that input 1 names, or over all of them (with attribute
 * noop_with_empty_axes over none: each number by itself). keepdims (1): the axes remain, with size 1. An op of this
 * kind is a line in reductions.c. */
#pragma once

#include "kernel.h"
#include "stored_reduction.h"
#include "wide.h"

/* y[m][k] from x[m][n][k] over n, in a wide type. */
typedef void (*NncReduceLoop) (gpointer y, gconstpointer x, gsize outer, gsize axis, gsize inner);

typedef struct {
  guint types; /* a set of wide.h */
  gboolean has_kernel;
  NncSlot slot; /* with has_kernel: for f32 */
  gboolean divides; /* what the kernel gives, by how many they were */
  NncStoredReductionKind stored; /* of stored numbers */
  double of_nothing; /* the result of no numbers; 0: what the loops say */
  NncReduceLoop loops[NNC_BOOL + 1]; /* by wide type */
} NncReduction;

gboolean nnc_reduction_infer (NncInference *inference, const NncReduction *reduction, GError **error);
gboolean nnc_reduction_prepare (NncPreparation *prepare, const NncReduction *reduction, GError **error);
gboolean nnc_reduction_permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank);

/* The op of a reduction, which are the last arguments: an initializer of NncReduction. */
#define NNC_REDUCTION_OP(op_name, ...)                                                                                 \
  static const NncReduction reduction_of_##op_name = { __VA_ARGS__ };                                                  \
  static gboolean infer_##op_name (NncInference *inference, GError **error)                                            \
  {                                                                                                                    \
    return nnc_reduction_infer (inference, &reduction_of_##op_name, error);                                            \
  }                                                                                                                    \
  static gboolean prepare_##op_name (NncPreparation *prepare, GError **error)                                          \
  {                                                                                                                    \
    return nnc_reduction_prepare (prepare, &reduction_of_##op_name, error);                                            \
  }                                                                                                                    \
  const NncOp nnc_op_##op_name = {                                                                                     \
    .name = #op_name,                                                                                                  \
    .traits = NNC_OP_DATA_SHAPE,                                                                                       \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 2,                                                                                                   \
    .max_outputs = 1,                                                                                                  \
    .infer = infer_##op_name,                                                                                          \
    .prepare = prepare_##op_name,                                                                                      \
    .permute = nnc_reduction_permute,                                                                                  \
  };
