/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* imported.c: a model written in a test, read by the importer. */
#include "imported.h"

#include "op.h"

#include <gst/check/gstcheck.h>
#include <string.h>

Imported *
import_bytes (GBytes *bytes)
{
  Imported *imported = g_new0 (Imported, 1);
  const char *format;

  imported->source = nnc_source_new_from_bytes (bytes);
  imported->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  imported->graph = nnc_import (imported->source, imported->metadata, &format, &imported->error);
  fail_unless ((imported->graph == NULL) == (imported->error != NULL));
  g_bytes_unref (bytes);
  return imported;
}

Imported *
import_writer (OnnxWriter *writer)
{
  Imported *imported = import_bytes (onnx_writer_finish (writer));

  fail_unless (imported->graph != NULL, "%s", imported->error ? imported->error->message : "");
  return imported;
}

void
imported_free (Imported *imported)
{
  g_clear_pointer (&imported->graph, nnc_graph_free);
  g_clear_error (&imported->error);
  g_hash_table_unref (imported->metadata);
  nnc_source_release (imported->source);
  nnc_source_unref (imported->source);
  g_free (imported);
}

void
fail_unless_refused (OnnxWriter *writer, gint code, ...)
{
  g_autoptr (Imported) imported = import_bytes (onnx_writer_finish (writer));
  const char *text;
  va_list texts;

  fail_unless (imported->graph == NULL, "the model was read");
  fail_unless (g_error_matches (imported->error, NNC_ERROR, code), "code %d: %s", imported->error->code,
               imported->error->message);
  va_start (texts, code);
  while ((text = va_arg (texts, const char *)))
    fail_unless (strstr (imported->error->message, text) != NULL, "no '%s' in: %s", text, imported->error->message);
  va_end (texts);
}

const NncNode *
imported_node (const Imported *imported, const char *op, guint n)
{
  for (guint i = 0; i < imported->graph->nodes->len; i++) {
    const NncNode *node = imported->graph->nodes->pdata[i];

    if (strcmp (node->op->name, op) == 0 && n-- == 0)
      return node;
  }
  fail ("there is no such node of %s", op);
  return NULL;
}

const NncValue *
imported_value (const Imported *imported, const char *name)
{
  for (guint i = 0; i < imported->graph->values->len; i++) {
    const NncValue *value = imported->graph->values->pdata[i];

    if (strcmp (value->name, name) == 0)
      return value;
  }
  fail ("there is no value %s", name);
  return NULL;
}

gboolean
node_ints_equal (const NncNode *node, const char *attribute, guint n, const gint64 *values)
{
  guint found;
  const gint64 *ints = nnc_node_get_ints (node, attribute, &found);

  return ints && found == n && memcmp (ints, values, n * sizeof *values) == 0;
}

gboolean
value_ints_equal (const NncValue *value, guint n, const gint64 *values)
{
  const NncConstant *constant = value->constant;

  return constant && constant->desc.type == NNC_I64 && constant->desc.rank == 1 && constant->desc.shape[0] == n
         && memcmp (nnc_constant_get_data (constant), values, n * sizeof *values) == 0;
}

float
value_float (const NncValue *value)
{
  float number;

  fail_unless (value->constant && value->constant->desc.type == NNC_F32
               && nnc_desc_n_elements (&value->constant->desc) == 1);
  memcpy (&number, nnc_constant_get_data (value->constant), sizeof number);
  return number;
}
