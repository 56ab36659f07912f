/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory.h: what a session's tensors take, within its limit, and blocks for
 * tensors whose size is known only while a network runs. Used by one thread at a time. */
#pragma once

#include <glib.h>

typedef struct _NncMemory NncMemory;

/* limit: the most bytes; 0: none. */
NncMemory *nnc_memory_new (gsize limit);
NncMemory *nnc_memory_ref (NncMemory *memory);
void nnc_memory_unref (NncMemory *memory);
gsize nnc_memory_get_limit (const NncMemory *memory);

/* Counts memory that somebody else allocates. FALSE: it would be over the limit. */
gboolean nnc_memory_reserve (NncMemory *memory, gsize size);
void nnc_memory_release (NncMemory *memory, gsize size);

/* A block aligned to 64 bytes, with one reference; never NULL without an error, not even for 0 bytes. Blocks that were
 * given back are used again. */
gpointer nnc_memory_take (NncMemory *memory, gsize size, GError **error);
gpointer nnc_memory_share (gpointer block);
void nnc_memory_give (NncMemory *memory, gpointer block);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncMemory, nnc_memory_unref)
