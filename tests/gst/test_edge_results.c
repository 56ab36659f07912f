/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_results.c: what is written to a buffer's metadata is read back, also behind other elements. */
#include "gstedgeresults.h"

#include <gst/check/gstcheck.h>

#ifdef HAVE_GST_ANALYTICS
#include <gst/analytics/analytics.h>
#endif

static const GstEdgeClass two_classes[] = { { 7, "Sneaker", 0.75 }, { 9, "<Ankle> & \"boot\"", 0.25 } };
static const GstEdgeClassification classification = {
  .element = "names",
  .model = "shoes.onnx",
  .region = GST_EDGE_WHOLE_FRAME,
  .frame = 41,
  .pts = 3 * GST_SECOND,
  .age = 5 * GST_MSECOND,
  .classes = two_classes,
  .n_classes = 2,
};

static void
check_classification (GstBuffer *buffer, guint index)
{
  const GstStructure *result = gst_edge_results_get (buffer, index);
  GstEdgeClassification read;
  GstEdgeClass one;

  fail_unless (result != NULL && gst_edge_result_get_classification (result, &read));
  fail_unless_equals_string (read.element, "names");
  fail_unless_equals_string (read.model, "shoes.onnx");
  fail_unless_equals_int (read.region, GST_EDGE_WHOLE_FRAME);
  fail_unless_equals_uint64 (read.frame, 41);
  fail_unless_equals_uint64 (read.pts, 3 * GST_SECOND);
  fail_unless_equals_uint64 (read.age, 5 * GST_MSECOND);
  fail_unless_equals_int (read.n_classes, 2);
  for (guint i = 0; i < 2; i++) {
    fail_unless (gst_edge_result_get_class (result, i, &one));
    fail_unless_equals_int (one.index, two_classes[i].index);
    fail_unless_equals_string (one.label, two_classes[i].label);
    fail_unless_equals_float (one.probability, two_classes[i].probability);
  }
  fail_if (gst_edge_result_get_class (result, 2, &one));
}

GST_START_TEST (what_is_written_is_read)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();

  fail_unless_equals_int (gst_edge_results_get_n (buffer), 0);
  fail_unless (gst_edge_results_get (buffer, 0) == NULL);
  gst_edge_results_add_classification (buffer, &classification);
  fail_unless_equals_int (gst_edge_results_get_n (buffer), 1);
  check_classification (buffer, 0);
}
GST_END_TEST

static const GstStructure *
get_written (GstBuffer *buffer)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, "GstEdgeResults");
  const GValue *results;

  fail_unless (meta != NULL);
  results = gst_structure_get_value (gst_custom_meta_get_structure (meta), "results");
  fail_unless (results && G_VALUE_HOLDS (results, GST_TYPE_ARRAY));
  fail_unless_equals_int (gst_value_array_get_size (results), 1);
  return gst_value_get_structure (gst_value_array_get_value (results, 0));
}

/* docs/metadata.md, word for word: what programs without our header read. */
GST_START_TEST (every_documented_field_has_its_name_and_type)
{
  const struct {
    const char *name, *documented;
    GType type, element;
  } fields[] = {
    { "element", "string", G_TYPE_STRING, 0 },
    { "model", "string", G_TYPE_STRING, 0 },
    { "region", "int", G_TYPE_INT, 0 },
    { "frame", "guint64", G_TYPE_UINT64, 0 },
    { "pts", "guint64", G_TYPE_UINT64, 0 },
    { "age", "guint64", G_TYPE_UINT64, 0 },
    { "indices", "array of uint", GST_TYPE_ARRAY, G_TYPE_UINT },
    { "labels", "array of string", GST_TYPE_ARRAY, G_TYPE_STRING },
    { "probabilities", "array of double", GST_TYPE_ARRAY, G_TYPE_DOUBLE },
  };
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  g_autofree char *page = NULL;
  const GstStructure *result;

  fail_unless (g_file_get_contents (DOCS_DIR "/metadata.md", &page, NULL, NULL));
  gst_edge_results_add_classification (buffer, &classification);
  result = get_written (buffer);
  fail_unless (gst_structure_has_name (result, "classification"));
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_autofree char *row = g_strdup_printf ("\n| `%s` | %s | ", fields[i].name, fields[i].documented);
    const GValue *value = gst_structure_get_value (result, fields[i].name);

    fail_unless (strstr (page, row) != NULL, "not in the page:%s", row);
    fail_unless (value && G_VALUE_TYPE (value) == fields[i].type, "%s", fields[i].name);
    for (guint k = 0; fields[i].element && k < 2; k++)
      fail_unless (G_VALUE_TYPE (gst_value_array_get_value (value, k)) == fields[i].element, "%s", fields[i].name);
  }
  fail_unless_equals_int (gst_structure_n_fields (result),
                          G_N_ELEMENTS (fields) + gst_structure_has_field_typed (result, "mtd", G_TYPE_INT));
}
GST_END_TEST

GST_START_TEST (results_of_several_elements_lie_side_by_side)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  GstEdgeClassification other = classification, read;

  other.element = "other";
  gst_edge_results_add_classification (buffer, &classification);
  gst_edge_results_add_classification (buffer, &other);
  fail_unless_equals_int (gst_edge_results_get_n (buffer), 2);
  check_classification (buffer, 0);
  fail_unless (gst_edge_result_get_classification (gst_edge_results_get (buffer, 1), &read));
  fail_unless_equals_string (read.element, "other");
}
GST_END_TEST

