/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edgeclassify.c: the element, as an application meets it. */
#include "color_model.h"
#include "gstedgepicture.h"
#include "gstedgeresults.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <unistd.h>

static const guint8 colors[3][3] = { { 255, 0, 0 }, { 0, 255, 0 }, { 0, 0, 255 } };
static const char *const color_names[] = { "red", "green", "blue" };

/* --------------------------------------------------------------- scaffolding */

typedef struct {
  GstHarness *harness;
  GstElement *element;
  GstBus *bus;
  char *model;
} Fixture;

static Fixture
open_with (char *model, const char *properties)
{
  g_autofree char *line = g_strdup_printf ("edgeclassify model=%s labels=" COLOR_LABELS " %s", model, properties);
  Fixture fixture = { .element = gst_object_ref_sink (gst_parse_launch (line, NULL)), .model = model };

  fixture.bus = gst_bus_new ();
  gst_element_set_bus (fixture.element, fixture.bus);
  fixture.harness = gst_harness_new_with_element (fixture.element, "sink", "src");
  return fixture;
}

static Fixture
open_usual (const char *properties)
{
  return open_with (color_model_write_usual (), properties);
}

static void
close_fixture (Fixture *fixture)
{
  gst_element_set_bus (fixture->element, NULL);
  gst_harness_teardown (fixture->harness);
  gst_object_unref (fixture->element);
  gst_object_unref (fixture->bus);
  color_model_remove (fixture->model);
}

/* A frame of RGB has exactly the colour; its rows are as wide as multiples of 4 bytes. */
static GstBuffer *
new_rgb_frame (const GstVideoInfo *info, const guint8 *color)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (info), NULL);

  for (gint y = 0; y < GST_VIDEO_INFO_HEIGHT (info); y++)
    for (gint x = 0; x < GST_VIDEO_INFO_WIDTH (info); x++)
      gst_buffer_fill (buffer, (gsize)(y * GST_VIDEO_INFO_PLANE_STRIDE (info, 0) + x * 3), color, 3);
  return buffer;
}

/* A frame of one colour, in any format: about that colour, as GstVideoConverter rounds. */
static GstBuffer *
new_frame (const GstVideoInfo *info, const guint8 *color)
{
  GstBuffer *rgb, *buffer;
  GstVideoFrame from, to;
  GstVideoConverter *converter;
  GstVideoInfo rgb_info;

  if (GST_VIDEO_INFO_FORMAT (info) == GST_VIDEO_FORMAT_RGB)
    return new_rgb_frame (info, color);
  gst_video_info_set_format (&rgb_info, GST_VIDEO_FORMAT_RGB, 64, 64);
  rgb_info.fps_n = info->fps_n;
  rgb_info.fps_d = info->fps_d;
  rgb = new_rgb_frame (&rgb_info, color);
  buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (info), NULL);
  gst_video_frame_map (&from, &rgb_info, rgb, GST_MAP_READ);
  gst_video_frame_map (&to, (GstVideoInfo *)info, buffer, GST_MAP_WRITE);
  converter = gst_video_converter_new (&rgb_info, (GstVideoInfo *)info, NULL);
  gst_video_converter_frame (converter, &from, &to);
  gst_video_converter_free (converter);
  gst_video_frame_unmap (&from);
  gst_video_frame_unmap (&to);
  gst_buffer_unref (rgb);
  return buffer;
}

static GstVideoInfo
set_caps (Fixture *fixture, GstVideoFormat format, gint width, gint height)
{
  GstVideoInfo info;

  gst_video_info_set_format (&info, format, (guint)width, (guint)height);
  info.fps_n = 25;
  info.fps_d = 1;
  gst_harness_set_src_caps (fixture->harness, gst_video_info_to_caps (&info));
  return info;
}

static GstBuffer *
push (Fixture *fixture, const GstVideoInfo *info, const guint8 *color, GstClockTime pts)
{
  GstBuffer *buffer = new_frame (info, color);

  GST_BUFFER_PTS (buffer) = pts;
  return gst_harness_push_and_pull (fixture->harness, buffer);
}

static GstEdgeClassification
read_result (GstBuffer *buffer)
{
  GstEdgeClassification classification;

  fail_unless_equals_int (gst_edge_results_get_n (buffer), 1);
  fail_unless (gst_edge_result_get_classification (gst_edge_results_get (buffer, 0), &classification));
  return classification;
}

static void
check_label (GstBuffer *buffer, const char *label)
{
  GstEdgeClass one;

  read_result (buffer);
  fail_unless (gst_edge_result_get_class (gst_edge_results_get (buffer, 0), 0, &one));
  fail_unless_equals_string (one.label, label);
}

/* Pushes a frame of a colour, and checks that its label is that colour's. */
static void
push_and_check (Fixture *fixture, const GstVideoInfo *info, guint color)
{
  GstBuffer *buffer = push (fixture, info, colors[color], 0);

  check_label (buffer, color_names[color]);
  gst_buffer_unref (buffer);
}

static GstMessage *
pop_error (Fixture *fixture, GError **error)
{
  GstMessage *message = gst_bus_pop_filtered (fixture->bus, GST_MESSAGE_ERROR);

  fail_unless (message != NULL, "no error was posted");
  gst_message_parse_error (message, error, NULL);
  return message;
}

