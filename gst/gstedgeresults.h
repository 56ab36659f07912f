/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeresults.h: what a network found, as metadata of a buffer: written by
 * the elements that infer, read by those that draw, send on or evaluate.
 * docs/metadata.md is the contract. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The name of the GstCustomMeta that carries the results of a buffer. */
#define GST_EDGE_RESULTS_META "GstEdgeResults"

/* The region of a result about the whole frame. */
#define GST_EDGE_WHOLE_FRAME (-1)

/**
 * GstEdgeClass:
 * @index: which of the network's scores
 * @label: its name
 * @probability: 0 to 1
 */
typedef struct {
  guint index;
  const char *label;
  double probability;
} GstEdgeClass;

/**
 * GstEdgeClassification:
 * @element: who found it
 * @model: what with
 * @region: the id of a region's metadata, or %GST_EDGE_WHOLE_FRAME
 * @frame: which frame since the element started, from 0
 * @pts: the timestamp of the frame that was inferred on
 * @age: how much earlier that frame was; 0 where it is this one
 * @classes: (array length=n_classes): the most probable first
 * @n_classes: 0 where none reached the threshold
 *
 * What a classifier says of a frame or of a region of it.
 */
typedef struct {
  const char *element;
  const char *model;
  gint region;
  guint64 frame;
  GstClockTime pts;
  GstClockTime age;
  const GstEdgeClass *classes;
  guint n_classes;
} GstEdgeClassification;

void gst_edge_results_register (void);

void gst_edge_results_add_classification (GstBuffer *buffer, const GstEdgeClassification *classification);

guint gst_edge_results_get_n (GstBuffer *buffer);
const GstStructure *gst_edge_results_get (GstBuffer *buffer, guint index);
gboolean gst_edge_result_get_classification (const GstStructure *result, GstEdgeClassification *classification);
gboolean gst_edge_result_get_class (const GstStructure *result, guint index, GstEdgeClass *one);

G_END_DECLS
