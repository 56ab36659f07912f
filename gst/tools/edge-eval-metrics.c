/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-metrics.c: accuracy, precision, recall and F1 from a confusion matrix. */
#include "edge-eval-metrics.h"

#include <gio/gio.h>

EvalConfusion *
eval_confusion_new (guint n_classes, GError **error)
{
  guint64 *counts = NULL;
  EvalConfusion *confusion;

  if (n_classes < 1 || n_classes > EVAL_MAX_CLASSES) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%u classes: 1 to %u can be counted", n_classes,
                 EVAL_MAX_CLASSES);
    return NULL;
  }
  counts = g_try_malloc0_n ((gsize)n_classes * (n_classes + 1), sizeof *counts);
  if (counts == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no memory for a confusion matrix of %u classes", n_classes);
    return NULL;
  }
  confusion = g_new0 (EvalConfusion, 1);
  confusion->n_classes = n_classes;
  confusion->counts = counts;
  return confusion;
}

void
eval_confusion_free (EvalConfusion *confusion)
{
  g_free (confusion->counts);
  g_free (confusion);
}

/* What is none of the classes counts in the column behind them. */
static gsize
find_cell (const EvalConfusion *confusion, guint truth, guint predicted)
{
  return (gsize)truth * (confusion->n_classes + 1) + MIN (predicted, confusion->n_classes);
}

gboolean
eval_confusion_add (EvalConfusion *confusion, guint truth, guint predicted)
{
  if (truth >= confusion->n_classes)
    return FALSE;
  confusion->counts[find_cell (confusion, truth, predicted)]++;
  confusion->n_frames++;
  return TRUE;
}

guint64
eval_confusion_get (const EvalConfusion *confusion, guint truth, guint predicted)
{
  return confusion->counts[find_cell (confusion, truth, predicted)];
}

guint64
eval_confusion_get_n_predicted (const EvalConfusion *confusion, guint predicted)
{
  guint64 sum = 0;

  for (guint truth = 0; truth < confusion->n_classes; truth++)
    sum += eval_confusion_get (confusion, truth, predicted);
  return sum;
}

static gdouble
quotient (guint64 part, guint64 whole)
{
  return whole > 0 ? (gdouble)part / (gdouble)whole : 0.0;
}

gdouble
eval_accuracy (const EvalConfusion *confusion)
{
  guint64 right = 0;

  for (guint i = 0; i < confusion->n_classes; i++)
    right += eval_confusion_get (confusion, i, i);
  return quotient (right, confusion->n_frames);
}

static guint64
n_true (const EvalConfusion *confusion, guint index)
{
  guint64 sum = 0;

  for (guint predicted = 0; predicted <= confusion->n_classes; predicted++)
    sum += eval_confusion_get (confusion, index, predicted);
  return sum;
}

/* F1 = 2 right / (true + predicted), which is 2 P R / (P + R) without its 0 / 0. */
EvalScore
eval_class_score (const EvalConfusion *confusion, guint index)
{
  guint64 right = eval_confusion_get (confusion, index, index);
  guint64 predicted = eval_confusion_get_n_predicted (confusion, index);
  guint64 support = n_true (confusion, index);

  return (EvalScore){
    .precision = quotient (right, predicted),
    .recall = quotient (right, support),
    .f1 = quotient (2 * right, predicted + support),
    .support = support,
  };
}

EvalScore
eval_macro_score (const EvalConfusion *confusion)
{
  EvalScore mean = { 0 };
  guint n = 0;

  for (guint i = 0; i < confusion->n_classes; i++) {
    EvalScore score = eval_class_score (confusion, i);

    if (score.support == 0 && eval_confusion_get_n_predicted (confusion, i) == 0)
      continue;
    mean.precision += score.precision;
    mean.recall += score.recall;
    mean.f1 += score.f1;
    mean.support += score.support;
    n++;
  }
  if (n > 0) {
    mean.precision /= n;
    mean.recall /= n;
    mean.f1 /= n;
  }
  return mean;
}
