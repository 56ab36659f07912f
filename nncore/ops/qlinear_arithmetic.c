/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qlinear_arithmetic.c: ONNX Runtime's QLinearAdd and QLinearMul of numbers of 8 bits, broadcast: inputs a, b and then
 * y's each with a scale and a zero point. In its order of operations; beside the middle of two steps its own kernels do
 * not all agree, and differ from these by a step.
 *   QLinearAdd: y = round (zero - (za * sa / s + zb * sb / s) + a * sa / s + b * sb / s)
 *   QLinearMul: y = round ((a - za) * (b - zb) * (sa * sb / s)) + zero, halves to even */
#include "qlinear_arithmetic.h"

#include "linear_quantization.h"
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>

enum { A, A_SCALE, A_ZERO, B, B_SCALE, B_ZERO, Y_SCALE, Y_ZERO };

typedef struct {
  gboolean product;
  guint rank;
  gsize shape[NNC_MAX_RANK], a_strides[NNC_MAX_RANK], b_strides[NNC_MAX_RANK]; /* elements; 0: broadcast */
} Params;

static gboolean
check_scale (const NncInference *inference, guint i, NncDataType type, GError **error)
{
  const NncTensor *scale = inference->inputs[i];
  const NncTensor *zero = i + 1 < inference->n_inputs ? inference->inputs[i + 1] : NULL;

  if (scale == NULL || nnc_desc_n_elements (&scale->desc) != 1 || (zero && nnc_desc_n_elements (&zero->desc) != 1))
    return nnc_op_error (error, "inputs %u and %u must have one number each", i, i + 1);
  return nnc_input_check_type (inference->inputs, i, NNC_F32, error)
         && (zero == NULL || nnc_input_check_type (inference->inputs, i + 1, type, error));
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  NncDataType type = inputs[A]->desc.type;

  for (guint i = A; i <= Y_SCALE; i += B)
    if (i >= inference->n_inputs || inputs[i] == NULL)
      return nnc_op_error (error, "input %u is absent", i);
  return nnc_input_check_types (inputs, A, NNC_TYPE_BIT (NNC_I8) | NNC_TYPE_BIT (NNC_U8), error)
         && nnc_input_check_type (inputs, B, type, error) && check_scale (inference, A_SCALE, type, error)
         && check_scale (inference, B_SCALE, type, error) && check_scale (inference, Y_SCALE, type, error)
         && nnc_desc_broadcast (&inputs[A]->desc, &inputs[B]->desc, &inference->outputs[0], error);
}

static NncScale
read_scale (const NncStep *step, guint i)
{
  const NncTensor *zero = i + 1 < step->n_inputs ? step->inputs[i + 1] : NULL;

  return (NncScale){ *(const float *)step->inputs[i]->data,
                     zero ? nnc_linear_get (zero->data, zero->desc.type, 0) : 0 };
}

/* x * factor + sum, rounded once: 53 bits hold products of 8 bits and of 24. */
static inline float
fused (float x, float factor, float sum)
{
  return (float)((double)x * (double)factor + (double)sum);
}

NncQLinearFactors
nnc_qlinear_factors (NncScale a, NncScale b, NncScale y)
{
  NncQLinearFactors f = { .a_factor = a.scale / y.scale,
                          .b_factor = b.scale / y.scale,
                          .factor = a.scale * b.scale / y.scale,
                          .a_zero = a.zero_point,
                          .b_zero = b.zero_point,
                          .zero = y.zero_point };

  f.fixed = (float)f.zero - fused ((float)f.a_zero, f.a_factor, f.b_factor * (float)f.b_zero);
  return f;
}

gint32
nnc_qlinear_add (const NncQLinearFactors *f, gint32 a, gint32 b, NncDataType type)
{
  return nnc_linear_quantize (fused ((float)b, f->b_factor, fused ((float)a, f->a_factor, f->fixed)), 1, 0, type);
}

gint32
nnc_qlinear_multiply (const NncQLinearFactors *f, gint32 a, gint32 b, NncDataType type)
{
  return nnc_linear_quantize ((float)((a - f->a_zero) * (b - f->b_zero)) * f->factor, 1, f->zero, type);
}

/* NNC_LINEAR_BLOCK numbers from x on, or one again and again. */
static void
load_block (const guint8 *x, gboolean is_signed, gsize step, float *to)
{
  if (step == 0)
    for (gsize j = 0; j < NNC_LINEAR_BLOCK; j++)
      to[j] = is_signed ? (float)*(const gint8 *)x : (float)*x;
  else if (is_signed)
    for (gsize j = 0; j < NNC_LINEAR_BLOCK; j++)
      to[j] = (float)((const gint8 *)x)[j];
  else
    for (gsize j = 0; j < NNC_LINEAR_BLOCK; j++)
      to[j] = (float)x[j];
}

