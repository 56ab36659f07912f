/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgecaption.c: from a buffer's results to lines of text, and whether they
 * differ from the last buffer's: only then is there anything to draw anew.
 * Where they do not, nothing is allocated. */
#include "gstedgecaption.h"

#include "gstedgeresults.h"

#include <string.h>

/* Text grows with the frame: no frame holds more lines of it. */
#define MAX_LINES 64

/**
 * gst_edge_caption_new:
 *
 * Returns: (transfer full): a caption without lines
 */
GstEdgeCaption *
gst_edge_caption_new (void)
{
  GstEdgeCaption *caption = g_new0 (GstEdgeCaption, 1);

  caption->lines = g_new0 (GstEdgeCaptionLine, MAX_LINES);
  return caption;
}

/**
 * gst_edge_caption_free:
 * @caption: a caption
 *
 * Frees it.
 */
void
gst_edge_caption_free (GstEdgeCaption *caption)
{
  for (guint i = 0; i < MAX_LINES; i++)
    g_free (caption->lines[i].label);
  g_free (caption->lines);
  g_free (caption);
}

/* Metadata can hold any number, also one that is none. */
static guint
to_percent (double probability)
{
  return probability > 0.0 ? (guint)(100.0 * MIN (probability, 1.0) + 0.5) : 0;
}

static gboolean
set_line (GstEdgeCaptionLine *line, const char *label, guint percent, gboolean begins_result)
{
  gboolean same_label = g_strcmp0 (line->label, label) == 0;

  if (same_label && line->percent == percent && line->begins_result == begins_result)
    return FALSE;
  if (!same_label) {
    g_free (line->label);
    line->label = g_strdup (label);
  }
  line->percent = percent;
  line->begins_result = begins_result;
  return TRUE;
}

/* Sets the lines from the n-th on. Returns how many there are then. */
static guint
set_lines_of_result (GstEdgeCaption *caption, guint n, const GstStructure *result, guint max_labels, gboolean *changed)
{
  GstEdgeClassification classification;
  GstEdgeClass one;

  if (!gst_edge_result_get_classification (result, &classification))
    return n;
  for (guint i = 0; i < max_labels && n < MAX_LINES && gst_edge_result_get_class (result, i, &one); i++, n++)
    *changed |= set_line (&caption->lines[n], one.label, to_percent (one.probability), i == 0);
  return n;
}

/**
 * gst_edge_caption_update:
 * @caption: a caption
 * @buffer: a buffer
 * @max_labels: how many classes of a result to take at most
 *
 * Makes @caption tell what @buffer's classifications are, the most probable
 * class of each first.
 *
 * Returns: whether @caption is another than before
 */
gboolean
gst_edge_caption_update (GstEdgeCaption *caption, GstBuffer *buffer, guint max_labels)
{
  guint n_results = gst_edge_results_get_n (buffer), n_before = caption->n_lines;
  gboolean changed = FALSE;

  caption->n_lines = 0;
  for (guint i = 0; i < n_results; i++)
    caption->n_lines
        = set_lines_of_result (caption, caption->n_lines, gst_edge_results_get (buffer, i), max_labels, &changed);
  return changed || caption->n_lines != n_before;
}
