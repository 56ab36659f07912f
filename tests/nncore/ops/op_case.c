/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* op_case.c: from text to tensors and nodes. */
#include "op_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static NncDataType
parse_type (const char *text)
{
  for (gint type = NNC_F8E5M2FNUZ; type >= NNC_F32; type--) /* the longer name before the one it begins with */
    if (g_str_has_prefix (text, nnc_data_type_to_string ((NncDataType)type)))
      return (NncDataType)type;
  g_error ("no data type in '%s'", text);
}

static void
store (gpointer data, NncDataType type, gsize i, const char *text)
{
  switch (type) {
  case NNC_F32:
    ((float *)data)[i] = strtof (text, NULL);
    break;
  case NNC_F64:
    ((double *)data)[i] = strtod (text, NULL);
    break;
  case NNC_F16: /* its bits */
  case NNC_U16:
    ((guint16 *)data)[i] = (guint16)strtoul (text, NULL, 0);
    break;
  case NNC_I8:
    ((gint8 *)data)[i] = (gint8)strtol (text, NULL, 0);
    break;
  case NNC_U8:
  case NNC_BOOL:
  case NNC_F8E4M3FN: /* its bits */
  case NNC_F8E4M3FNUZ:
  case NNC_F8E5M2:
  case NNC_F8E5M2FNUZ:
    ((guint8 *)data)[i] = (guint8)strtoul (text, NULL, 0);
    break;
  case NNC_I16:
    ((gint16 *)data)[i] = (gint16)strtol (text, NULL, 0);
    break;
  case NNC_I32:
    ((gint32 *)data)[i] = (gint32)strtol (text, NULL, 0);
    break;
  case NNC_U32:
    ((guint32 *)data)[i] = (guint32)strtoul (text, NULL, 0);
    break;
  case NNC_I64:
    ((gint64 *)data)[i] = strtoll (text, NULL, 0);
    break;
  case NNC_U64:
    ((guint64 *)data)[i] = strtoull (text, NULL, 0);
    break;
  case NNC_INVALID:
    break;
  }
}

NncConstant *
tensor_from_text (const char *text)
{
  const char *open = strchr (text, '['), *close = strchr (text, ']');
  g_autofree char *dimensions = g_strndup (open + 1, (gsize)(close - open - 1));
  g_auto (GStrv) shape = g_strsplit (dimensions, ",", -1);
  const char *space = strchr (close, ' ');
  g_auto (GStrv) numbers = g_strsplit (space ? space + 1 : "", " ", -1);
  NncTensorDesc desc = { .type = parse_type (text), .rank = g_strv_length (shape) };
  gsize n, n_given = g_strv_length (numbers);
  gpointer data;

  for (guint i = 0; i < desc.rank; i++)
    desc.shape[i] = strtoll (shape[i], NULL, 0);
  n = nnc_desc_n_elements (&desc);
  if (n_given != n && n_given != 1)
    g_error ("%" G_GSIZE_FORMAT " numbers instead of %" G_GSIZE_FORMAT " in '%s'", n_given, n, text);
  data = g_malloc0 (MAX (nnc_desc_size (&desc), 8));
  for (gsize i = 0; i < n; i++)
    store (data, desc.type, i, numbers[n_given == 1 ? 0 : i]);
  return nnc_constant_new_take (data, &desc);
}

/* NULL: there is none. */
static NncQuantization *
quantization_from_text (const char *text)
{
  const char *at = strchr (text, '@');
  NncQuantization *quantization;
  char *end;

  if (at == NULL)
    return NULL;
  quantization = nnc_quantization_new (1);
  quantization->scale[0] = strtof (at + 1, &end);
  quantization->zero_point[0] = (gint32)strtol (end + 1, NULL, 0);
  return quantization;
}

static void
set_ints (NncNode *node, const char *name, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  guint n = g_strv_length (parts);
  g_autofree gint64 *values = g_new0 (gint64, n + 1);

  for (guint i = 0; i < n; i++)
    values[i] = strtoll (parts[i], NULL, 0);
  nnc_node_set_ints (node, name, values, n);
}

