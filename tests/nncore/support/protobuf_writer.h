/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* protobuf_writer.h: appends protobuf fields to a byte array, well-formed
 * ones and, from the raw parts, malformed ones. */
#pragma once

#include <glib.h>

void protobuf_put_raw_varint (GByteArray *message, guint64 value);
void protobuf_put_tag (GByteArray *message, guint field, guint wire_type);
void protobuf_put_varint (GByteArray *message, guint field, guint64 value);
void protobuf_put_fixed32 (GByteArray *message, guint field, guint32 value);
void protobuf_put_float (GByteArray *message, guint field, float value);
void protobuf_put_bytes (GByteArray *message, guint field, gconstpointer data, gsize size);
void protobuf_put_string (GByteArray *message, guint field, const char *text);
/* Appends part as a field of message, and frees it. */
void protobuf_take_message (GByteArray *message, guint field, GByteArray *part);
