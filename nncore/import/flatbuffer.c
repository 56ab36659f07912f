/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flatbuffer.c: the FlatBuffers format. */
#include "flatbuffer.h"

#include <nncore/error.h>
#include <string.h>

/* Well-formed files are visited about once. */
#define VISITS 8
#define SMALL_FILE 65536

NncFlatbuffer
nnc_flatbuffer (const guint8 *data, gsize size)
{
  gsize visits = size > G_MAXSIZE / (2 * VISITS) ? G_MAXSIZE / 2 : size * VISITS;

  return (NncFlatbuffer){ .data = data, .size = size, .budget = visits + SMALL_FILE };
}

gboolean
nnc_flatbuffer_has_identifier (const guint8 *data, gsize size, const char identifier[4])
{
  return size >= 8 && memcmp (data + 4, identifier, 4) == 0;
}

static gboolean
fail (NncFlatbuffer *file, gsize place, const char *problem)
{
  if (file->problem == NULL) {
    file->problem = problem;
    file->place = place;
  }
  return FALSE;
}

gboolean
nnc_flatbuffer_finish (const NncFlatbuffer *file, GError **error)
{
  if (file->problem == NULL)
    return TRUE;
  g_set_error (error, NNC_ERROR, file->exhausted ? NNC_ERROR_LIMIT : NNC_ERROR_FORMAT,
               "%s, at byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, file->problem, file->place, file->size);
  return FALSE;
}

static gboolean
spend (NncFlatbuffer *file, gsize place, gsize bytes)
{
  if (bytes <= file->budget) {
    file->budget -= bytes;
    return TRUE;
  }
  file->exhausted = file->exhausted || file->problem == NULL;
  return fail (file, place, "parts of the file are used many times over");
}

/* A number of 1 to 8 bytes, which must lie inside. Files are not aligned, so numbers are put together from bytes. */
static gboolean
read_uint (NncFlatbuffer *file, gsize position, guint size, guint64 *value)
{
  *value = 0;
  if (file->problem)
    return FALSE;
  if (position > file->size || size > file->size - position)
    return fail (file, position, "a number lies outside of the file");
  for (guint i = 0; i < size; i++)
    *value |= (guint64)file->data[position + i] << 8 * i;
  return TRUE;
}

static gint64
sign_extend (guint64 value, guint size)
{
  guint unused = 64 - 8 * size;

  return (gint64)(value << unused) >> unused;
}

/* An offset counts from where it stands, and goes forward. */
static gboolean
follow (NncFlatbuffer *file, gsize position, gsize *target)
{
  guint64 offset;

  if (!read_uint (file, position, 4, &offset))
    return FALSE;
  if (offset == 0 || offset >= file->size - position)
    return fail (file, position, "an offset points outside of the file");
  *target = position + (gsize)offset;
  return TRUE;
}

/* --- tables -------------------------------------------------------------------------- */

static NncTable
no_table (NncFlatbuffer *file)
{
  return (NncTable){ .file = file };
}

/* A table begins with how far its vtable lies before it (or behind it); the vtable with its own size and the table's.
 */
static gboolean
read_table (NncFlatbuffer *file, gsize position, NncTable *table)
{
  guint64 number, vtable_size, size;
  gint64 vtable;

  if (!read_uint (file, position, 4, &number))
    return FALSE;
  vtable = (gint64)position - sign_extend (number, 4);
  if (vtable < 0 || (guint64)vtable >= file->size)
    return fail (file, position, "a table's field list lies outside of the file");
  if (!read_uint (file, (gsize)vtable, 2, &vtable_size) || !read_uint (file, (gsize)vtable + 2, 2, &size))
    return FALSE;
  if (vtable_size < 4 || vtable_size % 2 || vtable_size > file->size - (gsize)vtable)
    return fail (file, (gsize)vtable, "a table's field list has an impossible size");
  if (size < 4 || size > file->size - position)
    return fail (file, position, "a table reaches over the end of the file");
  if (!spend (file, position, size))
    return FALSE;
  *table = (NncTable){ file, position, (gsize)vtable, (guint16)vtable_size, (guint16)size };
  return TRUE;
}

static NncTable
table_at (NncFlatbuffer *file, gsize offset)
{
  NncTable table;
  gsize position;

  return follow (file, offset, &position) && read_table (file, position, &table) ? table : no_table (file);
}

NncTable
nnc_flatbuffer_root (NncFlatbuffer *file)
{
  return table_at (file, 0);
}

/* Where a field of this many bytes lies; FALSE: it is absent. */
static gboolean
find_field (const NncTable *table, guint field, guint size, gsize *position)
{
  gsize entry = 4 + 2 * (gsize)field;
  guint64 offset;

  if (entry + 2 > table->vtable_size || !read_uint (table->file, table->vtable + entry, 2, &offset) || offset == 0)
    return FALSE;
  if (offset + size > table->size)
    return fail (table->file, table->position, "a field lies outside of its table");
  *position = table->position + (gsize)offset;
  return TRUE;
}

gboolean
nnc_table_has (const NncTable *table, guint field)
{
  gsize position;

  return find_field (table, field, 1, &position);
}

guint64
nnc_table_get_uint (const NncTable *table, guint field, guint size, guint64 otherwise)
{
  gsize position;
  guint64 value;

  if (!find_field (table, field, size, &position) || !read_uint (table->file, position, size, &value))
    return otherwise;
  return value;
}

gint64
nnc_table_get_int (const NncTable *table, guint field, guint size, gint64 otherwise)
{
  gsize position;
  guint64 value;

  if (!find_field (table, field, size, &position) || !read_uint (table->file, position, size, &value))
    return otherwise;
  return sign_extend (value, size);
}

static float
float_from_bits (guint64 bits)
{
  guint32 narrow = (guint32)bits;
  float value;

  memcpy (&value, &narrow, sizeof value);
  return value;
}

float
nnc_table_get_float (const NncTable *table, guint field, float otherwise)
{
  gsize position;
  guint64 bits;

  if (!find_field (table, field, 4, &position) || !read_uint (table->file, position, 4, &bits))
    return otherwise;
  return float_from_bits (bits);
}

NncTable
nnc_table_get_table (const NncTable *table, guint field)
{
  gsize position;

  return find_field (table, field, 4, &position) ? table_at (table->file, position) : no_table (table->file);
}

/* --- vectors -------------------------------------------------------------------------- */

NncVector
nnc_table_get_vector (const NncTable *table, guint field, gsize element_size)
{
  NncFlatbuffer *file = table->file;
  NncVector vector = { .file = file, .element_size = element_size };
  gsize position, start;
  guint64 n;

  if (!find_field (table, field, 4, &position) || !follow (file, position, &start) || !read_uint (file, start, 4, &n))
    return vector;
  start += 4;
  if (n > (file->size - start) / element_size) {
    fail (file, start, "a list reaches over the end of the file");
    return vector;
  }
  /* Lists of bytes are payloads, and nobody walks over them. */
  if (element_size > 1 && !spend (file, start, (gsize)n * element_size))
    return vector;
  vector.position = start;
  vector.n = (gsize)n;
  return vector;
}

char *
nnc_table_dup_string (const NncTable *table, guint field)
{
  NncVector bytes = nnc_table_get_vector (table, field, 1);

  if (bytes.n == 0 || !spend (table->file, bytes.position, bytes.n))
    return g_strdup ("");
  return g_utf8_make_valid ((const char *)table->file->data + bytes.position, (gssize)bytes.n);
}

static guint64
element (const NncVector *vector, gsize i)
{
  guint64 value = 0;

  if (i < vector->n)
    read_uint (vector->file, vector->position + i * vector->element_size, (guint)vector->element_size, &value);
  return value;
}

gint64
nnc_vector_get_int (const NncVector *vector, gsize i)
{
  return sign_extend (element (vector, i), (guint)vector->element_size);
}

float
nnc_vector_get_float (const NncVector *vector, gsize i)
{
  return float_from_bits (element (vector, i));
}

NncTable
nnc_vector_get_table (const NncVector *vector, gsize i)
{
  if (i >= vector->n)
    return no_table (vector->file);
  return table_at (vector->file, vector->position + i * vector->element_size);
}
