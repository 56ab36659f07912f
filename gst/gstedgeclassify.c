/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeclassify.c: names what is on a frame. */

/**
 * SECTION:element-edgeclassify
 * @title: edgeclassify
 *
 * Runs a classifying network on video frames and attaches the most probable
 * classes to each frame as metadata. When another class becomes the most
 * probable, an element message says so. Frames of any size and rate go through
 * unchanged.
 *
 * ## The message
 *
 * A structure "edge-classification" with label (string), index (uint),
 * probability (double), previous (string: the label before, not there at
 * first), frame, pts and running-time (guint64). Where no class reaches the
 * threshold, label, index and probability are not there.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 -m videotestsrc num-buffers=30 ! edgeclassify model=models/fashion-cnn/fashion-cnn.onnx
 * labels=models/fashion-cnn/labels.txt ! fakesink
 * ]|
 *
 * Since: 0.1
 */
#include "gstedgeclassify.h"

#include "gstedgelabels.h"
#include "gstedgeresults.h"

#include <string.h>

#define DEFAULT_TOP_K 1
#define DEFAULT_THRESHOLD 0.0f
#define DEFAULT_ACTIVATION NNC_ACTIVATION_AUTO
#define DEFAULT_MESSAGE MESSAGE_CHANGE

enum {
  PROP_0,
  PROP_LABELS,
  PROP_TOP_K,
  PROP_THRESHOLD,
  PROP_ACTIVATION,
  PROP_MESSAGE,
};

typedef enum {
  MESSAGE_NONE,
  MESSAGE_CHANGE,
  MESSAGE_ALL,
} Message;

struct _GstEdgeClassify {
  GstEdgeInference parent;

  /* Properties: under the object lock. */
  char *labels_property;
  guint top_k;
  float threshold;
  NncActivation activation;
  Message message;

  /* Since the network was opened. */
  char *labels_opened; /* the property as it was then */
  NncLabels *labels;
  guint n_scores;
  float *scores; /* [n_scores] */
  NncClass *top; /* [n_scores] */

  /* The result: classes[0..n_classes). */
  GstEdgeClass *classes; /* [n_scores] */
  guint n_classes;
  gboolean is_new; /* not yet attached to any frame */
  gint announced; /* the class of the last message; -1 where it named none, NOTHING_ANNOUNCED where there was none */
};

#define NOTHING_ANNOUNCED (-2)

G_DEFINE_FINAL_TYPE (GstEdgeClassify, gst_edge_classify, GST_TYPE_EDGE_INFERENCE)
GST_ELEMENT_REGISTER_DEFINE (edgeclassify, "edgeclassify", GST_RANK_NONE, GST_TYPE_EDGE_CLASSIFY)

#define GST_TYPE_EDGE_ACTIVATION (gst_edge_activation_get_type ())
static GType
gst_edge_activation_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { NNC_ACTIVATION_AUTO, "Softmax, where the scores are not probabilities already", "auto" },
    { NNC_ACTIVATION_NONE, "The scores are the probabilities", "none" },
    { NNC_ACTIVATION_SOFTMAX, "Softmax: one class of them all", "softmax" },
    { NNC_ACTIVATION_SIGMOID, "Sigmoid: each class for itself", "sigmoid" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstEdgeActivation", values));
  return type;
}

#define GST_TYPE_EDGE_MESSAGE (gst_edge_message_get_type ())
static GType
gst_edge_message_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { MESSAGE_NONE, "No messages", "none" },
    { MESSAGE_CHANGE, "When another class is the most probable", "change" },
    { MESSAGE_ALL, "For each frame that is inferred on", "all" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstEdgeMessage", values));
  return type;
}

/* ------------------------------------------------------------- the network */

static void
close_network (GstEdgeClassify *self)
{
  g_clear_pointer (&self->labels, nnc_labels_unref);
  g_clear_pointer (&self->labels_opened, g_free);
  g_clear_pointer (&self->scores, g_free);
  g_clear_pointer (&self->top, g_free);
  g_clear_pointer (&self->classes, g_free);
  self->n_scores = self->n_classes = 0;
}

static gboolean
gst_edge_classify_start (GstBaseTransform *transform)
{
  GstEdgeClassify *self = GST_EDGE_CLASSIFY (transform);

  close_network (self);
  GST_OBJECT_LOCK (self);
  self->labels_opened = g_strdup (self->labels_property);
  GST_OBJECT_UNLOCK (self);
  return GST_BASE_TRANSFORM_CLASS (gst_edge_classify_parent_class)->start (transform);
}

static gboolean
read_labels (GstEdgeClassify *self, const NncTensor *output, const char *model, GError **error)
{
  NncLabels *labels = gst_edge_labels_new (self->labels_opened, (guint)nnc_tensor_get_n_elements (output), error);

  if (labels == NULL) {
    g_prefix_error (error, "%s: output '%s': ", model, nnc_tensor_get_name (output));
    return FALSE;
  }
  g_clear_pointer (&self->labels, nnc_labels_unref);
  self->labels = labels;
  return TRUE;
}

