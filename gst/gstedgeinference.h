/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeinference.h: the base class of all elements that run a network on
 * video frames. It owns the model, the way from frame to tensor, when to run,
 * and statistics; a subclass says what the outputs mean and what to attach. */
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>
#include <nncore/nncore.h>

G_BEGIN_DECLS

#define GST_TYPE_EDGE_INFERENCE (gst_edge_inference_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstEdgeInference, gst_edge_inference, GST, EDGE_INFERENCE, GstBaseTransform)

/**
 * GstEdgeInferenceFrame:
 * @number: which frame since the element started, from 0
 * @model: the name of the model's file, without its folder
 * @pts: timestamp of the frame that was inferred on
 * @age: how much earlier that frame was; 0 where it is this one
 *
 * The frame that a result is to be attached to.
 */
typedef struct {
  guint64 number;
  const char *model;
  GstClockTime pts;
  GstClockTime age;
} GstEdgeInferenceFrame;

/**
 * GstEdgeInferenceClass:
 * @prepare: looks at the network's outputs before the first frame; %FALSE with
 *   the error set where they are not what the element is for
 * @decode: makes a result of the outputs of the run that has just ended, kept
 *   until the next @decode or @forget
 * @attach: attaches the result to a buffer, which is writable
 * @forget: drops the result: what comes has nothing to do with what was
 *
 * All are called from the streaming thread, or while there is none.
 */
struct _GstEdgeInferenceClass {
  GstBaseTransformClass parent_class;

  gboolean (*prepare) (GstEdgeInference *self, NncSession *session, GError **error);
  void (*decode) (GstEdgeInference *self, NncSession *session, GstBuffer *buffer);
  void (*attach) (GstEdgeInference *self, GstBuffer *buffer, const GstEdgeInferenceFrame *frame);
  void (*forget) (GstEdgeInference *self);
};

G_END_DECLS
