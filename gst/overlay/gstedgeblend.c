/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeblend.c: blends only the columns that an image covers.
 * gst_video_blend() unpacks and packs whole rows of the frame, which takes
 * as long as the blending where the image is narrow; given a frame that is no
 * wider than the image, it does not. */
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

/* The rectangle's own pixels, as they are. */
static gboolean
map_image (GstVideoOverlayRectangle *rectangle, GstVideoFrame *image)
{
  GstVideoOverlayFormatFlags flags = gst_video_overlay_rectangle_get_flags (rectangle);
  GstBuffer *pixels = gst_video_overlay_rectangle_get_pixels_unscaled_raw (rectangle, flags);
  const GstVideoMeta *meta = gst_buffer_get_video_meta (pixels);
  GstVideoInfo info;

  gst_video_info_set_format (&info, meta->format, meta->width, meta->height);
  if (flags & GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA)
    info.flags |= GST_VIDEO_FLAG_PREMULTIPLIED_ALPHA;
  return gst_video_frame_map (image, &info, pixels, GST_MAP_READ);
}

static GstBuffer *
new_yuv_pixels (GstBuffer *rgb_pixels, guint width, guint height, const GstVideoColorimetry *colorimetry)
{
  GstVideoInfo rgb_info, yuv_info;
  GstVideoFrame rgb, yuv;
  GstVideoConverter *converter;
  GstBuffer *pixels;

  gst_video_info_set_format (&rgb_info, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, width, height);
  gst_video_info_set_format (&yuv_info, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_YUV, width, height);
  if (colorimetry->matrix != GST_VIDEO_COLOR_MATRIX_UNKNOWN && colorimetry->matrix != GST_VIDEO_COLOR_MATRIX_RGB)
    yuv_info.colorimetry.matrix = colorimetry->matrix;
  if (colorimetry->range != GST_VIDEO_COLOR_RANGE_UNKNOWN)
    yuv_info.colorimetry.range = colorimetry->range;
  pixels = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&yuv_info), NULL);
  gst_buffer_add_video_meta (pixels, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_YUV, width,
                             height);
  gst_video_frame_map (&rgb, &rgb_info, rgb_pixels, GST_MAP_READ);
  gst_video_frame_map (&yuv, &yuv_info, pixels, GST_MAP_WRITE);
  converter = gst_video_converter_new (&rgb_info, &yuv_info, NULL);
  gst_video_converter_frame (converter, &rgb, &yuv);
  gst_video_converter_free (converter);
  gst_video_frame_unmap (&yuv);
  gst_video_frame_unmap (&rgb);
  return pixels;
}

/**
 * gst_edge_blend_convert:
 * @rectangle: an image of RGB
 * @frame: what frames it will be blended into
 *
 * gst_video_blend() converts an image to the frame's family of colours each
 * time, which takes as long again as the blending. The rectangles' own
 * conversion, gst_video_overlay_rectangle_get_pixels_ayuv(), tints what is
 * translucent where alpha is premultiplied (GStreamer 1.22).
 *
 * Returns: (transfer full): the image as it is blended fastest
 */
GstVideoOverlayRectangle *
gst_edge_blend_convert (GstVideoOverlayRectangle *rectangle, const GstVideoInfo *frame)
{
  g_autoptr (GstBuffer) pixels = NULL;
  GstBuffer *straight;
  guint width, height;
  gint x, y;

  if (GST_VIDEO_INFO_IS_RGB (frame))
    return gst_video_overlay_rectangle_ref (rectangle);
  gst_video_overlay_rectangle_get_render_rectangle (rectangle, &x, &y, &width, &height);
  straight = gst_video_overlay_rectangle_get_pixels_argb (rectangle, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
  pixels = new_yuv_pixels (straight, width, height, &frame->colorimetry);
  return gst_video_overlay_rectangle_new_raw (pixels, x, y, width, height, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
}

/**
 * gst_edge_blend:
 * @frame: mapped for reading and writing
 * @rectangle: lies in it, as large as its pixels are
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
  if (!map_image (rectangle, &image))
    return FALSE;
  x -= narrow (&columns, x, GST_VIDEO_FRAME_WIDTH (&image));
  done = gst_video_blend (&columns, &image, x, y, 1.0f);
  gst_video_frame_unmap (&image);
  return done;
}
