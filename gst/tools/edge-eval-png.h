/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-png.h: a confusion matrix as a picture. */
#pragma once
#include "edge-eval-metrics.h"

G_BEGIN_DECLS

/**
 * eval_confusion_write_png:
 * @path: file to write
 * @names: (nullable): names of the classes, %NULL-terminated; classes without a name show their number
 *
 * Rows are true classes, columns predicted ones; a cell is the darker, the larger its part of its row. The last column
 * is of answers that are none of the classes, where there are such.
 *
 * Returns: %FALSE with an error that names @path, when it cannot be written or has more than EVAL_PNG_MAX_CLASSES.
 */
#define EVAL_PNG_MAX_CLASSES 100u
gboolean eval_confusion_write_png (const EvalConfusion *confusion, const gchar *const *names, const gchar *path,
                                   GError **error);

G_END_DECLS
