/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-results.h: what a classifier said of each frame, collected from buffers' metadata. */
#pragma once
#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * EvalResult:
 * @frame: which frame, from 0
 * @n: classes the classifier named, 0 where none reached its threshold
 * @indices: (array length=n): which of the network's classes, the most probable first
 * @probabilities: (array length=n): of each
 */
typedef struct {
  guint64 frame;
  guint n;
  guint *indices;
  double *probabilities;
} EvalResult;

typedef struct _EvalResults EvalResults;

/**
 * eval_results_new:
 * @element: name of the classifier whose results count
 * @names: (nullable): names of the network's classes; else those are used that the metadata has
 */
EvalResults *eval_results_new (const char *element, const char *const *names);
void eval_results_free (EvalResults *results);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EvalResults, eval_results_free)

/**
 * eval_results_add:
 * @buffer: a frame, as it came to a sink
 *
 * Can be called from any thread. A frame that comes to several sinks counts once.
 *
 * Returns: (transfer none) (nullable): what @buffer's metadata says of the whole frame, %NULL where it says nothing or
 *   the frame was there before
 */
const EvalResult *eval_results_add (EvalResults *results, GstBuffer *buffer);

/* How many frames had a result. From any thread. */
guint eval_results_get_n (EvalResults *results);

/* All results by frame number. (element-type EvalResult) (transfer container) */
GPtrArray *eval_results_list (EvalResults *results);

/* Name of a class of the network; NULL where nothing named it. From any thread; valid as long as @results is. */
const char *eval_results_get_name (EvalResults *results, guint index);

/* Number of classes that have a name. */
guint eval_results_get_n_names (EvalResults *results);

G_END_DECLS
