/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture_peer_gstreamer.c: GstVideoConverter, which videoconvertscale is made of. */
#include <gst/video/video.h>
#include <libyuv.h>

#include "picture_peers.h"

struct _PicturePeer {
  GstVideoConverter *converter;
  GstVideoInfo in;
  GstBuffer *out_buffer;
  GstVideoFrame out;
  gint side;
};

static GstVideoFormat
format_of (NncPixelFormat format)
{
  switch (format) {
  case NNC_PIXEL_NV12:
    return GST_VIDEO_FORMAT_NV12;
  case NNC_PIXEL_I420:
    return GST_VIDEO_FORMAT_I420;
  case NNC_PIXEL_YUY2:
    return GST_VIDEO_FORMAT_YUY2;
  case NNC_PIXEL_RGB:
    return GST_VIDEO_FORMAT_RGB;
  default:
    return GST_VIDEO_FORMAT_BGRx;
  }
}

static PicturePeer *
peer_open (const NncPictureFormat *format, gint side)
{
  PicturePeer *peer = g_new0 (PicturePeer, 1);
  GstVideoInfo out;
  gst_video_info_set_format (&peer->in, format_of (format->format), (guint)format->width, (guint)format->height);
  gst_video_info_set_format (&out, GST_VIDEO_FORMAT_RGB, (guint)side, (guint)side);
  if (GST_VIDEO_INFO_IS_YUV (&peer->in))
    gst_video_colorimetry_from_string (&peer->in.colorimetry, GST_VIDEO_COLORIMETRY_BT709);
  peer->converter = gst_video_converter_new (&peer->in, &out, NULL);
  peer->out_buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&out), NULL);
  gst_video_frame_map (&peer->out, &out, peer->out_buffer, GST_MAP_WRITE);
  peer->side = side;
  return peer;
}

static void
peer_run (PicturePeer *peer, const NncPicture *picture, float *tensor)
{
  GstVideoFrame frame = { .info = peer->in };
  for (guint plane = 0; plane < 3; plane++) {
    frame.data[plane] = (gpointer)picture->planes[plane];
    frame.info.stride[plane] = picture->strides[plane];
  }
  gst_video_converter_frame (peer->converter, &frame, &peer->out);
  for (gint y = 0; y < peer->side; y++)
    ByteToFloat ((const guint8 *)GST_VIDEO_FRAME_PLANE_DATA (&peer->out, 0)
                     + y * GST_VIDEO_FRAME_PLANE_STRIDE (&peer->out, 0),
                 tensor + 3 * y * peer->side, 1, 3 * peer->side);
}

static void
peer_close (PicturePeer *peer)
{
  gst_video_converter_free (peer->converter);
  gst_video_frame_unmap (&peer->out);
  gst_buffer_unref (peer->out_buffer);
  g_free (peer);
}

const PicturePeerClass picture_peer_gstreamer = { "GstVideoConverter", peer_open, peer_run, peer_close };
