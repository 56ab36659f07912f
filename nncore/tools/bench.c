/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bench.c: how long a network takes: a run, and from nothing to the first result. */
#include "command.h"
#include "options.h"
#include "profile.h"
#include "timing.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  double median, p95, minimum, load, first_result; /* microseconds */
  gint64 memory_added; /* bytes of anonymous memory */
  guint runs;
} Timing;

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
  double end = timing_now_us () + seconds * 1e6;

  do {
    double begin = timing_now_us (), took;

    if (!nnc_session_run (session, error))
      return FALSE;
    took = timing_now_us () - begin;
    g_array_append_val (times, took);
  } while (timing_now_us () < end || times->len < 3);
  timing_sort (times);
  timing->runs = times->len;
  timing->minimum = g_array_index (times, double, 0);
  timing->median = timing_median (times);
  timing->p95 = g_array_index (times, double, times->len * 95 / 100);
  return TRUE;
}

static NncSession *
measure (const char *path, const NncSessionOptions *options, double seconds, Timing *timing, GError **error)
{
  gint64 memory = anonymous_memory ();
  double begin = timing_now_us ();
  g_autoptr (NncModel) model = nnc_model_new_from_file (path, error);
  g_autoptr (NncSession) session = model ? nnc_session_new (model, options, error) : NULL;

  timing->load = timing_now_us () - begin;
  if (session == NULL || !nnc_session_run (session, error))
    return NULL;
  timing->first_result = timing_now_us () - begin;
  timing->memory_added = anonymous_memory () - memory;
  fill_inputs (session);
  return time_runs (session, seconds, timing, error) ? g_steal_pointer (&session) : NULL;
}

static void
print_json (const Timing *timing, NncSession *session, const Profile *profile)
{
  g_print ("{\"median_us\": %.3f, \"p95_us\": %.3f, \"min_us\": %.3f, \"load_us\": %.1f, "
           "\"first_result_us\": %.1f, \"memory_added_bytes\": %" G_GINT64_FORMAT
           ", \"runs\": %u, \"macs\": %" G_GUINT64_FORMAT,
           timing->median, timing->p95, timing->minimum, timing->load, timing->first_result, timing->memory_added,
           timing->runs, nnc_session_get_macs (session));
  if (profile)
    profile_print_json (profile, session, timing->median);
  g_print ("}\n");
}

static void
print_text (const Timing *timing, NncSession *session, const Profile *profile)
{
  g_print ("median %.1f us, p95 %.1f us, min %.1f us over %u runs; load %.0f us, first result %.0f us, memory %.2f "
           "MB\n",
           timing->median, timing->p95, timing->minimum, timing->runs, timing->load, timing->first_result,
           (double)timing->memory_added / 1e6);
  if (profile)
    profile_print (profile, session, timing->median);
}

gboolean
command_bench (int argc, char **argv, GError **error)
{
  gboolean json = FALSE, wants_profile = FALSE;
  double seconds = 1;
  int threads = 1;
  g_autofree char *precision = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", NULL },
    { "profile", 0, 0, G_OPTION_ARG_NONE, &wants_profile, "Time each step, too", NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "Threads a run may use", "T" },
    { "precision", 0, 0, G_OPTION_ARG_STRING, &precision, "What convolutions and matrix products compute in",
      "f32|bf16" },
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "How long to repeat", "S" },
    { 0 },
  };
  g_autofree char *path = options_parse (argc, argv, entries, error);
  NncSessionOptions options = { .threads = (guint)MAX (threads, 1) };
  Timing timing;
  gboolean done = path && options_read_precision (precision, &options.precision, error);
  g_autoptr (NncSession) session = done ? measure (path, &options, seconds, &timing, error) : NULL;
  g_autoptr (Profile) profile = session && wants_profile ? profile_new (session, seconds, error) : NULL;

  if (session == NULL || (wants_profile && profile == NULL))
    return FALSE;
  if (json)
    print_json (&timing, session, profile);
  else
    print_text (&timing, session, profile);
  return TRUE;
}
