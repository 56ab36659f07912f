/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* allocation_count.h: counts what the whole process allocates: a program that
 * is linked with this file has its own malloc, which GLib and the C library
 * call too, in all threads. */
#pragma once

#include <glib.h>

/* FALSE, with a line that begins with SKIP: nothing is counted, for a sanitizer has the allocator, or the C library
 * is not the GNU one. */
gboolean allocations_are_counted (void);
/* Since the program began: calls that allocate, and bytes allocated and not yet freed. */
gsize allocation_count (void);
gsize allocation_live_bytes (void);
/* The most bytes there were at once since allocation_begin_peak(). Of one thread: others may be missed. */
void allocation_begin_peak (void);
gsize allocation_peak_bytes (void);
