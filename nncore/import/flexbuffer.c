/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flexbuffer.c: a map of numbers in the FlexBuffers format. The last byte is the width of the root, the one before it
 * its type, and the root lies before them. An offset counts backwards from where it stands. A map's values are preceded
 * by how many they are, by the width of its keys, and by the offset of the keys, and followed by a byte of type each.
 */
#include "flexbuffer.h"

#include <string.h>

/* A type is this times four, plus the binary logarithm of a width. */
enum { TYPE_INT = 1, TYPE_UINT = 2, TYPE_FLOAT = 3, TYPE_MAP = 9, TYPE_BOOL = 26 };
enum { TYPE_INDIRECT_INT = 6, TYPE_INDIRECT_UINT = 7, TYPE_INDIRECT_FLOAT = 8 };

#define ROOT_SIZE 2 /* its type and width, at the end */

static gsize
width_of (guint8 type)
{
  return (gsize)1 << (type & 3);
}

static gboolean
read_unsigned (const guint8 *data, gsize size, gsize position, gsize width, guint64 *value)
{
  *value = 0;
  if (position > size || width > size - position)
    return FALSE;
  for (gsize i = 0; i < width; i++)
    *value |= (guint64)data[position + i] << 8 * i;
  return TRUE;
}

/* What the offset at this position leads to. */
static gboolean
follow (const guint8 *data, gsize size, gsize position, gsize width, gsize *target)
{
  guint64 offset;

  if (!read_unsigned (data, size, position, width, &offset) || offset > position)
    return FALSE;
  *target = position - (gsize)offset;
  return TRUE;
}

gboolean
nnc_flex_map_read (const guint8 *data, gsize size, NncFlexMap *map)
{
  guint64 n, key_width;
  gsize root_width;

  *map = (NncFlexMap){ .data = data, .size = size };
  if (size < ROOT_SIZE || data[size - 2] >> 2 != TYPE_MAP)
    return FALSE;
  root_width = data[size - 1];
  map->width = width_of (data[size - 2]);
  if (root_width > 8 || root_width > size - ROOT_SIZE
      || !follow (data, size, size - ROOT_SIZE - root_width, root_width, &map->values) || map->values < 3 * map->width
      || !read_unsigned (data, size, map->values - map->width, map->width, &n)
      || !read_unsigned (data, size, map->values - 2 * map->width, map->width, &key_width)
      || !follow (data, size, map->values - 3 * map->width, map->width, &map->keys))
    return FALSE;
  map->key_width = (gsize)key_width;
  map->n = (gsize)n;
  /* Each value is followed by its type; each key is an offset. */
  return (key_width == 1 || key_width == 2 || key_width == 4 || key_width == 8)
         && n <= (size - map->values) / (map->width + 1) && n <= (size - map->keys) / map->key_width;
}

static gboolean
read_float (const NncFlexMap *map, gsize position, gsize width, double *number)
{
  guint64 bits;
  guint32 half;
  float narrow;

  if (!read_unsigned (map->data, map->size, position, width, &bits) || width < 4)
    return FALSE;
  if (width == 8) {
    memcpy (number, &bits, sizeof bits);
    return TRUE;
  }
  half = (guint32)bits;
  memcpy (&narrow, &half, sizeof narrow);
  *number = (double)narrow;
  return TRUE;
}

static gboolean
read_integer (const NncFlexMap *map, gsize position, gsize width, gboolean is_signed, double *number)
{
  guint64 bits;
  guint unused = 64 - 8 * (guint)width;

  if (!read_unsigned (map->data, map->size, position, width, &bits))
    return FALSE;
  *number = is_signed ? (double)((gint64)(bits << unused) >> unused) : (double)bits;
  return TRUE;
}

static gboolean
read_value (const NncFlexMap *map, gsize i, double *number)
{
  guint8 type = map->data[map->values + map->n * map->width + i];
  gsize position = map->values + i * map->width, width = map->width;

  if (type >> 2 >= TYPE_INDIRECT_INT && type >> 2 <= TYPE_INDIRECT_FLOAT) {
    if (!follow (map->data, map->size, position, width, &position))
      return FALSE;
    width = width_of (type);
  }
  switch (type >> 2) {
  case TYPE_INT:
  case TYPE_INDIRECT_INT:
    return read_integer (map, position, width, TRUE, number);
  case TYPE_UINT:
  case TYPE_INDIRECT_UINT:
  case TYPE_BOOL:
    return read_integer (map, position, width, FALSE, number);
  case TYPE_FLOAT:
  case TYPE_INDIRECT_FLOAT:
    return read_float (map, position, width, number);
  default:
    return FALSE;
  }
}

gboolean
nnc_flex_map_get_number (const NncFlexMap *map, const char *key, double *number)
{
  gsize length = strlen (key) + 1, at;

  for (gsize i = 0; i < map->n; i++) {
    if (!follow (map->data, map->size, map->keys + i * map->key_width, map->key_width, &at))
      return FALSE;
    if (length <= map->size - at && memcmp (map->data + at, key, length) == 0)
      return read_value (map, i, number);
  }
  return TRUE;
}
