/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeblend.c: blends only the columns that an image covers.
 * gst_video_blend() unpacks and packs whole rows of the frame, which takes
 * several times as long as the blending where the image is narrow; given a
 * frame that is no wider than the image, it does not. */
#include "gstedgeblend.h"

/* Chroma is shared by at most so many pixels of a row. */
#define CHROMA_COLUMNS 4

static gboolean
has_addressable_pixels (const GstVideoFormatInfo *format)
{
  const GstVideoFormatFlags others
      = GST_VIDEO_FORMAT_FLAG_COMPLEX | GST_VIDEO_FORMAT_FLAG_TILED | GST_VIDEO_FORMAT_FLAG_PALETTE;

  if (GST_VIDEO_FORMAT_INFO_FLAGS (format) & others)
    return FALSE;
  for (guint i = 0; i < GST_VIDEO_FORMAT_INFO_N_COMPONENTS (format); i++) {
    if (GST_VIDEO_FORMAT_INFO_PSTRIDE (format, i) == 0)
      return FALSE;
  }
  return TRUE;
}

/* Makes the frame those of its columns that [x, x + width) touches. Returns the first; 0 where a format has to be
 * taken in whole rows. */
static gint
narrow (GstVideoFrame *frame, gint x, gint width)
{
  const GstVideoFormatInfo *format = frame->info.finfo;
  gint first = x / CHROMA_COLUMNS * CHROMA_COLUMNS, end = GST_ROUND_UP_N (x + width, CHROMA_COLUMNS);
  gboolean moved[GST_VIDEO_MAX_PLANES] = { FALSE };

  if (!has_addressable_pixels (format))
    return 0;
  for (guint i = 0; i < GST_VIDEO_FORMAT_INFO_N_COMPONENTS (format); i++) {
    guint plane = GST_VIDEO_FORMAT_INFO_PLANE (format, i);

    if (!moved[plane])
      frame->data[plane]
          = (guint8 *)frame->data[plane]
            + GST_VIDEO_FORMAT_INFO_SCALE_WIDTH (format, i, first) * GST_VIDEO_FORMAT_INFO_PSTRIDE (format, i);
    moved[plane] = TRUE;
  }
  frame->info.width = MIN (end, GST_VIDEO_FRAME_WIDTH (frame)) - first;
  return first;
}

/* The rectangle's image in the frame's family of colours: converted once, then kept by the rectangle. */
static gboolean
map_image (GstVideoOverlayRectangle *rectangle, gboolean rgb, GstVideoFrame *image)
{
  GstBuffer *pixels;
  GstVideoInfo info;
  guint width, height;

  gst_video_overlay_rectangle_get_render_rectangle (rectangle, NULL, NULL, &width, &height);
  if (rgb) {
    gst_video_info_set_format (&info, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, width, height);
    info.flags |= GST_VIDEO_FLAG_PREMULTIPLIED_ALPHA;
    pixels = gst_video_overlay_rectangle_get_pixels_argb (rectangle, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  } else {
    gst_video_info_set_format (&info, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_YUV, width, height);
    pixels = gst_video_overlay_rectangle_get_pixels_ayuv (rectangle, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
  }
  return gst_video_frame_map (image, &info, pixels, GST_MAP_READ);
}

/**
 * gst_edge_blend:
 * @frame: mapped for reading and writing
 * @rectangle: lies in it
 *
 * Returns: whether it can be done in the frame's format
 */
gboolean
gst_edge_blend (GstVideoFrame *frame, GstVideoOverlayRectangle *rectangle)
{
  GstVideoFrame columns = *frame, image;
  gboolean done;
  gint x, y;

  gst_video_overlay_rectangle_get_render_rectangle (rectangle, &x, &y, NULL, NULL);
  if (!map_image (rectangle, GST_VIDEO_INFO_IS_RGB (&frame->info), &image))
    return FALSE;
  x -= narrow (&columns, x, GST_VIDEO_FRAME_WIDTH (&image));
  done = gst_video_blend (&columns, &image, x, y, 1.0f);
  gst_video_frame_unmap (&image);
  return done;
}
