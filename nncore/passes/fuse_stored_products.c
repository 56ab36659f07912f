/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuse_stored_products.c: Conv, Gemm or MatMul of a DequantizeLinear and stored weights, perhaps a Relu or Clip, and a
 * QuantizeLinear become QLinearConv or QLinearMatMul. Sums of integers are exact, those of reals were not: results
 * differ where a sum lies beside the middle of two steps by no more than the reals' error. A bias in reals is cut into
 * its steps of the sum and the rest. */
#include "stored_values.h"

#include "execute.h"
#include "linear_quantization.h"
#include "qlinear_inputs.h"

#include <math.h>
#include <string.h>

/* A bias is at most half of what a sum can hold. */
#define MAX_BIAS ((double)(1 << 30))

/* How near to a fraction of few bits a factor is that makes ties. */
#define TIE_DENOMINATOR 256.0
#define TIE_DISTANCE 1e-6

typedef struct {
  NncNode *node; /* Conv, Gemm or MatMul */
  NncStoredValue x, y;
  NncNode *dequantize_x, *dequantize_weights;
  gboolean conv, transposed; /* weights as [O,…], or [N,K] */
  gsize channels; /* of y */
  float minimum, maximum; /* what a Relu or Clip clamps to */
} Product;

/* --- what is there ------------------------------------------------------------------ */

/* A Relu or Clip between the product and the QuantizeLinear. */
static NncNode *
skip_clamp (const NncGraph *graph, NncNode *node, Product *product)
{
  product->minimum = -INFINITY;
  product->maximum = INFINITY;
  if (strcmp (node->op->name, "Relu") != 0 && strcmp (node->op->name, "Clip") != 0)
    return node;
  if (!nnc_node_read_clamp (node, &product->minimum, &product->maximum))
    return NULL;
  if (node->inputs[0] == NULL || nnc_graph_count_readers (graph, node->inputs[0]) != 1)
    return NULL;
  return node->inputs[0]->producer;
}

/* The constant that a value stores; NULL: it is none of 8 bits. */
static NncConstant *
stored_constant (const NncNode *dequantize)
{
  NncValue *value = dequantize ? dequantize->inputs[0] : NULL;

  if (value == NULL || value->constant == NULL
      || (value->constant->desc.type != NNC_I8 && value->constant->desc.type != NNC_U8))
    return NULL;
  return value->constant;
}

static gboolean
check_zero_points (const NncNode *dequantize, NncDataType type)
{
  const NncValue *value = nnc_node_input (dequantize, 2);
  g_autoptr (NncConstant) flat = NULL;

  if (value == NULL)
    return TRUE;
  flat = value->constant && value->constant->desc.type == type ? nnc_constant_flatten (value->constant, NULL) : NULL;
  for (gsize i = 0; flat && i < nnc_desc_n_elements (&flat->desc); i++)
    if (nnc_linear_get (flat->data, type, i) != nnc_linear_get (flat->data, type, 0))
      return FALSE;
  return flat != NULL;
}

/* Weights whose scales are one, or one an output channel, and whose zero points are all the same. */
static gboolean
read_weights (Product *product)
{
  const NncValue *value = product->node->inputs[1];
  NncNode *dequantize = value ? value->producer : NULL;
  NncConstant *constant;
  const NncValue *scale;
  guint axis;
  gint64 on;

  if (dequantize == NULL || strcmp (dequantize->op->name, "DequantizeLinear") != 0
      || nnc_node_get_int (dequantize, "block_size", 0) != 0 || (constant = stored_constant (dequantize)) == NULL
      || !check_zero_points (dequantize, constant->desc.type))
    return FALSE;
  product->dequantize_weights = dequantize;
  if (product->conv ? constant->desc.rank < 3 || constant->desc.rank > 4 : constant->desc.rank != 2)
    return FALSE;
  axis = product->conv || product->transposed ? 0 : 1;
  product->channels = (gsize)constant->desc.shape[axis];
  scale = nnc_node_input (dequantize, 1);
  if (scale->constant == NULL || scale->constant->desc.type != NNC_F32 || scale->constant->desc.rank > 1)
    return FALSE;
  on = nnc_node_get_int (dequantize, "axis", 1);
  return nnc_desc_n_elements (&scale->constant->desc) == 1
         || (on < 0 ? on + (gint64)constant->desc.rank : on) == (gint64)axis;
}