/* That the element does not start, and says why. */
static void
check_start_fails (const char *properties, GQuark domain, gint code, const char *why)
{
  g_autofree char *line = g_strdup_printf ("edgeclassify %s", properties);
  g_autoptr (GstElement) element = gst_object_ref_sink (gst_parse_launch (line, NULL));
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  gst_element_set_bus (element, bus);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "no error was posted");
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, why) != NULL, "'%s' is not in '%s'", why, error->message);
  fail_unless (g_error_matches (error, domain, code), "%s: %s %d", error->message, g_quark_to_string (error->domain),
               error->code);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
}

/* ------------------------------------------------------------ frames to labels */

/* GstVideoConverter 1.22 swaps Cb and Cr of the last pixel of an odd row. */
static gboolean
converter_is_right (GstVideoFormat format, gint width)
{
  return (format != GST_VIDEO_FORMAT_VYUY && format != GST_VIDEO_FORMAT_NV61) || width % 2 == 0;
}

GST_START_TEST (every_format_and_size_gets_the_label_of_its_colour)
{
  static const gint sizes[][2] = { { 8, 8 }, { 1, 1 }, { 3, 5 }, { 320, 240 }, { 641, 27 } };
  Fixture fixture = open_usual ("");
  g_autoptr (GstCaps) caps = gst_caps_from_string (GST_VIDEO_CAPS_MAKE (GST_EDGE_PICTURE_FORMATS));
  const GValue *formats = gst_structure_get_value (gst_caps_get_structure (caps, 0), "format");

  for (guint i = 0; i < gst_value_list_get_size (formats); i++) {
    GstVideoFormat format = gst_video_format_from_string (g_value_get_string (gst_value_list_get_value (formats, i)));

    for (guint k = 0; k < G_N_ELEMENTS (sizes) && format != GST_VIDEO_FORMAT_GRAY8; k++) {
      GstVideoInfo info = set_caps (&fixture, format, sizes[k][0], sizes[k][1]);

      for (guint color = 0; color < 3 && converter_is_right (format, sizes[k][0]); color++)
        push_and_check (&fixture, &info, color);
    }
  }
  close_fixture (&fixture);
}
GST_END_TEST

GST_START_TEST (gray_frames_are_taken_by_networks_for_colours)
{
  Fixture fixture = open_usual ("activation=none top-k=3");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_GRAY8, 9, 7);
  static const guint8 gray[] = { 128, 128, 128 };
  GstBuffer *buffer = push (&fixture, &info, gray, 0);
  GstEdgeClass one;

  for (guint i = 0; i < 3; i++) {
    fail_unless (gst_edge_result_get_class (gst_edge_results_get (buffer, 0), i, &one));
    fail_unless (ABS (one.probability - 128 / 255.0) < 2 / 255.0, "%f", one.probability);
  }
  gst_buffer_unref (buffer);
  close_fixture (&fixture);
}
GST_END_TEST

GST_START_TEST (every_kind_of_input_tensor_gets_the_picture)
{
  static const ColorModel models[] = {
    { NNC_LAYOUT_NHWC, NNC_F32, 1, 8, 8 },   { NNC_LAYOUT_NCHW, NNC_F32, 1, 8, 6 },
    { NNC_LAYOUT_NHWC, NNC_U8, 1, 8, 6 },    { NNC_LAYOUT_NCHW, NNC_U8, -1, 8, 8 },
    { NNC_LAYOUT_NHWC, NNC_F32, 1, -1, -1 }, { NNC_LAYOUT_NCHW, NNC_F32, -1, -1, 8 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (models); i++) {
    Fixture fixture = open_with (color_model_write (&models[i]), "");
    GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_NV12, 32, 24);

    push_and_check (&fixture, &info, 0);
    push_and_check (&fixture, &info, 2);
    info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 20, 30);
    push_and_check (&fixture, &info, 1);
    close_fixture (&fixture);
  }
}
GST_END_TEST

GST_START_TEST (bgr_swaps_red_and_blue)
{
  Fixture fixture = open_usual ("color-format=bgr");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  GstBuffer *buffer = push (&fixture, &info, colors[0], 0);

  check_label (buffer, "blue");
  gst_buffer_unref (buffer);
  close_fixture (&fixture);
}
GST_END_TEST

GST_START_TEST (mean_and_std_are_applied_by_channel)
{
  Fixture fixture = open_usual ("activation=none top-k=3 mean=0,51,102 std=1,2,0.5");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  static const guint8 color[] = { 51, 153, 153 };
  static const double expected[] = { 51 / 255.0, 102 / 2 / 255.0, 51 * 2 / 255.0 };
  GstBuffer *buffer = push (&fixture, &info, color, 0);
  GstEdgeClass one;

  for (guint i = 0; i < 3; i++) {
    fail_unless (gst_edge_result_get_class (gst_edge_results_get (buffer, 0), i, &one));
    fail_unless (ABS (one.probability - expected[one.index]) < 1e-5, "%s %f", one.label, one.probability);
  }
  gst_buffer_unref (buffer);
  close_fixture (&fixture);
}
GST_END_TEST

