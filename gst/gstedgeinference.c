/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeinference.c: the base class's life: a model is loaded and tried when
 * the element starts, frames come by, each is timed, some are inferred on. The
 * pixels are only read, and every frame goes on. */
#include "gstedgeinference.h"

#include "gstedgeframe.h"
#include "gstedgeinput.h"
#include "gstedgelatency.h"
#include "gstedgepicture.h"

#include <math.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC (edge_inference_debug);
#define GST_CAT_DEFAULT edge_inference_debug

#define DEFAULT_MEAN "0"
#define DEFAULT_STD "1"
#define DEFAULT_COLOR_ORDER NNC_ORDER_RGB
#define DEFAULT_INTERVAL 1
#define DEFAULT_THREADS 1

/* The latency is looked at again when so many frames have come, then twice as many, and so on. */
#define FIRST_LATENCY_CHECK 32
#define LATENCY_PERCENT 99.0
#define LATENCY_MARGIN 1.25

enum {
  PROP_0,
  PROP_MODEL,
  PROP_MEAN,
  PROP_STD,
  PROP_COLOR_FORMAT,
  PROP_INTERVAL,
  PROP_THREADS,
  PROP_PRECISION,
  PROP_STATS,
};

typedef struct {
  /* Properties and statistics: under the object lock. */
  char *path;
  char *mean;
  char *std;
  NncColorOrder order;
  guint interval;
  guint threads;
  NncPrecision precision;
  guint64 frames;
  guint64 inferred;
  GstClockTime latency; /* what the LATENCY query was told */
  GstEdgeLatency times; /* the element's own, of every frame */

  /* Since start(). */
  NncModel *model;
  char *model_name;
  NncSession *session; /* NULL: the model wants to know the frames' size first */
  NncSessionOptions options;
  NncColorOrder opened_order;
  NncPreprocess preprocess;

  /* The streaming thread's. */
  GstVideoInfo info;
  NncPictureConverter *converter;
  GstClockTime arrival;
  guint64 next_number;
  guint since_inference; /* frames, this one included; 0: there was no inference yet */
  GstClockTime inferred_pts;
} GstEdgeInferencePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GstEdgeInference, gst_edge_inference, GST_TYPE_BASE_TRANSFORM)

static GstStaticPadTemplate sink_template
    = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_EDGE_PICTURE_CAPS));
static GstStaticPadTemplate src_template
    = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_EDGE_PICTURE_CAPS));

#define GST_TYPE_EDGE_COLOR_FORMAT (gst_edge_color_format_get_type ())
static GType
gst_edge_color_format_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { NNC_ORDER_RGB, "Red is the first channel", "rgb" },
    { NNC_ORDER_BGR, "Blue is the first channel", "bgr" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstEdgeColorFormat", values));
  return type;
}

#define GST_TYPE_EDGE_PRECISION (gst_edge_precision_get_type ())
static GType
gst_edge_precision_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { NNC_PRECISION_F32, "Floats of 32 bits", "f32" },
    { NNC_PRECISION_BF16, "Factors of 16 bits, where the CPU has instructions for it, and sums of 32", "bf16" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstEdgePrecision", values));
  return type;
}

static GstEdgeInferencePrivate *
get_private (GstEdgeInference *self)
{
  return gst_edge_inference_get_instance_private (self);
}

/* ------------------------------------------------------------------ errors */

/* GStreamer's errors for those of nncore that are not about a malformed stream; its own stay what they are. */
static void
post_error (GstEdgeInference *self, const GError *error)
{
  const struct {
    gint nncore;
    GQuark domain;
    gint code;
  } others[] = {
    { NNC_ERROR_NOT_FOUND, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND },
    { NNC_ERROR_READ, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ },
    { NNC_ERROR_MEMORY, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT },
    { NNC_ERROR_ARGUMENT, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS },
  };
  GQuark domain = error->domain == NNC_ERROR ? GST_STREAM_ERROR : error->domain;
  gint code = error->domain == NNC_ERROR ? GST_STREAM_ERROR_FORMAT : error->code;

  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    if (g_error_matches (error, NNC_ERROR, others[i].nncore)) {
      domain = others[i].domain;
      code = others[i].code;
    }
  }
  gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR, domain, code, g_strdup (error->message), NULL,
                            __FILE__, G_STRFUNC, __LINE__);
}

