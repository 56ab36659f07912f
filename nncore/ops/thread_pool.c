/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* thread_pool.c: a fork and a join. One job at a time, in parts. The steps of a run follow each other closely, so
 * whoever waits looks on for a moment, and only then sleeps on a condition (a futex in GLib): waking a thread takes
 * some 20 us, seeing a number change less than one. Part i is thread i's, the caller's is 0: the same rows of the next
 * step find their input in the same core's cache. Who is done takes parts of those who have not come. */
#include "thread_pool.h"

#include "denormals.h"

/* Longer than most steps that are not split; when a run is over, each worker looks on for this once. */
#define SPIN_MICROSECONDS 100
/* Between looks at the clock. Without a pause instruction: on a virtual machine many of them in a row cost a trap. */
#define LOOKS 64

struct _NncThreadPool {
  GMutex lock;
  GCond wake, finished;
  GThread **threads;
  guint n_threads; /* without the caller */
  gint64 spin; /* microseconds; 0 where there are fewer CPUs than threads: looking on would keep another from working */
  NncPart part;
  gpointer user_data;
  /* atomic: */
  guint64 job; /* its number, and in the lower half how many parts it has */
  guint *takers; /* [threads]: of which job each part was last taken */
  guint unfinished; /* parts */
  guint sleepers;
  guint started; /* threads that have begun */
  gboolean waiting; /* the caller sleeps */
  gboolean stop;
};

static guint
job_number (guint64 job)
{
  return (guint)(job >> 32);
}

static gboolean
is_stopped (NncThreadPool *pool)
{
  return __atomic_load_n (&pool->stop, __ATOMIC_SEQ_CST);
}

static guint64
get_job (NncThreadPool *pool)
{
  return __atomic_load_n (&pool->job, __ATOMIC_SEQ_CST);
}

/* The last of a job's parts is finished: wakes the caller where it sleeps. */
static void
finish_job (NncThreadPool *pool)
{
  if (!__atomic_load_n (&pool->waiting, __ATOMIC_SEQ_CST))
    return;
  g_mutex_lock (&pool->lock);
  g_cond_signal (&pool->finished);
  g_mutex_unlock (&pool->lock);
}

