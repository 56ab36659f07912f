/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeblend.h: an image with alpha, blended into a frame. */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

GstVideoOverlayRectangle *gst_edge_blend_convert (GstVideoOverlayRectangle *rectangle, const GstVideoInfo *frame);
gboolean gst_edge_blend (GstVideoFrame *frame, GstVideoOverlayRectangle *rectangle);

G_END_DECLS
