/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flatbuffer.h: the FlatBuffers format: tables whose fields lie wherever their
 * offsets say. Nothing is copied, nothing need be aligned, and every offset is
 * checked before it is followed. What is wrong is kept until the end: what is
 * read after it is absent, so that a reader asks once:
 *
 *   NncTable root = nnc_flatbuffer_root (&file);
 *   … nnc_table_get_int (&root, FIELD, 4, 0) …
 *   return nnc_flatbuffer_finish (&file, error);
 *
 * A reader follows a schema and so goes only as deep as that. Tables may share
 * parts; since a small file could make a reader visit the same part millions of
 * times, what is visited in all is bounded by a multiple of the file's size. */
#pragma once

#include <glib.h>

typedef struct {
  const guint8 *data;
  gsize size;
  gsize budget; /* bytes that may still be visited */
  const char *problem; /* NULL: none so far */
  gsize place; /* of the problem */
  gboolean exhausted; /* the problem is the budget */
} NncFlatbuffer;

/* vtable_size 0: it is absent, and so are all its fields. */
typedef struct {
  NncFlatbuffer *file;
  gsize position, vtable;
  guint16 vtable_size, size;
} NncTable;

/* n elements of element_size bytes each; n 0: empty or absent. */
typedef struct {
  NncFlatbuffer *file;
  gsize position;
  gsize n, element_size;
} NncVector;

NncFlatbuffer nnc_flatbuffer (const guint8 *data, gsize size);
/* Whether bytes 4 to 7 are this identifier. */
gboolean nnc_flatbuffer_has_identifier (const guint8 *data, gsize size, const char identifier[4]);
NncTable nnc_flatbuffer_root (NncFlatbuffer *file);
/* FALSE with an error when something was malformed. */
gboolean nnc_flatbuffer_finish (const NncFlatbuffer *file, GError **error);

/* field: its number in the schema, from 0. size: bytes of the number, 1 to 8. */
gboolean nnc_table_has (const NncTable *table, guint field);
gint64 nnc_table_get_int (const NncTable *table, guint field, guint size, gint64 otherwise);
guint64 nnc_table_get_uint (const NncTable *table, guint field, guint size, guint64 otherwise);
float nnc_table_get_float (const NncTable *table, guint field, float otherwise);
NncTable nnc_table_get_table (const NncTable *table, guint field);
NncVector nnc_table_get_vector (const NncTable *table, guint field, gsize element_size);
/* Made valid UTF-8; "" when it is absent. Free it. */
char *nnc_table_dup_string (const NncTable *table, guint field);

gint64 nnc_vector_get_int (const NncVector *vector, gsize i);
float nnc_vector_get_float (const NncVector *vector, gsize i);
NncTable nnc_vector_get_table (const NncVector *vector, gsize i);
