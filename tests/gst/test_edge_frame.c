/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_frame.c: a frame is where its buffer says, or is refused. */
#include "gstedgeframe.h"

#include <gst/check/gstcheck.h>

/* Whether a NV12 frame of 4x4 can be mapped from 24 bytes, with its planes as told. */
static gboolean
is_mapped (GstVideoFormat format, guint width, gsize offset0, gint stride0, gsize offset1, gint stride1)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, 24, NULL);
  gsize offsets[GST_VIDEO_MAX_PLANES] = { offset0, offset1 };
  gint strides[GST_VIDEO_MAX_PLANES] = { stride0, stride1 };
  g_autoptr (GError) error = NULL;
  GstVideoFrame frame;
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12, 4, 4);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, format, width, 4, 2, offsets, strides);
  if (!gst_edge_frame_map (&frame, &info, buffer, GST_MAP_READ, &error)) {
    fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ));
    return FALSE;
  }
  gst_video_frame_unmap (&frame);
  return TRUE;
}

GST_START_TEST (planes_outside_the_memory_are_refused)
{
  fail_unless (is_mapped (GST_VIDEO_FORMAT_NV12, 4, 0, 4, 16, 4));
  fail_unless (is_mapped (GST_VIDEO_FORMAT_NV12, 4, 12, -4, 16, 4));
  fail_if (is_mapped (GST_VIDEO_FORMAT_NV12, 4, 0, 4, 20, 4));
  fail_if (is_mapped (GST_VIDEO_FORMAT_NV12, 4, 0, 8, 16, 4));
  fail_if (is_mapped (GST_VIDEO_FORMAT_NV12, 4, 8, -4, 16, 4));
  fail_if (is_mapped (GST_VIDEO_FORMAT_NV12, 4, 0, 4, 16, 5));
  fail_if (is_mapped (GST_VIDEO_FORMAT_NV12, 4, 0, G_MAXINT, 16, 4));
  fail_if (is_mapped (GST_VIDEO_FORMAT_NV12, 4, 0, G_MININT, 16, 4));
}
GST_END_TEST

GST_START_TEST (a_meta_of_another_format_or_size_than_the_caps_is_refused)
{
  fail_if (is_mapped (GST_VIDEO_FORMAT_NV12, 2, 0, 4, 16, 4));
  fail_if (is_mapped (GST_VIDEO_FORMAT_NV21, 4, 0, 4, 16, 4));
}
GST_END_TEST

/* Whether a frame of 32x32 can be mapped from a buffer that ends `missing` bytes before its planes do. */
static gboolean
is_whole (GstVideoFormat format, gsize missing)
{
  g_autoptr (GstBuffer) buffer = NULL;
  GstVideoFrame frame;
  GstVideoInfo info;

  gst_video_info_set_format (&info, format, 32, 32);
  buffer = gst_buffer_new_allocate (NULL, info.size - missing, NULL);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, format, 32, 32, GST_VIDEO_INFO_N_PLANES (&info),
                                  info.offset, info.stride);
  if (!gst_edge_frame_map (&frame, &info, buffer, GST_MAP_READ, NULL))
    return FALSE;
  gst_video_frame_unmap (&frame);
  return TRUE;
}

GST_START_TEST (formats_whose_strides_are_no_plain_bytes_are_checked_too)
{
  static const GstVideoFormat formats[] = { GST_VIDEO_FORMAT_v210, GST_VIDEO_FORMAT_UYVP, GST_VIDEO_FORMAT_RGB8P,
                                            GST_VIDEO_FORMAT_NV12_64Z32, GST_VIDEO_FORMAT_NV12_4L4 };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    fail_unless (is_whole (formats[i], 0), "%s", gst_video_format_to_string (formats[i]));
    fail_if (is_whole (formats[i], 1), "%s", gst_video_format_to_string (formats[i]));
  }
}
GST_END_TEST

GST_START_TEST (a_buffer_without_meta_must_be_large_enough)
{
  g_autoptr (GstBuffer) small = gst_buffer_new_allocate (NULL, 23, NULL);
  g_autoptr (GError) error = NULL;
  GstVideoFrame frame;
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12, 4, 4);
  fail_if (gst_edge_frame_map (&frame, &info, small, GST_MAP_READ, &error));
  fail_unless (strstr (error->message, "23 bytes") != NULL, "%s", error->message);
}
GST_END_TEST

static Suite *
edge_frame_suite (void)
{
  Suite *suite = suite_create ("edge_frame");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, planes_outside_the_memory_are_refused);
  tcase_add_test (tcase, a_meta_of_another_format_or_size_than_the_caps_is_refused);
  tcase_add_test (tcase, formats_whose_strides_are_no_plain_bytes_are_checked_too);
  tcase_add_test (tcase, a_buffer_without_meta_must_be_large_enough);
  return suite;
}

GST_CHECK_MAIN (edge_frame)
