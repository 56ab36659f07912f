/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fold_pads.c: zeros that a Pad puts around an image become the padding of the Conv or pooling that reads it. Keras
 * pads by a node of its own before strides. */
#include "pass.h"

#include <string.h>

enum { X, PADS, VALUE, AXES }; /* inputs of Pad */

/* x: [N,H,W,C] or [N,W,C]; the spatial axes alone. */
typedef struct {
  guint n;
  gint64 begin[2], end[2];
} Border;

static gboolean
is_zero (const NncValue *value)
{
  gsize n;
  g_autofree float *numbers = value ? nnc_constant_read_f32 (value, &n) : NULL;

  return value == NULL || (numbers && n == 1 && numbers[0] == 0);
}

static gboolean
add_to_border (Border *border, gint64 axis, gint64 begin, gint64 end)
{
  gint64 rank = border->n + 2;

  axis = axis < 0 ? axis + rank : axis;
  if (begin == 0 && end == 0)
    return TRUE;
  if (axis < 1 || axis > border->n || begin < 0 || end < 0)
    return FALSE;
  border->begin[axis - 1] = begin;
  border->end[axis - 1] = end;
  return TRUE;
}

/* FALSE: the node does not just put zeros around an image. */
static gboolean
read_border (const NncNode *pad, Border *border)
{
  const NncValue *list = nnc_node_input (pad, AXES);
  guint n_pads = 0, n_axes = 0, n;
  g_autofree gint64 *pads = nnc_constant_read_ints (nnc_node_input (pad, PADS), &n_pads);
  g_autofree gint64 *axes = nnc_constant_read_ints (list, &n_axes);
  const NncTensorDesc *x = &pad->inputs[X]->desc;

  if (strcmp (nnc_node_get_string (pad, "mode", "constant"), "constant") != 0 || x->type != NNC_F32
      || (x->rank != 3 && x->rank != 4) || pads == NULL || (list && axes == NULL)
      || !is_zero (nnc_node_input (pad, VALUE)))
    return FALSE;
  *border = (Border){ .n = x->rank - 2 };
  n = list ? n_axes : x->rank;
  for (guint i = 0; i < n; i++)
    if (n_pads != 2 * n || !add_to_border (border, axes ? axes[i] : i, pads[i], pads[n + i]))
      return FALSE;
  return TRUE;
}

/* Own padding of a node, where it is given in numbers. */
static gboolean
read_pads (const NncNode *node, guint n, gint64 pads[4])
{
  const char *auto_pad = nnc_node_get_string (node, "auto_pad", "NOTSET");
  guint n_given;
  const gint64 *given = nnc_node_get_ints (node, "pads", &n_given);
  gboolean valid = strcmp (auto_pad, "VALID") == 0;

  for (guint i = 0; i < 2 * n; i++)
    pads[i] = given && n_given == 2 * n && !valid ? given[i] : 0;
  return valid || strcmp (auto_pad, "NOTSET") == 0;
}

static gboolean
conv_accepts (const NncNode *node, const Border *border, const gint64 *pads)
{
  return TRUE;
}

/* The zeros count. An average that counts no padding can only count all of it. */
static gboolean
average_pool_accepts (const NncNode *node, const Border *border, const gint64 *pads)
{
  if (nnc_node_get_int (node, "count_include_pad", 0))
    return TRUE;
  for (guint i = 0; i < 2 * border->n; i++)
    if (pads[i] != 0)
      return FALSE;
  return TRUE;
}

static gboolean
is_never_negative (const NncValue *value)
{
  const NncNode *node = value->producer;

  return node && (strcmp (node->op->name, "Relu") == 0 || nnc_node_get_float (node, "clamp_minimum", -1) >= 0);
}

/* A maximum's padding does not count, and zeros do not where some number in the window is at least as large. */
static gboolean
max_pool_accepts (const NncNode *node, const Border *border, const gint64 *pads)
{
  guint n, n_dilations;
  const gint64 *kernel = nnc_node_get_ints (node, "kernel_shape", &n);
  const gint64 *dilations = nnc_node_get_ints (node, "dilations", &n_dilations);

  for (guint i = 0; i < n_dilations; i++)
    if (dilations[i] != 1)
      return FALSE;
  for (guint i = 0; i < border->n; i++)
    if (n != border->n || pads[i] + border->begin[i] >= kernel[i] || pads[n + i] + border->end[i] >= kernel[i])
      return FALSE;
  return is_never_negative (node->inputs[0]->producer->inputs[X]);
}

static const struct {
  const char *op;
  gboolean (*accepts) (const NncNode *node, const Border *border, const gint64 *pads);
} windows[] = {
  { "Conv", conv_accepts },
  { "AveragePool", average_pool_accepts },
  { "MaxPool", max_pool_accepts },
};

static gboolean
fold (NncNode *node, guint window)
{
  NncNode *pad = nnc_node_input (node, 0) ? node->inputs[0]->producer : NULL;
  gint64 pads[4];
  Border border;

  if (pad == NULL || strcmp (pad->op->name, "Pad") != 0 || nnc_node_get_int (node, "ceil_mode", 0)
      || !read_border (pad, &border) || !read_pads (node, border.n, pads))
    return FALSE;
  for (guint i = 0; i < border.n; i++)
    if (border.begin[i] > G_MAXINT32 - pads[i] || border.end[i] > G_MAXINT32 - pads[border.n + i])
      return FALSE;
  if (!windows[window].accepts (node, &border, pads))
    return FALSE;
  for (guint i = 0; i < border.n; i++) {
    pads[i] += border.begin[i];
    pads[border.n + i] += border.end[i];
  }
  nnc_node_set_ints (node, "pads", pads, 2 * border.n);
  nnc_node_remove_attribute (node, "auto_pad");
  if (strcmp (node->op->name, "AveragePool") == 0)
    nnc_node_set_int (node, "count_include_pad", 1);
  nnc_node_set_input (node, 0, pad->inputs[X]);
  return TRUE;
}

gboolean
nnc_pass_fold_pads (NncGraph *graph, gboolean *changed, GError **error)
{
  for (guint i = 0; i < graph->nodes->len; i++) {
    NncNode *node = graph->nodes->pdata[i];

    for (guint window = 0; window < G_N_ELEMENTS (windows); window++)
      if (strcmp (node->op->name, windows[window].op) == 0 && fold (node, window))
        *changed = TRUE;
  }
  return TRUE;
}
