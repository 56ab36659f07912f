/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* passes.c: the list of passes, and what runs it. */
#include "pass.h"

#include <math.h>
#include <string.h>

/* Lists of axes and sizes are short. */
#define MAX_INTS 4096

static const NncPass passes[] = {
#define NNC_PASS(name) { #name, nnc_pass_##name },
#include "passes.inc"
#undef NNC_PASS
};

const NncPass *
nnc_passes (guint *n)
{
  *n = G_N_ELEMENTS (passes);
  return passes;
}

gboolean
nnc_graph_tidy (NncGraph *graph, GError **error)
{
  if (!nnc_graph_sort (graph, nnc_node_has_effect, error))
    return FALSE;
  nnc_graph_remove_dead (graph, nnc_node_has_effect);
  return nnc_graph_infer (graph, error);
}

static gboolean
is_disabled (const char *const *disabled, const char *name)
{
  return disabled && (g_strv_contains (disabled, "all") || g_strv_contains (disabled, name));
}

gboolean
nnc_passes_run (NncGraph *graph, const char *const *disabled, GError **error)
{
  graph->keeps_stored = !is_disabled (disabled, "fuse_quantization");
  if (!nnc_graph_tidy (graph, error))
    return FALSE;
  nnc_graph_remove_dead (graph, nnc_node_has_effect);
  for (guint i = 0; i < G_N_ELEMENTS (passes); i++) {
    gboolean changed = FALSE;

    if (is_disabled (disabled, passes[i].name))
      continue;
    if (!passes[i].run (graph, &changed, error)) {
      g_prefix_error (error, "pass %s: ", passes[i].name);
      return FALSE;
    }
    if (changed && !nnc_graph_tidy (graph, error))
      return FALSE;
  }
  nnc_graph_remove_dead (graph, nnc_node_has_effect);
  return TRUE;
}

NncValue *
nnc_node_input (const NncNode *node, guint i)
{
  return i < node->n_inputs ? node->inputs[i] : NULL;
}

NncNode *
nnc_sole_producer (const NncGraph *graph, const NncValue *value, const char *op)
{
  NncNode *node = value ? value->producer : NULL;

  if (node == NULL || strcmp (node->op->name, op) != 0 || nnc_graph_count_readers (graph, value) != 1)
    return NULL;
  return node;
}

float *
nnc_constant_read_f32 (const NncValue *value, gsize *n)
{
  g_autoptr (NncConstant) flat = NULL;

  if (value == NULL || value->constant == NULL || value->constant->desc.type != NNC_F32)
    return NULL;
  flat = nnc_constant_flatten (value->constant, NULL);
  if (flat == NULL)
    return NULL;
  *n = nnc_desc_n_elements (&flat->desc);
  return g_memdup2 (flat->data, MAX (*n, 1) * sizeof (float));
}

gint64 *
nnc_constant_read_ints (const NncValue *value, guint *n)
{
  g_autoptr (NncConstant) flat = NULL;
  gint64 *numbers;
  gsize size;

  if (value == NULL || value->constant == NULL)
    return NULL;
  size = nnc_desc_n_elements (&value->constant->desc);
  if ((value->constant->desc.type != NNC_I64 && value->constant->desc.type != NNC_I32) || size > MAX_INTS)
    return NULL;
  flat = nnc_constant_flatten (value->constant, NULL);
  if (flat == NULL)
    return NULL;
  numbers = g_new (gint64, MAX (size, 1));
  for (gsize i = 0; i < size; i++)
    numbers[i] = flat->desc.type == NNC_I64 ? ((const gint64 *)flat->data)[i] : ((const gint32 *)flat->data)[i];
  *n = (guint)size;
  return numbers;
}

NncValue *
nnc_graph_add_vector (NncGraph *graph, const char *name, float *numbers, gsize n)
{
  NncTensorDesc desc = { .type = NNC_F32, .rank = 1, .shape = { (gint64)n } };
  g_autoptr (NncConstant) constant = nnc_constant_new_take (numbers, &desc);

  return nnc_graph_add_constant (graph, name, constant);
}

/* An absent bound is `none`. */
static gboolean
read_bound (const NncNode *node, guint input, float none, float *bound)
{
  const NncValue *value = nnc_node_input (node, input);
  g_autofree float *numbers = NULL;
  gsize n;

  *bound = none;
  if (value == NULL)
    return TRUE;
  numbers = nnc_constant_read_f32 (value, &n);
  if (numbers == NULL || n != 1 || isnan (numbers[0]))
    return FALSE;
  *bound = numbers[0];
  return TRUE;
}

gboolean
nnc_node_read_clamp (const NncNode *node, float *minimum, float *maximum)
{
  if (node->outputs[0] == NULL || node->outputs[0]->desc.type != NNC_F32)
    return FALSE;
  if (strcmp (node->op->name, "Relu") == 0) {
    *minimum = 0;
    *maximum = INFINITY;
    return TRUE;
  }
  return strcmp (node->op->name, "Clip") == 0 && read_bound (node, 1, -INFINITY, minimum)
         && read_bound (node, 2, INFINITY, maximum) && *minimum <= *maximum;
}

gsize
nnc_node_output_channels (const NncNode *node)
{
  const NncValue *weights = nnc_node_input (node, 1);

  if (weights == NULL || weights->constant == NULL || weights->constant->desc.type != NNC_F32)
    return 0;
  if (strcmp (node->op->name, "Conv") == 0 && weights->desc.rank >= 3)
    return (gsize)weights->desc.shape[0];
  if (strcmp (node->op->name, "MatMul") == 0 && weights->desc.rank == 2)
    return (gsize)weights->desc.shape[1];
  return 0;
}
