/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_blend.c: what gst_edge_blend() draws is what GStreamer draws that unpacks whole rows. */
#include "gstedgeblend.h"

#include <gst/check/gstcheck.h>
#include <string.h>

/* How far colours may be off: GStreamer converts with fewer bits. */
#define MOST 3

/* A rectangle of colours and alphas of all sorts, but premultiplied as they must be. */
static GstVideoOverlayRectangle *
new_rectangle (gint x, gint y, guint width, guint height)
{
  g_autoptr (GstBuffer) pixels = gst_buffer_new_allocate (NULL, (gsize)width * height * 4, NULL);
  GstMapInfo map;

  gst_buffer_map (pixels, &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; i += 4) {
    guint8 alpha = (guint8)(i * 2654435761u >> 11);

    for (gsize k = 0; k < 3; k++)
      map.data[i + k] = (guint8)(alpha * ((i + k) * 40503u >> 5 & 255) / 255);
    map.data[i + 3] = alpha;
  }
  gst_buffer_unmap (pixels, &map);
  gst_buffer_add_video_meta (pixels, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, width,
                             height);
  return gst_video_overlay_rectangle_new_raw (pixels, x, y, width, height,
                                              GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
}

static GstBuffer *
new_frame (const GstVideoInfo *info)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (info), NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; i++)
    map.data[i] = (guint8)(i * 2654435761u >> 13);
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

/* The largest difference of any component of any pixel, in 8 bits, as it is seen: less where alpha is. The last pixel
 * of odd rows is left out: in some formats (NV61, NV16_10LE32) GStreamer packs bytes from beyond the row with it. */
static gint
get_largest_difference (GstVideoFrame *a, GstVideoFrame *b)
{
  const GstVideoFormatInfo *format = a->info.finfo;
  gboolean wide = GST_VIDEO_FORMAT_INFO_BITS (gst_video_format_get_info (format->unpack_format)) == 16;
  gint width = GST_VIDEO_FRAME_WIDTH (a), compared = width & ~1, largest = 0;
  g_autofree guint8 *row_a = g_malloc0 ((gsize)(width + 64) * 8), *row_b = g_malloc0 ((gsize)(width + 64) * 8);

  for (gint y = 0; y < GST_VIDEO_FRAME_HEIGHT (a); y++) {
    format->unpack_func (format, 0, row_a, a->data, a->info.stride, 0, y, width);
    format->unpack_func (format, 0, row_b, b->data, b->info.stride, 0, y, width);
    for (gint i = 0; i < compared * 4; i++) {
      gint one = wide ? ((guint16 *)row_a)[i] >> 8 : row_a[i], other = wide ? ((guint16 *)row_b)[i] >> 8 : row_b[i];
      gint alpha = wide ? ((guint16 *)row_a)[i / 4 * 4] >> 8 : row_a[i / 4 * 4];

      largest = MAX (largest, ABS (one - other) * (i % 4 ? alpha : 255) / 255);
    }
  }
  return largest;
}

static void
check_like_gstreamer (GstVideoFormat format, gint width, gint height, gint x, gint y, guint w, guint h)
{
  g_autoptr (GstVideoOverlayRectangle) rectangle = new_rectangle (x, y, w, h);
  g_autoptr (GstVideoOverlayComposition) composition = gst_video_overlay_composition_new (rectangle);
  g_autoptr (GstVideoOverlayRectangle) converted = NULL;
  g_autoptr (GstBuffer) ours = NULL, theirs = NULL, before = NULL;
  GstVideoFrame a, b, c;
  GstVideoInfo info;

  fail_unless (gst_video_info_set_format (&info, format, (guint)width, (guint)height));
  gst_video_colorimetry_from_string (&info.colorimetry, GST_VIDEO_COLORIMETRY_BT709); /* GStreamer's only one here */
  ours = new_frame (&info);
  theirs = new_frame (&info);
  before = new_frame (&info);
  fail_unless (gst_video_frame_map (&a, &info, ours, GST_MAP_READWRITE));
  fail_unless (gst_video_frame_map (&b, &info, theirs, GST_MAP_READWRITE));
  fail_unless (gst_video_frame_map (&c, &info, before, GST_MAP_READ));
  converted = gst_edge_blend_convert (rectangle, &info);
  fail_unless (gst_edge_blend (&a, converted), "%s", gst_video_format_to_string (format));
  fail_unless (gst_video_overlay_composition_blend (composition, &b));
  fail_unless (get_largest_difference (&a, &b) <= MOST, "%s %dx%d: %d", gst_video_format_to_string (format), width,
               height, get_largest_difference (&a, &b));
  fail_unless (w * h < 100 || get_largest_difference (&a, &c) > MOST);
  gst_video_frame_unmap (&a);
  gst_video_frame_unmap (&b);
  gst_video_frame_unmap (&c);
}

