/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* thread_pool.c: a fork and a join. One job at a time, cut into parts that are
 * taken by an atomic counter; workers sleep on a condition (a futex in GLib). */
#include "thread_pool.h"

struct _NncThreadPool {
  GMutex lock;
  GCond wake, finished;
  GThread **threads;
  guint n_threads; /* without the caller */
  gboolean stop;
  guint job; /* counts jobs, so that a worker knows a new one */
  guint busy; /* workers that have not left the job, or not begun */
  NncPart part;
  gpointer user_data;
  guint n;
  guint next; /* atomic */
};

static void
take_parts (NncThreadPool *pool)
{
  guint i;

  while ((i = __atomic_fetch_add (&pool->next, 1, __ATOMIC_RELAXED)) < pool->n)
    pool->part (pool->user_data, i);
}

/* With the lock held. */
static void
leave (NncThreadPool *pool)
{
  if (--pool->busy == 0)
    g_cond_signal (&pool->finished);
}

/* With the lock held. */
static void
wait_for_workers (NncThreadPool *pool)
{
  while (pool->busy > 0)
    g_cond_wait (&pool->finished, &pool->lock);
}

static gpointer
work (gpointer data)
{
  NncThreadPool *pool = data;
  guint job = 0;

  g_mutex_lock (&pool->lock);
  leave (pool); /* its beginning */
  while (TRUE) {
    while (pool->job == job && !pool->stop)
      g_cond_wait (&pool->wake, &pool->lock);
    if (pool->stop)
      break;
    job = pool->job;
    g_mutex_unlock (&pool->lock);
    take_parts (pool);
    g_mutex_lock (&pool->lock);
    leave (pool);
  }
  g_mutex_unlock (&pool->lock);
  return NULL;
}

NncThreadPool *
nnc_thread_pool_new (guint n_threads, GError **error)
{
  NncThreadPool *pool = g_new0 (NncThreadPool, 1);

  g_mutex_init (&pool->lock);
  g_cond_init (&pool->wake);
  g_cond_init (&pool->finished);
  pool->threads = g_new0 (GThread *, n_threads);
  pool->busy = n_threads - 1;
  while (pool->n_threads + 1 < n_threads) {
    GThread *thread = g_thread_try_new ("nncore", work, pool, error);

    if (thread == NULL) {
      nnc_thread_pool_free (pool);
      return NULL;
    }
    pool->threads[pool->n_threads++] = thread;
  }
  /* What GLib allocates and frees while a thread begins belongs to no run. */
  g_mutex_lock (&pool->lock);
  wait_for_workers (pool);
  g_mutex_unlock (&pool->lock);
  return pool;
}

void
nnc_thread_pool_free (NncThreadPool *pool)
{
  g_mutex_lock (&pool->lock);
  pool->stop = TRUE;
  g_cond_broadcast (&pool->wake);
  g_mutex_unlock (&pool->lock);
  for (guint i = 0; i < pool->n_threads; i++)
    g_thread_join (pool->threads[i]);
  g_free (pool->threads);
  g_cond_clear (&pool->wake);
  g_cond_clear (&pool->finished);
  g_mutex_clear (&pool->lock);
  g_free (pool);
}

void
nnc_thread_pool_run (NncThreadPool *pool, guint n, NncPart part, gpointer user_data)
{
  g_mutex_lock (&pool->lock);
  pool->part = part;
  pool->user_data = user_data;
  pool->n = n;
  pool->next = 0;
  pool->busy = pool->n_threads;
  pool->job++;
  g_cond_broadcast (&pool->wake);
  g_mutex_unlock (&pool->lock);
  take_parts (pool);
  g_mutex_lock (&pool->lock);
  wait_for_workers (pool);
  g_mutex_unlock (&pool->lock);
}
