/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fold_affines.c: what follows a Conv or MatMul and does no more than scale and shift each output channel by constants
 * (BatchNormalization, Mul, Div, Add, Sub) becomes its scale and bias: y = x * scale + shift. The scale is multiplied
 * into the weights where they are packed, so weights that other nodes read too stay as they are. */
#include "pass.h"

#include <math.h>
#include <string.h>

enum { BIAS = 2, SCALE = 3 }; /* inputs of Conv and MatMul */

/* Of each channel. In double, since a mean and a bias may nearly cancel. */
typedef struct {
  double scale, shift;
} Affine;

static Affine
add (double c)
{
  return (Affine){ 1, c };
}

static Affine
subtract (double c)
{
  return (Affine){ 1, -c };
}

static Affine
subtract_from (double c)
{
  return (Affine){ -1, c };
}

static Affine
multiply (double c)
{
  return (Affine){ c, 0 };
}

static Affine
divide (double c)
{
  return (Affine){ 1 / c, 0 };
}

/* What an operator makes of its input `data` when the other one is the constant c. */
static const struct {
  const char *op;
  guint data;
  Affine (*affine) (double c);
} binary_forms[] = {
  { "Add", 0, add },      { "Add", 1, add },      { "Sub", 0, subtract }, { "Sub", 1, subtract_from },
  { "Mul", 0, multiply }, { "Mul", 1, multiply }, { "Div", 0, divide },
};

/* [channels] numbers of a constant [channels], whose leading dimensions of 1 do not count, or of a single one. */
static float *
read_channels (const NncValue *value, gsize channels)
{
  gsize n;
  g_autofree float *numbers = nnc_constant_read_f32 (value, &n);
  float *vector;

  if (numbers == NULL || (n != 1 && (n != channels || (gsize)value->desc.shape[value->desc.rank - 1] != channels)))
    return NULL;
  vector = g_new (float, channels);
  for (gsize c = 0; c < channels; c++)
    vector[c] = numbers[n == 1 ? 0 : c];
  return vector;
}

static Affine *
read_binary (const NncValue *constant, Affine (*form) (double c), gsize channels)
{
  g_autofree float *numbers = read_channels (constant, channels);
  Affine *affines = numbers ? g_new (Affine, channels) : NULL;

  for (gsize c = 0; affines && c < channels; c++)
    affines[c] = form ((double)numbers[c]);
  return affines;
}

/* y = (x - mean) * s + b, where s = scale / sqrt (variance + epsilon). */
static Affine *
read_batch_normalization (const NncNode *node, gsize channels)
{
  g_autofree float *scale = read_channels (nnc_node_input (node, 1), channels);
  g_autofree float *b = read_channels (nnc_node_input (node, 2), channels);
  g_autofree float *mean = read_channels (nnc_node_input (node, 3), channels);
  g_autofree float *variance = read_channels (nnc_node_input (node, 4), channels);
  double epsilon = (double)nnc_node_get_float (node, "epsilon", 1e-5f);
  Affine *affines;

  if (!scale || !b || !mean || !variance || node->n_outputs != 1
      || nnc_node_get_int (node, "axis", 1) != (gint64)node->inputs[0]->desc.rank - 1)
    return NULL;
  affines = g_new (Affine, channels);
  for (gsize c = 0; c < channels; c++) {
    affines[c].scale = (double)scale[c] / sqrt ((double)variance[c] + epsilon);
    affines[c].shift = (double)b[c] - (double)mean[c] * affines[c].scale;
  }
  return affines;
}

/* The Conv or MatMul that computes `value` for this one reader, and can still be given another scale and bias. */
static NncNode *
find_product (const NncGraph *graph, const NncValue *value)
{
  NncNode *node = nnc_sole_producer (graph, value, "Conv");

  if (node == NULL)
    node = nnc_sole_producer (graph, value, "MatMul");
  if (node == NULL || nnc_node_get_attribute (node, "clamp_minimum"))
    return NULL;
  for (guint i = BIAS; i <= SCALE; i++)
    if (nnc_node_input (node, i) && nnc_node_input (node, i)->constant == NULL)
      return NULL;
  return node;
}

/* The affines after those that the product already has, as vectors; FALSE: a number that f32 cannot hold. */
static gboolean
compose (const NncNode *product, const Affine *affines, gsize channels, float *scale, float *bias)
{
  g_autofree float *old_scale = read_channels (nnc_node_input (product, SCALE), channels);
  g_autofree float *old_bias = read_channels (nnc_node_input (product, BIAS), channels);

  for (gsize c = 0; c < channels; c++) {
    scale[c] = (float)((old_scale ? (double)old_scale[c] : 1) * affines[c].scale);
    bias[c] = (float)((old_bias ? (double)old_bias[c] : 0) * affines[c].scale + affines[c].shift);
    if (!isfinite (scale[c]) || !isfinite (bias[c]))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_everywhere (const float *numbers, gsize n, float value)
{
  for (gsize i = 0; i < n; i++)
    if (numbers[i] != value)
      return FALSE;
  return TRUE;
}

/* No input where none is needed. */
static void
set_vector (NncGraph *graph, NncNode *product, guint input, const char *name, float *numbers, gsize n, float neutral)
{
  if (nnc_node_input (product, input) == NULL && is_everywhere (numbers, n, neutral))
    return;
  nnc_node_set_input (product, input, nnc_graph_add_vector (graph, name, g_memdup2 (numbers, n * sizeof *numbers), n));
}

static gboolean
fold (NncGraph *graph, NncNode *node, guint data, NncNode *product, const Affine *affines)
{
  gsize channels = nnc_node_output_channels (product);
  const char *name = node->outputs[0]->name;
  g_autofree float *scale = g_new (float, channels);
  g_autofree float *bias = g_new (float, channels);

  if (!compose (product, affines, channels, scale, bias))
    return FALSE;
  set_vector (graph, product, BIAS, name, bias, channels, 0);
  set_vector (graph, product, SCALE, name, scale, channels, 1);
  nnc_graph_bypass_node (graph, node, data);
  return TRUE;
}

/* form: NULL for BatchNormalization. */
static gboolean
fold_input (NncGraph *graph, NncNode *node, guint data, Affine (*form) (double c))
{
  NncNode *product = find_product (graph, nnc_node_input (node, data));
  gsize channels = product ? nnc_node_output_channels (product) : 0;
  g_autofree Affine *affines = NULL;

  if (channels == 0 || node->outputs[0] == NULL || node->outputs[0]->desc.type != NNC_F32
      || !nnc_desc_equal (&node->inputs[data]->desc, &node->outputs[0]->desc)
      || nnc_node_get_attribute (node, "clamp_minimum"))
    return FALSE;
  affines = form ? read_binary (nnc_node_input (node, 1 - data), form, channels)
                 : read_batch_normalization (node, channels);
  return affines && fold (graph, node, data, product, affines);
}

static gboolean
fold_node (NncGraph *graph, NncNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (binary_forms); i++)
    if (strcmp (node->op->name, binary_forms[i].op) == 0
        && fold_input (graph, node, binary_forms[i].data, binary_forms[i].affine))
      return TRUE;
  return strcmp (node->op->name, "BatchNormalization") == 0 && fold_input (graph, node, 0, NULL);
}

gboolean
nnc_pass_fold_affines (NncGraph *graph, gboolean *changed, GError **error)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    if (fold_node (graph, graph->nodes->pdata[i]))
      *changed = TRUE;
  return TRUE;
}
