/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-pipeline.h: a launch line, played from beginning to end, with a look at what comes to its sinks. */
#pragma once
#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _EvalPipeline EvalPipeline;

/**
 * EvalFrameFunc:
 * @pad: a sink's pad
 * @buffer: what comes to it
 *
 * Called from streaming threads, from several at once where there are several sinks.
 */
typedef void (*EvalFrameFunc) (GstPad *pad, GstBuffer *buffer, gpointer data);

/* Called a few times a second while the line plays. */
typedef void (*EvalTickFunc) (gpointer data);

/**
 * eval_pipeline_new:
 * @launch_line: as gst-launch-1.0 takes it, %NULL-terminated
 * @element: (nullable): name of the classifying element; %NULL where the line has only one
 *
 * A classifying element is one whose property `stats` has the times of frames.
 */
EvalPipeline *eval_pipeline_new (char **launch_line, const char *element, GError **error);
void eval_pipeline_free (EvalPipeline *pipeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EvalPipeline, eval_pipeline_free)

/* Name of the classifying element. */
const char *eval_pipeline_get_classifier (EvalPipeline *pipeline);

/**
 * eval_pipeline_play:
 *
 * Plays until all sinks have come to the end.
 *
 * Returns: %FALSE with the element's error; with %G_IO_ERROR_CANCELLED after SIGINT
 */
gboolean eval_pipeline_play (EvalPipeline *pipeline, EvalFrameFunc frame, EvalTickFunc tick, gpointer data,
                             GError **error);

/* The classifying element's statistics, until eval_pipeline_free(). (transfer full) */
GstStructure *eval_pipeline_get_stats (EvalPipeline *pipeline);

G_END_DECLS
