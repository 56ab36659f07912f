/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gemm.c: Gemm: y[m][n] = clamp (alpha * sum over k of a'[m][k] * b'[k][n] + beta * c[m][n]), where a' is a, or with
 * transA its transpose, and b' likewise; c is broadcast. alpha goes into the packed matrix, beta * c into its bias.
 * Numbers that are stored as integers, with b and c constant, transA 0, alpha and beta 1: quantized_step.h. */
#include "op_inputs.h"
#include "product_step.h"
#include "quantization.h"
#include "quantized_step.h"
#include "step_work.h"

#include <math.h>

enum { A, B, C };

typedef struct {
  NncProductStep step;
  NncMatrix b; /* strides */
  gboolean transpose_a;
  gsize alpha_offset, a_offset; /* in scratch: [alpha per column][beta * c][a transposed] */
  float alpha, beta;
  gboolean bias; /* c is packed; otherwise it is added to y */
  gsize c_row, c_column;
  float minimum, maximum;
} Params;

static gboolean
check_c (const NncTensorDesc *c, const NncTensorDesc *y, GError **error)
{
  NncTensorDesc both;
  g_autofree char *text = nnc_desc_to_string (c), *wanted = nnc_desc_to_string (y);

  if (nnc_desc_broadcast (c, y, &both, NULL) && nnc_desc_equal (&both, y))
    return TRUE;
  return nnc_op_error (error, "input 2 is %s, which cannot be broadcast to %s", text, wanted);
}

static gboolean
check_types (const NncInference *inference, GError **error)
{
  const NncNode *node = inference->node;

  if (nnc_node_is_quantized (node, inference->inputs[A]->desc.type)) {
    if (nnc_node_get_int (node, "transA", 0) || nnc_node_get_float (node, "alpha", 1) != 1
        || nnc_node_get_float (node, "beta", 1) != 1)
      return nnc_op_unsupported (error, "transA, alpha and beta are not supported for %s",
                                 nnc_data_type_to_string (inference->inputs[A]->desc.type));
    return nnc_quantized_check (inference->inputs, inference->n_inputs, error);
  }
  for (guint i = 0; i < inference->n_inputs; i++)
    if (!nnc_input_check_type (inference->inputs, i, NNC_F32, error))
      return FALSE;
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensorDesc *a = &inputs[A]->desc, *b = &inputs[B]->desc;
  gboolean transpose_a = nnc_node_get_int (inference->node, "transA", 0) != 0;
  gboolean transpose_b = nnc_node_get_int (inference->node, "transB", 0) != 0;
  gint64 shape[2];

  if (!check_types (inference, error))
    return FALSE;
  if (a->rank != 2 || b->rank != 2)
    return nnc_op_error (error, "inputs have %u and %u dimensions, 2 are right", a->rank, b->rank);
  if (a->shape[!transpose_a] != b->shape[transpose_b])
    return nnc_op_error (error, "input 0 has %" G_GINT64_FORMAT " columns, input 1 has %" G_GINT64_FORMAT " rows",
                         a->shape[!transpose_a], b->shape[transpose_b]);
  shape[0] = a->shape[transpose_a];
  shape[1] = b->shape[!transpose_b];
  if (!nnc_desc_set (&inference->outputs[0], a->type, 2, shape, error))
    return FALSE;
  if (a->type != NNC_F32)
    return inference->n_inputs <= C || nnc_input_check_vector (inputs, C, shape[1], error);
  return inference->n_inputs <= C || inputs[C] == NULL || check_c (&inputs[C]->desc, &inference->outputs[0], error);
}

/* [columns] each: alpha, beta * c. */
static void
fill_scale_and_bias (const Params *params, NncMatrix *b, const float *c, float *scale, float *bias)
{
  for (gsize n = 0; n < params->step.product.n; n++) {
    scale[n] = params->alpha;
    bias[n] = params->bias ? params->beta * c[n * params->c_column] : 0;
  }
  b->scale = scale;
  b->bias = bias;
}

static void
transpose (const float *from, float *to, gsize rows, gsize columns)
{
  for (gsize r = 0; r < rows; r++)
    for (gsize c = 0; c < columns; c++)
      *to++ = from[c * rows + r];
}

static void
add_c (const Params *params, const float *c, float *y)
{
  const NncProduct *product = &params->step.product;

  for (gsize m = 0; m < product->m; m++)
    for (gsize n = 0; n < product->n; n++, y++) {
      *y += params->beta * c[m * params->c_row + n * params->c_column];
      *y = *y < params->minimum ? params->minimum : *y > params->maximum ? params->maximum : *y;
    }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncProduct *product = &params->step.product;
  guint8 *scratch = nnc_run_scratch (context, 0);
  const float *a = step->inputs[A]->data, *c = step->n_inputs > C && step->inputs[C] ? step->inputs[C]->data : NULL;
  NncMatrix b = params->b;

  if (params->step.packed == NULL) {
    float *scale = (float *)(scratch + params->alpha_offset);
    b.data = step->inputs[B]->data;
    fill_scale_and_bias (params, &b, c, scale, scale + product->n);
  }
  if (params->transpose_a) {
    float *transposed = (float *)(scratch + params->a_offset);
    transpose (a, transposed, product->m, product->k);
    a = transposed;
  }
  nnc_product_run (&params->step, context, a, &b, 0, step->outputs[0]->data);
  if (c && !params->bias)
    add_c (params, c, step->outputs[0]->data);
  return TRUE;
}

