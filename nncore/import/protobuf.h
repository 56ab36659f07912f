/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* protobuf.h: the protobuf wire format: fields of a message, one after the
 * other. Nothing is copied. What is wrong with a message is kept until the
 * loop over its fields has ended:
 *
 *   while (nnc_message_next (&message, &field))
 *     switch (field.number) { … }
 *   return nnc_message_finish (&message, error);
 */
#pragma once

#include "cursor.h"

typedef enum {
  NNC_WIRE_VARINT = 0,
  NNC_WIRE_FIXED64 = 1,
  NNC_WIRE_BYTES = 2,
  NNC_WIRE_GROUP_START = 3,
  NNC_WIRE_GROUP_END = 4,
  NNC_WIRE_FIXED32 = 5,
} NncWireType;

typedef struct {
  guint32 number;
  NncWireType type; /* groups are skipped and never seen here */
  guint64 integer; /* of VARINT, FIXED64, FIXED32 */
  NncCursor bytes; /* of BYTES */
} NncField;

typedef struct {
  NncCursor cursor;
  guint depth; /* of messages around this one */
  const char *problem; /* NULL: none so far */
  gboolean too_deep;
} NncMessage;

NncMessage nnc_message (const guint8 *data, gsize size);
/* The next field. FALSE: there is none, or the message is malformed. */
gboolean nnc_message_next (NncMessage *message, NncField *field);
/* FALSE with an error when the message turned out to be malformed. */
gboolean nnc_message_finish (const NncMessage *message, GError **error);

/* Each answers FALSE, and ends the loop, when the field is of another wire type. */
gboolean nnc_field_get_int (NncMessage *message, const NncField *field, gint64 *value);
gboolean nnc_field_get_float (NncMessage *message, const NncField *field, float *value);
gboolean nnc_field_get_bytes (NncMessage *message, const NncField *field, NncCursor *bytes);
/* Text, made valid UTF-8. Frees what *text was. */
gboolean nnc_field_get_string (NncMessage *message, const NncField *field, char **text);
/* A message in this message; FALSE also when it is nested too deeply. */
gboolean nnc_field_get_message (NncMessage *message, const NncField *field, NncMessage *inner);
/* Repeated numbers come packed or one by one. Both append. */
gboolean nnc_field_append_ints (NncMessage *message, const NncField *field, GArray *values);
gboolean nnc_field_append_floats (NncMessage *message, const NncField *field, GArray *values);
