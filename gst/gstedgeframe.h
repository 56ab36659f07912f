/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeframe.h: a buffer's pixels, known to lie where they are said to. */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

gboolean gst_edge_frame_map (GstVideoFrame *frame, const GstVideoInfo *info, GstBuffer *buffer, GstMapFlags flags,
                             GError **error);

G_END_DECLS
