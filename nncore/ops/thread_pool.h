/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* thread_pool.h: a session's helpers. They sleep while there is nothing to do. */
#pragma once

#include "op.h"

typedef struct _NncThreadPool NncThreadPool;

/* n_threads counts the caller. NULL with an error when a thread cannot be made. */
NncThreadPool *nnc_thread_pool_new (guint n_threads, GError **error);
void nnc_thread_pool_free (NncThreadPool *pool);
/* Calls part (user_data, 0..n-1), each once, and returns when all are done; n is at most n_threads. Part i is always
 * the same work, whoever does it: results do not depend on the number of threads. */
void nnc_thread_pool_run (NncThreadPool *pool, guint n, NncPart part, gpointer user_data);