/* As nnc_qlinear_add() and nnc_qlinear_multiply() do. */
static void
compute_block (const NncQLinearFactors *f, gboolean product, gboolean is_signed, const float *a, const float *b,
               guint8 *y)
{
  gint32 zero = product ? f->zero : 0;
  float low = (float)((is_signed ? G_MININT8 : 0) - zero), high = (float)((is_signed ? G_MAXINT8 : G_MAXUINT8) - zero);
  float values[NNC_LINEAR_BLOCK];

  if (product)
    for (gsize j = 0; j < NNC_LINEAR_BLOCK; j++)
      values[j] = (a[j] - (float)f->a_zero) * (b[j] - (float)f->b_zero) * f->factor;
  else
    for (gsize j = 0; j < NNC_LINEAR_BLOCK; j++)
      values[j] = fused (b[j], f->b_factor, fused (a[j], f->a_factor, f->fixed));
  for (gsize j = 0; j < NNC_LINEAR_BLOCK; j++) {
    float value = values[j] > low ? values[j] : low;

    value = value < high ? value : high;
    y[j] = (guint8)(nnc_linear_round (value) + zero);
  }
}

static void
compute_row (const Params *params, const NncQLinearFactors *f, NncDataType type, const guint8 *a, gsize a_step,
             const guint8 *b, gsize b_step, guint8 *y, gsize n)
{
  gsize i = 0;

  for (; i + NNC_LINEAR_BLOCK <= n; i += NNC_LINEAR_BLOCK) {
    float x[NNC_LINEAR_BLOCK], z[NNC_LINEAR_BLOCK];

    load_block (a + i * a_step, type == NNC_I8, a_step, x);
    load_block (b + i * b_step, type == NNC_I8, b_step, z);
    compute_block (f, params->product, type == NNC_I8, x, z, y + i);
  }
  for (; i < n; i++)
    y[i] = (guint8)(params->product ? nnc_qlinear_multiply : nnc_qlinear_add) (
        f, nnc_linear_get (a, type, i * a_step), nnc_linear_get (b, type, i * b_step), type);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *a = step->inputs[A], *b = step->inputs[B];
  NncDataType type = a->desc.type;
  NncQLinearFactors factors
      = nnc_qlinear_factors (read_scale (step, A_SCALE), read_scale (step, B_SCALE), read_scale (step, Y_SCALE));
  gsize n = nnc_desc_n_elements (&step->outputs[0]->desc), columns = params->rank ? params->shape[params->rank - 1] : 1;
  gsize a_step = params->rank ? params->a_strides[params->rank - 1] : 0;
  gsize b_step = params->rank ? params->b_strides[params->rank - 1] : 0;

  for (gsize row = 0; row < n / columns; row++) {
    gsize a_at = 0, b_at = 0, rest = row;

    for (guint i = MAX (params->rank, 1) - 1; i-- > 0; rest /= params->shape[i]) {
      a_at += rest % params->shape[i] * params->a_strides[i];
      b_at += rest % params->shape[i] * params->b_strides[i];
    }
    compute_row (params, &factors, type, (const guint8 *)a->data + a_at, a_step, (const guint8 *)b->data + b_at, b_step,
                 (guint8 *)step->outputs[0]->data + row * columns, columns);
  }
  return TRUE;
}

static void
set_strides (const NncTensorDesc *x, const NncTensorDesc *y, gsize *strides)
{
  gsize stride = 1;

  for (guint i = 0; i < x->rank; i++) {
    guint from = x->rank - 1 - i;

    strides[y->rank - 1 - i] = x->shape[from] == 1 ? 0 : stride;
    stride *= (gsize)x->shape[from];
  }
}

static gboolean
prepare_arithmetic (NncPreparation *prepare, gboolean product)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *y = &prepare->outputs[0]->desc;

  params->product = product;
  params->rank = y->rank;
  for (guint i = 0; i < y->rank; i++)
    params->shape[i] = (gsize)y->shape[i];
  set_strides (&prepare->inputs[A]->desc, y, params->a_strides);
  set_strides (&prepare->inputs[B]->desc, y, params->b_strides);
  if (nnc_desc_equal (&prepare->inputs[A]->desc, y) && nnc_desc_equal (&prepare->inputs[B]->desc, y)) {
    params->rank = 1; /* one row */
    params->shape[0] = nnc_desc_n_elements (y);
    params->a_strides[0] = params->b_strides[0] = 1;
  }
  prepare->run = nnc_desc_size (y) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
prepare_qlinear_add (NncPreparation *prepare, GError **error)
{
  return prepare_arithmetic (prepare, FALSE);
}

static gboolean
prepare_qlinear_mul (NncPreparation *prepare, GError **error)
{
  return prepare_arithmetic (prepare, TRUE);
}

const NncOp nnc_op_QLinearAdd = {
  .name = "QLinearAdd",
  .traits = NNC_OP_ELEMENTWISE,
  .min_inputs = 2,
  .max_inputs = 8,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_qlinear_add,
};

const NncOp nnc_op_QLinearMul = {
  .name = "QLinearMul",
  .traits = NNC_OP_ELEMENTWISE,
  .min_inputs = 2,
  .max_inputs = 8,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_qlinear_mul,
};