/* -------------------------------------------------------------- properties */

/* Reads one number, or three with commas between, for the channels: finite ones, and other than `never`. */
static gboolean
parse_channels (const char *property, const char *text, float never, float *channels, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  guint n = g_strv_length (parts);

  for (guint i = 0; i < n && i < 3; i++) {
    char *end;

    channels[i] = (float)g_ascii_strtod (g_strstrip (parts[i]), &end);
    if (*parts[i] == '\0' || *end != '\0' || !isfinite (channels[i]) || channels[i] == never)
      n = 0;
  }
  if (n == 1)
    channels[1] = channels[2] = channels[0];
  if (n == 1 || n == 3)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT,
               "%s: '%s' is not one number, or three with commas between, that can be used", property, text);
  return FALSE;
}

static GstStructure *
get_stats (GstEdgeInference *self)
{
  GstEdgeInferencePrivate *priv = get_private (self);
  GstStructure *stats;

  GST_OBJECT_LOCK (self);
  stats = gst_structure_new ("edge-stats", "model", G_TYPE_STRING, priv->model_name, "frames", G_TYPE_UINT64,
                             priv->frames, "inferred", G_TYPE_UINT64, priv->inferred, "skipped", G_TYPE_UINT64,
                             priv->frames - priv->inferred, "p50", G_TYPE_UINT64,
                             gst_edge_latency_get_percentile (&priv->times, 50.0), "p95", G_TYPE_UINT64,
                             gst_edge_latency_get_percentile (&priv->times, 95.0), "p99", G_TYPE_UINT64,
                             gst_edge_latency_get_percentile (&priv->times, 99.0), NULL);
  GST_OBJECT_UNLOCK (self);
  return stats;
}

