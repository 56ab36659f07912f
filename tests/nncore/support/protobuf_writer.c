/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* protobuf_writer.c: the protobuf wire format, written. */
#include "protobuf_writer.h"

#include <string.h>

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

void
protobuf_put_raw_varint (GByteArray *message, guint64 value)
{
  do {
    guint8 byte = (value & 0x7f) | (value > 0x7f ? 0x80 : 0);
    g_byte_array_append (message, &byte, 1);
    value >>= 7;
  } while (value);
}

void
protobuf_put_tag (GByteArray *message, guint field, guint wire_type)
{
  protobuf_put_raw_varint (message, (guint64)field << 3 | wire_type);
}

void
protobuf_put_varint (GByteArray *message, guint field, guint64 value)
{
  protobuf_put_tag (message, field, WIRE_VARINT);
  protobuf_put_raw_varint (message, value);
}

void
protobuf_put_fixed32 (GByteArray *message, guint field, guint32 value)
{
  guint32 little = GUINT32_TO_LE (value);

  protobuf_put_tag (message, field, WIRE_FIXED32);
  g_byte_array_append (message, (const guint8 *)&little, sizeof little);
}

void
protobuf_put_float (GByteArray *message, guint field, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  protobuf_put_fixed32 (message, field, bits);
}

void
protobuf_put_bytes (GByteArray *message, guint field, gconstpointer data, gsize size)
{
  protobuf_put_tag (message, field, WIRE_BYTES);
  protobuf_put_raw_varint (message, size);
  g_byte_array_append (message, data, (guint)size);
}

void
protobuf_put_string (GByteArray *message, guint field, const char *text)
{
  protobuf_put_bytes (message, field, text, strlen (text));
}

void
protobuf_take_message (GByteArray *message, guint field, GByteArray *part)
{
  protobuf_put_bytes (message, field, part->data, part->len);
  g_byte_array_unref (part);
}