static gboolean
read_kind (Product *product)
{
  const NncNode *node = product->node;

  product->conv = strcmp (node->op->name, "Conv") == 0;
  if (product->conv || strcmp (node->op->name, "MatMul") == 0)
    return nnc_node_get_attribute (node, "clamp_minimum") == NULL && nnc_node_input (node, 3) == NULL
           && (product->conv || nnc_node_input (node, 2) == NULL);
  product->transposed = nnc_node_get_int (node, "transB", 0) != 0;
  return strcmp (node->op->name, "Gemm") == 0 && nnc_node_get_int (node, "transA", 0) == 0
         && nnc_node_get_float (node, "alpha", 1) == 1 && nnc_node_get_float (node, "beta", 1) == 1;
}

static gboolean
read_product (const NncGraph *graph, const NncNode *quantize, Product *product)
{
  const NncValue *real = quantize->inputs[0];

  *product = (Product){ 0 };
  if (real == NULL || real->producer == NULL || !nnc_stored_value_written (quantize, &product->y)
      || nnc_graph_count_readers (graph, real) != 1)
    return FALSE;
  product->node = skip_clamp (graph, real->producer, product);
  if (product->node == NULL || !read_kind (product) || nnc_graph_count_readers (graph, product->node->outputs[0]) != 1)
    return FALSE;
  product->dequantize_x = nnc_stored_value_read (product->node->inputs[0], &product->x);
  return product->dequantize_x && product->dequantize_x->inputs[0]->constant == NULL
         && product->x.type == product->y.type && read_weights (product);
}

/* --- the numbers ---------------------------------------------------------------------- */

/* The bias of each channel in reals, or NULL: it is none, or has another shape. */
static float *
read_bias (const Product *product, const NncValue *value)
{
  g_autoptr (NncConstant) constant = NULL;
  const NncNode *producer = value->producer;
  float *numbers;
  gsize n;

  if (value->constant) {
    numbers = nnc_constant_read_f32 (value, &n);
  } else {
    NncConstant *constants[3] = { NULL };

    if (producer == NULL || strcmp (producer->op->name, "DequantizeLinear") != 0)
      return NULL;
    for (guint i = 0; i < producer->n_inputs; i++)
      if (producer->inputs[i] && (constants[i] = producer->inputs[i]->constant) == NULL)
        return NULL;
    if (!nnc_node_execute (producer, constants, G_MAXSIZE, G_MAXUINT64, &constant, NULL))
      return NULL;
    n = nnc_desc_n_elements (&constant->desc);
    numbers = g_memdup2 (constant->data, MAX (n, 1) * sizeof (float));
  }
  if (numbers && n == product->channels
      && (value->desc.rank == 0 || value->desc.shape[value->desc.rank - 1] == (gint64)n))
    return numbers;
  g_free (numbers);
  return NULL;
}

static gboolean
is_power_of_two (double x)
{
  int exponent;

  return frexp (x, &exponent) == 0.5;
}

/* A factor that is a fraction of few bits puts many sums into the middle of two steps, where the error of reals
 * decides, unless they have none. */
static gboolean
makes_ties (double x, double weights, double y)
{
  double fraction = x * weights / y * TIE_DENOMINATOR, whole = rint (fraction);

  return whole >= 1 && fabs (fraction - whole) < TIE_DISTANCE * whole
         && !(is_power_of_two (x) && is_power_of_two (weights) && is_power_of_two (y));
}

