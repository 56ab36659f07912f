/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* profile.c: how long each step of a plan takes, and what of the core's peak that is. Peaks are measured between the
 * runs: a core's clock, and what it shares with others, changes from moment to moment. */
#include "profile.h"

#include "peak.h"
#include "timing.h"

struct _Profile {
  guint n;
  double *microseconds; /* of each step */
  double peaks[PEAK_N_KINDS]; /* 10^9 multiply-adds a second */
};

typedef struct {
  NncStepInfo info;
  double microseconds, gmacs, gigabytes, peak, of_peak, share; /* gmacs, gigabytes, peak: a second */
} StepFigures;

void
profile_free (Profile *profile)
{
  g_free (profile->microseconds);
  g_free (profile);
}

/* times: an array for each of n steps, and one for each peak. */
static gboolean
take_times (NncSession *session, double seconds, GPtrArray *times, GError **error)
{
  guint n = times->len - PEAK_N_KINDS;
  g_autofree double *took = g_new0 (double, times->len);
  double end = timing_now_us () + seconds * 1e6;

  for (guint runs = 0; runs < 3 || timing_now_us () < end; runs++) {
    if (!nnc_session_run_timed (session, took, error))
      return FALSE;
    for (guint kind = 0; kind < PEAK_N_KINDS; kind++)
      took[n + kind] = peak_measure (kind);
    for (guint i = 0; i < times->len; i++)
      g_array_append_val ((GArray *)times->pdata[i], took[i]);
  }
  return TRUE;
}

static double
median_of (GArray *times)
{
  timing_sort (times);
  return timing_median (times);
}

Profile *
profile_new (NncSession *session, double seconds, GError **error)
{
  g_autoptr (GPtrArray) times = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  guint n = nnc_session_get_n_steps (session);
  Profile *profile;

  for (guint i = 0; i < n + PEAK_N_KINDS; i++)
    g_ptr_array_add (times, g_array_new (FALSE, FALSE, sizeof (double)));
  if (!take_times (session, seconds, times, error))
    return NULL;
  profile = g_new0 (Profile, 1);
  profile->n = n;
  profile->microseconds = g_new (double, n + 1);
  for (guint i = 0; i < n; i++)
    profile->microseconds[i] = median_of (times->pdata[i]);
  for (guint kind = 0; kind < PEAK_N_KINDS; kind++)
    profile->peaks[kind] = median_of (times->pdata[n + kind]);
  return profile;
}

static StepFigures
figures_of (const Profile *profile, NncSession *session, guint i, double whole)
{
  StepFigures step = { .microseconds = profile->microseconds[i] };
  double nanoseconds = MAX (step.microseconds * 1e3, 1);

  nnc_session_get_step (session, i, &step.info);
  step.gmacs = (double)step.info.macs / nanoseconds;
  step.gigabytes = (double)step.info.bytes / nanoseconds;
  step.peak = profile->peaks[peak_kind_of (step.info.kernel)];
  step.of_peak = step.gmacs / step.peak;
  step.share = step.microseconds / whole;
  return step;
}

static void
print_step (const StepFigures *step, guint i)
{
  g_print ("%4u  %-20s %-28s %10.1f %6.1f %%  ", i, step->info.op, step->info.kernel, step->microseconds,
           step->share * 100);
  if (step->info.macs)
    g_print ("%8.2f GMAC/s %6.1f %%  %s\n", step->gmacs, step->of_peak * 100, step->info.name);
  else
    g_print ("%8.2f GB/s   %8s  %s\n", step->gigabytes, "", step->info.name);
}

void
profile_print (const Profile *profile, NncSession *session, double whole)
{
  g_print ("\npeak of this core: %.1f GMAC/s of floats, %.1f of bytes, %.1f of bf16\n\n", profile->peaks[PEAK_FLOATS],
           profile->peaks[PEAK_BYTES], profile->peaks[PEAK_BF16]);
  g_print ("%4s  %-20s %-28s %10s %8s  %15s %8s  %s\n", "step", "operator", "kernel", "us", "of all", "", "of peak",
           "node");
  for (guint i = 0; i < profile->n; i++) {
    StepFigures step = figures_of (profile, session, i, whole);

    print_step (&step, i);
  }
}

/* Names are the file's: they may hold anything. */
static void
print_json_text (const char *member, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) escaped = g_string_new (NULL);

  for (const char *c = valid; *c; c++)
    if ((guchar)*c < 0x20 || *c == '"' || *c == '\\')
      g_string_append_printf (escaped, "\\u%04x", (guint)*c);
    else
      g_string_append_c (escaped, *c);
  g_print ("\"%s\": \"%s\", ", member, escaped->str);
}

static void
print_json_step (const StepFigures *step)
{
  print_json_text ("name", step->info.name);
  print_json_text ("op", step->info.op);
  print_json_text ("kernel", step->info.kernel);
  g_print ("\"us\": %.3f, \"share\": %.5f, \"macs\": %" G_GUINT64_FORMAT ", \"bytes\": %" G_GUINT64_FORMAT,
           step->microseconds, step->share, step->info.macs, step->info.bytes);
  if (step->info.macs)
    g_print (", \"gmac_per_s\": %.3f, \"peak_gmac_per_s\": %.3f, \"of_peak\": %.5f", step->gmacs, step->peak,
             step->of_peak);
  else
    g_print (", \"gb_per_s\": %.3f", step->gigabytes);
}

void
profile_print_json (const Profile *profile, NncSession *session, double whole)
{
  g_print (", \"peak_gmac_per_s\": %.3f, \"steps\": [", profile->peaks[PEAK_FLOATS]);
  for (guint i = 0; i < profile->n; i++) {
    StepFigures step = figures_of (profile, session, i, whole);

    g_print (i ? ", {" : "{");
    print_json_step (&step);
    g_print ("}");
  }
  g_print ("]");
}