GST_START_TEST (every_format_is_blended_as_gstreamer_does)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (GST_VIDEO_CAPS_MAKE (GST_VIDEO_OVERLAY_COMPOSITION_BLEND_FORMATS));
  const GValue *formats = gst_structure_get_value (gst_caps_get_structure (caps, 0), "format");

  for (guint i = 0; i < gst_value_list_get_size (formats); i++) {
    GstVideoFormat format = gst_video_format_from_string (g_value_get_string (gst_value_list_get_value (formats, i)));

    check_like_gstreamer (format, 64, 48, 8, 4, 20, 10);
    check_like_gstreamer (format, 67, 35, 13, 3, 31, 17);
    check_like_gstreamer (format, 67, 35, 36, 18, 31, 17); /* in the corner */
    check_like_gstreamer (format, 33, 21, 0, 0, 33, 21);
    check_like_gstreamer (format, 5, 3, 1, 1, 1, 1);
    check_like_gstreamer (format, 1, 1, 0, 0, 1, 1);
  }
}
GST_END_TEST

GST_START_TEST (colours_are_those_of_the_frames_colorimetry)
{
  static const struct {
    const char *colorimetry;
    guint8 luma; /* of red */
  } cases[] = { { "bt709", 63 }, { "bt601", 81 }, { "1:4:0:0", 76 } };
  static const guint8 red[] = { 0, 0, 255, 255 };
  g_autoptr (GstBuffer) pixels = gst_buffer_new_memdup (red, 4);
  g_autoptr (GstVideoOverlayRectangle) rectangle = NULL;

  gst_buffer_add_video_meta (pixels, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 1, 1);
  rectangle
      = gst_video_overlay_rectangle_new_raw (pixels, 0, 0, 1, 1, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GstVideoOverlayRectangle) converted = NULL;
    g_autoptr (GstBuffer) buffer = NULL;
    GstVideoFrame frame;
    GstVideoInfo info;
    gint luma;

    gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, 1, 1);
    fail_unless (gst_video_colorimetry_from_string (&info.colorimetry, cases[i].colorimetry));
    buffer = new_frame (&info);
    converted = gst_edge_blend_convert (rectangle, &info);
    gst_video_frame_map (&frame, &info, buffer, GST_MAP_READWRITE);
    fail_unless (gst_edge_blend (&frame, converted));
    luma = *(guint8 *)GST_VIDEO_FRAME_PLANE_DATA (&frame, 0);
    fail_unless (ABS (luma - cases[i].luma) <= 1, "%s: %d", cases[i].colorimetry, luma);
    gst_video_frame_unmap (&frame);
  }
}
GST_END_TEST

static Suite *
edge_blend_suite (void)
{
  Suite *suite = suite_create ("edge_blend");
  TCase *tests = tcase_create ("blend");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, every_format_is_blended_as_gstreamer_does);
  tcase_add_test (tests, colours_are_those_of_the_frames_colorimetry);
  return suite;
}

GST_CHECK_MAIN (edge_blend)
