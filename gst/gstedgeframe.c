/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeframe.c: maps a buffer as a frame. A buffer's GstVideoMeta can say what it likes, so it is checked against the
 * caps and against the memory. */
#include "gstedgeframe.h"

/* Whether a buffer's own word for its format and size, where it has one, fits the caps: it may be larger. */
static gboolean
check_meta (const GstVideoMeta *meta, const GstVideoInfo *info, GError **error)
{
  if (meta == NULL
      || (meta->format == GST_VIDEO_INFO_FORMAT (info) && meta->width >= (guint)GST_VIDEO_INFO_WIDTH (info)
          && meta->height >= (guint)GST_VIDEO_INFO_HEIGHT (info)))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
               "a buffer's video meta says %s of %ux%u pixels, the caps %s of %dx%d",
               gst_video_format_to_string (meta->format), meta->width, meta->height,
               gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (info)), GST_VIDEO_INFO_WIDTH (info),
               GST_VIDEO_INFO_HEIGHT (info));
  return FALSE;
}

/* Whether the pixels of a component lie in the memory that was mapped. */
static gboolean
is_inside (const GstVideoFrame *frame, guint component)
{
  guint plane = (guint)GST_VIDEO_FRAME_COMP_PLANE (frame, component);
  const GstMapInfo *map = &frame->map[plane];
  gint64 stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane);
  gint64 down = stride * (GST_VIDEO_FRAME_COMP_HEIGHT (frame, component) - 1);
  gint64 across
      = (gint64)GST_VIDEO_FRAME_COMP_WIDTH (frame, component) * GST_VIDEO_FRAME_COMP_PSTRIDE (frame, component);
  gint64 first = (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA (frame, plane) - map->data;

  return first + MIN (down, 0) >= 0 && first + MAX (down, 0) + across <= (gint64)map->size;
}

/* A frame without a meta lies as GstVideo itself has laid it out. Bytes of tiled and complex formats are not counted by
 * strides alone. */
static gboolean
are_all_inside (const GstVideoFrame *frame)
{
  if (frame->meta == NULL || GST_VIDEO_FORMAT_INFO_IS_TILED (frame->info.finfo)
      || GST_VIDEO_FORMAT_INFO_IS_COMPLEX (frame->info.finfo))
    return TRUE;
  for (guint i = 0; i < GST_VIDEO_FRAME_N_COMPONENTS (frame); i++)
    if (!is_inside (frame, i))
      return FALSE;
  return TRUE;
}

/**
 * gst_edge_frame_map:
 * @frame: (out caller-allocates): to be unmapped by gst_video_frame_unmap()
 * @info: what the caps say
 * @buffer: a buffer, which must outlive @frame
 * @flags: whether to read or write
 * @error: return location for a #GError of GST_RESOURCE_ERROR
 *
 * Returns: %FALSE with @error set, and nothing mapped, where @buffer is no frame of @info, or its GstVideoMeta says
 *   that pixels lie outside its memory (which is not
 *   found out for tiled and complex formats)
 */
gboolean
gst_edge_frame_map (GstVideoFrame *frame, const GstVideoInfo *info, GstBuffer *buffer, GstMapFlags flags,
                    GError **error)
{
  if (!check_meta (gst_buffer_get_video_meta (buffer), info, error))
    return FALSE;
  if (!gst_video_frame_map (frame, (GstVideoInfo *)info, buffer, flags | GST_VIDEO_FRAME_MAP_FLAG_NO_REF)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
                 "a buffer of %" G_GSIZE_FORMAT " bytes cannot be mapped as a frame of %" G_GSIZE_FORMAT,
                 gst_buffer_get_size (buffer), GST_VIDEO_INFO_SIZE (info));
    return FALSE;
  }
  if (are_all_inside (frame))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
               "a buffer's video meta has planes that leave its %" G_GSIZE_FORMAT " bytes",
               gst_buffer_get_size (buffer));
  gst_video_frame_unmap (frame);
  return FALSE;
}
