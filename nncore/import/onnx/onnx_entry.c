/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_entry.c: StringStringEntryProto, a key with its value. */
#include "onnx_entry.h"

enum { ENTRY_KEY = 1, ENTRY_VALUE = 2 };

gboolean
nnc_onnx_read_entry (NncMessage *message, char **key, char **value, GError **error)
{
  NncField field;

  *key = g_strdup ("");
  *value = g_strdup ("");
  while (nnc_message_next (message, &field)) {
    if (field.number == ENTRY_KEY)
      nnc_field_get_string (message, &field, key);
    else if (field.number == ENTRY_VALUE)
      nnc_field_get_string (message, &field, value);
  }
  return nnc_message_finish (message, error);
}