GST_START_TEST (pixels_and_timestamps_are_not_changed)
{
  Fixture fixture = open_usual ("");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_I420, 33, 17);
  GstBuffer *before = new_frame (&info, colors[1]), *after;
  GstMapInfo map;

  GST_BUFFER_PTS (before) = 3 * GST_SECOND;
  GST_BUFFER_OFFSET (before) = 75;
  gst_buffer_ref (before); /* so that the element does not get it for itself */
  after = gst_harness_push_and_pull (fixture.harness, before);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (after), 3 * GST_SECOND);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (after), 75);
  gst_buffer_map (before, &map, GST_MAP_READ);
  fail_unless_equals_int (gst_buffer_memcmp (after, 0, map.data, map.size), 0);
  fail_unless_equals_uint64 (gst_buffer_get_size (after), map.size);
  gst_buffer_unmap (before, &map);
  fail_unless_equals_int (gst_edge_results_get_n (before), 0);
  fail_unless_equals_int (gst_edge_results_get_n (after), 1);
  gst_buffer_unref (before);
  gst_buffer_unref (after);
  close_fixture (&fixture);
}
GST_END_TEST

/* ---------------------------------------------------------------- what comes out */

GST_START_TEST (top_k_and_threshold_bound_the_classes)
{
  Fixture fixture = open_usual ("activation=none top-k=2");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  static const guint8 color[] = { 100, 200, 50 };
  GstBuffer *buffer = push (&fixture, &info, color, 0);
  GstEdgeClass one;

  fail_unless_equals_int (read_result (buffer).n_classes, 2);
  check_label (buffer, "green");
  fail_unless (gst_edge_result_get_class (gst_edge_results_get (buffer, 0), 1, &one));
  fail_unless_equals_string (one.label, "red");
  gst_buffer_unref (buffer);

  g_object_set (fixture.element, "threshold", 0.5f, NULL);
  buffer = push (&fixture, &info, color, 0);
  fail_unless_equals_int (read_result (buffer).n_classes, 1);
  gst_buffer_unref (buffer);

  g_object_set (fixture.element, "threshold", 0.9f, NULL);
  buffer = push (&fixture, &info, color, 0);
  fail_unless_equals_int (read_result (buffer).n_classes, 0);
  gst_buffer_unref (buffer);

  g_object_set (fixture.element, "threshold", 0.0f, "top-k", 1000, NULL);
  buffer = push (&fixture, &info, color, 0);
  fail_unless_equals_int (read_result (buffer).n_classes, 3);
  gst_buffer_unref (buffer);
  close_fixture (&fixture);
}
GST_END_TEST

static void
check_probability (const char *activation, double expected)
{
  Fixture fixture = open_usual (activation);
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  static const guint8 color[] = { 51, 204, 102 }; /* scores 0.2, 0.8, 0.4 */
  GstBuffer *buffer = push (&fixture, &info, color, 0);
  GstEdgeClass one;

  fail_unless (gst_edge_result_get_class (gst_edge_results_get (buffer, 0), 0, &one));
  fail_unless_equals_string (one.label, "green");
  fail_unless (ABS (one.probability - expected) < 1e-5, "%s: %f", activation, one.probability);
  gst_buffer_unref (buffer);
  close_fixture (&fixture);
}

GST_START_TEST (activation_makes_probabilities)
{
  check_probability ("activation=none", 0.8);
  check_probability ("activation=sigmoid", 0.6899745);
  check_probability ("activation=softmax", 0.4506268);
  check_probability ("activation=auto", 0.4506268);
}
GST_END_TEST

GST_START_TEST (the_first_frame_is_inferred_on_then_every_nth)
{
  Fixture fixture = open_usual ("inference-interval=3");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);

  for (guint i = 0; i < 7; i++) {
    GstBuffer *buffer = push (&fixture, &info, colors[i % 3 == 0 ? 0 : 1], i * 40 * GST_MSECOND);
    GstEdgeClassification result = read_result (buffer);

    check_label (buffer, "red");
    fail_unless_equals_uint64 (result.frame, i);
    fail_unless_equals_uint64 (result.pts, (i - i % 3) * 40 * GST_MSECOND);
    fail_unless_equals_uint64 (result.age, i % 3 * 40 * GST_MSECOND);
    gst_buffer_unref (buffer);
  }
  g_object_set (fixture.element, "inference-interval", 1, NULL);
  push_and_check (&fixture, &info, 1);
  push_and_check (&fixture, &info, 2);
  close_fixture (&fixture);
}
GST_END_TEST

GST_START_TEST (a_frame_flagged_as_gap_has_a_result_too)
{
  Fixture fixture = open_usual ("");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  GstBuffer *buffer = new_frame (&info, colors[1]);

  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);
  buffer = gst_harness_push_and_pull (fixture.harness, buffer);
  check_label (buffer, "green");
  gst_buffer_unref (buffer);
  close_fixture (&fixture);
}
GST_END_TEST

