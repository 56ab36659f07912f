/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeresults.c: the one place that knows how results are laid out in a
 * buffer's metadata.
 *
 * The meta has no tags: so videoconvert, videoscale, videoflip and tee pass it
 * on, which they do not do for the parameters of a region of interest. */
#include "gstedgeresults.h"

#ifdef HAVE_GST_ANALYTICS
#include <gst/analytics/analytics.h>
#endif

#define RESULTS_FIELD "results"
#define CLASSIFICATION "classification"

/**
 * gst_edge_results_register:
 *
 * Makes %GST_EDGE_RESULTS_META known to GStreamer. Can be called again, also
 * where another plugin of ours has done so already.
 */
void
gst_edge_results_register (void)
{
  static const gchar *no_tags[] = { NULL };

  if (gst_meta_get_info (GST_EDGE_RESULTS_META) == NULL)
    gst_meta_register_custom (GST_EDGE_RESULTS_META, no_tags, NULL, NULL, NULL);
}

/* The buffer's list of results, made where it has none. */
static GValue *
find_or_add_results (GstBuffer *buffer)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, GST_EDGE_RESULTS_META);
  GstStructure *structure;

  if (meta == NULL)
    meta = gst_buffer_add_custom_meta (buffer, GST_EDGE_RESULTS_META);
  structure = gst_custom_meta_get_structure (meta);
  if (!gst_structure_has_field_typed (structure, RESULTS_FIELD, GST_TYPE_ARRAY)) {
    GValue results = G_VALUE_INIT;

    gst_value_array_init (&results, 1);
    gst_structure_take_value (structure, RESULTS_FIELD, &results);
  }
  /* The buffer is writable, so its structure is: appended to in place, not copied. */
  return (GValue *)gst_structure_get_value (structure, RESULTS_FIELD);
}

static void
append_value (GValue *array, GType type, gconstpointer value)
{
  GValue element = G_VALUE_INIT;

  g_value_init (&element, type);
  if (type == G_TYPE_UINT)
    g_value_set_uint (&element, *(const guint *)value);
  else if (type == G_TYPE_DOUBLE)
    g_value_set_double (&element, *(const double *)value);
  else
    g_value_set_string (&element, value);
  gst_value_array_append_and_take_value (array, &element);
}

static void
set_classes (GstStructure *result, const GstEdgeClass *classes, guint n)
{
  GValue indices = G_VALUE_INIT, labels = G_VALUE_INIT, probabilities = G_VALUE_INIT;

  gst_value_array_init (&indices, n);
  gst_value_array_init (&labels, n);
  gst_value_array_init (&probabilities, n);
  for (guint i = 0; i < n; i++) {
    append_value (&indices, G_TYPE_UINT, &classes[i].index);
    append_value (&labels, G_TYPE_STRING, classes[i].label);
    append_value (&probabilities, G_TYPE_DOUBLE, &classes[i].probability);
  }
  gst_structure_take_value (result, "indices", &indices);
  gst_structure_take_value (result, "labels", &labels);
  gst_structure_take_value (result, "probabilities", &probabilities);
}

#ifdef HAVE_GST_ANALYTICS
/* Writes the classes a second time, as GStreamer's own elements read them. Returns the id of what was written. */
static gint
add_analytics_classification (GstBuffer *buffer, const GstEdgeClass *classes, guint n)
{
  GstAnalyticsRelationMeta *meta = gst_buffer_add_analytics_relation_meta (buffer);
  g_autofree gfloat *levels = g_new (gfloat, n);
  g_autofree GQuark *quarks = g_new (GQuark, n);
  GstAnalyticsClsMtd written;

  for (guint i = 0; i < n; i++) {
    levels[i] = (gfloat)classes[i].probability;
    quarks[i] = g_quark_from_string (classes[i].label);
  }
  if (!gst_analytics_relation_meta_add_cls_mtd (meta, n, levels, quarks, &written))
    return -1;
  return (gint)written.id;
}
#endif

/**
 * gst_edge_results_add_classification:
 * @buffer: a writable buffer
 * @classification: what was found; copied
 *
 * Adds a result to those that @buffer has. Where GStreamer has
 * GstAnalyticsRelationMeta (1.24), it is written there as well.
 */