static void
gst_edge_inference_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  GstEdgeInferencePrivate *priv = get_private (GST_EDGE_INFERENCE (object));

  GST_OBJECT_LOCK (object);
  switch (id) {
  case PROP_MODEL:
    g_free (priv->path);
    priv->path = g_value_dup_string (value);
    break;
  case PROP_MEAN:
    g_free (priv->mean);
    priv->mean = g_value_dup_string (value);
    break;
  case PROP_STD:
    g_free (priv->std);
    priv->std = g_value_dup_string (value);
    break;
  case PROP_COLOR_FORMAT:
    priv->order = (NncColorOrder)g_value_get_enum (value);
    break;
  case PROP_INTERVAL:
    priv->interval = g_value_get_uint (value);
    break;
  case PROP_THREADS:
    priv->threads = g_value_get_uint (value);
    break;
  case PROP_PRECISION:
    priv->precision = (NncPrecision)g_value_get_enum (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (object);
}

static void
gst_edge_inference_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstEdgeInferencePrivate *priv = get_private (GST_EDGE_INFERENCE (object));

  if (id == PROP_STATS) {
    g_value_take_boxed (value, get_stats (GST_EDGE_INFERENCE (object)));
    return;
  }
  GST_OBJECT_LOCK (object);
  switch (id) {
  case PROP_MODEL:
    g_value_set_string (value, priv->path);
    break;
  case PROP_MEAN:
    g_value_set_string (value, priv->mean);
    break;
  case PROP_STD:
    g_value_set_string (value, priv->std);
    break;
  case PROP_COLOR_FORMAT:
    g_value_set_enum (value, (gint)priv->order);
    break;
  case PROP_INTERVAL:
    g_value_set_uint (value, priv->interval);
    break;
  case PROP_THREADS:
    g_value_set_uint (value, priv->threads);
    break;
  case PROP_PRECISION:
    g_value_set_enum (value, (gint)priv->precision);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (object);
}

/* ----------------------------------------------------------------- latency */

/* In whole milliseconds, so that it changes seldom. */
static GstClockTime
round_latency (GstClockTime duration)
{
  return gst_util_uint64_scale_ceil ((guint64)((double)duration * LATENCY_MARGIN), 1, GST_MSECOND) * GST_MSECOND;
}

/* Those who were told another latency have to ask again. */
static void
set_latency (GstEdgeInference *self, GstClockTime latency)
{
  GstEdgeInferencePrivate *priv = get_private (self);
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = latency != priv->latency;
  priv->latency = latency;
  GST_OBJECT_UNLOCK (self);
  if (changed)
    gst_element_post_message (GST_ELEMENT (self), gst_message_new_latency (GST_OBJECT (self)));
}

static void
record_time (GstEdgeInference *self, GstClockTime duration, gboolean inferred)
{
  GstEdgeInferencePrivate *priv = get_private (self);
  GstClockTime latency;

  GST_OBJECT_LOCK (self);
  priv->frames++;
  priv->inferred += inferred;
  gst_edge_latency_add (&priv->times, duration);
  latency = priv->latency;
  if (priv->frames >= FIRST_LATENCY_CHECK && (priv->frames & (priv->frames - 1)) == 0)
    latency = MAX (latency, round_latency (gst_edge_latency_get_percentile (&priv->times, LATENCY_PERCENT)));
  GST_OBJECT_UNLOCK (self);
  set_latency (self, latency);
}

static gboolean
gst_edge_inference_query (GstBaseTransform *transform, GstPadDirection direction, GstQuery *query)
{
  GstEdgeInferencePrivate *priv = get_private (GST_EDGE_INFERENCE (transform));
  GstClockTime min, max, latency;
  gboolean live;

  if (!GST_BASE_TRANSFORM_CLASS (gst_edge_inference_parent_class)->query (transform, direction, query))
    return FALSE;
  if (direction == GST_PAD_SRC && GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    gst_query_parse_latency (query, &live, &min, &max);
    GST_OBJECT_LOCK (transform);
    latency = priv->latency;
    GST_OBJECT_UNLOCK (transform);
    gst_query_set_latency (query, live, min + latency, GST_CLOCK_TIME_IS_VALID (max) ? max + latency : max);
  }
  return TRUE;
}

/* ----------------------------------------------------- starting and stopping */

/* The class's forget, and nothing is carried over. */
static void
forget (GstEdgeInference *self)
{
  get_private (self)->since_inference = 0;
  GST_EDGE_INFERENCE_GET_CLASS (self)->forget (self);
}

/* Runs once on a black picture: what fails, fails before the first frame, and the time it takes is known. */
static gboolean
try_session (GstEdgeInference *self, NncSession *session, GError **error)
{
  NncTensor *input = nnc_session_get_input (session, 0);
  GstClockTime begin;

  memset (nnc_tensor_get_data (input), 0, nnc_tensor_get_size (input));
  begin = gst_util_get_timestamp ();
  if (!nnc_session_run (session, error))
    return FALSE;
  set_latency (self, round_latency (gst_util_get_timestamp () - begin));
  return TRUE;
}

static gboolean
open_session (GstEdgeInference *self, gint width, gint height, GError **error)
{
  GstEdgeInferencePrivate *priv = get_private (self);
  g_autoptr (NncSession) session = gst_edge_input_new_session (priv->model, &priv->options, width, height, error);

  if (session == NULL || !GST_EDGE_INFERENCE_GET_CLASS (self)->prepare (self, session, error)
      || !try_session (self, session, error))
    return FALSE;
  g_clear_pointer (&priv->session, nnc_session_unref);
  priv->session = g_steal_pointer (&session);
  return TRUE;
}

static gboolean
open_model (GstEdgeInference *self, GError **error)
{
  GstEdgeInferencePrivate *priv = get_private (self);
  g_autofree char *path = NULL, *mean = NULL, *std = NULL;

  GST_OBJECT_LOCK (self);
  path = g_strdup (priv->path);
  mean = g_strdup (priv->mean);
  std = g_strdup (priv->std);
  priv->options.threads = priv->threads;
  priv->options.precision = priv->precision;
  priv->opened_order = priv->order;
  GST_OBJECT_UNLOCK (self);
  if (path == NULL || *path == '\0') {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_NOT_FOUND,
                         "No model is given: the property 'model' names the file of a network");
    return FALSE;
  }
  if (!parse_channels ("mean", mean ? mean : DEFAULT_MEAN, NAN, priv->preprocess.mean, error)
      || !parse_channels ("std", std ? std : DEFAULT_STD, 0.0f, priv->preprocess.std, error))
    return FALSE;
  priv->model = nnc_model_new_from_file (path, error);
  if (priv->model == NULL)
    return FALSE;
  GST_OBJECT_LOCK (self);
  priv->model_name = g_filename_display_basename (path);
  GST_OBJECT_UNLOCK (self);
  return !gst_edge_input_is_sized (priv->model) || open_session (self, 0, 0, error);
}