GST_START_TEST (a_frame_without_timestamp_has_a_result_without_age)
{
  Fixture fixture = open_usual ("inference-interval=2");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);

  for (guint i = 0; i < 2; i++) {
    GstBuffer *buffer = push (&fixture, &info, colors[0], GST_CLOCK_TIME_NONE);

    fail_unless_equals_uint64 (read_result (buffer).pts, GST_CLOCK_TIME_NONE);
    fail_unless_equals_uint64 (read_result (buffer).age, 0);
    gst_buffer_unref (buffer);
  }
  close_fixture (&fixture);
}
GST_END_TEST

GST_START_TEST (a_flush_or_new_caps_or_stream_forgets_the_result)
{
  Fixture fixture = open_usual ("inference-interval=100");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  GstBuffer *buffer;
  GstSegment segment;

  push_and_check (&fixture, &info, 0);
  gst_harness_push_event (fixture.harness, gst_event_new_flush_start ());
  gst_harness_push_event (fixture.harness, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (fixture.harness, gst_event_new_segment (&segment));
  push_and_check (&fixture, &info, 1);
  info = set_caps (&fixture, GST_VIDEO_FORMAT_BGR, 9, 9);
  push_and_check (&fixture, &info, 2);
  gst_harness_push_event (fixture.harness, gst_event_new_stream_start ("another"));
  set_caps (&fixture, GST_VIDEO_FORMAT_BGR, 9, 9);
  gst_harness_push_event (fixture.harness, gst_event_new_segment (&segment));
  buffer = push (&fixture, &info, colors[0], 0);
  check_label (buffer, "red");
  fail_unless_equals_uint64 (read_result (buffer).frame, 3); /* counted since the element started */
  gst_buffer_unref (buffer);
  close_fixture (&fixture);
}
GST_END_TEST

/* Pushes red, red, blue and counts messages; the last one's structure is returned. */
static GstStructure *
count_messages (const char *properties, guint *n)
{
  Fixture fixture = open_usual (properties);
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  static const guint sequence[] = { 0, 0, 2 };
  GstStructure *last = NULL;
  GstMessage *message;

  for (guint i = 0; i < 3; i++)
    gst_buffer_unref (push (&fixture, &info, colors[sequence[i]], i * GST_SECOND));
  for (*n = 0; (message = gst_bus_pop_filtered (fixture.bus, GST_MESSAGE_ELEMENT)) != NULL; ++*n) {
    if (last)
      gst_structure_free (last);
    last = gst_structure_copy (gst_message_get_structure (message));
    gst_message_unref (message);
  }
  close_fixture (&fixture);
  return last;
}

GST_START_TEST (a_message_says_when_the_class_changes)
{
  guint n;
  GstStructure *last = count_messages ("", &n);
  guint64 pts, running_time;
  double probability;

  fail_unless_equals_int (n, 2);
  fail_unless (gst_structure_has_name (last, "edge-classification"));
  fail_unless_equals_string (gst_structure_get_string (last, "label"), "blue");
  fail_unless_equals_string (gst_structure_get_string (last, "previous"), "red");
  fail_unless (gst_structure_get_uint64 (last, "pts", &pts) && pts == 2 * GST_SECOND);
  fail_unless (gst_structure_get_uint64 (last, "running-time", &running_time) && running_time == 2 * GST_SECOND);
  fail_unless (gst_structure_get_double (last, "probability", &probability) && probability > 0.9);
  gst_structure_free (last);

  gst_structure_free (count_messages ("message=all", &n));
  fail_unless_equals_int (n, 3);
  fail_unless (count_messages ("message=none", &n) == NULL);
  fail_unless_equals_int (n, 0);
  last = count_messages ("activation=none threshold=0.99 mean=200,0,0", &n); /* red is 0.2 now: nothing, then blue */
  fail_unless_equals_int (n, 2);
  fail_if (gst_structure_has_field (last, "previous"));
  gst_structure_free (last);
}
GST_END_TEST

GST_START_TEST (caps_that_leave_the_pixels_as_they_are_keep_the_result)
{
  Fixture fixture = open_usual ("inference-interval=100");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  GstBuffer *buffer;

  push_and_check (&fixture, &info, 0);
  info.fps_n = 50;
  info.par_n = 2;
  gst_harness_set_src_caps (fixture.harness, gst_video_info_to_caps (&info));
  buffer = push (&fixture, &info, colors[1], 0);
  check_label (buffer, "red");
  gst_buffer_unref (buffer);
  close_fixture (&fixture);
}
GST_END_TEST

GST_START_TEST (a_stream_that_is_not_in_time_has_messages_without_a_running_time)
{
  Fixture fixture = open_usual ("");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  g_autoptr (GstMessage) message = NULL;
  guint64 running_time;
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (fixture.harness, gst_event_new_segment (&segment));
  push_and_check (&fixture, &info, 0);
  message = gst_bus_pop_filtered (fixture.bus, GST_MESSAGE_ELEMENT);
  fail_unless (gst_structure_get_uint64 (gst_message_get_structure (message), "running-time", &running_time));
  fail_unless_equals_uint64 (running_time, GST_CLOCK_TIME_NONE);
  close_fixture (&fixture);
}
GST_END_TEST

GST_START_TEST (a_new_latency_is_announced)
{
  Fixture fixture = open_with (color_model_write (&(ColorModel){ NNC_LAYOUT_NHWC, NNC_F32, 1, -1, -1 }), "");
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (fixture.bus, GST_MESSAGE_LATENCY)) != NULL)
    gst_message_unref (message);
  set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 2048, 2048); /* some milliseconds */
  fail_unless (gst_harness_query_latency (fixture.harness) > GST_MSECOND);
  message = gst_bus_pop_filtered (fixture.bus, GST_MESSAGE_LATENCY);
  fail_unless (message != NULL);
  gst_message_unref (message);
  close_fixture (&fixture);
}
GST_END_TEST

