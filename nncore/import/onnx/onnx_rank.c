/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_rank.c: a value's rank, as far as it can be seen without inference. */
#include "onnx_translate.h"

#include <string.h>

/* Of broadcasting; -1 when any is not known. */
static gint
largest_input_rank (const NncNode *node)
{
  gint rank = -1;

  for (guint i = 0; i < node->n_inputs; i++) {
    if (node->inputs[i] == NULL)
      continue;
    if (node->inputs[i]->rank < 0)
      return -1;
    rank = MAX (rank, node->inputs[i]->rank);
  }
  return rank;
}

static gboolean
keeps_rank (const NncNode *node)
{
  static const char *const names[] = {
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Clip",
    "Concat",
    "Conv",
    "ConvTranspose",
    "DequantizeLinear",
    "GlobalAveragePool",
    "GlobalLpPool",
    "GlobalMaxPool",
    "GroupNormalization",
    "Identity",
    "InstanceNormalization",
    "LayerNormalization",
    "LpNormalization",
    "LpPool",
    "LRN",
    "MaxPool",
    "Pad",
    "QuantizeLinear",
    "Resize",
    "RMSNormalization",
    "Slice",
    "Softmax",
    "Transpose",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i], node->op->name) == 0)
      return TRUE;
  return FALSE;
}

static gint
output_rank (const NncNode *node)
{
  guint n;

  if (strcmp (node->op->name, "Transpose") == 0 && nnc_node_get_ints (node, "perm", &n))
    return (gint)n;
  if (strcmp (node->op->name, "Flatten") == 0)
    return 2;
  if (node->op->traits & NNC_OP_ELEMENTWISE)
    return largest_input_rank (node);
  return keeps_rank (node) && node->n_inputs > 0 && node->inputs[0] ? node->inputs[0]->rank : -1;
}

void
nnc_onnx_note_ranks (NncNode *node)
{
  NncValue *output = node->outputs[0];
  gint rank = output_rank (node);

  if (output == NULL || output->rank >= 0 || rank < 0 || rank > NNC_MAX_RANK)
    return;
  output->rank = rank;
  for (gint i = 0; i < rank; i++)
    output->shape[i] = -1;
}
