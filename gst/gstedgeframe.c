/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeframe.c: maps a buffer as a frame. A buffer's GstVideoMeta can say what it likes, so it is checked against the
 * caps and against the memory. */
#include "gstedgeframe.h"

/* Whether a buffer's own word for its format and size, where it has one, fits the caps: it may be larger. */
static gboolean
check_meta (const GstVideoMeta *meta, const GstVideoInfo *info, GError **error)
{
  if (meta == NULL
      || (meta->format == GST_VIDEO_INFO_FORMAT (info) && meta->n_planes == GST_VIDEO_INFO_N_PLANES (info)
          && meta->width >= (guint)GST_VIDEO_INFO_WIDTH (info) && meta->height >= (guint)GST_VIDEO_INFO_HEIGHT (info)))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
               "a buffer's video meta says %s of %ux%u pixels, the caps %s of %dx%d",
               gst_video_format_to_string (meta->format), meta->width, meta->height,
               gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (info)), GST_VIDEO_INFO_WIDTH (info),
               GST_VIDEO_INFO_HEIGHT (info));
  return FALSE;
}

/* Bytes of a row of a plane, at least. What bytes a complex format has for a pixel is GstVideo's secret: as many as it
 * gives a row itself. */
static gint64
count_row_bytes (const GstVideoFrame *frame, guint component, const GstVideoInfo *info)
{
  if (GST_VIDEO_FORMAT_INFO_IS_COMPLEX (frame->info.finfo))
    return GST_VIDEO_INFO_PLANE_STRIDE (info, GST_VIDEO_FRAME_COMP_PLANE (frame, component));
  return (gint64)GST_VIDEO_FRAME_COMP_WIDTH (frame, component) * GST_VIDEO_FRAME_COMP_PSTRIDE (frame, component);
}

/* Whether [begin, end), counted from a plane's first pixel, lies in the plane's memory. */
static gboolean
is_inside (const GstVideoFrame *frame, guint plane, gint64 begin, gint64 end)
{
  const GstMapInfo *map = &frame->map[plane];
  gint64 first = (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA (frame, plane) - map->data;

  return first + begin >= 0 && first + end <= (gint64)map->size;
}

static gboolean
is_component_inside (const GstVideoFrame *frame, guint component, const GstVideoInfo *info)
{
  guint plane = (guint)GST_VIDEO_FRAME_COMP_PLANE (frame, component);
  gint64 stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane);
  gint64 down = stride * (GST_VIDEO_FRAME_COMP_HEIGHT (frame, component) - 1);

  return is_inside (frame, plane, MIN (down, 0), MAX (down, 0) + count_row_bytes (frame, component, info));
}

/* A stride of tiles is two counts of them: only as many as GstVideo itself lays out are taken. */
static gboolean
is_tiled_plane_inside (const GstVideoFrame *frame, guint plane, const GstVideoInfo *info)
{
  gsize end = plane + 1 < GST_VIDEO_INFO_N_PLANES (info) ? info->offset[plane + 1] : info->size;

  return GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane) == GST_VIDEO_INFO_PLANE_STRIDE (info, plane)
         && is_inside (frame, plane, 0, (gint64)(end - info->offset[plane]));
}

#define PALETTE_PLANE 1
#define PALETTE_BYTES (256 * 4)

/* A frame without a meta lies as GstVideo itself has laid it out. */
static gboolean
are_all_inside (const GstVideoFrame *frame, const GstVideoInfo *info)
{
  gboolean tiled = GST_VIDEO_FORMAT_INFO_IS_TILED (frame->info.finfo), inside = TRUE;

  if (frame->meta == NULL)
    return TRUE;
  for (guint i = 0; tiled && i < GST_VIDEO_FRAME_N_PLANES (frame); i++)
    inside = inside && is_tiled_plane_inside (frame, i, info);
  for (guint i = 0; !tiled && i < GST_VIDEO_FRAME_N_COMPONENTS (frame); i++)
    inside = inside && is_component_inside (frame, i, info);
  if (GST_VIDEO_FORMAT_INFO_HAS_PALETTE (frame->info.finfo))
    inside = inside && is_inside (frame, PALETTE_PLANE, 0, PALETTE_BYTES);
  return inside;
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
 *   that pixels lie outside its memory
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
  if (are_all_inside (frame, info))
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
               "a buffer's video meta has planes that leave its %" G_GSIZE_FORMAT " bytes",
               gst_buffer_get_size (buffer));
  gst_video_frame_unmap (frame);
  return FALSE;
}