/* Whether the part is now the caller's. All parts of jobs before this one were taken. */
static gboolean
take_part (NncThreadPool *pool, guint number, guint part)
{
  guint last = __atomic_load_n (&pool->takers[part], __ATOMIC_SEQ_CST);

  return (gint32)(number - last) > 0
         && __atomic_compare_exchange_n (&pool->takers[part], &last, number, FALSE, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* first: the one to begin with. A job does not end before the parts that were taken: once one is, `part` and
 * `user_data` stay. */
static void
take_parts (NncThreadPool *pool, guint64 job, guint first)
{
  guint n = (guint32)job;

  for (guint i = 0; i < n; i++) {
    guint part = (first + i) % n;

    if (!take_part (pool, job_number (job), part))
      continue;
    pool->part (pool->user_data, part);
    if (__atomic_sub_fetch (&pool->unfinished, 1, __ATOMIC_SEQ_CST) == 0)
      finish_job (pool);
  }
}

/* --- waiting --------------------------------------------------------------- */

typedef gboolean (*Condition) (NncThreadPool *pool, guint number);

static gboolean
is_asked (NncThreadPool *pool, guint number)
{
  return job_number (get_job (pool)) != number || is_stopped (pool);
}

static gboolean
is_finished (NncThreadPool *pool, guint number)
{
  return __atomic_load_n (&pool->unfinished, __ATOMIC_SEQ_CST) == 0;
}

static gboolean
look_on (NncThreadPool *pool, Condition condition, guint number)
{
  gint64 end = pool->spin ? g_get_monotonic_time () + pool->spin : 0;

  do {
    for (guint i = 0; i < LOOKS; i++)
      if (condition (pool, number))
        return TRUE;
  } while (pool->spin && g_get_monotonic_time () < end);
  return FALSE;
}

/* Until there is another job than this one. Who changes what a sleeper waits for looks for sleepers after that; a
 * sleeper says that it is one before it looks. */
static void
wait_for_job (NncThreadPool *pool, guint number)
{
  if (look_on (pool, is_asked, number))
    return;
  g_mutex_lock (&pool->lock);
  __atomic_add_fetch (&pool->sleepers, 1, __ATOMIC_SEQ_CST);
  while (!is_asked (pool, number))
    g_cond_wait (&pool->wake, &pool->lock);
  __atomic_sub_fetch (&pool->sleepers, 1, __ATOMIC_SEQ_CST);
  g_mutex_unlock (&pool->lock);
}

static void
wait_for_workers (NncThreadPool *pool)
{
  if (look_on (pool, is_finished, 0))
    return;
  g_mutex_lock (&pool->lock);
  __atomic_store_n (&pool->waiting, TRUE, __ATOMIC_SEQ_CST);
  while (!is_finished (pool, 0))
    g_cond_wait (&pool->finished, &pool->lock);
  __atomic_store_n (&pool->waiting, FALSE, __ATOMIC_SEQ_CST);
  g_mutex_unlock (&pool->lock);
}

static void
wake_workers (NncThreadPool *pool)
{
  if (__atomic_load_n (&pool->sleepers, __ATOMIC_SEQ_CST) == 0)
    return;
  g_mutex_lock (&pool->lock);
  g_cond_broadcast (&pool->wake);
  g_mutex_unlock (&pool->lock);
}

/* --- threads --------------------------------------------------------------- */

/* The thread is the pool's own: nobody's mode is to be restored. */
static gpointer
work (gpointer data)
{
  NncThreadPool *pool = data;
  guint index = __atomic_add_fetch (&pool->started, 1, __ATOMIC_SEQ_CST);
  guint64 job = 0;

  nnc_denormals_flush ();
  while (TRUE) {
    wait_for_job (pool, job_number (job));
    if (is_stopped (pool))
      return NULL;
    job = get_job (pool);
    take_parts (pool, job, index);
  }
}

/* What GLib allocates and frees while a thread begins belongs to no run. */
static void
wait_for_threads (NncThreadPool *pool)
{
  while (__atomic_load_n (&pool->started, __ATOMIC_SEQ_CST) < pool->n_threads)
    g_thread_yield ();
}

NncThreadPool *
nnc_thread_pool_new (guint n_threads, GError **error)
{
  NncThreadPool *pool = g_new0 (NncThreadPool, 1);

  g_mutex_init (&pool->lock);
  g_cond_init (&pool->wake);
  g_cond_init (&pool->finished);
  pool->threads = g_new0 (GThread *, n_threads);
  pool->takers = g_new0 (guint, n_threads);
  pool->spin = g_get_num_processors () >= n_threads ? SPIN_MICROSECONDS : 0;
  while (pool->n_threads + 1 < n_threads) {
    GThread *thread = g_thread_try_new ("nncore", work, pool, error);

    if (thread == NULL) {
      nnc_thread_pool_free (pool);
      return NULL;
    }
    pool->threads[pool->n_threads++] = thread;
  }
  wait_for_threads (pool);
  return pool;
}

void
nnc_thread_pool_free (NncThreadPool *pool)
{
  __atomic_store_n (&pool->stop, TRUE, __ATOMIC_SEQ_CST);
  wake_workers (pool);
  for (guint i = 0; i < pool->n_threads; i++)
    g_thread_join (pool->threads[i]);
  g_free (pool->threads);
  g_free (pool->takers);
  g_cond_clear (&pool->wake);
  g_cond_clear (&pool->finished);
  g_mutex_clear (&pool->lock);
  g_free (pool);
}

void
nnc_thread_pool_run (NncThreadPool *pool, guint n, NncPart part, gpointer user_data)
{
  guint64 job = (guint64)(job_number (get_job (pool)) + 1) << 32 | n;

  pool->part = part;
  pool->user_data = user_data;
  /* Parts that this job has not are taken: their numbers must not fall behind by half of all there are. */
  for (guint i = n; i <= pool->n_threads; i++)
    __atomic_store_n (&pool->takers[i], job_number (job), __ATOMIC_SEQ_CST);
  __atomic_store_n (&pool->unfinished, n, __ATOMIC_SEQ_CST);
  __atomic_store_n (&pool->job, job, __ATOMIC_SEQ_CST);
  wake_workers (pool);
  take_parts (pool, job, 0);
  wait_for_workers (pool);
}
