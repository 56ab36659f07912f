/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flexbuffer.h: the FlexBuffers format, of which TFLite's custom operators have a map of options: names and numbers,
 * read from the end. Nothing is copied, nothing need be aligned, and every offset is checked before it is followed. */
#pragma once

#include <glib.h>

typedef struct {
  const guint8 *data;
  gsize size;
  gsize keys, values; /* where they begin */
  gsize key_width, width; /* bytes of each */
  gsize n;
} NncFlexMap;

/* FALSE: the root is no map, or malformed. */
gboolean nnc_flex_map_read (const guint8 *data, gsize size, NncFlexMap *map);
/* FALSE: it is malformed, or no number. Where there is no such key *number stays. */
gboolean nnc_flex_map_get_number (const NncFlexMap *map, const char *key, double *number);
