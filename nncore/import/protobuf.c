/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* protobuf.c: the protobuf wire format. */
#include "protobuf.h"

#include <nncore/error.h>
#include <string.h>

/* As deep as protobuf's own readers go. */
#define MAX_DEPTH 100

NncMessage
nnc_message (const guint8 *data, gsize size)
{
  return (NncMessage){ .cursor = nnc_cursor (data, size) };
}

static gboolean
fail (NncMessage *message, const char *problem)
{
  message->problem = problem;
  return FALSE;
}

gboolean
nnc_message_finish (const NncMessage *message, GError **error)
{
  if (message->problem == NULL)
    return TRUE;
  g_set_error (error, NNC_ERROR, message->too_deep ? NNC_ERROR_LIMIT : NNC_ERROR_FORMAT,
               "%s, at byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " of a message", message->problem,
               message->cursor.position, message->cursor.size);
  return FALSE;
}

static gboolean
read_tag (NncMessage *message, NncField *field)
{
  guint64 tag;

  *field = (NncField){ 0 };
  if (!nnc_cursor_read_varint (&message->cursor, &tag))
    return fail (message, "a field's tag is cut off");
  if (tag >> 3 == 0 || tag >> 3 > G_MAXUINT32 >> 3)
    return fail (message, "a field's number is out of range");
  field->number = (guint32)(tag >> 3);
  field->type = tag & 7;
  return TRUE;
}

static gboolean
read_bytes (NncMessage *message, NncField *field)
{
  guint64 size;

  if (!nnc_cursor_read_varint (&message->cursor, &size))
    return fail (message, "a field's length is cut off");
  if (size > nnc_cursor_remaining (&message->cursor))
    return fail (message, "a field is longer than what is left");
  return nnc_cursor_take (&message->cursor, (gsize)size, &field->bytes);
}

static gboolean
read_value (NncMessage *message, NncField *field)
{
  guint32 fixed32;
  gboolean done;

  switch (field->type) {
  case NNC_WIRE_VARINT:
    done = nnc_cursor_read_varint (&message->cursor, &field->integer);
    break;
  case NNC_WIRE_FIXED64:
    done = nnc_cursor_read_u64 (&message->cursor, &field->integer);
    break;
  case NNC_WIRE_FIXED32:
    done = nnc_cursor_read_u32 (&message->cursor, &fixed32);
    field->integer = done ? fixed32 : 0;
    break;
  case NNC_WIRE_BYTES:
    return read_bytes (message, field);
  case NNC_WIRE_GROUP_START:
  case NNC_WIRE_GROUP_END:
    return TRUE;
  default:
    return fail (message, "a field has a wire type that does not exist");
  }
  return done || fail (message, "a field's number is cut off");
}

/* Groups are history, and nothing here uses them: skipped without recursion. */
static gboolean
skip_group (NncMessage *message, guint32 number)
{
  guint32 open[MAX_DEPTH] = { number };
  guint n = 1;

  while (n > 0) {
    NncField field;

    if (!read_tag (message, &field) || !read_value (message, &field))
      return FALSE;
    if (field.type == NNC_WIRE_GROUP_END && field.number != open[--n])
      return fail (message, "a group ends that did not begin");
    if (field.type == NNC_WIRE_GROUP_START) {
      if (n == MAX_DEPTH)
        return fail (message, "groups are nested too deeply");
      open[n++] = field.number;
    }
  }
  return TRUE;
}

gboolean
nnc_message_next (NncMessage *message, NncField *field)
{
  while (message->problem == NULL && nnc_cursor_remaining (&message->cursor) > 0) {
    if (!read_tag (message, field) || !read_value (message, field))
      return FALSE;
    if (field->type == NNC_WIRE_GROUP_END)
      return fail (message, "a group ends that did not begin");
    if (field->type != NNC_WIRE_GROUP_START)
      return TRUE;
    if (!skip_group (message, field->number))
      return FALSE;
  }
  return FALSE;
}

static gboolean
want (NncMessage *message, const NncField *field, NncWireType type)
{
  return field->type == type || fail (message, "a field has the wrong wire type");
}

gboolean
nnc_field_get_int (NncMessage *message, const NncField *field, gint64 *value)
{
  if (!want (message, field, NNC_WIRE_VARINT))
    return FALSE;
  *value = (gint64)field->integer;
  return TRUE;
}

static float
float_from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

gboolean
nnc_field_get_float (NncMessage *message, const NncField *field, float *value)
{
  if (!want (message, field, NNC_WIRE_FIXED32))
    return FALSE;
  *value = float_from_bits ((guint32)field->integer);
  return TRUE;
}

gboolean
nnc_field_get_bytes (NncMessage *message, const NncField *field, NncCursor *bytes)
{
  if (!want (message, field, NNC_WIRE_BYTES))
    return FALSE;
  *bytes = field->bytes;
  return TRUE;
}

gboolean
nnc_field_get_string (NncMessage *message, const NncField *field, char **text)
{
  if (!want (message, field, NNC_WIRE_BYTES))
    return FALSE;
  g_free (*text);
  *text = g_utf8_make_valid ((const char *)field->bytes.data, (gssize)field->bytes.size);
  return TRUE;
}

gboolean
nnc_field_get_message (NncMessage *message, const NncField *field, NncMessage *inner)
{
  if (!want (message, field, NNC_WIRE_BYTES))
    return FALSE;
  if (message->depth + 1 >= MAX_DEPTH) {
    message->too_deep = TRUE;
    return fail (message, "messages are nested more than 100 deep");
  }
  *inner = nnc_message (field->bytes.data, field->bytes.size);
  inner->depth = message->depth + 1;
  return TRUE;
}

gboolean
nnc_field_append_ints (NncMessage *message, const NncField *field, GArray *values)
{
  NncCursor packed = field->bytes;
  guint64 value = field->integer;

  if (field->type == NNC_WIRE_VARINT) {
    g_array_append_val (values, value);
    return TRUE;
  }
  if (!want (message, field, NNC_WIRE_BYTES))
    return FALSE;
  while (nnc_cursor_remaining (&packed) > 0) {
    if (!nnc_cursor_read_varint (&packed, &value))
      return fail (message, "a packed number is cut off");
    g_array_append_val (values, value);
  }
  return TRUE;
}

gboolean
nnc_field_append_floats (NncMessage *message, const NncField *field, GArray *values)
{
  NncCursor packed = field->bytes;
  float value = float_from_bits ((guint32)field->integer);
  guint32 bits;

  if (field->type == NNC_WIRE_FIXED32) {
    g_array_append_val (values, value);
    return TRUE;
  }
  if (!want (message, field, NNC_WIRE_BYTES))
    return FALSE;
  while (nnc_cursor_remaining (&packed) > 0) {
    if (!nnc_cursor_read_u32 (&packed, &bits))
      return fail (message, "a packed number is cut off");
    value = float_from_bits (bits);
    g_array_append_val (values, value);
  }
  return TRUE;
}
