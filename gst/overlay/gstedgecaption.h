/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgecaption.h: the lines of text that tell a buffer's results. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstEdgeCaptionLine:
 * @label: the class's name as the metadata has it: any bytes
 * @percent: its probability, 0 to 100
 * @begins_result: whether this is the first line of a result
 */
typedef struct {
  char *label;
  guint percent;
  gboolean begins_result;
} GstEdgeCaptionLine;

/**
 * GstEdgeCaption:
 * @lines: (array length=n_lines):
 * @n_lines: how many there are
 */
typedef struct {
  GstEdgeCaptionLine *lines;
  guint n_lines;
} GstEdgeCaption;

GstEdgeCaption *gst_edge_caption_new (void);
gboolean gst_edge_caption_update (GstEdgeCaption *caption, GstBuffer *buffer, guint max_labels);
void gst_edge_caption_free (GstEdgeCaption *caption);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstEdgeCaption, gst_edge_caption_free)

G_END_DECLS