GST_START_TEST (labels_set_while_playing_wait_for_the_next_start)
{
  Fixture fixture = open_with (color_model_write (&(ColorModel){ NNC_LAYOUT_NHWC, NNC_F32, 1, -1, -1 }), "");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);

  push_and_check (&fixture, &info, 0);
  g_object_set (fixture.element, "labels", "a,b", NULL);
  info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 16, 16);
  push_and_check (&fixture, &info, 1);
  close_fixture (&fixture);
}
GST_END_TEST

/* docs/elements/edgeclassify.md: by the names and types that applications write. */
GST_START_TEST (a_message_has_the_documented_fields)
{
  const struct {
    const char *name;
    GType type;
  } fields[] = {
    { "label", G_TYPE_STRING },        { "index", G_TYPE_UINT },   { "probability", G_TYPE_DOUBLE },
    { "previous", G_TYPE_STRING },     { "frame", G_TYPE_UINT64 }, { "pts", G_TYPE_UINT64 },
    { "running-time", G_TYPE_UINT64 },
  };
  guint n, index;
  guint64 frame;
  g_autoptr (GstStructure) last = count_messages ("", &n);

  fail_unless_equals_int (gst_structure_n_fields (last), G_N_ELEMENTS (fields));
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    fail_unless (gst_structure_has_field_typed (last, fields[i].name, fields[i].type), "%s", fields[i].name);
  fail_unless (gst_structure_get_uint (last, "index", &index) && index == 2);
  fail_unless (gst_structure_get_uint64 (last, "frame", &frame) && frame == 2);
}
GST_END_TEST

GST_START_TEST (statistics_count_frames_and_inferences)
{
  Fixture fixture = open_usual ("inference-interval=4");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  g_autoptr (GstStructure) stats = NULL;
  guint64 frames, inferred, skipped, p50, p95, p99;

  for (guint i = 0; i < 10; i++)
    gst_buffer_unref (push (&fixture, &info, colors[0], 0));
  g_object_get (fixture.element, "stats", &stats, NULL);
  fail_unless (gst_structure_get (stats, "frames", G_TYPE_UINT64, &frames, "inferred", G_TYPE_UINT64, &inferred,
                                  "skipped", G_TYPE_UINT64, &skipped, "p50", G_TYPE_UINT64, &p50, "p95", G_TYPE_UINT64,
                                  &p95, "p99", G_TYPE_UINT64, &p99, NULL));
  fail_unless_equals_uint64 (frames, 10);
  fail_unless_equals_uint64 (inferred, 3);
  fail_unless_equals_uint64 (skipped, 7);
  fail_unless (p50 > 0 && p50 <= p95 && p95 <= p99 && p99 < GST_SECOND);
  close_fixture (&fixture);
}
GST_END_TEST

static GstClockTime
time_push (Fixture *fixture, const GstVideoInfo *info)
{
  GstBuffer *buffer = new_frame (info, colors[0]);
  GstClockTime begin = gst_util_get_timestamp (), end;

  gst_harness_push (fixture->harness, buffer);
  end = gst_util_get_timestamp ();
  gst_buffer_unref (gst_harness_pull (fixture->harness));
  return end - begin;
}

/* The network reads a million numbers: the three frames of four that come between inferences are much quicker. */
GST_START_TEST (statistics_are_of_all_frames)
{
  Fixture fixture
      = open_with (color_model_write (&(ColorModel){ NNC_LAYOUT_NHWC, NNC_F32, 1, 600, 600 }), "inference-interval=4");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  GstClockTime quickest_inference = GST_CLOCK_TIME_NONE;
  g_autoptr (GstStructure) stats = NULL;
  guint64 p50, p99;

  for (guint i = 0; i < 40; i++) {
    GstClockTime time = time_push (&fixture, &info);

    if (i % 4 == 0)
      quickest_inference = MIN (quickest_inference, time);
  }
  g_object_get (fixture.element, "stats", &stats, NULL);
  fail_unless (gst_structure_get (stats, "p50", G_TYPE_UINT64, &p50, "p99", G_TYPE_UINT64, &p99, NULL));
  fail_unless (p50 < quickest_inference / 2, "p50 %" G_GUINT64_FORMAT " ns, an inference %" G_GUINT64_FORMAT, p50,
               quickest_inference);
  fail_unless (p99 > quickest_inference / 2);
  close_fixture (&fixture);
}
GST_END_TEST

