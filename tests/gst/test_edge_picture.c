/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_picture.c: GstVideo's words in nncore's. */
#include "gstedgepicture.h"

#include <gst/check/gstcheck.h>

GST_START_TEST (every_format_of_the_caps_is_described)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (GST_VIDEO_CAPS_MAKE (GST_EDGE_PICTURE_FORMATS));
  const GValue *formats = gst_structure_get_value (gst_caps_get_structure (caps, 0), "format");

  fail_unless (gst_value_list_get_size (formats) >= 16);
  for (guint i = 0; i < gst_value_list_get_size (formats); i++) {
    const char *name = g_value_get_string (gst_value_list_get_value (formats, i));
    NncPictureFormat format;
    GstVideoInfo info;

    gst_video_info_set_format (&info, gst_video_format_from_string (name), 5, 7);
    fail_unless (gst_edge_picture_describe (&info, &format), "%s", name);
    fail_unless_equals_int (format.width, 5);
    fail_unless_equals_int (format.height, 7);
  }
}
GST_END_TEST

static void
check_colorimetry (GstVideoFormat video, const char *colorimetry, NncColorMatrix matrix, gboolean full_range)
{
  NncPictureFormat format;
  GstVideoInfo info;

  gst_video_info_set_format (&info, video, 5, 7);
  fail_unless (gst_video_colorimetry_from_string (&info.colorimetry, colorimetry), "%s", colorimetry);
  fail_unless (gst_edge_picture_describe (&info, &format));
  fail_unless_equals_int (format.matrix, matrix);
  fail_unless_equals_int (format.full_range, full_range);
}

GST_START_TEST (colorimetry_is_the_caps_)
{
  check_colorimetry (GST_VIDEO_FORMAT_I420, "bt601", NNC_MATRIX_BT601, FALSE);
  check_colorimetry (GST_VIDEO_FORMAT_I420, "bt709", NNC_MATRIX_BT709, FALSE);
  check_colorimetry (GST_VIDEO_FORMAT_NV12, "bt2020", NNC_MATRIX_BT2020, FALSE);
  check_colorimetry (GST_VIDEO_FORMAT_NV12, "1:4:0:0", NNC_MATRIX_BT601, TRUE);
  check_colorimetry (GST_VIDEO_FORMAT_I420, "0:0:0:0", NNC_MATRIX_BT601, FALSE);
  check_colorimetry (GST_VIDEO_FORMAT_RGB, "sRGB", NNC_MATRIX_BT601, TRUE);
  check_colorimetry (GST_VIDEO_FORMAT_GRAY8, "0:0:0:0", NNC_MATRIX_BT601, TRUE);
}
GST_END_TEST

static Suite *
edge_picture_suite (void)
{
  Suite *suite = suite_create ("edge_picture");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, every_format_of_the_caps_is_described);
  tcase_add_test (tcase, colorimetry_is_the_caps_);
  return suite;
}

GST_CHECK_MAIN (edge_picture)
