/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edgeoverlay.c: the element, as a pipeline meets it. */
#include "classified.h"

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#define COMPOSED "video/x-raw(memory:SystemMemory, meta:GstVideoOverlayComposition)"

/* -------------------------------------------------------------- scaffolding */

/* The element; what comes after it takes caps of any kind, and draws compositions or does not. */
static GstHarness *
open_before (gboolean composing)
{
  GstHarness *harness = gst_harness_new ("edgeoverlay");

  if (composing)
    gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  return harness;
}

static GstVideoInfo
set_caps (GstHarness *harness, GstVideoFormat format, guint width, guint height)
{
  GstVideoInfo info;

  fail_unless (gst_video_info_set_format (&info, format, width, height));
  info.fps_n = 25;
  info.fps_d = 1;
  gst_harness_set_src_caps (harness, gst_video_info_to_caps (&info));
  return info;
}

static GstBuffer *
new_frame (const GstVideoInfo *info)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (info), NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; i++)
    map.data[i] = (guint8)(64 + (i * 2654435761u >> 13) % 128);
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

static gboolean
has_new_pixels (const GstVideoInfo *info, GstBuffer *buffer)
{
  g_autoptr (GstBuffer) original = new_frame (info);
  gboolean differs;
  GstMapInfo map;

  gst_buffer_map (original, &map, GST_MAP_READ);
  differs = gst_buffer_get_size (buffer) != map.size || gst_buffer_memcmp (buffer, 0, map.data, map.size) != 0;
  gst_buffer_unmap (original, &map);
  return differs;
}

static GstBuffer *
push (GstHarness *harness, const GstVideoInfo *info, const char *label)
{
  GstBuffer *buffer = new_frame (info);

  if (label)
    classified_add_one (buffer, label, 0.97);
  return gst_harness_push_and_pull (harness, buffer);
}

static GstVideoOverlayRectangle *
get_rectangle (GstBuffer *buffer)
{
  GstVideoOverlayCompositionMeta *meta = gst_buffer_get_video_overlay_composition_meta (buffer);

  fail_unless (meta != NULL);
  return gst_video_overlay_composition_get_rectangle (meta->overlay,
                                                      gst_video_overlay_composition_n_rectangles (meta->overlay) - 1);
}

static gboolean
is_composed (GstHarness *harness)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (harness->sinkpad);

  return gst_caps_features_contains (gst_caps_get_features (caps, 0),
                                     GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION);
}

static void
check_blended (GstHarness *harness, const GstVideoInfo *info)
{
  g_autoptr (GstBuffer) buffer = push (harness, info, "cat");

  fail_unless (has_new_pixels (info, buffer));
  fail_unless (gst_buffer_get_video_overlay_composition_meta (buffer) == NULL);
  fail_if (is_composed (harness));
}

static void
check_attached (GstHarness *harness, const GstVideoInfo *info)
{
  g_autoptr (GstBuffer) buffer = push (harness, info, "cat");
  guint width, height;
  gint x, y;

  fail_if (has_new_pixels (info, buffer));
  fail_unless (is_composed (harness));
  gst_video_overlay_rectangle_get_render_rectangle (get_rectangle (buffer), &x, &y, &width, &height);
  fail_unless (x >= 0 && y >= 0 && x + (gint)width <= GST_VIDEO_INFO_WIDTH (info)
               && y + (gint)height <= GST_VIDEO_INFO_HEIGHT (info));
}

/* -------------------------------------------------------------------- pixels */

GST_START_TEST (frames_without_results_go_through_without_a_copy)
{
  for (guint composing = 0; composing < 2; composing++) {
    GstHarness *harness = open_before ((gboolean)composing);
    GstVideoInfo info = set_caps (harness, GST_VIDEO_FORMAT_NV12, 321, 239);
    GstBuffer *before = new_frame (&info), *after;

    gst_buffer_ref (before); /* so that the element does not get it for itself */
    after = gst_harness_push_and_pull (harness, before);
    fail_unless (gst_buffer_peek_memory (before, 0) == gst_buffer_peek_memory (after, 0));
    fail_if (has_new_pixels (&info, after));
    fail_unless (gst_buffer_get_video_overlay_composition_meta (after) == NULL);
    gst_buffer_unref (before);
    gst_buffer_unref (after);
    gst_harness_teardown (harness);
  }
}
GST_END_TEST