static void
close_model (GstEdgeInference *self)
{
  GstEdgeInferencePrivate *priv = get_private (self);

  forget (self);
  g_clear_pointer (&priv->converter, nnc_picture_converter_free);
  g_clear_pointer (&priv->session, nnc_session_unref);
  g_clear_pointer (&priv->model, nnc_model_unref);
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&priv->model_name, g_free);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_edge_inference_start (GstBaseTransform *transform)
{
  GstEdgeInference *self = GST_EDGE_INFERENCE (transform);
  GstEdgeInferencePrivate *priv = get_private (self);
  g_autoptr (GError) error = NULL;

  GST_OBJECT_LOCK (self);
  priv->frames = priv->inferred = 0;
  priv->latency = 0;
  gst_edge_latency_clear (&priv->times);
  GST_OBJECT_UNLOCK (self);
  priv->next_number = 0;
  if (open_model (self, &error))
    return TRUE;
  close_model (self);
  post_error (self, error);
  return FALSE;
}

static gboolean
gst_edge_inference_stop (GstBaseTransform *transform)
{
  close_model (GST_EDGE_INFERENCE (transform));
  return TRUE;
}

/* ---------------------------------------------------------------- streaming */

static gboolean
open_converter (GstEdgeInference *self, const GstVideoInfo *info, GError **error)
{
  GstEdgeInferencePrivate *priv = get_private (self);
  NncPictureFormat format;
  NncTensorSpec spec;

  if (!gst_edge_picture_describe (info, &format)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "%s frames are not supported",
                 gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (info)));
    return FALSE;
  }
  if (!gst_edge_input_is_sized (priv->model) && !open_session (self, format.width, format.height, error))
    return FALSE;
  if (!gst_edge_input_describe (priv->session, priv->opened_order, &spec, error))
    return FALSE;
  priv->converter = nnc_picture_converter_new (&format, &spec, &priv->preprocess, error);
  return priv->converter != NULL;
}

/* Whether caps differ at most in what the pixels do not depend on, such as the frame rate. */
static gboolean
have_same_pixels (const GstVideoInfo *a, const GstVideoInfo *b)
{
  return GST_VIDEO_INFO_FORMAT (a) == GST_VIDEO_INFO_FORMAT (b) && GST_VIDEO_INFO_WIDTH (a) == GST_VIDEO_INFO_WIDTH (b)
         && GST_VIDEO_INFO_HEIGHT (a) == GST_VIDEO_INFO_HEIGHT (b)
         && gst_video_colorimetry_is_equal (&a->colorimetry, &b->colorimetry);
}

static gboolean
gst_edge_inference_set_caps (GstBaseTransform *transform, GstCaps *in, GstCaps *out)
{
  GstEdgeInference *self = GST_EDGE_INFERENCE (transform);
  GstEdgeInferencePrivate *priv = get_private (self);
  GstVideoInfo before = priv->info;
  g_autoptr (GError) error = NULL;

  if (!gst_video_info_from_caps (&priv->info, in)) {
    GST_WARNING_OBJECT (self, "cannot read the caps %" GST_PTR_FORMAT, (gpointer)in);
    return FALSE;
  }
  if (priv->converter != NULL && have_same_pixels (&before, &priv->info))
    return TRUE;
  forget (self);
  g_clear_pointer (&priv->converter, nnc_picture_converter_free);
  if (open_converter (self, &priv->info, &error))
    return TRUE;
  post_error (self, error);
  return FALSE;
}

static gboolean
gst_edge_inference_sink_event (GstBaseTransform *transform, GstEvent *event)
{
  GstEdgeInference *self = GST_EDGE_INFERENCE (transform);

  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP || GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
    forget (self);
  return GST_BASE_TRANSFORM_CLASS (gst_edge_inference_parent_class)->sink_event (transform, event);
}

