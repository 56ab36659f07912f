/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval.c: the `edge-eval` program: plays a launch line and tells how often its classifier is right, and how fast.
 */
#include "edge-eval-json.h"
#include "edge-eval-labels.h"
#include "edge-eval-pipeline.h"
#include "edge-eval-progress.h"
#include "edge-eval-report.h"
#include "edge-eval-results.h"
#ifdef HAVE_PANGOCAIRO
#include "edge-eval-png.h"
#include "edge-eval-sheet.h"
#endif

#include <gio/gio.h>
#include <locale.h>
#include <nncore/nncore.h>
#include <stdio.h>
#include <string.h>

#define EXIT_FAILED 1
#define EXIT_USAGE 2
#define EXIT_INTERRUPTED 130 /* as shells have it */

typedef struct {
  char *labels, *names, *element, *json, *confusion, *sheet;
  char **launch_line;
} Options;

typedef struct {
  EvalTruth *truth; /* NULL where the truth is not known */
  EvalResults *results;
#ifdef HAVE_PANGOCAIRO
  EvalSheet *sheet; /* NULL where it is not wanted */
#endif
} Evaluation;

static void
evaluation_clear (Evaluation *evaluation)
{
  g_clear_pointer (&evaluation->truth, eval_truth_free);
  g_clear_pointer (&evaluation->results, eval_results_free);
#ifdef HAVE_PANGOCAIRO
  g_clear_pointer (&evaluation->sheet, eval_sheet_free);
#endif
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Evaluation, evaluation_clear)

static void
options_clear (Options *options)
{
  g_free (options->labels);
  g_free (options->names);
  g_free (options->element);
  g_free (options->json);
  g_free (options->confusion);
  g_free (options->sheet);
  g_strfreev (options->launch_line);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* ------------------------------------------------------------------- options */

static gboolean
check_options (const Options *options, GError **error)
{
  const char *wrong = NULL;

  if (options->launch_line == NULL || options->launch_line[0] == NULL)
    wrong = "a launch line is missing";
  else if ((options->confusion || options->sheet) && !options->labels)
    wrong = "pictures of right and wrong answers want --labels";
  if (wrong == NULL)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, wrong);
  return FALSE;
}

static gboolean
parse_options (int *argc, char ***argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &options->labels,
      "The true classes: an IDX file (also .gz), a text file of one a line, or a folder with a folder a class",
      "PATH" },
    { "names", 0, 0, G_OPTION_ARG_FILENAME, &options->names, "Names of the network's classes, one a line", "FILE" },
    { "element", 0, 0, G_OPTION_ARG_STRING, &options->element, "The classifier, where the launch line has several",
      "NAME" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &options->json, "Write all of it as JSON; - is standard output", "FILE" },
#ifdef HAVE_PANGOCAIRO
    { "confusion", 0, 0, G_OPTION_ARG_FILENAME, &options->confusion, "Draw the confusion matrix", "FILE.png" },
    { "contact-sheet", 0, 0, G_OPTION_ARG_FILENAME, &options->sheet, "Draw right and wrong answers", "FILE.png" },
#endif
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->launch_line, NULL, "LAUNCH-LINE…" },
    { 0 },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Plays a launch line, as gst-launch-1.0 takes it, and tells how often its "
                                         "classifier is right and how long it takes.");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  g_option_context_set_strict_posix (context, TRUE); /* what follows the first word is the launch line's */
  return g_option_context_parse (context, argc, argv, error) && check_options (options, error);
}

static gboolean
load_names (const char *path, char ***names, GError **error)
{
  g_autoptr (NncLabels) labels = nnc_labels_new_from_file (path, error);

  if (labels == NULL)
    return FALSE;
  *names = g_new0 (char *, nnc_labels_get_n (labels) + 1);
  for (guint i = 0; i < nnc_labels_get_n (labels); i++)
    (*names)[i] = g_strdup (nnc_labels_get (labels, i));
  return TRUE;
}

/* ------------------------------------------------------------------- playing */

