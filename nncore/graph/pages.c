/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pages.c: memory straight from the system. */
#include "pages.h"

#include <stdint.h>
#include <sys/mman.h>

#ifndef MAP_POPULATE
#define MAP_POPULATE 0 /* where there is no such thing */
#endif

/* What the system calls huge on most machines. A file of 14 MB takes 3,400 faults by small pages, and some microseconds
 * each. */
#define HUGE_PAGE ((gsize)2 << 20)

#ifdef MADV_HUGEPAGE
/* The whole huge pages in it: the rest would be larger than what was asked for. A hint, which may be refused. */
void
nnc_pages_advise (gpointer memory, gsize size)
{
  gsize before = (HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE) % HUGE_PAGE;

  if (size >= HUGE_PAGE && size - HUGE_PAGE >= before)
    madvise ((guint8 *)memory + before, (size - before) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
}
#else
void
nnc_pages_advise (gpointer memory, gsize size)
{
}
#endif

/* What is mapped: of whole huge pages, and so at a multiple of them. Memory that is not touched takes none. */
static gsize
mapped_size (gsize size)
{
  return size < HUGE_PAGE ? size : (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

gpointer
nnc_pages_new (gsize size, gsize large)
{
  /* Small pages that will all be touched come at once, instead of one a fault. */
  int populate = size < HUGE_PAGE && large >= size ? MAP_POPULATE : 0;
  void *pages = MAP_FAILED;

  if (size <= G_MAXSIZE - HUGE_PAGE)
    pages = mmap (NULL, mapped_size (size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);
  if (pages == MAP_FAILED)
    return NULL;
  nnc_pages_advise (pages, MIN (large, mapped_size (size)));
  return pages;
}

void
nnc_pages_free (gpointer pages, gsize size)
{
  munmap (pages, mapped_size (size));
}