static gboolean
gst_edge_classify_prepare (GstEdgeInference *inference, NncSession *session, GError **error)
{
  GstEdgeClassify *self = GST_EDGE_CLASSIFY (inference);
  const NncTensor *output = nnc_session_get_output (session, 0);
  const char *model = nnc_model_get_name (nnc_session_get_model (session));
  gsize n = nnc_tensor_get_n_elements (output);

  if (nnc_tensor_get_data_type (output) != NNC_F32 || n < 1 || n > G_MAXINT) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED,
                 "%s: output '%s' has %" G_GSIZE_FORMAT " numbers of type %s, scores of classes are f32, at least one",
                 model, nnc_tensor_get_name (output), n, nnc_data_type_to_string (nnc_tensor_get_data_type (output)));
    return FALSE;
  }
  if (!read_labels (self, output, model, error))
    return FALSE;
  self->n_scores = (guint)n;
  self->n_classes = 0;
  self->scores = g_renew (float, self->scores, n);
  self->top = g_renew (NncClass, self->top, n);
  self->classes = g_renew (GstEdgeClass, self->classes, n);
  return TRUE;
}

/* --------------------------------------------------------------- the result */

static void
gst_edge_classify_decode (GstEdgeInference *inference, NncSession *session, GstBuffer *buffer)
{
  GstEdgeClassify *self = GST_EDGE_CLASSIFY (inference);
  NncActivation activation;
  float threshold;
  guint top_k;

  GST_OBJECT_LOCK (self);
  activation = self->activation;
  threshold = self->threshold;
  top_k = MIN (self->top_k, self->n_scores);
  GST_OBJECT_UNLOCK (self);
  memcpy (self->scores, nnc_tensor_get_data (nnc_session_get_output (session, 0)), self->n_scores * sizeof (float));
  nnc_scores_activate (self->scores, self->n_scores, activation);
  self->n_classes = nnc_scores_top (self->scores, self->n_scores, threshold, self->top, top_k);
  for (guint i = 0; i < self->n_classes; i++)
    self->classes[i] = (GstEdgeClass){ .index = self->top[i].index,
                                       .label = nnc_labels_get (self->labels, self->top[i].index),
                                       .probability = (double)self->top[i].probability };
  self->is_new = TRUE;
}

static const char *
get_announced_label (GstEdgeClassify *self)
{
  return self->announced >= 0 ? nnc_labels_get (self->labels, (guint)self->announced) : NULL;
}

static void
announce (GstEdgeClassify *self, const GstEdgeInferenceFrame *frame)
{
  const GstSegment *segment = &GST_BASE_TRANSFORM (self)->segment;
  GstClockTime running_time = segment->format == GST_FORMAT_TIME
                                  ? gst_segment_to_running_time (segment, GST_FORMAT_TIME, frame->pts)
                                  : GST_CLOCK_TIME_NONE;
  GstStructure *message
      = gst_structure_new ("edge-classification", "frame", G_TYPE_UINT64, frame->number, "pts", G_TYPE_UINT64,
                           frame->pts, "running-time", G_TYPE_UINT64, running_time, NULL);

  if (self->n_classes > 0)
    gst_structure_set (message, "label", G_TYPE_STRING, self->classes[0].label, "index", G_TYPE_UINT,
                       self->classes[0].index, "probability", G_TYPE_DOUBLE, self->classes[0].probability, NULL);
  if (get_announced_label (self) != NULL)
    gst_structure_set (message, "previous", G_TYPE_STRING, get_announced_label (self), NULL);
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), message));
}

static void
announce_where_wanted (GstEdgeClassify *self, const GstEdgeInferenceFrame *frame)
{
  gint best = self->n_classes > 0 ? (gint)self->classes[0].index : -1;
  Message wanted;

  GST_OBJECT_LOCK (self);
  wanted = self->message;
  GST_OBJECT_UNLOCK (self);
  if (wanted == MESSAGE_ALL || (wanted == MESSAGE_CHANGE && best != self->announced))
    announce (self, frame);
  self->announced = best;
}

static void
gst_edge_classify_attach (GstEdgeInference *inference, GstBuffer *buffer, const GstEdgeInferenceFrame *frame)
{
  GstEdgeClassify *self = GST_EDGE_CLASSIFY (inference);
  const GstEdgeClassification classification = { .element = GST_OBJECT_NAME (self),
                                                 .model = frame->model,
                                                 .region = GST_EDGE_WHOLE_FRAME,
                                                 .frame = frame->number,
                                                 .pts = frame->pts,
                                                 .age = frame->age,
                                                 .classes = self->classes,
                                                 .n_classes = self->n_classes };

  gst_edge_results_add_classification (buffer, &classification);
  if (self->is_new)
    announce_where_wanted (self, frame);
  self->is_new = FALSE;
}

