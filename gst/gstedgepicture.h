/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgepicture.h: GstVideo's words for a frame, in nncore's. */
#pragma once

#include <gst/video/video.h>
#include <nncore/nncore.h>

G_BEGIN_DECLS

/* What nncore/frame takes: alpha is not looked at. */
#define GST_EDGE_PICTURE_FORMATS                                                                                       \
  "{ I420, NV12, NV21, YUY2, UYVY, YVYU, VYUY, YV12, Y42B, NV16, NV61, Y444, NV24, "                                   \
  "RGB, BGR, RGBx, BGRx, xRGB, xBGR, RGBA, BGRA, ARGB, ABGR, GRAY8 }"

/* As large as a picture can be. */
#define GST_EDGE_PICTURE_CAPS                                                                                          \
  "video/x-raw, format = (string) " GST_EDGE_PICTURE_FORMATS                                                           \
  ", width = (int) [ 1, 32768 ], height = (int) [ 1, 32768 ], "                                                        \
  "framerate = " GST_VIDEO_FPS_RANGE

gboolean gst_edge_picture_describe (const GstVideoInfo *info, NncPictureFormat *format);
NncPicture gst_edge_picture_locate (const GstVideoFrame *frame);

G_END_DECLS