GST_START_TEST (a_copy_has_results_of_its_own)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new (), copy = NULL;

  gst_edge_results_add_classification (buffer, &classification);
  copy = gst_buffer_copy (buffer);
  gst_edge_results_add_classification (copy, &classification);
  fail_unless_equals_int (gst_edge_results_get_n (buffer), 1);
  fail_unless_equals_int (gst_edge_results_get_n (copy), 2);
}
GST_END_TEST

GST_START_TEST (a_result_can_be_empty)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  GstEdgeClassification empty = classification, read;

  empty.n_classes = 0;
  gst_edge_results_add_classification (buffer, &empty);
  fail_unless (gst_edge_result_get_classification (gst_edge_results_get (buffer, 0), &read));
  fail_unless_equals_int (read.n_classes, 0);
}
GST_END_TEST

/* Someone else can have written anything under our name. */
GST_START_TEST (metadata_of_another_form_is_passed_over)
{
  static const char *const forms[] = {
    "GstEdgeResults, results=(int)1;",
    "GstEdgeResults, results=(structure)< [classification, element=(string)e;] >;",
    "GstEdgeResults, results=(structure)< [other, element=(string)e;] >;",
    "GstEdgeResults, results=(int)< 1, 2 >;",
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_autoptr (GstBuffer) buffer = gst_buffer_new ();
    GstStructure *structure
        = gst_custom_meta_get_structure (gst_buffer_add_custom_meta (buffer, GST_EDGE_RESULTS_META));
    g_autoptr (GstStructure) form = gst_structure_from_string (forms[i], NULL);
    GstEdgeClassification read;

    fail_unless (form != NULL, "%s", forms[i]);
    gst_structure_set_value (structure, "results", gst_structure_get_value (form, "results"));
    for (guint k = 0; k < gst_edge_results_get_n (buffer); k++) {
      const GstStructure *result = gst_edge_results_get (buffer, k);

      fail_if (result != NULL && gst_edge_result_get_classification (result, &read), "%s", forms[i]);
    }
  }
}
GST_END_TEST

static GstPadProbeReturn
write_probe (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  info->data = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  gst_edge_results_add_classification (GST_PAD_PROBE_INFO_BUFFER (info), &classification);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
read_probe (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  check_classification (GST_PAD_PROBE_INFO_BUFFER (info), 0);
  g_atomic_int_inc ((gint *)user_data);
  return GST_PAD_PROBE_OK;
}

static void
add_probe (GstElement *pipeline, const char *name, const char *pad_name, GstPadProbeCallback probe, gpointer user_data)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (pipeline), name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, probe, user_data, NULL);
}

GST_START_TEST (results_pass_tee_videoconvert_videoscale_and_videoflip)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch (
      "videotestsrc num-buffers=3 ! video/x-raw,format=I420,width=64,height=48 ! identity name=from "
      "! tee name=t  t. ! queue ! videoconvert ! video/x-raw,format=RGB ! fakesink name=converted "
      "t. ! queue ! videoscale ! video/x-raw,width=32,height=32 ! fakesink name=scaled "
      "t. ! queue ! videoflip method=clockwise ! fakesink name=flipped "
      "t. ! queue ! videoconvert ! videoscale ! video/x-raw,format=NV12,width=320 ! fakesink name=both",
      NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) end = NULL;
  gint n = 0;

  add_probe (pipeline, "from", "src", write_probe, NULL);
  add_probe (pipeline, "converted", "sink", read_probe, &n);
  add_probe (pipeline, "scaled", "sink", read_probe, &n);
  add_probe (pipeline, "flipped", "sink", read_probe, &n);
  add_probe (pipeline, "both", "sink", read_probe, &n);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  end = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (end != NULL && GST_MESSAGE_TYPE (end) == GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_unless_equals_int (n, 4 * 3);
}
GST_END_TEST

GST_START_TEST (gstreamer_s_own_metadata_says_the_same)
{
#ifdef HAVE_GST_ANALYTICS
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  GstAnalyticsRelationMeta *meta;
  GstAnalyticsMtd mtd;
  gint id;

  gst_edge_results_add_classification (buffer, &classification);
  fail_unless (gst_structure_get_int (gst_edge_results_get (buffer, 0), "mtd", &id));
  meta = gst_buffer_get_analytics_relation_meta (buffer);
  fail_unless (gst_analytics_relation_meta_get_mtd (meta, (guint)id, gst_analytics_cls_mtd_get_mtd_type (), &mtd));
  fail_unless_equals_int (gst_analytics_cls_mtd_get_length (&mtd), 2);
  for (guint i = 0; i < 2; i++) {
    fail_unless_equals_float (gst_analytics_cls_mtd_get_level (&mtd, i), two_classes[i].probability);
    fail_unless_equals_string (g_quark_to_string (gst_analytics_cls_mtd_get_quark (&mtd, i)), two_classes[i].label);
  }
#else
  g_print ("SKIP: this GStreamer has no gstreamer-analytics-1.0\n");
#endif
}
GST_END_TEST

static Suite *
edge_results_suite (void)
{
  Suite *suite = suite_create ("edge_results");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_unchecked_fixture (tcase, gst_edge_results_register, NULL);
  tcase_add_test (tcase, what_is_written_is_read);
  tcase_add_test (tcase, every_documented_field_has_its_name_and_type);
  tcase_add_test (tcase, results_of_several_elements_lie_side_by_side);
  tcase_add_test (tcase, a_copy_has_results_of_its_own);
  tcase_add_test (tcase, a_result_can_be_empty);
  tcase_add_test (tcase, metadata_of_another_form_is_passed_over);
  tcase_add_test (tcase, results_pass_tee_videoconvert_videoscale_and_videoflip);
  tcase_add_test (tcase, gstreamer_s_own_metadata_says_the_same);
  return suite;
}

GST_CHECK_MAIN (edge_results)
