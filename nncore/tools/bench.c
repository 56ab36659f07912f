/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bench.c: how long a network takes: a run, and from nothing to the first result. */
#include "command.h"
#include "options.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  double median, p95, minimum, load, first_result; /* microseconds */
  gint64 memory_added; /* bytes of anonymous memory */
  guint runs;
} Timing;

static double
now_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* Resident anonymous memory in bytes; 0 where the system does not say. */
static gint64
anonymous_memory (void)
{
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return 0;
  line = strstr (status, "RssAnon:");
  return line ? g_ascii_strtoll (line + strlen ("RssAnon:"), NULL, 10) * 1024 : 0;
}

static gint
by_size (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return x < y ? -1 : x > y;
}

/* Random numbers in [0, 1) where that makes sense: zeros are not typical. */
static void
fill_inputs (NncSession *session)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < nnc_session_get_n_inputs (session); i++) {
    NncTensor *input = nnc_session_get_input (session, i);
    float *numbers = nnc_tensor_get_data (input);

    for (gsize j = 0; nnc_tensor_get_data_type (input) == NNC_F32 && j < nnc_tensor_get_n_elements (input); j++)
      numbers[j] = (float)g_rand_double (random);
  }
}

static gboolean
time_runs (NncSession *session, double seconds, Timing *timing, GError **error)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  double end = now_us () + seconds * 1e6;

  do {
    double begin = now_us (), took;

    if (!nnc_session_run (session, error))
      return FALSE;
    took = now_us () - begin;
    g_array_append_val (times, took);
  } while (now_us () < end || times->len < 3);
  g_array_sort (times, by_size);
  timing->runs = times->len;
  timing->minimum = g_array_index (times, double, 0);
  timing->median = g_array_index (times, double, times->len / 2);
  timing->p95 = g_array_index (times, double, times->len * 95 / 100);
  return TRUE;
}

static gboolean
measure (const char *path, const NncSessionOptions *options, double seconds, Timing *timing, GError **error)
{
  gint64 memory = anonymous_memory ();
  double begin = now_us ();
  g_autoptr (NncModel) model = nnc_model_new_from_file (path, error);
  g_autoptr (NncSession) session = model ? nnc_session_new (model, options, error) : NULL;

  timing->load = now_us () - begin;
  if (session == NULL || !nnc_session_run (session, error))
    return FALSE;
  timing->first_result = now_us () - begin;
  timing->memory_added = anonymous_memory () - memory;
  fill_inputs (session);
  return time_runs (session, seconds, timing, error);
}

gboolean
command_bench (int argc, char **argv, GError **error)
{
  gboolean json = FALSE;
  double seconds = 1;
  int threads = 1;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "Threads a run may use", "T" },
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "How long to repeat", "S" },
    { 0 },
  };
  g_autofree char *path = options_parse (argc, argv, entries, error);
  NncSessionOptions options = { .threads = (guint)MAX (threads, 1) };
  Timing timing;

  if (path == NULL || !measure (path, &options, seconds, &timing, error))
    return FALSE;
  if (json)
    g_print ("{\"median_us\": %.3f, \"p95_us\": %.3f, \"min_us\": %.3f, \"load_us\": %.1f, "
             "\"first_result_us\": %.1f, \"memory_added_bytes\": %" G_GINT64_FORMAT ", \"runs\": %u}\n",
             timing.median, timing.p95, timing.minimum, timing.load, timing.first_result, timing.memory_added,
             timing.runs);
  else
    g_print ("median %.1f us, p95 %.1f us, min %.1f us over %u runs; load %.0f us, first result %.0f us, memory %.2f "
             "MB\n",
             timing.median, timing.p95, timing.minimum, timing.runs, timing.load, timing.first_result,
             (double)timing.memory_added / 1e6);
  return TRUE;
}
