/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* product_step.c: a matrix product as a step. */
#include "product_step.h"

#include <string.h>

#include "half_float.h"
#include "precision.h"
#include "step_work.h"

void
nnc_product_prepare (NncProductStep *step, NncPreparation *prepare, const NncProduct *product, gboolean constant,
                     gsize times)
{
  const NncKernel *kernel = nnc_prepare_product (prepare, product);
  gsize one[] = { product->m, product->n, product->k };

  step->product = *product;
  step->kernel = kernel->product;
  step->packed_size = nnc_round_up_64 (kernel->product->packed_size (product));
  prepare->kernel = kernel->name;
  prepare->macs = nnc_count_work (one, 3);
  step->parts = nnc_prepare_parts (prepare, product->m);
  prepare->macs = nnc_count_work ((gsize[]){ prepare->macs, times }, 2);
  if (!constant)
    prepare->scratch = step->packed_size;
}

/* Bits of the exponent that a half has, too, and none of the mantissa that it has not; or as it is told with more
 * patience. */
static gboolean
is_half (float value)
{
  guint32 bits, exponent;

  memcpy (&bits, &value, sizeof bits);
  exponent = bits >> 23 & 0xff;
  if (exponent > 127 - 15 && exponent < 127 + 16)
    return (bits & 0x1fff) == 0;
  return nnc_half_to_float (nnc_half_from_float (value)) == value;
}

gboolean
nnc_product_is_of_halves (const NncProduct *product, const NncMatrix *b)
{
  const gsize small = (512 << 10) / sizeof (float);

  if (product->m != 1 || product->k * product->n <= small)
    return FALSE;
  for (gsize k = 0; k < product->k; k++)
    for (gsize n = 0; n < product->n; n++)
      if (!is_half (b->data[(ptrdiff_t)k * b->k + (ptrdiff_t)n * b->n]))
        return FALSE;
  return TRUE;
}

typedef struct {
  const NncProductStep *step;
  NncMatrix b;
  ptrdiff_t b_matrix;
  gsize n_matrices;
} Packing;

static void
pack (gpointer packed, gpointer user_data)
{
  Packing *packing = user_data;
  guint8 *to = packed;

  for (gsize i = 0; i < packing->n_matrices; i++, to += packing->step->packed_size) {
    packing->step->kernel->pack (&packing->step->product, &packing->b, to);
    packing->b.data += packing->b_matrix;
  }
}

gboolean
nnc_product_pack (NncProductStep *step, NncPreparation *prepare, const NncMatrix *b, ptrdiff_t b_matrix,
                  gsize n_matrices, const guint *inputs, guint n_inputs, const float factors[2], GError **error)
{
  Packing packing = { step, *b, b_matrix, n_matrices };

  struct {
    gsize n, k;
    gint64 k_stride, n_stride;
    float factors[2];

  } key = { step->product.n, step->product.k, b->k, b->n, { factors[0], factors[1] } };
  gsize size;

  if (!nnc_size_mul (step->packed_size, n_matrices, &size))
    return nnc_op_error (error, "%" G_GSIZE_FORMAT " matrices of %" G_GSIZE_FORMAT " bytes are too many", n_matrices,
                         step->packed_size);
  step->packed
      = nnc_prepare_pack (prepare, prepare->kernel, inputs, n_inputs, &key, sizeof key, size, pack, &packing, error);
  return step->packed != NULL;
}

typedef struct {
  const NncProductStep *step;
  const float *a;
  const void *packed;
  float *y;
} Work;

static void
run_part (gpointer user_data, guint part)
{
  const Work *work = user_data;
  const NncProductStep *step = work->step;
  gsize rows = step->product.m;

  step->kernel->run (&step->product, work->a, work->packed, work->y, nnc_part_begin (rows, part, step->parts),
                     nnc_part_begin (rows, part + 1, step->parts));
}

void
nnc_product_run (const NncProductStep *step, NncRunContext *context, const float *a, const NncMatrix *b, gsize matrix,
                 float *y)
{
  Work work = { step, a, step->packed, y };

  if (step->packed) {
    work.packed = step->packed + matrix * step->packed_size;
  } else {
    gpointer packed = nnc_run_scratch (context, 0);
    step->kernel->pack (&step->product, b, packed);
    work.packed = packed;
  }
  nnc_run_parallel (context, step->parts, run_part, &work);
}