/* The first of what happens to a buffer: its time begins. */
static GstFlowReturn
gst_edge_inference_submit_input_buffer (GstBaseTransform *transform, gboolean discont, GstBuffer *buffer)
{
  get_private (GST_EDGE_INFERENCE (transform))->arrival = gst_util_get_timestamp ();
  return GST_BASE_TRANSFORM_CLASS (gst_edge_inference_parent_class)->submit_input_buffer (transform, discont, buffer);
}

static gboolean
fill_input (GstEdgeInference *self, GstBuffer *buffer, GError **error)
{
  GstEdgeInferencePrivate *priv = get_private (self);
  GstVideoFrame frame;
  NncPicture picture;

  if (!gst_edge_frame_map (&frame, &priv->info, buffer, GST_MAP_READ, error))
    return FALSE;
  picture = gst_edge_picture_locate (&frame);
  nnc_picture_converter_run (priv->converter, &picture, nnc_tensor_get_data (nnc_session_get_input (priv->session, 0)));
  gst_video_frame_unmap (&frame);
  return TRUE;
}

static gboolean
infer (GstEdgeInference *self, GstBuffer *buffer, GError **error)
{
  GstEdgeInferencePrivate *priv = get_private (self);

  if (!fill_input (self, buffer, error) || !nnc_session_run (priv->session, error))
    return FALSE;
  GST_EDGE_INFERENCE_GET_CLASS (self)->decode (self, priv->session, buffer);
  priv->inferred_pts = GST_BUFFER_PTS (buffer);
  return TRUE;
}

/* Whether it is this frame's turn: the first is always inferred on, then every interval-th. */
static gboolean
is_due (GstEdgeInference *self)
{
  GstEdgeInferencePrivate *priv = get_private (self);
  gboolean due;

  GST_OBJECT_LOCK (self);
  due = priv->since_inference == 0 || priv->since_inference >= priv->interval;
  GST_OBJECT_UNLOCK (self);
  priv->since_inference = due ? 1 : priv->since_inference + 1;
  return due;
}

static GstClockTime
get_age (const GstEdgeInferencePrivate *priv, GstBuffer *buffer)
{
  if (!GST_BUFFER_PTS_IS_VALID (buffer) || !GST_CLOCK_TIME_IS_VALID (priv->inferred_pts))
    return 0;
  return (GstClockTime)ABS (GST_CLOCK_DIFF (priv->inferred_pts, GST_BUFFER_PTS (buffer)));
}

static GstFlowReturn
gst_edge_inference_transform_ip (GstBaseTransform *transform, GstBuffer *buffer)
{
  GstEdgeInference *self = GST_EDGE_INFERENCE (transform);
  GstEdgeInferencePrivate *priv = get_private (self);
  GstEdgeInferenceFrame frame = { .number = priv->next_number++, .model = priv->model_name };
  gboolean due = is_due (self);
  g_autoptr (GError) error = NULL;

  if (due && !infer (self, buffer, &error)) {
    post_error (self, error);
    return GST_FLOW_ERROR;
  }
  frame.pts = priv->inferred_pts;
  frame.age = get_age (priv, buffer);
  GST_EDGE_INFERENCE_GET_CLASS (self)->attach (self, buffer, &frame);
  record_time (self, gst_util_get_timestamp () - priv->arrival, due);
  return GST_FLOW_OK;
}

/* ------------------------------------------------------------------- class */

