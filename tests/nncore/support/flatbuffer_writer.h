/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flatbuffer_writer.h: FlatBuffers written in a test, from the root on: each
 * part behind what refers to it.
 *
 *   FbTable *root = fb_table ();
 *   fb_set_int (root, 0, 4, 3);
 *   fb_set_string (root, 3, "a text");
 *   GBytes *file = fb_finish (root, "TFL3"); */
#pragma once

#include <glib.h>

typedef struct _FbTable FbTable;

FbTable *fb_table (void);
/* size: bytes of the number. */
void fb_set_int (FbTable *table, guint field, guint size, gint64 value);
void fb_set_float (FbTable *table, guint field, float value);
void fb_set_string (FbTable *table, guint field, const char *text);
void fb_set_bytes (FbTable *table, guint field, gconstpointer data, gsize size);
/* n numbers of element_size bytes, as they lie. */
void fb_set_vector (FbTable *table, guint field, guint element_size, guint n, gconstpointer data);
/* The child is the table's from now on, and freed with it. */
void fb_set_table (FbTable *table, guint field, FbTable *child);
/* Appends to a list of tables. */
void fb_add_table (FbTable *table, guint field, FbTable *child);
/* The whole, which is freed. identifier: NULL for none. */
GBytes *fb_finish (FbTable *root, const char *identifier);
