/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* npy.c: reads and writes NumPy's array files. */
#include "npy.h"

#include <nncore/error.h>
#include <string.h>

#define MAGIC "\x93NUMPY"
#define MAGIC_SIZE 6

static const struct {
  const char *descr;
  NncDataType type;
} types[] = {
  { "<f4", NNC_F32 }, { "<f2", NNC_F16 }, { "<f8", NNC_F64 }, { "|i1", NNC_I8 },
  { "|u1", NNC_U8 },  { "<i2", NNC_I16 }, { "<u2", NNC_U16 }, { "<i4", NNC_I32 },
  { "<u4", NNC_U32 }, { "<i8", NNC_I64 }, { "<u8", NNC_U64 }, { "|b1", NNC_BOOL },
};

static gboolean
format_error (const char *path, const char *what, GError **error)
{
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "%s: %s", path, what);
  return FALSE;
}

static gboolean
read_type (const char *header, NncDataType *type)
{
  const char *descr = strstr (header, "'descr':");

  descr = descr ? strchr (descr + strlen ("'descr':"), '\'') : NULL;
  for (guint i = 0; descr && i < G_N_ELEMENTS (types); i++) {
    if (strncmp (descr + 1, types[i].descr, strlen (types[i].descr)) == 0) {
      *type = types[i].type;
      return TRUE;
    }
  }
  return FALSE;
}

/* Reads "(2, 3)" and multiplies what it finds to *size. */
static gboolean
read_shape (const char *header, NpyArray *array, gsize *size)
{
  const char *at = strstr (header, "'shape':");

  at = at ? strchr (at, '(') : NULL;
  if (at == NULL)
    return FALSE;
  for (at++; *at && *at != ')';) {
    char *end;
    guint64 n = g_ascii_strtoull (at, &end, 10);

    if (end == at || array->rank == NNC_MAX_RANK || n > G_MAXINT64 || __builtin_mul_overflow (*size, n, size))
      return FALSE;
    array->shape[array->rank++] = (gint64)n;
    at = end + strspn (end, ", ");
  }
  return *at == ')';
}

static gboolean
parse (const char *path, NpyArray *array, GError **error)
{
  const guint8 *bytes = (const guint8 *)array->contents;
  g_autofree char *header = NULL;
  gsize start, length, size;

  if (array->length < 12 || memcmp (bytes, MAGIC, MAGIC_SIZE) != 0)
    return format_error (path, "is not an .npy file", error);
  start = bytes[6] == 1 ? 10 : 12;
  length = bytes[8] | (gsize)bytes[9] << 8;
  if (bytes[6] != 1)
    length |= (gsize)bytes[10] << 16 | (gsize)bytes[11] << 24;
  if (length > array->length - start)
    return format_error (path, "its header is longer than the file", error);
  header = g_strndup (array->contents + start, length);
  if (!read_type (header, &array->type))
    return format_error (path, "has a type that is not supported", error);
  size = nnc_data_type_get_size (array->type);
  if (strstr (header, "'fortran_order': True") || !read_shape (header, array, &size))
    return format_error (path, "has a shape or an order that is not supported", error);
  array->offset = start + length;
  if (size != array->length - array->offset)
    return format_error (path, "has another number of bytes than its shape wants", error);
  return TRUE;
}

gboolean
npy_read (const char *path, NpyArray *array, GError **error)
{
  memset (array, 0, sizeof *array);
  if (!g_file_get_contents (path, &array->contents, &array->length, error))
    return FALSE;
  if (parse (path, array, error))
    return TRUE;
  g_clear_pointer (&array->contents, g_free);
  return FALSE;
}

static const char *
descr_of (NncDataType type)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].type == type)
      return types[i].descr;
  return "|V1"; /* bytes: NumPy has no floats of 8 bits */
}

gboolean
npy_write (const char *path, const NncTensor *tensor, GError **error)
{
  g_autoptr (GString) file = g_string_new (NULL);
  guint rank;
  const gint64 *shape = nnc_tensor_get_shape (tensor, &rank);
  gsize length;

  g_string_append_len (file, MAGIC "\x01\x00\x00\x00", MAGIC_SIZE + 4);
  g_string_append_printf (file, "{'descr': '%s', 'fortran_order': False, 'shape': (",
                          descr_of (nnc_tensor_get_data_type (tensor)));
  for (guint i = 0; i < rank; i++)
    g_string_append_printf (file, "%" G_GINT64_FORMAT ", ", shape[i]);
  g_string_append (file, "), }");
  while ((file->len + 1) % 64)
    g_string_append_c (file, ' ');
  g_string_append_c (file, '\n');
  length = file->len - 10;
  file->str[8] = (char)(length & 0xff);
  file->str[9] = (char)(length >> 8);
  g_string_append_len (file, nnc_tensor_get_data (tensor), (gssize)nnc_tensor_get_size (tensor));
  return g_file_set_contents (path, file->str, (gssize)file->len, error);
}
