/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* allocation_count.c: nncore is linked statically here, so that its own calls of the allocating functions are seen. */
#include "allocation_count.h"

#include <glib.h>

static size_t count;

size_t
allocation_count (void)
{
  return count;
}

#define COUNTED(type, name, parameters, arguments)                                                                     \
  type __real_##name parameters;                                                                                       \
  __attribute__ ((visibility ("default"))) type __wrap_##name parameters;                                              \
  type __wrap_##name parameters                                                                                        \
  {                                                                                                                    \
    count++;                                                                                                           \
    return __real_##name arguments;                                                                                    \
  }

COUNTED (void *, malloc, (size_t size), (size))
COUNTED (void *, calloc, (size_t n, size_t size), (n, size))
COUNTED (void *, realloc, (void *memory, size_t size), (memory, size))
COUNTED (void *, g_malloc, (gsize size), (size))
COUNTED (void *, g_malloc0, (gsize size), (size))
COUNTED (void *, g_malloc_n, (gsize n, gsize size), (n, size))
COUNTED (void *, g_malloc0_n, (gsize n, gsize size), (n, size))
COUNTED (void *, g_try_malloc, (gsize size), (size))
COUNTED (void *, g_try_malloc_n, (gsize n, gsize size), (n, size))
