/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bench_threads.c: what a second core brings: to a loop in registers, which shows whether there is one; to a network
 * whose steps are split; and to sessions in threads of their own.
 *
 *     bench_threads MODEL… */
#include "peak.h"
#include "thread_pool.h"
#include "timing.h"

#include <nncore/nncore.h>

#define N_THREADS 2
#define ROUNDS 11
#define PEAKS 500 /* of some 20 us */
#define FORKS 2000

static double
median (GArray *numbers)
{
  timing_sort (numbers);
  return timing_median (numbers);
}

/* --- cores ------------------------------------------------------------------------- */

static gpointer
repeat_peak (gpointer data)
{
  for (guint i = 0; i < PEAKS; i++)
    peak_measure (PEAK_FLOATS);
  return NULL;
}

/* How many of the loops n threads at once do in a second. */
static double
loops_of_threads (guint n)
{
  GThread *threads[N_THREADS];
  double begin = timing_now_us ();

  for (guint i = 0; i < n; i++)
    threads[i] = g_thread_new ("peak", repeat_peak, NULL);
  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);
  return PEAKS * n / (timing_now_us () - begin) * 1e6;
}

static void
compare_cores (void)
{
  g_autoptr (GArray) ratios = g_array_new (FALSE, FALSE, sizeof (double));
  double cores;

  for (guint i = 0; i < ROUNDS; i++) {
    double ratio = loops_of_threads (1);

    ratio = loops_of_threads (N_THREADS) / ratio;
    g_array_append_val (ratios, ratio);
  }
  cores = median (ratios);
  g_print ("%d threads at once do %.2f times as many loops in registers as one: %s\n", N_THREADS, cores,
           cores > 1.8 ? "real cores" : "these are not as many real cores, or others use them");
}

static void
do_nothing (gpointer user_data, guint part)
{
}

static void
time_forks (void)
{
  NncThreadPool *pool = nnc_thread_pool_new (N_THREADS, NULL);
  double begin = timing_now_us ();

  if (pool == NULL)
    return;
  for (guint i = 0; i < FORKS; i++)
    nnc_thread_pool_run (pool, N_THREADS, do_nothing, NULL);
  g_print ("a fork and a join of %d threads: %.1f us\n", N_THREADS, (timing_now_us () - begin) / FORKS);
  nnc_thread_pool_free (pool);
}

/* --- networks ---------------------------------------------------------------------- */

static NncSession *
open_session (NncModel *model, guint threads, GError **error)
{
  const NncSessionOptions options = { .threads = threads };
  NncSession *session = nnc_session_new (model, &options, error);

  if (session && !nnc_session_run (session, error))
    g_clear_pointer (&session, nnc_session_unref);
  return session;
}

/* Runs that take about 20 ms. */
static guint
count_runs (NncSession *session)
{
  double begin = timing_now_us ();

  nnc_session_run (session, NULL);
  return (guint)(20000 / MAX (timing_now_us () - begin, 1)) + 1;
}

typedef struct {
  NncSession *session;
  guint runs;
} Stream;

static gpointer
run_stream (gpointer data)
{
  const Stream *stream = data;

  for (guint i = 0; i < stream->runs; i++)
    nnc_session_run (stream->session, NULL);
  return NULL;
}

static double
time_stream (const Stream *stream)
{
  double begin = timing_now_us ();

  run_stream ((gpointer)stream);
  return (timing_now_us () - begin) / stream->runs;
}

/* Each session in a thread of its own: the time of a run. */
static double
time_streams (const Stream *streams)
{
  GThread *threads[N_THREADS];
  double begin = timing_now_us ();

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("stream", run_stream, (gpointer)&streams[i]);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  return (timing_now_us () - begin) / (streams[0].runs * N_THREADS);
}

/* one[0] and one[1] run in one thread each, split in N_THREADS. */
static void
compare_sessions (const char *name, const Stream *one, const Stream *split)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) by_layer = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) by_stream = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < ROUNDS; i++) {
    double alone = time_stream (one), ratio = alone / time_stream (split);

    g_array_append_val (times, alone);
    g_array_append_val (by_layer, ratio);
    ratio = time_stream (one) / time_streams (one);
    g_array_append_val (by_stream, ratio);
  }
  g_print ("%s: %.1f us in one thread; %d threads in a session %.2f times as fast, %d sessions %.2f times as much\n",
           name, median (times), N_THREADS, median (by_layer), N_THREADS, median (by_stream));
}

static gboolean
measure_model (const char *path, GError **error)
{
  g_autoptr (NncModel) model = nnc_model_new_from_file (path, error);
  g_autoptr (NncSession) first = model ? open_session (model, 1, error) : NULL;
  g_autoptr (NncSession) second = first ? open_session (model, 1, error) : NULL;
  g_autoptr (NncSession) split = second ? open_session (model, N_THREADS, error) : NULL;

  if (split) {
    g_autofree char *name = g_path_get_basename (path);
    guint runs = count_runs (first);

    compare_sessions (name, (const Stream[]){ { first, runs }, { second, runs } }, &(const Stream){ split, runs });
  }
  return split != NULL;
}

int
main (int argc, char **argv)
{
  compare_cores ();
  time_forks ();
  for (int i = 1; i < argc; i++) {
    g_autoptr (GError) error = NULL;

    if (!measure_model (argv[i], &error)) {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  }
  return 0;
}
