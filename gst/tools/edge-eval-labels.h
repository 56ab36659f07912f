/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-labels.h: the true class of every frame, from an IDX file, a text file or a folder a class. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/**
 * EvalTruth:
 * @n_frames: number of frames
 * @classes: class of each frame, in the order they are played
 * @names: (nullable): the folders' names by class, %NULL-terminated, where the truth is a folder a class
 */
typedef struct {
  gsize n_frames;
  guint *classes;
  gchar **names;
} EvalTruth;

/**
 * eval_truth_load:
 * @path: an IDX file of unsigned bytes and one dimension, plain or gzip'd; a text file with one class a line; or a
 *   folder with a folder a class. Folders are classes in the order of their names, and so are the frames within.
 * @names: (nullable): names of the classes, %NULL-terminated; a text file may use them instead of numbers
 *
 * Returns: (transfer full): the truth, or %NULL with an error that names @path. Free with eval_truth_free().
 */
EvalTruth *eval_truth_load (const gchar *path, const gchar *const *names, GError **error);
void eval_truth_free (EvalTruth *truth);

/**
 * eval_truth_find_class:
 * @index: one of a network's classes
 * @name: (nullable): its name
 *
 * Returns: which of the truth's classes that is: by its name where the truth's classes have names, else the same
 * number; %EVAL_OTHER_CLASS where it is none of them
 */
guint eval_truth_find_class (const EvalTruth *truth, guint index, const gchar *name);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EvalTruth, eval_truth_free)

G_END_DECLS
