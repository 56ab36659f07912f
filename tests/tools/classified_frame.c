/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* classified_frame.c: writes the metadata by the module that the elements use. */
#include "classified_frame.h"

#include "gstedgeresults.h"

GstBuffer *
make_classified_frame (guint64 frame, guint index, const char *label, double probability)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 4, NULL);
  const GstEdgeClass class = { index, label, probability };
  const GstEdgeClassification classification = { .element = "classifier",
                                                 .model = "model.onnx",
                                                 .region = GST_EDGE_WHOLE_FRAME,
                                                 .frame = frame,
                                                 .classes = &class,
                                                 .n_classes = label != NULL };

  gst_edge_results_register ();
  gst_buffer_memset (buffer, 0, 0x80, 4);
  gst_edge_results_add_classification (buffer, &classification);
  return buffer;
}
