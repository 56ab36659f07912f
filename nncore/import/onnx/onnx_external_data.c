/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_external_data.c: where a tensor's numbers lie in a data file beside the
 * model. Offset and length are text in the model; they are checked against the
 * file's size and the tensor's before anything is read by them. */
#include "onnx_external_data.h"

#include "onnx_entry.h"

#include <string.h>

void
nnc_onnx_external_data_clear (NncOnnxExternalData *external)
{
  g_clear_pointer (&external->location, g_free);
  g_clear_pointer (&external->offset, g_free);
  g_clear_pointer (&external->length, g_free);
}

/* NULL: what else it says, such as a checksum, is not needed. */
static char **
find_member (NncOnnxExternalData *external, const char *key)
{
  if (strcmp (key, "location") == 0)
    return &external->location;
  if (strcmp (key, "offset") == 0)
    return &external->offset;
  return strcmp (key, "length") == 0 ? &external->length : NULL;
}

gboolean
nnc_onnx_external_data_read (NncOnnxExternalData *external, NncMessage *message, GError **error)
{
  g_autofree char *key = NULL, *value = NULL;
  char **member;

  if (!nnc_onnx_read_entry (message, &key, &value, error))
    return FALSE;
  member = find_member (external, key);
  if (member) {
    g_free (*member);
    *member = g_steal_pointer (&value);
  }
  return TRUE;
}

static gboolean
parse (const char *text, gsize largest, gsize *number)
{
  guint64 value = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 0, largest, &value, NULL))
    return FALSE;
  *number = (gsize)value;
  return TRUE;
}

/* size: of the file. wanted: what the tensor takes, which is also the length where none is given. */
static gboolean
find_range (const NncOnnxExternalData *external, gsize size, gsize wanted, gsize *offset, GError **error)
{
  gsize length = wanted;

  *offset = 0;
  if (external->offset && !parse (external->offset, size, offset)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "offset '%s' is not one in a file of %" G_GSIZE_FORMAT " bytes",
                 external->offset, size);
    return FALSE;
  }
  if (external->length && (!parse (external->length, G_MAXSSIZE, &length) || length != wanted)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "length '%s' is not the tensor's %" G_GSIZE_FORMAT " bytes",
                 external->length, wanted);
    return FALSE;
  }
  if (length <= size - *offset)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
               "%" G_GSIZE_FORMAT " bytes of numbers at %" G_GSIZE_FORMAT
               " do not lie inside a file of %" G_GSIZE_FORMAT " bytes",
               length, *offset, size);
  return FALSE;
}

NncSource *
nnc_onnx_external_data_find (const NncOnnxExternalData *external, NncSource *model, const NncTensorDesc *desc,
                             NncCursor *bytes, GError **error)
{
  NncSource *file;
  const guint8 *data;
  gsize size, offset;

  if (external->location == NULL) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT,
                         "its numbers are in another file, whose location is not told");
    return NULL;
  }
  file = nnc_source_get_data_file (model, external->location, error);
  if (file) {
    data = nnc_source_get_data (file, &size);
    if (find_range (external, size, nnc_desc_size (desc), &offset, error)) {
      *bytes = nnc_cursor (data + offset, nnc_desc_size (desc));
      return file;
    }
  }
  g_prefix_error (error, "its numbers are in file '%s': ", external->location);
  return NULL;
}
