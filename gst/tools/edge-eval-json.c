/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-json.c: writes the few kinds of values that a report has, whatever the locale. */
#include "edge-eval-json.h"

#include <math.h>

void
eval_json_append_string (GString *json, const char *string)
{
  g_autofree char *valid = g_utf8_make_valid (string, -1);

  g_string_append_c (json, '"');
  for (const char *at = valid; *at != '\0'; at++) {
    if (*at == '"' || *at == '\\')
      g_string_append_printf (json, "\\%c", *at);
    else if ((guchar)*at < 0x20)
      g_string_append_printf (json, "\\u%04x", (guint)*at);
    else
      g_string_append_c (json, *at);
  }
  g_string_append_c (json, '"');
}

/* Nine digits tell any float from any other. JSON has no NaN. */
static void
append_number (GString *json, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (json, isfinite (number) ? g_ascii_formatd (text, sizeof text, "%.9g", number) : "null");
}

/* A comma, but before the first of a list. */
static void
append_separator (GString *json, guint index, const char *separator)
{
  if (index > 0)
    g_string_append (json, separator);
}

static void
append_scores (GString *json, EvalScore score)
{
  g_string_append (json, "\"precision\": ");
  append_number (json, score.precision);
  g_string_append (json, ", \"recall\": ");
  append_number (json, score.recall);
  g_string_append (json, ", \"f1\": ");
  append_number (json, score.f1);
  g_string_append_printf (json, ", \"frames\": %" G_GUINT64_FORMAT "}", score.support);
}

static void
append_classes (GString *json, const EvalReport *report)
{
  g_string_append (json, " \"classes\": [\n");
  for (guint i = 0; i < report->confusion->n_classes; i++) {
    append_separator (json, i, ",\n");
    g_string_append (json, "  {\"name\": ");
    eval_json_append_string (json, report->names[i]);
    g_string_append (json, ", ");
    append_scores (json, eval_class_score (report->confusion, i));
  }
  g_string_append (json, "\n ],\n \"mean\": {");
  append_scores (json, eval_macro_score (report->confusion));
  g_string_append (json, ",\n");
}

static void
append_confusion (GString *json, const EvalConfusion *confusion)
{
  g_string_append (json, " \"confusion\": [\n");
  for (guint truth = 0; truth < confusion->n_classes; truth++) {
    append_separator (json, truth, ",\n");
    g_string_append (json, "  [");
    for (guint predicted = 0; predicted <= confusion->n_classes; predicted++) {
      append_separator (json, predicted, ", ");
      g_string_append_printf (json, "%" G_GUINT64_FORMAT, eval_confusion_get (confusion, truth, predicted));
    }
    g_string_append_c (json, ']');
  }
  g_string_append (json, "\n ],\n");
}

static void
append_answer (GString *json, const EvalReport *report, const EvalResult *result)
{
  g_string_append (json, "\"indices\": [");
  for (guint i = 0; i < result->n; i++) {
    append_separator (json, i, ", ");
    g_string_append_printf (json, "%u", result->indices[i]);
  }
  g_string_append (json, "], \"labels\": [");
  for (guint i = 0; i < result->n; i++) {
    const char *name = eval_results_get_name (report->network, result->indices[i]);

    append_separator (json, i, ", ");
    eval_json_append_string (json, name ? name : "");
  }
  g_string_append (json, "], \"probabilities\": [");
  for (guint i = 0; i < result->n; i++) {
    append_separator (json, i, ", ");
    append_number (json, result->probabilities[i]);
  }
  g_string_append_c (json, ']');
}

static void
append_results (GString *json, const EvalReport *report)
{
  g_string_append (json, " \"results\": [\n");
  for (guint i = 0; i < report->results->len; i++) {
    const EvalResult *result = report->results->pdata[i];

    append_separator (json, i, ",\n");
    g_string_append_printf (json, "  {\"frame\": %" G_GUINT64_FORMAT ", ", result->frame);
    if (report->truth != NULL)
      g_string_append_printf (json, "\"truth\": %u, ", report->truth->classes[result->frame]);
    append_answer (json, report, result);
    g_string_append_c (json, '}');
  }
  g_string_append (json, "\n ]\n}\n");
}

static void
append_times (GString *json, const EvalReport *report)
{
  static const char *const times[] = { "p50", "p95", "p99" };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    g_string_append_printf (json, " \"%s_us\": ", times[i]);
    append_number (json, eval_report_get_microseconds (report, times[i]));
    g_string_append (json, ",\n");
  }
}

char *
eval_report_to_json (const EvalReport *report)
{
  GString *json = g_string_new (NULL);
  const char *model = gst_structure_get_string (report->stats, "model");

  g_string_append (json, "{\n \"model\": ");
  eval_json_append_string (json, model ? model : "");
  g_string_append_printf (json, ",\n \"frames\": %u,\n", report->results->len);
  append_times (json, report);
  if (report->confusion != NULL) {
    g_string_append (json, " \"top1\": ");
    append_number (json, eval_accuracy (report->confusion));
    g_string_append (json, ",\n");
    append_classes (json, report);
    append_confusion (json, report->confusion);
  }
  append_results (json, report);
  return g_string_free (json, FALSE);
}