GST_START_TEST (the_latency_query_is_answered)
{
  Fixture fixture = open_usual ("");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);

  gst_harness_set_upstream_latency (fixture.harness, 10 * GST_MSECOND);
  gst_buffer_unref (push (&fixture, &info, colors[0], 0));
  fail_unless (gst_harness_query_latency (fixture.harness) > 10 * GST_MSECOND);
  fail_unless (gst_harness_query_latency (fixture.harness) < 200 * GST_MSECOND);
  fail_unless_equals_uint64 (gst_harness_query_latency (fixture.harness) % GST_MSECOND, 0);
  close_fixture (&fixture);
}
GST_END_TEST

static GstClockTime upstream_max;

static gboolean
answer_upstream (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_latency (query, TRUE, 10 * GST_MSECOND, upstream_max);
  return TRUE;
}

/* What the element makes of upstream's 10 ms, and of the longest latency that it can have. */
static void
query_latency (Fixture *fixture, GstClockTime upstream, GstClockTime *min, GstClockTime *max)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  gboolean live;

  upstream_max = upstream;
  fail_unless (gst_pad_peer_query (fixture->harness->sinkpad, query));
  gst_query_parse_latency (query, &live, min, max);
  fail_unless (live);
  fail_unless (*min > 10 * GST_MSECOND && *min < 200 * GST_MSECOND);
}

GST_START_TEST (the_longest_latency_grows_as_the_shortest_does)
{
  Fixture fixture = open_usual ("");
  GstClockTime min, max;

  set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  gst_pad_set_query_function (fixture.harness->srcpad, answer_upstream);
  query_latency (&fixture, 500 * GST_MSECOND, &min, &max);
  fail_unless_equals_uint64 (max - 500 * GST_MSECOND, min - 10 * GST_MSECOND);
  query_latency (&fixture, GST_CLOCK_TIME_NONE, &min, &max); /* there is no longest */
  fail_unless_equals_uint64 (max, GST_CLOCK_TIME_NONE);
  close_fixture (&fixture);
}
GST_END_TEST

static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (tasks && g_dir_read_name (tasks))
    n++;
  return n;
}

/* How many threads there are more while an element runs with these properties. */
static guint
count_threads_of (const char *properties)
{
  guint before = count_threads (), n;
  Fixture fixture = open_usual (properties);

  set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  n = count_threads () - before;
  close_fixture (&fixture);
  return n;
}

GST_START_TEST (an_inference_has_the_threads_of_its_property)
{
  if (count_threads () == 0) {
    g_print ("SKIP: no /proc tells a process's threads\n");
    return;
  }
  fail_unless_equals_int (count_threads_of (""), 0);
  fail_unless_equals_int (count_threads_of ("threads=4"), 3); /* the streaming thread is one of the four */
}
GST_END_TEST

/* The score of red that a session of this precision has for a red picture. */
static double
compute_red (const char *path, NncPrecision precision)
{
  const NncSessionOptions options = { .precision = precision };
  g_autoptr (NncModel) model = nnc_model_new_from_file (path, NULL);
  g_autoptr (NncSession) session = nnc_session_new (model, &options, NULL);
  float *picture = nnc_tensor_get_data (nnc_session_get_input (session, 0));

  for (guint i = 0; i < 8 * 8 * 3; i++)
    picture[i] = colors[0][i % 3];
  fail_unless (nnc_session_run (session, NULL));
  return (double)*(const float *)nnc_tensor_get_data (nnc_session_get_output (session, 0));
}

GST_START_TEST (an_inference_has_the_precision_of_its_property)
{
  static const char *const properties[] = { "activation=none", "activation=none precision=bf16" };

  for (guint i = 0; i < G_N_ELEMENTS (properties); i++) {
    Fixture fixture = open_with (color_model_write_inexact (), properties[i]);
    const GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
    GstBuffer *buffer = push (&fixture, &info, colors[0], 0);
    GstEdgeClass red;

    fail_unless (gst_edge_result_get_class (gst_edge_results_get (buffer, 0), 0, &red));
    fail_unless_equals_float (red.probability, compute_red (fixture.model, i ? NNC_PRECISION_BF16 : NNC_PRECISION_F32));
    gst_buffer_unref (buffer);
    close_fixture (&fixture);
  }
}
GST_END_TEST

/* ------------------------------------------------------------------- what is wrong */

GST_START_TEST (wrong_properties_are_errors_that_say_what)
{
  g_autofree char *model = color_model_write_usual ();
  g_autofree char *labels = g_strdup_printf ("model=%s labels=a,b", model);
  g_autofree char *mean = g_strdup_printf ("model=%s mean=1,2", model);
  g_autofree char *number = g_strdup_printf ("model=%s std=1,2,x", model);
  g_autofree char *zero = g_strdup_printf ("model=%s std=0", model);
  g_autofree char *nan = g_strdup_printf ("model=%s mean=nan", model);
  g_autofree char *lost = g_strdup_printf ("model=%s labels=/nowhere/labels.txt", model);

  check_start_fails ("", GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "model");
  check_start_fails ("model=/nowhere/model.onnx", GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                     "/nowhere/model.onnx");
  check_start_fails ("model=/", GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "/: is not a regular file");
  check_start_fails (labels, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
                     "output 'scores': a,b: there are 2 labels, and the network has 3 classes");
  check_start_fails (lost, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "/nowhere/labels.txt");
  check_start_fails (mean, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS, "mean: '1,2'");
  check_start_fails (number, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS, "std: '1,2,x'");
  check_start_fails (zero, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS, "std: '0'");
  check_start_fails (nan, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS, "mean: 'nan'");
  g_remove (model);
}
GST_END_TEST

