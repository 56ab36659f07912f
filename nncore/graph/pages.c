/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pages.c: memory straight from the system. */
#include "pages.h"

#include <sys/mman.h>

/* From here on it is worth asking for huge pages: a file of 14 MB takes 3,400 faults without them. */
#define LARGE ((gsize)2 << 20)

gpointer
nnc_pages_new (gsize size)
{
  void *pages = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (pages == MAP_FAILED)
    return NULL;
#ifdef MADV_HUGEPAGE
  if (size >= LARGE)
    madvise (pages, size, MADV_HUGEPAGE); /* a hint, which may be refused */
#endif
  return pages;
}

void
nnc_pages_free (gpointer pages, gsize size)
{
  munmap (pages, size);
}
