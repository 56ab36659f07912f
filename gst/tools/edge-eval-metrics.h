/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-metrics.h: how well predictions match the truth, counted in a confusion matrix. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/**
 * EvalConfusion:
 * @n_classes: number of classes, at least 1
 * @n_frames: sum of @counts
 * @counts: [true class, predicted class], frames; the column behind the classes has the frames whose answer is none of
 * them
 */
typedef struct {
  guint n_classes;
  guint64 n_frames;
  guint64 *counts;
} EvalConfusion;

/**
 * EvalScore:
 * @precision: right answers among the frames given this class, 0 to 1
 * @recall: right answers among the frames of this class, 0 to 1
 * @f1: harmonic mean of both, 0 to 1
 * @support: frames of this class
 *
 * A quotient without frames below its bar is 0.
 */
typedef struct {
  gdouble precision, recall, f1;
  guint64 support;
} EvalScore;

/* 1 to EVAL_MAX_CLASSES classes; NULL with an error for another number or too little memory. Free with
 * eval_confusion_free(). */
#define EVAL_MAX_CLASSES 10000u
EvalConfusion *eval_confusion_new (guint n_classes, GError **error);
void eval_confusion_free (EvalConfusion *confusion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EvalConfusion, eval_confusion_free)

/* The answer where there is none, or one that is none of the classes: any number from n_classes on means the same. */
#define EVAL_OTHER_CLASS G_MAXUINT

/* Counts one frame. FALSE, and nothing is counted, when the true class is outside [0, n_classes). */
gboolean eval_confusion_add (EvalConfusion *confusion, guint truth, guint predicted);
guint64 eval_confusion_get (const EvalConfusion *confusion, guint truth, guint predicted);
/* How often a class was the answer, right or wrong. */
guint64 eval_confusion_get_n_predicted (const EvalConfusion *confusion, guint predicted);

/* Right answers among all frames; 0 without frames. */
gdouble eval_accuracy (const EvalConfusion *confusion);
/* @index: below n_classes. */
EvalScore eval_class_score (const EvalConfusion *confusion, guint index);
/* The unweighted mean over the classes that occur, as truth or as prediction; support is their sum. */
EvalScore eval_macro_score (const EvalConfusion *confusion);

G_END_DECLS
