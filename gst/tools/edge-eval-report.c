/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-report.c: brings results and truth together, and prints the scores as a table. */
#include "edge-eval-report.h"

#include <gio/gio.h>

/* -------------------------------------------------------- results and truth */

/* Frames are numbered from 0, each has one true class. */
static gboolean
check_frames (const EvalReport *self, const char *truth_path, GError **error)
{
  gsize n = self->truth->n_frames;
  const EvalResult *last = self->results->len > 0 ? self->results->pdata[self->results->len - 1] : NULL;

  if (self->results->len != n) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "%u frames came to the sinks with a result, %s has the classes of %" G_GSIZE_FORMAT,
                 self->results->len, truth_path, n);
    return FALSE;
  }
  if (last != NULL && last->frame >= n) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "frame %" G_GUINT64_FORMAT " came to a sink, %s has the classes of %" G_GSIZE_FORMAT
                 " frames: some did not come",
                 last->frame, truth_path, n);
    return FALSE;
  }
  return TRUE;
}

static guint
count_classes (const EvalReport *self)
{
  guint n = self->truth->names ? g_strv_length (self->truth->names) : eval_results_get_n_names (self->network);

  for (gsize i = 0; i < self->truth->n_frames; i++)
    n = MAX (n, self->truth->classes[i] + 1);
  return n;
}

static char **
name_classes (const EvalReport *self, guint n)
{
  char **names = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++) {
    const char *name = self->truth->names ? self->truth->names[i] : eval_results_get_name (self->network, i);

    names[i] = name ? g_strdup (name) : g_strdup_printf ("%u", i);
  }
  return names;
}

static guint
find_predicted (const EvalReport *self, const EvalResult *result)
{
  if (result->n == 0)
    return EVAL_OTHER_CLASS;
  return eval_truth_find_class (self->truth, result->indices[0],
                                eval_results_get_name (self->network, result->indices[0]));
}

static gboolean
count_answers (EvalReport *self, GError **error)
{
  guint n = count_classes (self);

  self->confusion = eval_confusion_new (n, error);
  if (self->confusion == NULL)
    return FALSE;
  self->names = name_classes (self, n);
  for (guint i = 0; i < self->results->len; i++) {
    const EvalResult *result = self->results->pdata[i];

    eval_confusion_add (self->confusion, self->truth->classes[result->frame], find_predicted (self, result));
  }
  return TRUE;
}

EvalReport *
eval_report_new (EvalResults *results, GstStructure *stats, const EvalTruth *truth, const char *truth_path,
                 GError **error)
{
  g_autoptr (EvalReport) self = g_new0 (EvalReport, 1);

  self->results = eval_results_list (results);
  self->network = results;
  self->stats = stats;
  self->truth = truth;
  if (self->results->len == 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         "no frame came to a sink with a result: where an element on the way drops metadata or "
                         "frames, a tee before it leads to a sink of its own");
    return NULL;
  }
  if (truth != NULL && (!check_frames (self, truth_path, error) || !count_answers (self, error)))
    return NULL;
  return g_steal_pointer (&self);
}

void
eval_report_free (EvalReport *self)
{
  g_ptr_array_unref (self->results);
  gst_structure_free (self->stats);
  g_clear_pointer (&self->confusion, eval_confusion_free);
  g_strfreev (self->names);
  g_free (self);
}

double
eval_report_get_microseconds (const EvalReport *self, const char *name)
{
  guint64 nanoseconds = 0;

  gst_structure_get_uint64 (self->stats, name, &nanoseconds);
  return (double)nanoseconds / 1000.0;
}

/* --------------------------------------------------------------------- text */

#define NAME_WIDTH 28 /* characters, at least */

static void
append_cell (GString *text, const char *name)
{
  glong length = g_utf8_strlen (name, -1);

  g_string_append (text, name);
  for (glong i = length; i < NAME_WIDTH; i++)
    g_string_append_c (text, ' ');
}

static void
append_scores (GString *text, const char *name, EvalScore score)
{
  append_cell (text, name);
  g_string_append_printf (text, " %9.4f %9.4f %9.4f %9" G_GUINT64_FORMAT "\n", score.precision, score.recall, score.f1,
                          score.support);
}

/* Classes that do not occur are left out. */
static void
append_table (GString *text, const EvalReport *self)
{
  append_cell (text, "class");
  g_string_append_printf (text, " %9s %9s %9s %9s\n", "precision", "recall", "F1", "frames");
  for (guint i = 0; i < self->confusion->n_classes; i++) {
    EvalScore score = eval_class_score (self->confusion, i);

    if (score.support > 0 || eval_confusion_get_n_predicted (self->confusion, i) > 0)
      append_scores (text, self->names[i], score);
  }
  append_scores (text, "(mean)", eval_macro_score (self->confusion));
}

char *
eval_report_to_text (const EvalReport *self)
{
  GString *text = g_string_new (NULL);

  if (self->confusion != NULL)
    append_table (text, self);
  g_string_append_printf (text, "%u frames", self->results->len);
  if (self->confusion != NULL)
    g_string_append_printf (text, ", top-1 %.4f", eval_accuracy (self->confusion));
  g_string_append_printf (text, ", p50 %.0f us, p95 %.0f us\n", eval_report_get_microseconds (self, "p50"),
                          eval_report_get_microseconds (self, "p95"));
  return g_string_free (text, FALSE);
}
