/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgecaptionimage.h: a caption as an image with its place in the frame. */
#pragma once

#include "gstedgecaption.h"

#include <gst/video/video.h>
#include <pango/pango.h>

G_BEGIN_DECLS

/**
 * GstEdgePosition:
 *
 * The corner of the frame where text stands.
 */
typedef enum {
  GST_EDGE_POSITION_TOP_LEFT,
  GST_EDGE_POSITION_TOP_RIGHT,
  GST_EDGE_POSITION_BOTTOM_LEFT,
  GST_EDGE_POSITION_BOTTOM_RIGHT,
} GstEdgePosition;

/**
 * GstEdgeCaptionStyle:
 * @font: where it has no size, text scales with the frame's height
 * @position: which corner
 * @opacity: of the background, 0 to 1
 */
typedef struct {
  PangoFontDescription *font;
  GstEdgePosition position;
  double opacity;
} GstEdgeCaptionStyle;

PangoContext *gst_edge_caption_new_context (void);
GstVideoOverlayRectangle *gst_edge_caption_draw (const GstEdgeCaption *caption, const GstEdgeCaptionStyle *style,
                                                 PangoContext *context, guint width, guint height);

G_END_DECLS