GST_START_TEST (a_frame_that_others_hold_is_not_drawn_on)
{
  GstHarness *harness = open_before (FALSE);
  GstVideoInfo info = set_caps (harness, GST_VIDEO_FORMAT_I420, 320, 240);
  GstBuffer *before = new_frame (&info), *after;

  classified_add_one (before, "cat", 0.5);
  gst_buffer_ref (before);
  after = gst_harness_push_and_pull (harness, before);
  fail_if (has_new_pixels (&info, before));
  fail_unless (has_new_pixels (&info, after));
  gst_buffer_unref (before);
  gst_buffer_unref (after);
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (every_format_and_size_is_drawn_on)
{
  static const guint sizes[][2] = { { 320, 240 }, { 321, 239 }, { 28, 28 }, { 640, 17 }, { 3, 200 }, { 1, 1 } };
  g_autoptr (GstCaps) caps = gst_caps_from_string (GST_VIDEO_CAPS_MAKE (GST_VIDEO_OVERLAY_COMPOSITION_BLEND_FORMATS));
  const GValue *formats = gst_structure_get_value (gst_caps_get_structure (caps, 0), "format");
  GstHarness *harness = open_before (FALSE);

  for (guint i = 0; i < gst_value_list_get_size (formats); i++) {
    GstVideoFormat format = gst_video_format_from_string (g_value_get_string (gst_value_list_get_value (formats, i)));

    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++) {
      GstVideoInfo info = set_caps (harness, format, sizes[k][0], sizes[k][1]);
      GstBuffer *buffer = push (harness, &info, "cat");

      fail_unless (buffer != NULL, "%s %ux%u", gst_video_format_to_string (format), sizes[k][0], sizes[k][1]);
      if (k < 3)
        fail_unless (has_new_pixels (&info, buffer), "%s %ux%u", gst_video_format_to_string (format), sizes[k][0],
                     sizes[k][1]);
      gst_buffer_unref (buffer);
    }
  }
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (strides_and_offsets_of_a_buffer_are_honoured)
{
  GstHarness *harness = open_before (FALSE);
  GstVideoInfo info = set_caps (harness, GST_VIDEO_FORMAT_GRAY8, 320, 240);
  gsize offset[GST_VIDEO_MAX_PLANES] = { 1000 };
  gint stride[GST_VIDEO_MAX_PLANES] = { 500 };
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 1000 + 500 * 240, NULL);
  GstMapInfo map;

  gst_buffer_memset (buffer, 0, 77, gst_buffer_get_size (buffer));
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 320, 240, 1, offset,
                                  stride);
  classified_add_one (buffer, "cat", 0.5);
  g_object_set (harness->element, "background-opacity", 1.0, NULL);
  buffer = gst_harness_push_and_pull (harness, buffer);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  for (gsize i = 0; i < map.size; i++)
    fail_unless (map.data[i] == 77 || (i >= 1000 && (i - 1000) % 500 < 320), "byte %" G_GSIZE_FORMAT, i);
  fail_unless (map.data[1000 + 500 * 12 + 12] != 77);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), 320);
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (a_buffer_too_small_for_its_caps_is_an_error)
{
  GstHarness *harness = open_before (FALSE);
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 10, NULL);

  gst_element_set_bus (harness->element, bus);
  set_caps (harness, GST_VIDEO_FORMAT_I420, 320, 240);
  classified_add_one (buffer, "cat", 0.5);
  fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_ERROR);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, "10 bytes") && strstr (error->message, "115200"), "%s", error->message);
  gst_element_set_bus (harness->element, NULL);
  gst_harness_teardown (harness);
}
GST_END_TEST

