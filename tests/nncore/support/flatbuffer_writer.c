/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flatbuffer_writer.c: a tree of tables, written front to back. */
#include "flatbuffer_writer.h"

#include <string.h>

#define MAX_FIELDS 32

typedef enum { NOTHING, NUMBER, BYTES, TABLE, TABLES } Kind;

typedef struct {
  Kind kind;
  guint size; /* of a number, or of an element */
  guint64 number;
  guint n; /* elements */
  GByteArray *bytes;
  GPtrArray *tables;
} Field;

struct _FbTable {
  Field fields[MAX_FIELDS];
};

FbTable *
fb_table (void)
{
  return g_new0 (FbTable, 1);
}

void
fb_set_int (FbTable *table, guint field, guint size, gint64 value)
{
  table->fields[field] = (Field){ .kind = NUMBER, .size = size, .number = (guint64)value };
}

void
fb_set_float (FbTable *table, guint field, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  fb_set_int (table, field, 4, bits);
}

void
fb_set_vector (FbTable *table, guint field, guint element_size, guint n, gconstpointer data)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, data, element_size * n);
  table->fields[field] = (Field){ .kind = BYTES, .size = element_size, .n = n, .bytes = bytes };
}

void
fb_set_bytes (FbTable *table, guint field, gconstpointer data, gsize size)
{
  fb_set_vector (table, field, 1, (guint)size, data);
}

void
fb_set_string (FbTable *table, guint field, const char *text)
{
  fb_set_bytes (table, field, text, strlen (text));
}

static void
fb_free (gpointer data)
{
  FbTable *table = data;

  for (guint i = 0; i < MAX_FIELDS; i++) {
    g_clear_pointer (&table->fields[i].bytes, g_byte_array_unref);
    g_clear_pointer (&table->fields[i].tables, g_ptr_array_unref);
  }
  g_free (table);
}

void
fb_set_table (FbTable *table, guint field, FbTable *child)
{
  fb_add_table (table, field, child);
  table->fields[field].kind = TABLE;
}

void
fb_add_table (FbTable *table, guint field, FbTable *child)
{
  Field *at = &table->fields[field];

  if (at->tables == NULL)
    at->tables = g_ptr_array_new_with_free_func (fb_free);
  at->kind = TABLES;
  g_ptr_array_add (at->tables, child);
}

/* --- writing -------------------------------------------------------------------------- */

static void
put (GByteArray *file, guint64 value, guint size)
{
  for (guint i = 0; i < size; i++) {
    guint8 byte = (guint8)(value >> 8 * i);
    g_byte_array_append (file, &byte, 1);
  }
}

static void
patch (GByteArray *file, guint position, guint64 value, guint size)
{
  for (guint i = 0; i < size; i++)
    file->data[position + i] = (guint8)(value >> 8 * i);
}

static guint write_table (GByteArray *file, const FbTable *table);

static void
write_child (GByteArray *file, const Field *field, guint reference)
{
  guint start;

  if (field->kind == TABLE) {
    start = write_table (file, field->tables->pdata[0]);
  } else if (field->kind == BYTES) {
    start = file->len;
    put (file, field->n, 4);
    g_byte_array_append (file, field->bytes->data, field->bytes->len);
    put (file, 0, 1);
  } else {
    start = file->len;
    put (file, field->tables->len, 4);
    for (guint i = 0; i < field->tables->len; i++)
      put (file, 0, 4);
    for (guint i = 0; i < field->tables->len; i++) {
      guint element = start + 4 + 4 * i;
      patch (file, element, write_table (file, field->tables->pdata[i]) - element, 4);
    }
  }
  patch (file, reference, start - reference, 4);
}

/* Its field list, itself, what it refers to. Returns where it stands. */
static guint
write_table (GByteArray *file, const FbTable *table)
{
  guint vtable = file->len, start, places[MAX_FIELDS] = { 0 };

  put (file, 4 + 2 * MAX_FIELDS, 2);
  for (guint i = 0; i <= MAX_FIELDS; i++)
    put (file, 0, 2);
  start = file->len;
  put (file, start - vtable, 4);
  for (guint i = 0; i < MAX_FIELDS; i++) {
    if (table->fields[i].kind == NOTHING)
      continue;
    places[i] = file->len;
    patch (file, vtable + 4 + 2 * i, file->len - start, 2);
    put (file, table->fields[i].number, table->fields[i].kind == NUMBER ? table->fields[i].size : 4);
  }
  patch (file, vtable + 2, file->len - start, 2);
  for (guint i = 0; i < MAX_FIELDS; i++)
    if (table->fields[i].kind > NUMBER)
      write_child (file, &table->fields[i], places[i]);
  return start;
}

GBytes *
fb_finish (FbTable *root, const char *identifier)
{
  GByteArray *file = g_byte_array_new ();

  put (file, 0, 4);
  if (identifier)
    g_byte_array_append (file, (const guint8 *)identifier, 4);
  patch (file, 0, write_table (file, root), 4);
  fb_free (root);
  return g_byte_array_free_to_bytes (file);
}
