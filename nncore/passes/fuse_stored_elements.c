/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuse_stored_elements.c: elementwise operators between DequantizeLinears and a QuantizeLinear. Those of one value are
 * a Table of what they make of its 256 numbers, which changes nothing. An Add or Mul of two becomes QLinearAdd or
 * QLinearMul where these agree on all 65,536 pairs but fewer than one in a thousand, which may be a step apart. */
#include "stored_values.h"

#include "execute.h"
#include "linear_quantization.h"
#include "qlinear_arithmetic.h"

#include <string.h>

#define N_NUMBERS 256
#define MAX_CHAIN 16
#define MAX_DIFFERENT (N_NUMBERS * N_NUMBERS / 1000)

/* --- one value ----------------------------------------------------------------------- */

/* The input that is not a single constant; -1: there are others. */
static gint
find_data (const NncNode *node)
{
  gint data = -1;

  for (guint i = 0; i < node->n_inputs; i++) {
    const NncValue *value = node->inputs[i];

    if (value == NULL || (value->constant && value->desc.rank <= 1 && nnc_desc_n_elements (&value->desc) == 1))
      continue;
    if (data >= 0 || value->constant)
      return -1;
    data = (gint)i;
  }
  return data;
}

/* The nodes from a QuantizeLinear up to a DequantizeLinear, both among them. 0: there are others between. */
static guint
find_chain (const NncGraph *graph, NncNode *quantize, NncNode *chain[MAX_CHAIN])
{
  NncStoredValue stored;
  guint n = 0;

  chain[n++] = quantize;
  for (const NncValue *value = quantize->inputs[0]; value && n < MAX_CHAIN;) {
    NncNode *node = value->producer;
    gint data;

    if (node == NULL)
      return 0;
    chain[n++] = node;
    if (nnc_stored_value_read (value, &stored))
      return n;
    data = find_data (node);
    if (data < 0 || !(node->op->traits & NNC_OP_ELEMENTWISE) || node->n_outputs != 1
        || nnc_node_get_attribute (node, "clamp_minimum") || value->desc.type != NNC_F32
        || node->inputs[data]->desc.type != NNC_F32 || node->inputs[data]->desc.rank != value->desc.rank
        || nnc_graph_count_readers (graph, value) != 1)
      return 0;
    value = node->inputs[data];
  }
  return 0;
}

/* What the node makes of numbers in the place of its data. */
static NncConstant *
execute_on (const NncNode *node, guint data, NncConstant *numbers)
{
  g_autofree NncConstant **inputs = g_new0 (NncConstant *, node->n_inputs + 1);
  NncConstant *result = NULL;

  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = i == data ? numbers : node->inputs[i] ? node->inputs[i]->constant : NULL;
  return nnc_node_execute (node, inputs, G_MAXSIZE, G_MAXUINT64, &result, NULL) ? result : NULL;
}

/* Every number of the type, the smallest first. */
static NncConstant *
all_numbers (NncDataType type)
{
  NncTensorDesc desc = { .type = type, .rank = 1, .shape = { N_NUMBERS } };
  guint8 *numbers = g_new (guint8, N_NUMBERS);

  for (guint i = 0; i < N_NUMBERS; i++)
    numbers[i] = (guint8)(type == NNC_I8 ? i ^ 0x80 : i);
  return nnc_constant_new_take (numbers, &desc);
}

/* What reads y reads x instead; an output of the graph may have to keep its name. */
static void
bypass (NncGraph *graph, NncNode *quantize, NncValue *x)
{
  nnc_graph_replace_value (graph, quantize->outputs[0], x);
  if (nnc_graph_count_readers (graph, quantize->outputs[0]) > 0)
    nnc_node_replace (graph, quantize, "Identity", &x, 1);
}

