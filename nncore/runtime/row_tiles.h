/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* row_tiles.h: steps after each other as one, a few rows at a time: what is between them lies in small buffers, which
 * stay in the cache, and never as a whole. */
#pragma once

#include "op.h"

typedef struct _NncRowTiles NncRowTiles;

NncRowTiles *nnc_row_tiles_new (void);
void nnc_row_tiles_free (NncRowTiles *tiles);
/* Appends a step that was prepared, and can be run by rows; takes over its params. Only its first and last are read
 * from and written to by tensors. scratch: what it asked for. */
void nnc_row_tiles_add (NncRowTiles *tiles, NncStep *step, const NncRowWise *rows, gsize scratch);
/* Makes one step of all; takes over the tiles. threads: into how many parts it may be cut. scratch: out, bytes a part.
 * FALSE with an error: it would take more memory than there can be. */
gboolean nnc_row_tiles_finish (NncRowTiles *tiles, guint threads, NncStep *step, gsize *scratch, GError **error);