static void
gst_edge_inference_finalize (GObject *object)
{
  GstEdgeInferencePrivate *priv = get_private (GST_EDGE_INFERENCE (object));

  g_free (priv->path);
  g_free (priv->mean);
  g_free (priv->std);
  G_OBJECT_CLASS (gst_edge_inference_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags ready = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstEdgeInference:model:
   *
   * The file of the network.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      class, PROP_MODEL, g_param_spec_string ("model", "Model", "File of the network (ONNX, TFLite)", NULL, ready));
  /**
   * GstEdgeInference:mean:
   *
   * What is subtracted from a pixel's value, which is 0 to 255: one number, or
   * one for each of three channels, in the order of #GstEdgeInference:color-format.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      class, PROP_MEAN,
      g_param_spec_string ("mean", "Mean",
                           "Subtracted from each pixel's 0 to 255: one number, or three with commas between",
                           DEFAULT_MEAN, ready));
  /**
   * GstEdgeInference:std:
   *
   * What a pixel's value is divided by after the mean is subtracted: one number,
   * or one for each of three channels. 255 makes 0 to 1.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      class, PROP_STD,
      g_param_spec_string ("std", "Standard deviation",
                           "Divides each pixel after the mean is subtracted: one number, or three with commas between",
                           DEFAULT_STD, ready));
  /**
   * GstEdgeInference:color-format:
   *
   * The order of the channels that the network was trained on. A network of one
   * channel gets luma.
   *
   * Since: 0.1
   */
  g_object_class_install_property (class, PROP_COLOR_FORMAT,
                                   g_param_spec_enum ("color-format", "Color format",
                                                      "Order of the network's three channels",
                                                      GST_TYPE_EDGE_COLOR_FORMAT, DEFAULT_COLOR_ORDER, ready));
  /**
   * GstEdgeInference:inference-interval:
   *
   * The first frame is inferred on, then every so manieth. Those between carry
   * the last result and its age.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      class, PROP_INTERVAL,
      g_param_spec_uint ("inference-interval", "Inference interval",
                         "Infer on the first frame and every Nth after it; those between carry the last result", 1,
                         G_MAXUINT, DEFAULT_INTERVAL, playing));
  /**
   * GstEdgeInference:threads:
   *
   * How many threads a run of the network may use.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      class, PROP_THREADS,
      g_param_spec_uint ("threads", "Threads", "How many threads an inference may use", 1, 64, DEFAULT_THREADS, ready));
  /**
   * GstEdgeInference:precision:
   *
   * What the network's convolutions and matrix products compute in. Where the
   * CPU has no instructions for bf16 all is computed in f32.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      class, PROP_PRECISION,
      g_param_spec_enum ("precision", "Precision", "What convolutions and matrix products of real numbers compute in",
                         GST_TYPE_EDGE_PRECISION, NNC_PRECISION_F32, ready));
  /**
   * GstEdgeInference:stats:
   *
   * Since the element was started: model (string), frames, inferred, skipped
   * (guint64), and p50, p95, p99 (guint64, nanoseconds): what so many of a hundred
   * frames took in this element at most, from arrival until ready to be pushed.
   *
   * Since: 0.1
   */
  g_object_class_install_property (class, PROP_STATS,
                                   g_param_spec_boxed ("stats", "Statistics",
                                                       "Frames, inferences, and the time they took in this element",
                                                       GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_edge_inference_class_init (GstEdgeInferenceClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (edge_inference_debug, "edgeinference", 0, "running networks on video frames");
  object_class->set_property = gst_edge_inference_set_property;
  object_class->get_property = gst_edge_inference_get_property;
  object_class->finalize = gst_edge_inference_finalize;
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  transform_class->start = gst_edge_inference_start;
  transform_class->stop = gst_edge_inference_stop;
  transform_class->set_caps = gst_edge_inference_set_caps;
  transform_class->query = gst_edge_inference_query;
  transform_class->sink_event = gst_edge_inference_sink_event;
  transform_class->submit_input_buffer = gst_edge_inference_submit_input_buffer;
  transform_class->transform_ip = gst_edge_inference_transform_ip;
  gst_type_mark_as_plugin_api (GST_TYPE_EDGE_INFERENCE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_EDGE_COLOR_FORMAT, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_EDGE_PRECISION, 0);
}

static void
gst_edge_inference_init (GstEdgeInference *self)
{
  GstEdgeInferencePrivate *priv = get_private (self);
  GstBaseTransform *transform = GST_BASE_TRANSFORM (self);

  priv->mean = g_strdup (DEFAULT_MEAN);
  priv->std = g_strdup (DEFAULT_STD);
  priv->order = DEFAULT_COLOR_ORDER;
  priv->interval = DEFAULT_INTERVAL;
  priv->threads = DEFAULT_THREADS;
  gst_base_transform_set_in_place (transform, TRUE);
  gst_base_transform_set_prefer_passthrough (transform, FALSE);
  gst_base_transform_set_gap_aware (transform, TRUE); /* such frames are seen too */
  /* QoS would drop frames; here inferences are skipped, never frames. */
  gst_base_transform_set_qos_enabled (transform, FALSE);
}