GST_START_TEST (a_file_that_is_no_model_is_an_error_that_names_it)
{
  g_autofree char *model = color_model_write_usual ();
  g_autofree char *properties = g_strdup_printf ("model=%s", model);
  g_autofree char *contents = NULL;
  gsize size;

  fail_unless (g_file_get_contents (model, &contents, &size, NULL));
  for (gsize length = 0; length < size; length += 64) {
    g_file_set_contents (model, contents, (gssize)length, NULL);
    check_start_fails (properties, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, model);
  }
  g_remove (model);
}
GST_END_TEST

/* One letter of an operator's name is another. */
GST_START_TEST (an_unknown_operator_is_an_error_that_names_file_node_and_operator)
{
  g_autofree char *model = color_model_write_usual ();
  g_autofree char *properties = g_strdup_printf ("model=%s", model);
  g_autofree char *contents = NULL;
  char *name;
  gsize size;

  fail_unless (g_file_get_contents (model, &contents, &size, NULL));
  name = memmem (contents, size, "ReduceMean", strlen ("ReduceMean"));
  fail_unless (name != NULL);
  memcpy (name, "ReduceMoon", strlen ("ReduceMoon"));
  fail_unless (g_file_set_contents (model, contents, (gssize)size, NULL));
  check_start_fails (properties, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, model);
  check_start_fails (properties, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "'means'");
  check_start_fails (properties, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "ReduceMoon");
  g_remove (model);
}
GST_END_TEST

GST_START_TEST (a_buffer_that_is_too_small_is_an_error)
{
  Fixture fixture = open_usual ("");
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  fail_unless_equals_int (gst_harness_push (fixture.harness, gst_buffer_new_allocate (NULL, 100, NULL)),
                          GST_FLOW_ERROR);
  message = pop_error (&fixture, &error);
  fail_unless (strstr (error->message, "100 bytes") != NULL, "%s", error->message);
  close_fixture (&fixture);
}
GST_END_TEST

static void
check_meta_refused (gint width, gint height, gint stride)
{
  Fixture fixture = open_usual ("");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8);
  GstBuffer *buffer = new_frame (&info, colors[0]);
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
  gint strides[GST_VIDEO_MAX_PLANES] = { stride };

  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, (guint)width, (guint)height,
                                  1, offsets, strides);
  fail_unless_equals_int (gst_harness_push (fixture.harness, buffer), GST_FLOW_ERROR);
  close_fixture (&fixture);
}

GST_START_TEST (a_video_meta_that_lies_is_an_error)
{
  check_meta_refused (4, 8, 24);
  check_meta_refused (8, 16, 24);
  check_meta_refused (8, 8, 1000);
  check_meta_refused (8, 8, -24);
}
GST_END_TEST

GST_START_TEST (strides_of_a_video_meta_are_used)
{
  Fixture fixture = open_usual ("");
  GstVideoInfo info = set_caps (&fixture, GST_VIDEO_FORMAT_RGB, 8, 8), narrow;
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 24 };
  gint strides[GST_VIDEO_MAX_PLANES] = { 48 };
  GstBuffer *buffer;

  /* Every second row is green, and the meta shows those alone. */
  narrow = info;
  narrow.height = 16;
  narrow.size *= 2;
  buffer = new_frame (&narrow, colors[0]);
  for (guint row = 1; row < 16; row += 2)
    for (guint x = 0; x < 8; x++)
      gst_buffer_fill (buffer, row * 24 + x * 3, colors[1], 3);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, 8, 8, 1, offsets, strides);
  buffer = gst_harness_push_and_pull (fixture.harness, buffer);
  check_label (buffer, "green");
  gst_buffer_unref (buffer);
  push_and_check (&fixture, &info, 2);
  close_fixture (&fixture);
}
GST_END_TEST

/* ------------------------------------------------------------------------- states */

static void
cycle (GstElement *element, const GstState *states, guint n)
{
  for (guint i = 0; i < n; i++) {
    fail_if (gst_element_set_state (element, states[i]) == GST_STATE_CHANGE_FAILURE);
    fail_if (gst_element_get_state (element, NULL, NULL, 20 * GST_SECOND) == GST_STATE_CHANGE_FAILURE);
  }
  gst_element_set_state (element, GST_STATE_NULL);
}

static const GstState sequences[][6] = {
  { GST_STATE_READY },
  { GST_STATE_READY, GST_STATE_PAUSED },
  { GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING },
  { GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_PLAYING },
  { GST_STATE_PLAYING, GST_STATE_READY, GST_STATE_PLAYING },
  { GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_READY },
};