static gboolean
fuse_chain (NncGraph *graph, NncNode *quantize)
{
  NncNode *chain[MAX_CHAIN];
  guint n = find_chain (graph, quantize, chain);
  NncValue *inputs[2];
  g_autoptr (NncConstant) numbers = NULL;
  NncStoredValue read, written;

  if (n == 0 || !nnc_stored_value_written (quantize, &written))
    return FALSE;
  inputs[0] = chain[n - 1]->inputs[0];
  if (inputs[0]->constant || nnc_stored_value_read (chain[n - 1]->outputs[0], &read) == NULL)
    return FALSE;
  if (n == 2 && nnc_stored_value_equal (&read, &written)) {
    bypass (graph, quantize, inputs[0]);
    return TRUE;
  }
  numbers = all_numbers (inputs[0]->desc.type);
  for (guint i = n; i-- > 0 && numbers;) {
    gint data = i == n - 1 || i == 0 ? 0 : find_data (chain[i]);
    NncConstant *made = execute_on (chain[i], (guint)data, numbers);

    nnc_constant_unref (numbers);
    numbers = made;
  }
  if (numbers == NULL || nnc_desc_n_elements (&numbers->desc) != N_NUMBERS || numbers->desc.rank != 1)
    return FALSE;
  inputs[1] = nnc_graph_add_constant (graph, quantize->name, numbers);
  nnc_node_replace (graph, quantize, "Table", inputs, 2);
  return TRUE;
}

/* --- two values ---------------------------------------------------------------------- */

static float
real_of (gint32 number, NncScale scale)
{
  return (float)(number - scale.zero_point) * scale.scale;
}

/* Whether the operators on integers and on reals are near enough to each other. */
static gboolean
agree (gboolean product, const NncStoredValue *a, const NncStoredValue *b, const NncStoredValue *y)
{
  const NncQLinearFactors factors = nnc_qlinear_factors (a->scale, b->scale, y->scale);
  gint32 smallest = a->type == NNC_I8 ? G_MININT8 : 0;
  guint different = 0;

  for (gint32 i = smallest; i < smallest + N_NUMBERS; i++)
    for (gint32 j = smallest; j < smallest + N_NUMBERS; j++) {
      float first = real_of (i, a->scale), second = real_of (j, b->scale);
      gint32 real = nnc_linear_quantize (product ? first * second : first + second, y->scale.scale, y->scale.zero_point,
                                         y->type);
      gint32 stored = (product ? nnc_qlinear_multiply : nnc_qlinear_add) (&factors, i, j, y->type);

      different += real != stored;
      if (ABS (real - stored) > 1 || different > MAX_DIFFERENT)
        return FALSE;
    }
  return TRUE;
}

static gboolean
fuse_pair (NncGraph *graph, NncNode *quantize)
{
  NncNode *node = quantize->inputs[0] ? quantize->inputs[0]->producer : NULL, *a, *b;
  gboolean product = node && strcmp (node->op->name, "Mul") == 0;
  NncStoredValue values[2], y;

  if (node == NULL || (!product && strcmp (node->op->name, "Add") != 0)
      || nnc_node_get_attribute (node, "clamp_minimum") || nnc_graph_count_readers (graph, node->outputs[0]) != 1
      || !nnc_stored_value_written (quantize, &y))
    return FALSE;
  a = nnc_stored_value_read (node->inputs[0], &values[0]);
  b = nnc_stored_value_read (node->inputs[1], &values[1]);
  if (a == NULL || b == NULL || values[0].type != y.type || values[1].type != y.type
      || !agree (product, &values[0], &values[1], &y))
    return FALSE;
  nnc_node_replace (graph, quantize, product ? "QLinearMul" : "QLinearAdd",
                    (NncValue *[]){ a->inputs[0], values[0].values[0], values[0].values[1], b->inputs[0],
                                    values[1].values[0], values[1].values[1], y.values[0], y.values[1] },
                    8);
  return TRUE;
}

gboolean
nnc_fuse_stored_elements (NncGraph *graph, NncNode *quantize)
{
  return fuse_chain (graph, quantize) || fuse_pair (graph, quantize);
}
