/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cursor.h: a place in a part of a file, which reads little-endian numbers
 * and never reads outside that part. A call that would returns FALSE and
 * leaves the cursor where it was. */
#pragma once

#include <glib.h>

typedef struct {
  const guint8 *data;
  gsize size;
  gsize position; /* at most size */
} NncCursor;

static inline NncCursor
nnc_cursor (const guint8 *data, gsize size)
{
  return (NncCursor){ .data = data, .size = size };
}

static inline gsize
nnc_cursor_remaining (const NncCursor *cursor)
{
  return cursor->size - cursor->position;
}

gboolean nnc_cursor_seek (NncCursor *cursor, gsize position);
gboolean nnc_cursor_skip (NncCursor *cursor, gsize n);
/* The next n bytes as a part of their own, and moves past them. */
gboolean nnc_cursor_take (NncCursor *cursor, gsize n, NncCursor *part);
gboolean nnc_cursor_read_u8 (NncCursor *cursor, guint8 *value);
gboolean nnc_cursor_read_u16 (NncCursor *cursor, guint16 *value);
gboolean nnc_cursor_read_u32 (NncCursor *cursor, guint32 *value);
gboolean nnc_cursor_read_u64 (NncCursor *cursor, guint64 *value);
/* Base 128, the low groups first, at most 10 bytes; bits beyond 64 are dropped, as protobuf does. */
gboolean nnc_cursor_read_varint (NncCursor *cursor, guint64 *value);
