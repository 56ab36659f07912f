/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* zip_archive.c: the archive's directory is found from its end. */
#include "zip_archive.h"

#include "cursor.h"

#include <gio/gio.h>
#include <string.h>

#define END_SIGNATURE 0x06054b50
#define END_SIZE 22
#define ENTRY_SIGNATURE 0x02014b50
#define ENTRY_SIZE 46
#define FILE_SIGNATURE 0x04034b50
#define FILE_SIZE 30
#define LONGEST_COMMENT 65535

enum { STORED = 0, DEFLATED = 8 };

typedef struct {
  guint16 method;
  guint32 size, full_size, offset; /* bytes in the archive, bytes of the file, where its header stands */
} Entry;

static gboolean
read_u16_at (const NncCursor *archive, gsize position, guint16 *value)
{
  NncCursor cursor = *archive;

  return nnc_cursor_seek (&cursor, position) && nnc_cursor_read_u16 (&cursor, value);
}

static gboolean
read_u32_at (const NncCursor *archive, gsize position, guint32 *value)
{
  NncCursor cursor = *archive;

  return nnc_cursor_seek (&cursor, position) && nnc_cursor_read_u32 (&cursor, value);
}

static gboolean
has_signature (const NncCursor *archive, gsize position, guint32 signature)
{
  guint32 found;

  return read_u32_at (archive, position, &found) && found == signature;
}

/* The last record, behind which a comment may stand. */
static gboolean
find_end (const NncCursor *archive, gsize *position)
{
  for (gsize back = END_SIZE; back <= archive->size && back <= END_SIZE + LONGEST_COMMENT; back++) {
    *position = archive->size - back;
    if (has_signature (archive, *position, END_SIGNATURE))
      return TRUE;
  }
  return FALSE;
}

/* The directory lies right before the end record. What stands before the archive shifts all of its offsets, unless its
 * writer counted it in: *base is the shift. */
static gboolean
find_directory (const NncCursor *archive, gsize *position, gsize *base, guint16 *n)
{
  gsize end;
  guint32 size, offset;

  if (!find_end (archive, &end) || !read_u16_at (archive, end + 10, n) || !read_u32_at (archive, end + 12, &size)
      || !read_u32_at (archive, end + 16, &offset) || size > end || offset > end - size)
    return FALSE;
  *position = end - size;
  *base = *position - offset;
  return TRUE;
}

/* The entry at *position, which moves on. */
static gboolean
read_entry (const NncCursor *archive, gsize *position, Entry *entry, NncCursor *name)
{
  guint16 name_size, extra_size, comment_size;
  NncCursor cursor = *archive;

  if (!has_signature (archive, *position, ENTRY_SIGNATURE) || !read_u16_at (archive, *position + 10, &entry->method)
      || !read_u32_at (archive, *position + 20, &entry->size)
      || !read_u32_at (archive, *position + 24, &entry->full_size) || !read_u16_at (archive, *position + 28, &name_size)
      || !read_u16_at (archive, *position + 30, &extra_size) || !read_u16_at (archive, *position + 32, &comment_size)
      || !read_u32_at (archive, *position + 42, &entry->offset) || !nnc_cursor_seek (&cursor, *position + ENTRY_SIZE)
      || !nnc_cursor_take (&cursor, name_size, name))
    return FALSE;
  *position += ENTRY_SIZE + (gsize)name_size + extra_size + comment_size;
  return TRUE;
}

static gboolean
find_entry (const NncCursor *archive, const char *wanted, Entry *entry, gsize *base)
{
  gsize position;
  guint16 n;

  if (!find_directory (archive, &position, base, &n))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    NncCursor name;

    if (!read_entry (archive, &position, entry, &name))
      return FALSE;
    if (name.size == strlen (wanted) && memcmp (name.data, wanted, name.size) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The bytes behind the file's own header. */
static gboolean
find_content (const NncCursor *archive, const Entry *entry, gsize base, NncCursor *content)
{
  gsize header = base + entry->offset;
  guint16 name_size, extra_size;
  NncCursor cursor = *archive;

  return has_signature (archive, header, FILE_SIGNATURE) && read_u16_at (archive, header + 26, &name_size)
         && read_u16_at (archive, header + 28, &extra_size)
         && nnc_cursor_seek (&cursor, header + FILE_SIZE + name_size + extra_size)
         && nnc_cursor_take (&cursor, entry->size, content);
}

/* size: of the inflated text. */
static char *
inflate_text (NncCursor *content, gsize size)
{
  g_autoptr (GZlibDecompressor) decompressor = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW);
  g_autofree char *text = g_malloc (size + 1);
  gsize read, written = 0, at = 0;
  GConverterResult result = G_CONVERTER_CONVERTED;

  while (result == G_CONVERTER_CONVERTED && at < size) {
    result = g_converter_convert (G_CONVERTER (decompressor), content->data + content->position,
                                  nnc_cursor_remaining (content), text + at, size - at, G_CONVERTER_INPUT_AT_END, &read,
                                  &written, NULL);
    if (result == G_CONVERTER_ERROR)
      return NULL;
    nnc_cursor_skip (content, read);
    at += written;
  }
  return g_utf8_make_valid (text, (gssize)at);
}

char *
nnc_zip_archive_dup_text (const guint8 *data, gsize size, const char *name, gsize limit)
{
  NncCursor archive = nnc_cursor (data, size), content;
  Entry entry;
  gsize base;

  if (!find_entry (&archive, name, &entry, &base) || !find_content (&archive, &entry, base, &content)
      || entry.full_size > limit)
    return NULL;
  if (entry.method == DEFLATED)
    return inflate_text (&content, entry.full_size);
  if (entry.method != STORED || entry.size != entry.full_size)
    return NULL;
  return g_utf8_make_valid ((const char *)content.data, (gssize)content.size);
}