/* --------------------------------------------------------------- negotiation */

GST_START_TEST (text_is_attached_where_compositions_are_announced)
{
  GstHarness *harness = open_before (TRUE);
  GstVideoInfo info = set_caps (harness, GST_VIDEO_FORMAT_NV12, 320, 240);

  check_attached (harness, &info);
  info = set_caps (harness, GST_VIDEO_FORMAT_RGB, 111, 333);
  check_attached (harness, &info);
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (text_is_blended_where_compositions_are_not_announced)
{
  GstHarness *harness = open_before (FALSE);
  GstVideoInfo info = set_caps (harness, GST_VIDEO_FORMAT_NV12, 320, 240);

  check_blended (harness, &info);
  info = set_caps (harness, GST_VIDEO_FORMAT_RGB, 111, 333);
  check_blended (harness, &info);
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (text_is_blended_where_caps_of_compositions_are_not_taken)
{
  GstHarness *harness = open_before (TRUE);
  GstVideoInfo info;

  gst_harness_set_sink_caps_str (harness, "video/x-raw");
  info = set_caps (harness, GST_VIDEO_FORMAT_NV12, 320, 240);
  check_blended (harness, &info);
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (text_is_attached_where_only_caps_of_compositions_are_taken)
{
  GstHarness *harness = open_before (TRUE);
  GstVideoInfo info;

  gst_harness_set_sink_caps_str (harness, COMPOSED);
  info = set_caps (harness, GST_VIDEO_FORMAT_NV12, 320, 240);
  check_attached (harness, &info);
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (another_element_downstream_is_asked_anew)
{
  GstHarness *harness = open_before (FALSE);
  GstVideoInfo info = set_caps (harness, GST_VIDEO_FORMAT_NV12, 320, 240);

  check_blended (harness, &info);
  gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  check_blended (harness, &info);
  fail_unless (gst_harness_push_upstream_event (harness, gst_event_new_reconfigure ()));
  check_attached (harness, &info);
  gst_harness_set_sink_caps_str (harness, "video/x-raw"); /* sends a reconfigure event too */
  fail_unless (gst_harness_push_upstream_event (harness, gst_event_new_reconfigure ()));
  check_blended (harness, &info);
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (text_is_blended_again_where_the_same_caps_stop_to_be_composed)
{
  GstHarness *harness = gst_harness_new_parse ("edgeoverlay ! identity name=after");
  GstElement *after = gst_bin_get_by_name (GST_BIN (harness->element), "after");
  GstVideoInfo info;

  gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  info = set_caps (harness, GST_VIDEO_FORMAT_NV12, 320, 240);
  check_attached (harness, &info);
  g_object_set (after, "drop-allocation", TRUE, NULL);
  fail_unless (gst_harness_push_upstream_event (harness, gst_event_new_reconfigure ()));
  check_blended (harness, &info);
  gst_object_unref (after);
  gst_harness_teardown (harness);
}
GST_END_TEST

static void
add_composition (GstBuffer *buffer)
{
  g_autoptr (GstBuffer) pixels = gst_buffer_new_allocate (NULL, 4 * 4 * 4, NULL);
  g_autoptr (GstVideoOverlayRectangle) rectangle = NULL;
  g_autoptr (GstVideoOverlayComposition) composition = NULL;

  gst_buffer_memset (pixels, 0, 255, 4 * 4 * 4);
  gst_buffer_add_video_meta (pixels, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 4, 4);
  rectangle = gst_video_overlay_rectangle_new_raw (pixels, 50, 50, 4, 4, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
  composition = gst_video_overlay_composition_new (rectangle);
  gst_buffer_add_video_overlay_composition_meta (buffer, composition);
}

GST_START_TEST (what_is_composed_upstream_stays_beside_the_text)
{
  GstHarness *harness = open_before (TRUE);
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, 320, 240);
  gst_harness_set_src_caps_str (harness, COMPOSED ",format=I420,width=320,height=240,framerate=25/1");
  for (guint frame = 0; frame < 2; frame++) {
    GstBuffer *buffer = new_frame (&info);

    add_composition (buffer);
    classified_add_one (buffer, "cat", 0.5);
    buffer = gst_harness_push_and_pull (harness, buffer);
    fail_if (has_new_pixels (&info, buffer));
    fail_unless_equals_int (
        gst_video_overlay_composition_n_rectangles (gst_buffer_get_video_overlay_composition_meta (buffer)->overlay),
        2);
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (frames_that_cannot_be_read_get_a_composition)
{
  GstHarness *harness = open_before (TRUE);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 1, NULL); /* nobody looks into it */

  gst_harness_set_src_caps_str (harness,
                                "video/x-raw(memory:GLMemory),format=RGBA,width=320,height=240,framerate=25/1");
  classified_add_one (buffer, "cat", 0.5);
  buffer = gst_harness_push_and_pull (harness, buffer);
  fail_unless (get_rectangle (buffer) != NULL);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}
GST_END_TEST

/* --------------------------------------------------------------- what is drawn */

static guint
get_drawing (GstHarness *harness, const GstVideoInfo *info, const char *label)
{
  g_autoptr (GstBuffer) buffer = push (harness, info, label);

  return gst_video_overlay_rectangle_get_seqnum (get_rectangle (buffer));
}

GST_START_TEST (a_drawing_is_kept_until_text_size_or_properties_change)
{
  GstHarness *harness = open_before (TRUE);
  GstVideoInfo info = set_caps (harness, GST_VIDEO_FORMAT_I420, 320, 240);
  guint drawing = get_drawing (harness, &info, "cat"), other;

  fail_unless_equals_int (get_drawing (harness, &info, "cat"), drawing);
  other = get_drawing (harness, &info, "dog");
  fail_unless (other != drawing);
  fail_unless_equals_int (get_drawing (harness, &info, "dog"), other);
  g_object_set (harness->element, "position", 3, NULL);
  drawing = get_drawing (harness, &info, "dog");
  fail_unless (drawing != other);
  fail_unless_equals_int (get_drawing (harness, &info, "dog"), drawing);
  info = set_caps (harness, GST_VIDEO_FORMAT_I420, 640, 480);
  fail_unless (get_drawing (harness, &info, "dog") != drawing);
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (text_vanishes_with_the_result)
{
  GstHarness *harness = open_before (TRUE);
  GstVideoInfo info = set_caps (harness, GST_VIDEO_FORMAT_I420, 320, 240);
  GstBuffer *buffer;

  get_drawing (harness, &info, "cat");
  buffer = push (harness, &info, NULL);
  fail_unless (gst_buffer_get_video_overlay_composition_meta (buffer) == NULL);
  gst_buffer_unref (buffer);
  get_drawing (harness, &info, "cat");
  g_object_set (harness->element, "max-labels", 0, NULL);
  buffer = push (harness, &info, "cat");
  fail_unless (gst_buffer_get_video_overlay_composition_meta (buffer) == NULL);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (each_result_of_a_frame_is_drawn)
{
  GstHarness *harness = open_before (TRUE);
  GstVideoInfo info = set_caps (harness, GST_VIDEO_FORMAT_I420, 320, 240);
  guint heights[2];

  for (guint n = 1; n <= 2; n++) {
    GstBuffer *buffer = new_frame (&info);

    for (guint i = 0; i < n; i++)
      classified_add_one (buffer, "cat", 0.5);
    buffer = gst_harness_push_and_pull (harness, buffer);
    gst_video_overlay_rectangle_get_render_rectangle (get_rectangle (buffer), NULL, NULL, NULL, &heights[n - 1]);
    gst_buffer_unref (buffer);
  }
  fail_unless (heights[1] > heights[0] + 10, "%u and %u", heights[0], heights[1]);
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (properties_are_what_they_were_set_to)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (gst_element_factory_make ("edgeoverlay", NULL));
  g_autofree char *font = NULL;
  gint position;
  guint max_labels;
  double opacity;

  g_object_get (element, "font", &font, "position", &position, "max-labels", &max_labels, "background-opacity",
                &opacity, NULL);
  fail_unless_equals_string (font, "Sans Bold");
  fail_unless (position == 0 && max_labels == 3 && opacity == 0.6);
  g_clear_pointer (&font, g_free);
  gst_util_set_object_arg (G_OBJECT (element), "position", "bottom-right");
  g_object_set (element, "font", "Monospace 20", "max-labels", 7, "background-opacity", 0.25, NULL);
  g_object_get (element, "font", &font, "position", &position, "max-labels", &max_labels, "background-opacity",
                &opacity, NULL);
  fail_unless_equals_string (font, "Monospace 20");
  fail_unless (position == 3 && max_labels == 7 && opacity == 0.25);
  g_object_set (element, "font", NULL, NULL);
  g_clear_pointer (&font, g_free);
  g_object_get (element, "font", &font, NULL);
  fail_unless_equals_string (font, "Sans Bold");
}
GST_END_TEST

/* -------------------------------------------------------------------- states */

GST_START_TEST (a_hundred_starts_and_stops_with_and_without_data)
{
  static const GstState states[]
      = { GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL };
  GstHarness *harness = open_before (FALSE);

  for (guint i = 0; i < 100; i++) {
    g_autoptr (GstElement) idle = gst_object_ref_sink (gst_element_factory_make ("edgeoverlay", NULL));
    GstVideoInfo info;

    for (guint k = 0; k < G_N_ELEMENTS (states); k++)
      fail_unless_equals_int (gst_element_set_state (idle, states[k]), GST_STATE_CHANGE_SUCCESS);
    gst_harness_play (harness);
    info = set_caps (harness, GST_VIDEO_FORMAT_I420, 160 + i % 3, 120);
    gst_harness_push_event (harness, gst_event_new_flush_start ());
    gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
    gst_harness_set_src_caps (harness, gst_video_info_to_caps (&info));
    gst_buffer_unref (push (harness, &info, "cat"));
    gst_element_set_state (harness->element, GST_STATE_NULL);
  }
  gst_harness_teardown (harness);
}
GST_END_TEST

static Suite *
edgeoverlay_suite (void)
{
  Suite *suite = suite_create ("edgeoverlay");
  TCase *tests = tcase_create ("overlay");

  suite_add_tcase (suite, tests);
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, frames_without_results_go_through_without_a_copy);
  tcase_add_test (tests, a_frame_that_others_hold_is_not_drawn_on);
  tcase_add_test (tests, every_format_and_size_is_drawn_on);
  tcase_add_test (tests, strides_and_offsets_of_a_buffer_are_honoured);
  tcase_add_test (tests, a_buffer_too_small_for_its_caps_is_an_error);
  tcase_add_test (tests, text_is_attached_where_compositions_are_announced);
  tcase_add_test (tests, text_is_blended_where_compositions_are_not_announced);
  tcase_add_test (tests, text_is_blended_where_caps_of_compositions_are_not_taken);
  tcase_add_test (tests, text_is_attached_where_only_caps_of_compositions_are_taken);
  tcase_add_test (tests, another_element_downstream_is_asked_anew);
  tcase_add_test (tests, text_is_blended_again_where_the_same_caps_stop_to_be_composed);
  tcase_add_test (tests, what_is_composed_upstream_stays_beside_the_text);
  tcase_add_test (tests, frames_that_cannot_be_read_get_a_composition);
  tcase_add_test (tests, a_drawing_is_kept_until_text_size_or_properties_change);
  tcase_add_test (tests, text_vanishes_with_the_result);
  tcase_add_test (tests, each_result_of_a_frame_is_drawn);
  tcase_add_test (tests, properties_are_what_they_were_set_to);
  tcase_add_test (tests, a_hundred_starts_and_stops_with_and_without_data);
  return suite;
}

GST_CHECK_MAIN (edgeoverlay)