/* c: up to [m][n], any of them 1 or missing. */
static void
describe_c (Params *params, const NncTensorDesc *c)
{
  guint rank = c->rank;
  gint64 columns = rank >= 1 ? c->shape[rank - 1] : 1, rows = rank == 2 ? c->shape[0] : 1;

  params->c_column = columns != 1;
  params->c_row = rows != 1 ? (gsize)columns : 0;
}

static gboolean
pack_constant (NncPreparation *prepare, Params *params, GError **error)
{
  const guint inputs[] = { B, params->bias ? C : G_MAXUINT };
  const NncTensor *tensor = prepare->inputs[B];
  gsize n = params->step.product.n;
  g_autofree float *vectors = g_try_new (float, 2 * MAX (n, 1));
  NncMatrix b = params->b;

  if (vectors == NULL)
    return nnc_op_error (error, "no memory for %" G_GSIZE_FORMAT " biases", n);
  b.data = tensor->data;
  fill_scale_and_bias (params, &b, params->bias ? prepare->inputs[C]->data : NULL, vectors, vectors + n);
  return nnc_product_pack (&params->step, prepare, &b, 0, 1, inputs, 2, (const float[]){ params->alpha, params->beta },
                           error);
}

/* What it needs beside the kernel's packed matrix. */
static void
place_scratch (Params *params, NncPreparation *prepare)
{
  const NncProduct *product = &params->step.product;

  params->alpha_offset = prepare->scratch;
  params->a_offset = params->alpha_offset + nnc_round_up_64 (2 * product->n * sizeof (float));
  prepare->scratch = params->a_offset;
  if (params->transpose_a)
    prepare->scratch += product->m * product->k * sizeof (float);
}

static NncProduct
describe_product (Params *params, const NncPreparation *prepare, gboolean clamp)
{
  const NncTensorDesc *a = &prepare->inputs[A]->desc, *y = &prepare->outputs[0]->desc;
  gsize k = (gsize)a->shape[!params->transpose_a];

  nnc_node_get_clamp (prepare->node, &params->minimum, &params->maximum);
  return (NncProduct){
    .m = (gsize)y->shape[0],
    .n = (gsize)y->shape[1],
    .k = k,
    .a_row = (ptrdiff_t)k,
    .y_row = (ptrdiff_t)y->shape[1],
    .minimum = clamp ? params->minimum : -INFINITY,
    .maximum = clamp ? params->maximum : INFINITY,
  };
}

/* Elements of b from one to the next along k and n. */
static void
describe_b (Params *params, const NncPreparation *prepare)
{
  const NncTensor *b = prepare->inputs[B];
  gboolean transposed = nnc_node_get_int (prepare->node, "transB", 0) != 0;

  params->b.k = b->strides[transposed] / (ptrdiff_t)sizeof (float);
  params->b.n = b->strides[!transposed] / (ptrdiff_t)sizeof (float);
}

static gboolean
prepare_quantized (NncPreparation *prepare, GError **error)
{
  const NncTensorDesc *a = &prepare->inputs[A]->desc, *y = &prepare->outputs[0]->desc;
  const NncTensor *b = prepare->inputs[B];
  gboolean transposed = nnc_node_get_int (prepare->node, "transB", 0) != 0;
  const NncWindow window = nnc_quantized_rows ((gsize)a->shape[0], (gsize)a->shape[1], (gsize)y->shape[1]);

  return nnc_quantized_prepare (
      prepare, &window,
      (NncQuantizedFilter){ .data = b->data, .out = b->strides[!transposed], .in = b->strides[transposed] }, error);
}

static gboolean
prepare_gemm (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensor *c = prepare->n_inputs > C ? prepare->inputs[C] : NULL;
  gboolean constant = prepare->inputs[B]->data != NULL;
  NncProduct product;

  if (prepare->inputs[A]->desc.type != NNC_F32)
    return prepare_quantized (prepare, error);
  prepare->run = nnc_run_nothing;
  if (nnc_desc_size (&prepare->outputs[0]->desc) == 0)
    return TRUE;
  params->transpose_a = nnc_node_get_int (prepare->node, "transA", 0) != 0;
  params->alpha = nnc_node_get_float (prepare->node, "alpha", 1);
  params->beta = nnc_node_get_float (prepare->node, "beta", 1);
  describe_b (params, prepare);
  if (c) {
    describe_c (params, &c->desc);
    params->bias = params->c_row == 0 && (!constant || (c->data && nnc_tensor_is_contiguous (c)));
  }
  product = describe_product (params, prepare, c == NULL || params->bias);
  if (constant && params->alpha == 1) {
    const NncMatrix b = { .data = prepare->inputs[B]->data, .k = params->b.k, .n = params->b.n };
    product.half = nnc_product_is_of_halves (&product, &b);
  }
  nnc_product_prepare (&params->step, prepare, &product, constant, 1);
  place_scratch (params, prepare);
  prepare->run = run;
  return !constant || pack_constant (prepare, params, error);
}

const NncOp nnc_op_Gemm = {
  .name = "Gemm",
  .traits = NNC_OP_F32 | NNC_OP_CLAMP,
  .min_inputs = 2,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_gemm,
};
