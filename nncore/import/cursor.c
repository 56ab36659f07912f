/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cursor.c: bounded reads. */
#include "cursor.h"

#include <string.h>

gboolean
nnc_cursor_seek (NncCursor *cursor, gsize position)
{
  if (position > cursor->size)
    return FALSE;
  cursor->position = position;
  return TRUE;
}

gboolean
nnc_cursor_skip (NncCursor *cursor, gsize n)
{
  if (n > nnc_cursor_remaining (cursor))
    return FALSE;
  cursor->position += n;
  return TRUE;
}

gboolean
nnc_cursor_take (NncCursor *cursor, gsize n, NncCursor *part)
{
  const guint8 *start = cursor->data + cursor->position;

  if (!nnc_cursor_skip (cursor, n))
    return FALSE;
  *part = nnc_cursor (start, n);
  return TRUE;
}

/* Files are not aligned, so numbers are copied out. */
static gboolean
read_bytes (NncCursor *cursor, gpointer to, gsize n)
{
  if (n > nnc_cursor_remaining (cursor))
    return FALSE;
  memcpy (to, cursor->data + cursor->position, n);
  cursor->position += n;
  return TRUE;
}

gboolean
nnc_cursor_read_u8 (NncCursor *cursor, guint8 *value)
{
  return read_bytes (cursor, value, sizeof *value);
}

gboolean
nnc_cursor_read_u16 (NncCursor *cursor, guint16 *value)
{
  if (!read_bytes (cursor, value, sizeof *value))
    return FALSE;
  *value = GUINT16_FROM_LE (*value);
  return TRUE;
}

gboolean
nnc_cursor_read_u32 (NncCursor *cursor, guint32 *value)
{
  if (!read_bytes (cursor, value, sizeof *value))
    return FALSE;
  *value = GUINT32_FROM_LE (*value);
  return TRUE;
}

gboolean
nnc_cursor_read_u64 (NncCursor *cursor, guint64 *value)
{
  if (!read_bytes (cursor, value, sizeof *value))
    return FALSE;
  *value = GUINT64_FROM_LE (*value);
  return TRUE;
}

gboolean
nnc_cursor_read_varint (NncCursor *cursor, guint64 *value)
{
  gsize start = cursor->position;
  guint64 sum = 0;

  for (guint shift = 0; shift < 70; shift += 7) {
    guint8 byte;

    if (!nnc_cursor_read_u8 (cursor, &byte))
      break;
    sum |= shift < 63 ? (guint64)(byte & 0x7f) << shift : (guint64)(byte & 1) << 63;
    if (byte < 0x80) {
      *value = sum;
      return TRUE;
    }
  }
  cursor->position = start;
  return FALSE;
}
