/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* classified.c: results for tests to draw. */
#include "classified.h"

void
classified_add (GstBuffer *buffer, const char *const *labels, guint n, double probability)
{
  g_autofree GstEdgeClass *classes = g_new0 (GstEdgeClass, n);
  const GstEdgeClassification classification
      = { .element = "test", .model = "test.onnx", .region = GST_EDGE_WHOLE_FRAME, .classes = classes, .n_classes = n };

  for (guint i = 0; i < n; i++)
    classes[i] = (GstEdgeClass){ .index = i, .label = labels[i], .probability = probability };
  gst_edge_results_register ();
  gst_edge_results_add_classification (buffer, &classification);
}

void
classified_add_one (GstBuffer *buffer, const char *label, double probability)
{
  classified_add (buffer, &label, 1, probability);
}
