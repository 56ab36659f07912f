/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* allocation_count.c: the C library's allocating functions, replaced by ones that count and call it by its inner
 * names. */
#include "allocation_count.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#ifdef __has_feature
#define SANITIZED (__has_feature (address_sanitizer) || __has_feature (thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static gsize count, live, peak; /* atomic */

gsize
allocation_count (void)
{
  return __atomic_load_n (&count, __ATOMIC_SEQ_CST);
}

gsize
allocation_live_bytes (void)
{
  return __atomic_load_n (&live, __ATOMIC_SEQ_CST);
}

void
allocation_begin_peak (void)
{
  __atomic_store_n (&peak, allocation_live_bytes (), __ATOMIC_SEQ_CST);
}

gsize
allocation_peak_bytes (void)
{
  return __atomic_load_n (&peak, __ATOMIC_SEQ_CST);
}

#if defined(__GLIBC__) && !SANITIZED
gboolean
allocations_are_counted (void)
{
  return TRUE;
}

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *memory, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);
extern void __libc_free (void *memory);

static void *
counted (void *memory)
{
  gsize now = __atomic_add_fetch (&live, malloc_usable_size (memory), __ATOMIC_SEQ_CST);

  __atomic_add_fetch (&count, 1, __ATOMIC_SEQ_CST);
  if (now > allocation_peak_bytes ())
    __atomic_store_n (&peak, now, __ATOMIC_SEQ_CST);
  return memory;
}

#define REPLACES __attribute__ ((visibility ("default")))

REPLACES void *
malloc (size_t size)
{
  return counted (__libc_malloc (size));
}

REPLACES void *
calloc (size_t n, size_t size)
{
  return counted (__libc_calloc (n, size));
}

REPLACES void *
realloc (void *memory, size_t size)
{
  size_t before = malloc_usable_size (memory);
  void *moved = __libc_realloc (memory, size);

  if (moved == NULL && size != 0)
    return NULL; /* the old memory is as it was */
  __atomic_sub_fetch (&live, before, __ATOMIC_SEQ_CST);
  return counted (moved);
}

REPLACES void *
memalign (size_t alignment, size_t size)
{
  return counted (__libc_memalign (alignment, size));
}

REPLACES void *
aligned_alloc (size_t alignment, size_t size)
{
  return counted (__libc_memalign (alignment, size));
}

REPLACES int
posix_memalign (void **memory, size_t alignment, size_t size)
{
  void *aligned = __libc_memalign (alignment, size);

  if (aligned == NULL)
    return ENOMEM;
  *memory = counted (aligned);
  return 0;
}

REPLACES void
free (void *memory)
{
  __atomic_sub_fetch (&live, malloc_usable_size (memory), __ATOMIC_SEQ_CST);
  __libc_free (memory);
}
#else
gboolean
allocations_are_counted (void)
{
  g_print ("SKIP: a sanitizer has the allocator, or the C library is not the GNU one\n");
  return FALSE;
}
#endif
