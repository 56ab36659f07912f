/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory.c: blocks of memory for tensors, and the limit on all of it. */
#include "memory.h"

#include <nncore/error.h>
#include <stdlib.h>

/* Lies before a block; as large as its alignment. */
typedef union _Header Header;
union _Header {
  struct {
    gsize size; /* of the block */
    guint references;
    Header *next; /* in the list of free ones */
  };
  guint8 padding[64];
};

struct _NncMemory {
  gatomicrefcount references;
  gsize limit;
  gsize used; /* reserved, and in blocks */
  gsize unused; /* in free blocks: counted in used, too */
  Header *free;
};

/* Free blocks may be as large as what is in use, and this, before they are returned to the system. */
#define KEPT_BYTES ((gsize)1 << 20)

NncMemory *
nnc_memory_new (gsize limit)
{
  NncMemory *memory = g_new0 (NncMemory, 1);

  g_atomic_ref_count_init (&memory->references);
  memory->limit = limit;
  return memory;
}

NncMemory *
nnc_memory_ref (NncMemory *memory)
{
  g_atomic_ref_count_inc (&memory->references);
  return memory;
}

static void
trim (NncMemory *memory)
{
  while (memory->free) {
    Header *header = memory->free;

    memory->free = header->next;
    free (header);
  }
  memory->used -= memory->unused;
  memory->unused = 0;
}

void
nnc_memory_unref (NncMemory *memory)
{
  if (!g_atomic_ref_count_dec (&memory->references))
    return;
  trim (memory);
  g_free (memory);
}

gsize
nnc_memory_get_limit (const NncMemory *memory)
{
  return memory->limit;
}

static gboolean
fits (const NncMemory *memory, gsize size)
{
  gsize limit = memory->limit ? memory->limit : G_MAXSIZE / 2;

  return memory->used <= limit && size <= limit - memory->used;
}

gboolean
nnc_memory_reserve (NncMemory *memory, gsize size)
{
  if (!fits (memory, size))
    trim (memory);
  if (!fits (memory, size))
    return FALSE;
  memory->used += size;
  return TRUE;
}

void
nnc_memory_release (NncMemory *memory, gsize size)
{
  memory->used -= size;
}

/* The smallest free block that is large enough, and not twice as large as it need be. */
static Header *
find_free (NncMemory *memory, gsize size)
{
  Header **best = NULL, *found;

  for (Header **at = &memory->free; *at; at = &(*at)->next)
    if ((*at)->size >= size && (*at)->size / 2 <= size && (best == NULL || (*at)->size < (*best)->size))
      best = at;
  if (best == NULL)
    return NULL;
  found = *best;
  *best = found->next;
  memory->unused -= found->size;
  return found;
}

static Header *
allocate (NncMemory *memory, gsize size)
{
  gpointer header;

  if (memory->unused > memory->used - memory->unused + KEPT_BYTES)
    trim (memory);
  if (!nnc_memory_reserve (memory, size))
    return NULL;
  if (posix_memalign (&header, sizeof (Header), sizeof (Header) + size) == 0) {
    ((Header *)header)->size = size;
    return header;
  }
  memory->used -= size;
  return NULL;
}

gpointer
nnc_memory_take (NncMemory *memory, gsize size, GError **error)
{
  gsize rounded = (MAX (size, 1) + 63) & ~(gsize)63;
  Header *header = size <= G_MAXSIZE / 4 ? find_free (memory, rounded) : NULL;

  if (header == NULL && size <= G_MAXSIZE / 4)
    header = allocate (memory, rounded);
  if (header == NULL) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY,
                 "no memory for a tensor of %" G_GSIZE_FORMAT " bytes: %" G_GSIZE_FORMAT
                 " are in use, the limit is %" G_GSIZE_FORMAT,
                 size, memory->used, memory->limit);
    return NULL;
  }
  header->references = 1;
  return header + 1;
}

gpointer
nnc_memory_share (gpointer block)
{
  ((Header *)block - 1)->references++;
  return block;
}

void
nnc_memory_give (NncMemory *memory, gpointer block)
{
  Header *header = (Header *)block - 1;

  if (--header->references > 0)
    return;
  header->next = memory->free;
  memory->free = header;
  memory->unused += header->size;
}
