/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* product_step.h: a matrix product as a step: which kernel, where its packed
 * matrix lies, and how its rows are cut. MatMul and Gemm are made of it. */
#pragma once

#include "kernel.h"
#include "op.h"

/* y[m][n] = clamp (sum over k of a[m][k] * b[k][n] + bias[n]) */
typedef struct {
  NncProduct product;
  const NncMatrixProduct *kernel;
  const guint8 *packed; /* [matrices][packed_size]; NULL: b is packed by every run, into scratch */
  gsize packed_size; /* of one matrix, a multiple of 64 */
  guint parts;
} NncProductStep;

/* Chooses the kernel, and the number of parts when b is constant. times: products a run, for prepare->macs. */
void nnc_product_prepare (NncProductStep *step, NncPreparation *prepare, const NncProduct *product, gboolean constant,
                          gsize times);
/* Whether it is worth it to keep the numbers of a constant b as halves, and they are: one row is multiplied, and b does
 * not stay in a second-level cache, as the classes of a network of halves. */
gboolean nnc_product_is_of_halves (const NncProduct *product, const NncMatrix *b);
/* Packs constant matrices, each b_matrix elements after the one before. inputs: those that were read; factors: two
 * numbers that scale and bias were multiplied by. */
gboolean nnc_product_pack (NncProductStep *step, NncPreparation *prepare, const NncMatrix *b, ptrdiff_t b_matrix,
                           gsize n_matrices, const guint *inputs, guint n_inputs, const float factors[2],
                           GError **error);
/* One product. b is read where nothing is packed yet; matrix: which of the packed ones. */
void nnc_product_run (const NncProductStep *step, NncRunContext *context, const float *a, const NncMatrix *b,
                      gsize matrix, float *y);