/* Steps of the sum, and the rest in steps of y. FALSE: too many. */
static gboolean
cut_bias (const Product *product, const float *scales, gboolean one_scale, const float *bias, gint32 *steps,
          float *offsets)
{
  for (gsize o = 0; o < product->channels; o++) {
    double weights = (double)scales[one_scale ? 0 : o], unit = (double)product->x.scale.scale * weights;
    double whole = bias ? rint ((double)bias[o] / unit) : 0;

    if (!(weights > 0) || !isfinite ((float)unit) || !isfinite ((float)(unit / (double)product->y.scale.scale))
        || !(fabs (whole) <= MAX_BIAS)
        || makes_ties ((double)product->x.scale.scale, weights, (double)product->y.scale.scale))
      return FALSE;
    steps[o] = (gint32)whole;
    offsets[o] = bias ? (float)(((double)bias[o] - whole * unit) / (double)product->y.scale.scale) : 0;
  }
  return TRUE;
}

static NncValue *
add_steps (NncGraph *graph, const char *name, gint32 *steps, gsize n)
{
  NncTensorDesc desc = { .type = NNC_I32, .rank = 1, .shape = { (gint64)n } };
  g_autoptr (NncConstant) constant = nnc_constant_new_take (steps, &desc);

  return nnc_graph_add_constant (graph, name, constant);
}

/* Inputs BIAS and OFFSET. */
static gboolean
make_bias (NncGraph *graph, const Product *product, NncValue **inputs)
{
  NncValue *value = nnc_node_input (product->node, 2);
  gsize n, channels = product->channels;
  g_autofree float *scales = nnc_constant_read_f32 (inputs[NNC_QLINEAR_WEIGHTS_SCALE], &n);
  g_autofree float *bias = value ? read_bias (product, value) : NULL;
  g_autofree gint32 *steps = g_new0 (gint32, MAX (channels, 1));
  g_autofree float *offsets = g_new0 (float, MAX (channels, 1));

  if (scales == NULL || (n != 1 && n != channels) || (value && bias == NULL)
      || !cut_bias (product, scales, n == 1, bias, steps, offsets))
    return FALSE;
  if (value == NULL)
    return TRUE;
  inputs[NNC_QLINEAR_BIAS] = add_steps (graph, value->name, g_steal_pointer (&steps), channels);
  inputs[NNC_QLINEAR_OFFSET] = nnc_graph_add_vector (graph, value->name, g_steal_pointer (&offsets), channels);
  return TRUE;
}

gboolean
nnc_fuse_stored_product (NncGraph *graph, NncNode *quantize)
{
  NncValue *inputs[NNC_QLINEAR_N_INPUTS] = { NULL };
  Product product;
  NncNode *node;

  if (!read_product (graph, quantize, &product))
    return FALSE;
  inputs[NNC_QLINEAR_X] = product.dequantize_x->inputs[0];
  inputs[NNC_QLINEAR_WEIGHTS] = product.dequantize_weights->inputs[0];
  inputs[NNC_QLINEAR_X_SCALE] = product.x.values[0];
  inputs[NNC_QLINEAR_X_ZERO] = product.x.values[1];
  inputs[NNC_QLINEAR_WEIGHTS_SCALE] = product.dequantize_weights->inputs[1];
  inputs[NNC_QLINEAR_WEIGHTS_ZERO] = nnc_node_input (product.dequantize_weights, 2);
  inputs[NNC_QLINEAR_Y_SCALE] = product.y.values[0];
  inputs[NNC_QLINEAR_Y_ZERO] = product.y.values[1];
  if (!make_bias (graph, &product, inputs))
    return FALSE;
  node = nnc_node_replace (graph, quantize, product.conv ? "QLinearConv" : "QLinearMatMul", inputs,
                           G_N_ELEMENTS (inputs));
  if (product.conv)
    nnc_node_copy_attributes (node, product.node);
  else if (product.transposed)
    nnc_node_set_int (node, "transB", 1);
  nnc_node_set_float (node, "clamp_minimum", product.minimum);
  nnc_node_set_float (node, "clamp_maximum", product.maximum);
  return TRUE;
}
