/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* classification.h: from a network's scores to named classes. */
#pragma once

#include <glib-object.h>
#include <nncore/api.h>
#include <nncore/error.h>

G_BEGIN_DECLS

/**
 * NncLabels:
 *
 * An ordered list of class names. Immutable; reference-counted.
 */
typedef struct _NncLabels NncLabels;

#define NNC_TYPE_LABELS (nnc_labels_get_type ())
NNC_API GType nnc_labels_get_type (void) G_GNUC_CONST;

NNC_API NncLabels *nnc_labels_new_from_file (const char *path, GError **error);
NNC_API NncLabels *nnc_labels_new_from_text (const char *text, gssize length, GError **error);
NNC_API NncLabels *nnc_labels_ref (NncLabels *labels);
NNC_API void nnc_labels_unref (NncLabels *labels);
NNC_API guint nnc_labels_get_n (NncLabels *labels);
NNC_API const char *nnc_labels_get (NncLabels *labels, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncLabels, nnc_labels_unref)

/**
 * NncActivation:
 * @NNC_ACTIVATION_AUTO: softmax where the scores are not a distribution yet
 *   (any below 0 or above 1, or their sum more than 0.01 from 1), else none
 * @NNC_ACTIVATION_NONE: the scores are the probabilities
 * @NNC_ACTIVATION_SOFTMAX: exp (x - max) / sum
 * @NNC_ACTIVATION_SIGMOID: 1 / (1 + exp (-x)), each class for itself
 *
 * What turns a network's scores into probabilities.
 */
typedef enum {
  NNC_ACTIVATION_AUTO,
  NNC_ACTIVATION_NONE,
  NNC_ACTIVATION_SOFTMAX,
  NNC_ACTIVATION_SIGMOID,
} NncActivation;

/**
 * NncClass:
 * @index: which score
 * @probability: 0 to 1
 */
typedef struct {
  guint index;
  float probability;
} NncClass;

NNC_API void nnc_scores_activate (float *scores, guint n, NncActivation activation);
NNC_API guint nnc_scores_top (const float *probabilities, guint n, float threshold, NncClass *top, guint k);

G_END_DECLS