static void
gst_edge_classify_forget (GstEdgeInference *inference)
{
  GstEdgeClassify *self = GST_EDGE_CLASSIFY (inference);

  self->n_classes = 0;
  self->is_new = FALSE;
  self->announced = NOTHING_ANNOUNCED;
}

/* ------------------------------------------------------- properties and class */

static void
gst_edge_classify_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  GstEdgeClassify *self = GST_EDGE_CLASSIFY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_LABELS:
    g_free (self->labels_property);
    self->labels_property = g_value_dup_string (value);
    break;
  case PROP_TOP_K:
    self->top_k = g_value_get_uint (value);
    break;
  case PROP_THRESHOLD:
    self->threshold = g_value_get_float (value);
    break;
  case PROP_ACTIVATION:
    self->activation = (NncActivation)g_value_get_enum (value);
    break;
  case PROP_MESSAGE:
    self->message = (Message)g_value_get_enum (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_edge_classify_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstEdgeClassify *self = GST_EDGE_CLASSIFY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_LABELS:
    g_value_set_string (value, self->labels_property);
    break;
  case PROP_TOP_K:
    g_value_set_uint (value, self->top_k);
    break;
  case PROP_THRESHOLD:
    g_value_set_float (value, self->threshold);
    break;
  case PROP_ACTIVATION:
    g_value_set_enum (value, (gint)self->activation);
    break;
  case PROP_MESSAGE:
    g_value_set_enum (value, (gint)self->message);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_edge_classify_finalize (GObject *object)
{
  GstEdgeClassify *self = GST_EDGE_CLASSIFY (object);

  close_network (self);
  g_free (self->labels_property);
  G_OBJECT_CLASS (gst_edge_classify_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags ready = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstEdgeClassify:labels:
   *
   * The names of the classes: a file of one a line (LF or CRLF), or the names
   * themselves with commas or line breaks between. As many as the network has
   * classes. Where it is not set, classes are called by their number, from 0.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      class, PROP_LABELS,
      g_param_spec_string ("labels", "Labels", "File of one class name a line, or the names with commas between", NULL,
                           ready));
  /**
   * GstEdgeClassify:top-k:
   *
   * How many classes a result has at most, the most probable first.
   *
   * Since: 0.1
   */
  g_object_class_install_property (class, PROP_TOP_K,
                                   g_param_spec_uint ("top-k", "Top k", "How many classes a result has at most", 1,
                                                      G_MAXUINT, DEFAULT_TOP_K, playing));
  /**
   * GstEdgeClassify:threshold:
   *
   * A class that is less probable is left out. A result can be empty.
   *
   * Since: 0.1
   */
  g_object_class_install_property (class, PROP_THRESHOLD,
                                   g_param_spec_float ("threshold", "Threshold",
                                                       "A class that is less probable is left out", 0.0f, 1.0f,
                                                       DEFAULT_THRESHOLD, playing));
  /**
   * GstEdgeClassify:activation:
   *
   * What makes probabilities of the network's scores.
   *
   * Since: 0.1
   */
  g_object_class_install_property (class, PROP_ACTIVATION,
                                   g_param_spec_enum ("activation", "Activation",
                                                      "What makes probabilities of the network's scores",
                                                      GST_TYPE_EDGE_ACTIVATION, DEFAULT_ACTIVATION, playing));
  /**
   * GstEdgeClassify:message:
   *
   * When to post a message on the bus.
   *
   * Since: 0.1
   */
  g_object_class_install_property (class, PROP_MESSAGE,
                                   g_param_spec_enum ("message", "Message", "When to post an element message",
                                                      GST_TYPE_EDGE_MESSAGE, DEFAULT_MESSAGE, playing));
}

static void
gst_edge_classify_class_init (GstEdgeClassifyClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstEdgeInferenceClass *inference_class = GST_EDGE_INFERENCE_CLASS (class);

  object_class->set_property = gst_edge_classify_set_property;
  object_class->get_property = gst_edge_classify_get_property;
  object_class->finalize = gst_edge_classify_finalize;
  install_properties (object_class);
  GST_BASE_TRANSFORM_CLASS (class)->start = gst_edge_classify_start;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (class), "Edge classifier", "Filter/Analyzer/Video",
                                         "Names what is on video frames by a neural network", "The edge project");
  inference_class->prepare = gst_edge_classify_prepare;
  inference_class->decode = gst_edge_classify_decode;
  inference_class->attach = gst_edge_classify_attach;
  inference_class->forget = gst_edge_classify_forget;
  gst_type_mark_as_plugin_api (GST_TYPE_EDGE_ACTIVATION, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_EDGE_MESSAGE, 0);
}

static void
gst_edge_classify_init (GstEdgeClassify *self)
{
  self->top_k = DEFAULT_TOP_K;
  self->threshold = DEFAULT_THRESHOLD;
  self->activation = DEFAULT_ACTIVATION;
  self->message = DEFAULT_MESSAGE;
  self->announced = NOTHING_ANNOUNCED;
}