void
gst_edge_results_add_classification (GstBuffer *buffer, const GstEdgeClassification *classification)
{
  GstStructure *result = gst_structure_new (
      CLASSIFICATION, "element", G_TYPE_STRING, classification->element, "model", G_TYPE_STRING, classification->model,
      "region", G_TYPE_INT, classification->region, "frame", G_TYPE_UINT64, classification->frame, "pts", G_TYPE_UINT64,
      classification->pts, "age", G_TYPE_UINT64, classification->age, NULL);
  GValue value = G_VALUE_INIT;

  set_classes (result, classification->classes, classification->n_classes);
#ifdef HAVE_GST_ANALYTICS
  if (classification->n_classes > 0) {
    gint id = add_analytics_classification (buffer, classification->classes, classification->n_classes);

    if (id >= 0)
      gst_structure_set (result, "mtd", G_TYPE_INT, id, NULL);
  }
#endif
  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, result);
  gst_value_array_append_and_take_value (find_or_add_results (buffer), &value);
}

static const GValue *
find_results (GstBuffer *buffer)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, GST_EDGE_RESULTS_META);
  const GValue *results;

  if (meta == NULL)
    return NULL;
  results = gst_structure_get_value (gst_custom_meta_get_structure (meta), RESULTS_FIELD);
  return results && GST_VALUE_HOLDS_ARRAY (results) ? results : NULL;
}

/**
 * gst_edge_results_get_n:
 * @buffer: a buffer
 *
 * Returns: how many results it carries
 */
guint
gst_edge_results_get_n (GstBuffer *buffer)
{
  const GValue *results = find_results (buffer);

  return results ? gst_value_array_get_size (results) : 0;
}

/**
 * gst_edge_results_get:
 * @buffer: a buffer
 * @index: below gst_edge_results_get_n()
 *
 * Returns: (transfer none) (nullable): one result, valid as long as @buffer is and does not change
 */
const GstStructure *
gst_edge_results_get (GstBuffer *buffer, guint index)
{
  const GValue *results = find_results (buffer), *result;

  if (results == NULL || index >= gst_value_array_get_size (results))
    return NULL;
  result = gst_value_array_get_value (results, index);
  return GST_VALUE_HOLDS_STRUCTURE (result) ? gst_value_get_structure (result) : NULL;
}

static const GValue *
get_array (const GstStructure *result, const char *field)
{
  const GValue *array = gst_structure_get_value (result, field);

  return array && GST_VALUE_HOLDS_ARRAY (array) ? array : NULL;
}

/**
 * gst_edge_result_get_classification:
 * @result: (nullable): a result
 * @classification: (out caller-allocates): filled in but for its classes, which gst_edge_result_get_class() gets
 *
 * Returns: whether @result is a classification with all its fields. The strings are @result's.
 */
gboolean
gst_edge_result_get_classification (const GstStructure *result, GstEdgeClassification *classification)
{
  const GValue *indices = result ? get_array (result, "indices") : NULL;

  if (indices == NULL || !gst_structure_has_name (result, CLASSIFICATION))
    return FALSE;
  *classification = (GstEdgeClassification){
    .element = gst_structure_get_string (result, "element"),
    .model = gst_structure_get_string (result, "model"),
    .n_classes = gst_value_array_get_size (indices),
  };
  return classification->element && classification->model
         && gst_structure_get_int (result, "region", &classification->region)
         && gst_structure_get_uint64 (result, "frame", &classification->frame)
         && gst_structure_get_uint64 (result, "pts", &classification->pts)
         && gst_structure_get_uint64 (result, "age", &classification->age);
}

static const GValue *
get_element (const GstStructure *result, const char *field, guint index, GType type)
{
  const GValue *array = get_array (result, field), *element;

  if (array == NULL || index >= gst_value_array_get_size (array))
    return NULL;
  element = gst_value_array_get_value (array, index);
  return G_VALUE_HOLDS (element, type) ? element : NULL;
}

/**
 * gst_edge_result_get_class:
 * @result: a classification
 * @index: which of its classes, the most probable being 0
 * @one: (out caller-allocates): the class; its label is @result's
 *
 * Returns: whether there is one
 */
gboolean
gst_edge_result_get_class (const GstStructure *result, guint index, GstEdgeClass *one)
{
  const GValue *number = get_element (result, "indices", index, G_TYPE_UINT);
  const GValue *label = get_element (result, "labels", index, G_TYPE_STRING);
  const GValue *probability = get_element (result, "probabilities", index, G_TYPE_DOUBLE);

  if (number == NULL || label == NULL || probability == NULL || g_value_get_string (label) == NULL)
    return FALSE;
  *one = (GstEdgeClass){ .index = g_value_get_uint (number),
                         .label = g_value_get_string (label),
                         .probability = g_value_get_double (probability) };
  return TRUE;
}