static void
cycle_all (GstElement *element)
{
  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++) {
    guint n = 0;

    while (n < G_N_ELEMENTS (sequences[i]) && sequences[i][n] != GST_STATE_VOID_PENDING)
      n++;
    cycle (element, sequences[i], n);
  }
}

GST_START_TEST (every_sequence_of_states_works_without_data)
{
  g_autofree char *model = color_model_write_usual ();
  g_autofree char *line = g_strdup_printf ("edgeclassify model=%s", model);

  for (guint round = 0; round < 100; round++) {
    g_autoptr (GstElement) element = gst_object_ref_sink (gst_parse_launch (line, NULL));

    cycle_all (element);
  }
  g_remove (model);
}
GST_END_TEST

GST_START_TEST (every_sequence_of_states_works_with_data)
{
  g_autofree char *model = color_model_write_usual ();
  g_autofree char *line = g_strdup_printf ("videotestsrc ! video/x-raw,width=32,height=24 ! edgeclassify model=%s ! "
                                           "fakesink sync=false",
                                           model);
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, NULL);

  for (guint round = 0; round < 100; round++)
    cycle_all (pipeline);
  g_remove (model);
}
GST_END_TEST

GST_START_TEST (properties_can_be_set_while_frames_come)
{
  g_autofree char *model = color_model_write_usual ();
  g_autofree char *line = g_strdup_printf ("videotestsrc num-buffers=2000 ! video/x-raw,width=32,height=24 ! "
                                           "edgeclassify name=e model=%s ! fakesink sync=false",
                                           model);
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, NULL);
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (pipeline), "e");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) end = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; end == NULL; i++) {
    g_autoptr (GstStructure) stats = NULL;
    g_autofree char *name = g_strdup_printf ("%s.%u", model, i);

    g_object_set (element, "top-k", i % 3 + 1, "threshold", (float)(i % 10) / 10.0f, "inference-interval", i % 5 + 1,
                  "activation", (gint)(i % 4), "message", (gint)(i % 3), "labels", name, "mean", name, NULL);
    g_object_get (element, "stats", &stats, NULL);
    end = gst_bus_pop_filtered (bus, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  }
  fail_unless_equals_int (GST_MESSAGE_TYPE (end), GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_remove (model);
}
GST_END_TEST

static Suite *
edgeclassify_suite (void)
{
  Suite *suite = suite_create ("edgeclassify");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_unchecked_fixture (tcase, gst_edge_results_register, NULL);
  tcase_add_test (tcase, every_format_and_size_gets_the_label_of_its_colour);
  tcase_add_test (tcase, gray_frames_are_taken_by_networks_for_colours);
  tcase_add_test (tcase, every_kind_of_input_tensor_gets_the_picture);
  tcase_add_test (tcase, bgr_swaps_red_and_blue);
  tcase_add_test (tcase, mean_and_std_are_applied_by_channel);
  tcase_add_test (tcase, pixels_and_timestamps_are_not_changed);
  tcase_add_test (tcase, top_k_and_threshold_bound_the_classes);
  tcase_add_test (tcase, activation_makes_probabilities);
  tcase_add_test (tcase, the_first_frame_is_inferred_on_then_every_nth);
  tcase_add_test (tcase, a_frame_flagged_as_gap_has_a_result_too);
  tcase_add_test (tcase, a_frame_without_timestamp_has_a_result_without_age);
  tcase_add_test (tcase, a_flush_or_new_caps_or_stream_forgets_the_result);
  tcase_add_test (tcase, a_message_says_when_the_class_changes);
  tcase_add_test (tcase, caps_that_leave_the_pixels_as_they_are_keep_the_result);
  tcase_add_test (tcase, a_stream_that_is_not_in_time_has_messages_without_a_running_time);
  tcase_add_test (tcase, a_new_latency_is_announced);
  tcase_add_test (tcase, labels_set_while_playing_wait_for_the_next_start);
  tcase_add_test (tcase, a_message_has_the_documented_fields);
  tcase_add_test (tcase, statistics_count_frames_and_inferences);
  tcase_add_test (tcase, statistics_are_of_all_frames);
  tcase_add_test (tcase, the_latency_query_is_answered);
  tcase_add_test (tcase, the_longest_latency_grows_as_the_shortest_does);
  tcase_add_test (tcase, an_inference_has_the_threads_of_its_property);
  tcase_add_test (tcase, an_inference_has_the_precision_of_its_property);
  tcase_add_test (tcase, wrong_properties_are_errors_that_say_what);
  tcase_add_test (tcase, a_file_that_is_no_model_is_an_error_that_names_it);
  tcase_add_test (tcase, an_unknown_operator_is_an_error_that_names_file_node_and_operator);
  tcase_add_test (tcase, a_buffer_that_is_too_small_is_an_error);
  tcase_add_test (tcase, a_video_meta_that_lies_is_an_error);
  tcase_add_test (tcase, strides_of_a_video_meta_are_used);
  tcase_add_test (tcase, every_sequence_of_states_works_without_data);
  tcase_add_test (tcase, every_sequence_of_states_works_with_data);
  tcase_add_test (tcase, properties_can_be_set_while_frames_come);
  return suite;
}

GST_CHECK_MAIN (edgeclassify)
