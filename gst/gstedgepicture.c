/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgepicture.c: what a frame is (its format, size and colours), and where its pixels lie. */
#include "gstedgepicture.h"

static const struct {
  GstVideoFormat video;
  NncPixelFormat pixel;
} formats[] = {
  { GST_VIDEO_FORMAT_GRAY8, NNC_PIXEL_GRAY8 }, { GST_VIDEO_FORMAT_I420, NNC_PIXEL_I420 },
  { GST_VIDEO_FORMAT_NV12, NNC_PIXEL_NV12 },   { GST_VIDEO_FORMAT_NV21, NNC_PIXEL_NV21 },
  { GST_VIDEO_FORMAT_YUY2, NNC_PIXEL_YUY2 },   { GST_VIDEO_FORMAT_UYVY, NNC_PIXEL_UYVY },
  { GST_VIDEO_FORMAT_YVYU, NNC_PIXEL_YVYU },   { GST_VIDEO_FORMAT_VYUY, NNC_PIXEL_VYUY },
  { GST_VIDEO_FORMAT_YV12, NNC_PIXEL_YV12 },   { GST_VIDEO_FORMAT_Y42B, NNC_PIXEL_Y42B },
  { GST_VIDEO_FORMAT_NV16, NNC_PIXEL_NV16 },   { GST_VIDEO_FORMAT_NV61, NNC_PIXEL_NV61 },
  { GST_VIDEO_FORMAT_Y444, NNC_PIXEL_Y444 },   { GST_VIDEO_FORMAT_NV24, NNC_PIXEL_NV24 },
  { GST_VIDEO_FORMAT_RGB, NNC_PIXEL_RGB },     { GST_VIDEO_FORMAT_BGR, NNC_PIXEL_BGR },
  { GST_VIDEO_FORMAT_RGBx, NNC_PIXEL_RGBX },   { GST_VIDEO_FORMAT_RGBA, NNC_PIXEL_RGBX },
  { GST_VIDEO_FORMAT_BGRx, NNC_PIXEL_BGRX },   { GST_VIDEO_FORMAT_BGRA, NNC_PIXEL_BGRX },
  { GST_VIDEO_FORMAT_xRGB, NNC_PIXEL_XRGB },   { GST_VIDEO_FORMAT_ARGB, NNC_PIXEL_XRGB },
  { GST_VIDEO_FORMAT_xBGR, NNC_PIXEL_XBGR },   { GST_VIDEO_FORMAT_ABGR, NNC_PIXEL_XBGR },
};

/* Matrices that nncore does not have are taken for the one that is nearest. */
static NncColorMatrix
get_matrix (GstVideoColorMatrix matrix)
{
  switch (matrix) {
  case GST_VIDEO_COLOR_MATRIX_BT709:
  case GST_VIDEO_COLOR_MATRIX_SMPTE240M:
    return NNC_MATRIX_BT709;
  case GST_VIDEO_COLOR_MATRIX_BT2020:
    return NNC_MATRIX_BT2020;
  default:
    return NNC_MATRIX_BT601;
  }
}

static gboolean
has_full_range (const GstVideoInfo *info)
{
  if (info->colorimetry.range == GST_VIDEO_COLOR_RANGE_UNKNOWN)
    return !GST_VIDEO_INFO_IS_YUV (info);
  return info->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
}

/**
 * gst_edge_picture_describe:
 * @info: a video format with its size and colorimetry
 * @format: (out caller-allocates): the same for nncore
 *
 * Returns: whether nncore takes it
 */
gboolean
gst_edge_picture_describe (const GstVideoInfo *info, NncPictureFormat *format)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (formats[i].video != GST_VIDEO_INFO_FORMAT (info))
      continue;
    *format = (NncPictureFormat){ .format = formats[i].pixel,
                                  .width = GST_VIDEO_INFO_WIDTH (info),
                                  .height = GST_VIDEO_INFO_HEIGHT (info),
                                  .matrix = get_matrix (info->colorimetry.matrix),
                                  .full_range = has_full_range (info) };
    return TRUE;
  }
  return FALSE;
}

/**
 * gst_edge_picture_locate:
 * @frame: a frame of gst_edge_frame_map(), of a format that gst_edge_picture_describe() takes
 *
 * Returns: where its pixels lie
 */
NncPicture
gst_edge_picture_locate (const GstVideoFrame *frame)
{
  NncPicture picture = { { NULL }, { 0 } };

  for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES (frame); i++) {
    picture.planes[i] = GST_VIDEO_FRAME_PLANE_DATA (frame, i);
    picture.strides[i] = GST_VIDEO_FRAME_PLANE_STRIDE (frame, i);
  }
  return picture;
}
