/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-results.c: collects a classifier's results by frame number; sinks add from threads of their own. */
#include "edge-eval-results.h"

#include "edge-eval-metrics.h"
#include "gstedgeresults.h"

struct _EvalResults {
  char *element;
  gboolean names_are_given;
  GMutex lock; /* of all below */
  GHashTable *frames; /* EvalResult by its frame */
  GPtrArray *names; /* by index, NULL where there is none */
};

static void
result_free (gpointer data)
{
  EvalResult *result = data;

  g_free (result->indices);
  g_free (result->probabilities);
  g_free (result);
}

EvalResults *
eval_results_new (const char *element, const char *const *names)
{
  EvalResults *results = g_new0 (EvalResults, 1);

  results->element = g_strdup (element);
  results->names_are_given = names != NULL;
  g_mutex_init (&results->lock);
  results->frames = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, result_free);
  results->names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    g_ptr_array_add (results->names, g_strdup (names[i]));
  return results;
}

void
eval_results_free (EvalResults *results)
{
  g_hash_table_unref (results->frames);
  g_ptr_array_unref (results->names);
  g_mutex_clear (&results->lock);
  g_free (results->element);
  g_free (results);
}

/* The metadata's name, where no other was there before. */
static void
keep_name (EvalResults *results, const GstEdgeClass *class)
{
  if (results->names_are_given || class->index >= EVAL_MAX_CLASSES)
    return;
  if (class->index >= results->names->len)
    g_ptr_array_set_size (results->names, (gint) class->index + 1);
  if (results->names->pdata[class->index] == NULL)
    results->names->pdata[class->index] = g_utf8_make_valid (class->label, -1);
}

static EvalResult *
read_classes (EvalResults *results, const GstStructure *structure, const GstEdgeClassification *classification)
{
  EvalResult *result = g_new0 (EvalResult, 1);
  GstEdgeClass class;

  result->frame = classification->frame;
  result->indices = g_new (guint, classification->n_classes);
  result->probabilities = g_new (double, classification->n_classes);
  for (guint i = 0; i < classification->n_classes && gst_edge_result_get_class (structure, i, &class); i++) {
    keep_name (results, &class);
    result->indices[result->n] = class.index;
    result->probabilities[result->n++] = class.probability;
  }
  return result;
}

/* Under the lock. */
static const EvalResult *
add_structure (EvalResults *results, const GstStructure *structure)
{
  GstEdgeClassification classification;
  EvalResult *result;

  if (!gst_edge_result_get_classification (structure, &classification)
      || !g_str_equal (classification.element, results->element) || classification.region != GST_EDGE_WHOLE_FRAME
      || g_hash_table_contains (results->frames, &classification.frame))
    return NULL;
  result = read_classes (results, structure, &classification);
  g_hash_table_insert (results->frames, &result->frame, result);
  return result;
}

const EvalResult *
eval_results_add (EvalResults *results, GstBuffer *buffer)
{
  guint n = gst_edge_results_get_n (buffer);
  const EvalResult *added = NULL;

  g_mutex_lock (&results->lock);
  for (guint i = 0; i < n && added == NULL; i++)
    added = add_structure (results, gst_edge_results_get (buffer, i));
  g_mutex_unlock (&results->lock);
  return added;
}

guint
eval_results_get_n (EvalResults *results)
{
  guint n;

  g_mutex_lock (&results->lock);
  n = g_hash_table_size (results->frames);
  g_mutex_unlock (&results->lock);
  return n;
}

static gint
compare_frames (gconstpointer a, gconstpointer b)
{
  guint64 x = (*(const EvalResult *const *)a)->frame, y = (*(const EvalResult *const *)b)->frame;

  return x < y ? -1 : x > y;
}

GPtrArray *
eval_results_list (EvalResults *results)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iterator;
  gpointer result;

  g_mutex_lock (&results->lock);
  g_hash_table_iter_init (&iterator, results->frames);
  while (g_hash_table_iter_next (&iterator, NULL, &result))
    g_ptr_array_add (list, result);
  g_mutex_unlock (&results->lock);
  g_ptr_array_sort (list, compare_frames);
  return list;
}

const char *
eval_results_get_name (EvalResults *results, guint index)
{
  const char *name;

  g_mutex_lock (&results->lock);
  name = index < results->names->len ? results->names->pdata[index] : NULL;
  g_mutex_unlock (&results->lock);
  return name;
}

guint
eval_results_get_n_names (EvalResults *results)
{
  guint n;

  g_mutex_lock (&results->lock);
  n = results->names->len;
  g_mutex_unlock (&results->lock);
  return n;
}