#ifdef HAVE_PANGOCAIRO
static void
add_to_sheet (Evaluation *evaluation, GstPad *pad, GstBuffer *buffer, const EvalResult *result)
{
  guint truth = evaluation->truth->classes[result->frame];
  const char *name = result->n > 0 ? eval_results_get_name (evaluation->results, result->indices[0]) : NULL;
  guint predicted
      = result->n > 0 ? eval_truth_find_class (evaluation->truth, result->indices[0], name) : EVAL_OTHER_CLASS;
  g_autofree char *truth_number = g_strdup_printf ("%u", truth);
  const char *truth_name
      = evaluation->truth->names ? evaluation->truth->names[truth] : eval_results_get_name (evaluation->results, truth);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const EvalAnswer answer = { .is_right = predicted == truth,
                              .truth = truth,
                              .truth_name = truth_name ? truth_name : truth_number,
                              .name = name ? name : "other",
                              .probability = result->n > 0 ? result->probabilities[0] : 0.0 };

  eval_sheet_add (evaluation->sheet, caps, buffer, &answer);
}
#endif

static void
handle_frame (GstPad *pad, GstBuffer *buffer, gpointer data)
{
  Evaluation *evaluation = data;
  const EvalResult *result = eval_results_add (evaluation->results, buffer);

#ifdef HAVE_PANGOCAIRO
  if (result != NULL && evaluation->sheet != NULL && result->frame < evaluation->truth->n_frames)
    add_to_sheet (evaluation, pad, buffer, result);
#else
  (void)result;
#endif
}

static void
show_progress (gpointer data)
{
  Evaluation *evaluation = data;

  eval_progress_show (eval_results_get_n (evaluation->results), evaluation->truth ? evaluation->truth->n_frames : 0);
}

static gboolean
play (Evaluation *evaluation, EvalPipeline *pipeline, GError **error)
{
  gboolean played = eval_pipeline_play (pipeline, handle_frame, show_progress, evaluation, error);

  eval_progress_clear ();
  return played;
}

/* ------------------------------------------------------------------ the result */

#ifdef HAVE_PANGOCAIRO
static gboolean
draw (const Options *options, const Evaluation *evaluation, const EvalReport *report, GError **error)
{
  return (!options->confusion
          || eval_confusion_write_png (report->confusion, (const char *const *)report->names, options->confusion,
                                       error))
         && (!options->sheet || eval_sheet_write_png (evaluation->sheet, options->sheet, error));
}
#endif

static gboolean
print_report (const Options *options, const EvalReport *report, GError **error)
{
  g_autofree char *json = options->json ? eval_report_to_json (report) : NULL;
  g_autofree char *text = eval_report_to_text (report);
  gboolean only_json = json != NULL && strcmp (options->json, "-") == 0;

  if (json != NULL && !only_json && !g_file_set_contents (options->json, json, -1, error))
    return FALSE;
  fputs (only_json ? json : text, stdout); /* names are UTF-8, and stay so in any locale */
  return TRUE;
}

static gboolean
load (const Options *options, Evaluation *evaluation, const char *element, GError **error)
{
  g_auto (GStrv) names = NULL;

  if (options->names && !load_names (options->names, &names, error))
    return FALSE;
  evaluation->results = eval_results_new (element, (const char *const *)names);
  if (options->labels
      && (evaluation->truth = eval_truth_load (options->labels, (const char *const *)names, error)) == NULL)
    return FALSE;
#ifdef HAVE_PANGOCAIRO
  evaluation->sheet = options->sheet ? eval_sheet_new () : NULL;
#endif
  return TRUE;
}

static gboolean
evaluate (const Options *options, GError **error)
{
  g_auto (Evaluation) evaluation = { 0 };
  g_autoptr (EvalPipeline) pipeline = eval_pipeline_new (options->launch_line, options->element, error);
  g_autoptr (EvalReport) report = NULL;

  if (pipeline == NULL || !load (options, &evaluation, eval_pipeline_get_classifier (pipeline), error)
      || !play (&evaluation, pipeline, error))
    return FALSE;
  report = eval_report_new (evaluation.results, eval_pipeline_get_stats (pipeline), evaluation.truth, options->labels,
                            error);
#ifdef HAVE_PANGOCAIRO
  if (report != NULL && !draw (options, &evaluation, report, error))
    return FALSE;
#endif
  return report != NULL && print_report (options, report, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_auto (Options) options = { 0 };

  setlocale (LC_CTYPE, "");
  if (!parse_options (&argc, &argv, &options, &error)) {
    g_printerr ("edge-eval: %s\nedge-eval --help tells how it is used\n", error->message);
    return EXIT_USAGE;
  }
  if (evaluate (&options, &error))
    return 0;
  g_printerr ("edge-eval: %s\n", error->message);
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? EXIT_INTERRUPTED : EXIT_FAILED;
}
