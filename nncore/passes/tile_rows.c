/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tile_rows.c: convolutions after each other are run together, a few rows at a time, so that what is between them never
 * leaves the cache: pointwise and depthwise ones, and before them a dense one by strides. The attribute rows_to_next
 * says that the output goes to its one reader by rows. Only where it lies in memory as a whole is that worth it: where
 * it has more bytes than LARGE. As every few rows read all weights, those of a chain stay below MOST_WEIGHTS; and what
 * lies between its convolutions while one row of the last is computed, below MOST_BETWEEN. */
#include "pass.h"

#define LARGE ((gsize)256 << 10)
/* So deep is a chain: each step asks the one before it for rows. */
#define MOST_STEPS 16
#define MOST_WEIGHTS ((gsize)128 << 10)
#define MOST_BETWEEN ((gsize)320 << 10)

enum { X, WEIGHTS };

static gboolean
is_image (const NncTensorDesc *desc)
{
  return desc->rank == 4 && (desc->type == NNC_F32 || desc->type == NNC_I8 || desc->type == NNC_U8)
         && nnc_desc_size (desc) > 0;
}

/* Weights, and what comes with them, are packed when the session is made. */
static gboolean
has_constant_weights (const NncNode *node)
{
  for (guint i = WEIGHTS; i < node->n_inputs; i++) {
    const NncConstant *constant = node->inputs[i] ? node->inputs[i]->constant : NULL;

    if (node->inputs[i] && constant == NULL)
      return FALSE;
    if (i > WEIGHTS && constant && !nnc_strides_are_contiguous (&constant->desc, constant->strides))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_convolution (const NncNode *node)
{
  return node->op == nnc_op_find ("Conv") && is_image (&node->inputs[X]->desc) && is_image (&node->outputs[0]->desc)
         && has_constant_weights (node);
}

static gboolean
is_pointwise_or_depthwise (const NncNode *node)
{
  const gint64 *weights = node->inputs[WEIGHTS]->desc.shape; /* [O,kh,kw,I/group] */
  gint64 group = nnc_node_get_int (node, "group", 1);

  return (weights[1] == 1 && weights[2] == 1 && group == 1) || (group == weights[0] && weights[3] == 1);
}

/* Dense windows by one step are Winograd's, and better off with whole images. */
static gboolean
can_begin (const NncNode *node)
{
  guint n;
  const gint64 *strides = nnc_node_get_ints (node, "strides", &n);

  return is_convolution (node) && (is_pointwise_or_depthwise (node) || (strides && n == 2 && strides[0] > 1));
}

static gsize
count_weights (const NncNode *node)
{
  return nnc_desc_size (&node->inputs[WEIGHTS]->desc);
}

/* The node that alone reads what `node` computes, where the two can be run together. */
static NncNode *
find_next (const NncGraph *graph, const NncNode *node)
{
  const NncValue *value = node->outputs[0];
  NncNode *reader;

  if (nnc_graph_count_readers (graph, value) != 1 || value->readers == NULL || nnc_desc_size (&value->desc) <= LARGE)
    return NULL;
  reader = value->readers->pdata[0];
  return is_convolution (reader) && reader->inputs[X] == value && is_pointwise_or_depthwise (reader) ? reader : NULL;
}

static gint64
get_height (const NncNode *node, const char *attribute)
{
  guint n;
  const gint64 *values = nnc_node_get_ints (node, attribute, &n);

  return values && n > 0 ? values[0] : 1;
}

/* Bytes between the convolutions while one row of the last is computed. */
static gsize
count_between (const GPtrArray *chain)
{
  gint64 rows = 1;
  gsize bytes = 0;

  for (guint i = chain->len - 1; i > 0; i--) {
    const NncNode *node = chain->pdata[i];
    const NncTensorDesc *x = &node->inputs[X]->desc;
    gint64 extent = (node->inputs[WEIGHTS]->desc.shape[1] - 1) * get_height (node, "dilations") + 1;

    rows = MIN ((rows - 1) * get_height (node, "strides") + extent, x->shape[1]);
    bytes += nnc_desc_size (x) / (gsize)(x->shape[0] * x->shape[1]) * (gsize)rows;
  }
  return bytes;
}

/* From `node` on. */
static gboolean
mark_chain (const NncGraph *graph, NncNode *node)
{
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  gsize weights = count_weights (node);

  g_ptr_array_add (chain, node);
  for (NncNode *next; (next = find_next (graph, node)); node = next) {
    weights += count_weights (next);
    g_ptr_array_add (chain, next);
    if (chain->len > MOST_STEPS || weights > MOST_WEIGHTS || count_between (chain) > MOST_BETWEEN)
      break;
    nnc_node_set_int (node, "rows_to_next", 1);
  }
  return nnc_node_get_attribute (chain->pdata[0], "rows_to_next") != NULL;
}

static gboolean
is_marked (const NncNode *node)
{
  const NncNode *before = node->inputs[X]->producer;

  return nnc_node_get_attribute (node, "rows_to_next") || (before && nnc_node_get_attribute (before, "rows_to_next"));
}

gboolean
nnc_pass_tile_rows (NncGraph *graph, gboolean *changed, GError **error)
{
  for (guint i = 0; i < graph->nodes->len; i++) {
    NncNode *node = graph->nodes->pdata[i];

    if (can_begin (node) && !is_marked (node) && mark_chain (graph, node))
      *changed = TRUE;
  }
  return TRUE;
}
