/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* imported.h: a model written in a test, read by the importer. */
#pragma once

#include "importer.h"
#include "onnx_writer.h"

typedef struct {
  NncSource *source; /* acquired */
  GHashTable *metadata;
  NncGraph *graph; /* NULL: refused */
  GError *error;
} Imported;

/* Takes the bytes over. */
Imported *import_bytes (GBytes *bytes);
/* Ends the writer's model and reads it; fails the test when it is refused. */
Imported *import_writer (OnnxWriter *writer);
void imported_free (Imported *imported);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Imported, imported_free)

/* Ends the writer's model and expects it to be refused, with this code and all of these texts (NULL-terminated) in
 * the message. */
void fail_unless_refused (OnnxWriter *writer, gint code, ...) G_GNUC_NULL_TERMINATED;

/* The nth node of this op. */
const NncNode *imported_node (const Imported *imported, const char *op, guint n);
const NncValue *imported_value (const Imported *imported, const char *name);
gboolean node_ints_equal (const NncNode *node, const char *attribute, guint n, const gint64 *values);
/* Whether the value is a constant i64 vector of these. */
gboolean value_ints_equal (const NncValue *value, guint n, const gint64 *values);
/* The number of a constant f32 with one element. */
float value_float (const NncValue *value);