static void
set_attribute (NncNode *node, const char *name, char *text)
{
  char *end;
  gint64 number = strtoll (text, &end, 0);

  if (*text == '[') {
    text[strlen (text) - 1] = '\0';
    set_ints (node, name, text + 1);
  } else if (*text && *end == '\0') {
    nnc_node_set_int (node, name, number);
  } else if (g_str_has_suffix (text, "f") && (g_ascii_isdigit (*text) || *text == '-')) {
    nnc_node_set_float (node, name, strtof (text, NULL));
  } else {
    nnc_node_set_string (node, name, text);
  }
}

guint
op_case_n_outputs (const OpCase *c)
{
  g_auto (GStrv) outputs = c->output ? g_strsplit (c->output, " | ", -1) : NULL;

  return outputs ? g_strv_length (outputs) : 1;
}

NncConstant *
op_case_output (const OpCase *c, guint i)
{
  g_auto (GStrv) outputs = g_strsplit (c->output, " | ", -1);

  return tensor_from_text (outputs[i]);
}

NncNode *
node_from_case (NncGraph *graph, const OpCase *c)
{
  g_auto (GStrv) attributes = g_strsplit (c->attributes, " ", -1);
  NncValue *inputs[G_N_ELEMENTS (c->inputs)] = { NULL }, *outputs[OP_CASE_MAX_OUTPUTS];
  guint n = 0, n_outputs = op_case_n_outputs (c);
  NncNode *node;

  for (guint i = 0; i < G_N_ELEMENTS (c->inputs) && c->inputs[i]; i++, n++)
    if (c->inputs[i][0]) {
      g_autoptr (NncConstant) constant = tensor_from_text (c->inputs[i]);
      inputs[i] = nnc_graph_add_constant (graph, "input", constant);
      inputs[i]->quantization = quantization_from_text (c->inputs[i]);
    }
  for (guint i = 0; i < n_outputs; i++) {
    outputs[i] = nnc_graph_add_value (graph, "y");
    outputs[i]->quantization = c->output ? quantization_from_text (c->output) : NULL; /* one output alone */
  }
  node = nnc_graph_add_node (graph, nnc_op_find (c->op), "node", inputs, n, outputs, n_outputs);
  for (guint i = 0; attributes[i]; i++) {
    char *value = strchr (attributes[i], '=');

    if (value == NULL)
      continue;
    *value++ = '\0';
    set_attribute (node, attributes[i], value);
  }
  return node;
}

static gboolean
floats_are_close (double a, double b)
{
  return (isnan (a) && isnan (b)) || a == b || fabs (a - b) <= 1e-5 * MAX (fabs (b), 1);
}

static gboolean
elements_are_close (gconstpointer a, gconstpointer b, NncDataType type, gsize i)
{
  gsize size = nnc_data_type_get_size (type);

  if (type == NNC_F32)
    return floats_are_close ((double)((const float *)a)[i], (double)((const float *)b)[i]);
  if (type == NNC_F64)
    return floats_are_close (((const double *)a)[i], ((const double *)b)[i]);
  return memcmp ((const guint8 *)a + i * size, (const guint8 *)b + i * size, size) == 0;
}

char *
tensor_difference (NncConstant *found, NncConstant *wanted)
{
  gconstpointer a = nnc_constant_get_data (found), b = nnc_constant_get_data (wanted);
  NncDataType type = wanted->desc.type;

  if (!nnc_desc_equal (&found->desc, &wanted->desc)) {
    g_autofree char *x = nnc_desc_to_string (&found->desc), *y = nnc_desc_to_string (&wanted->desc);
    return g_strdup_printf ("%s instead of %s", x, y);
  }
  for (gsize i = 0; i < nnc_desc_n_elements (&wanted->desc); i++)
    if (!elements_are_close (a, b, type, i))
      return type == NNC_F32 ? g_strdup_printf ("element %" G_GSIZE_FORMAT " is %g instead of %g", i,
                                                (double)((const float *)a)[i], (double)((const float *)b)[i])
                             : g_strdup_printf ("element %" G_GSIZE_FORMAT " differs", i);
  return NULL;
}
