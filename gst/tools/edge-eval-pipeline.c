/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-pipeline.c: parses a launch line, finds its classifier and its sinks, and waits for its end. */
#include "edge-eval-pipeline.h"

#include <gio/gio.h>
#include <glib-unix.h>

#define TICKS_EVERY 100 /* milliseconds */

struct _EvalPipeline {
  GstElement *line; /* a pipeline */
  GstElement *classifier;
  GMainLoop *loop;
  EvalFrameFunc frame;
  EvalTickFunc tick;
  gpointer data;
  GError *error;
};

/* ------------------------------------------------------------ what is in it */

static GstStructure *
get_stats (GstElement *element)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), "stats");
  GstStructure *stats = NULL;

  if (spec != NULL && spec->value_type == GST_TYPE_STRUCTURE)
    g_object_get (element, "stats", &stats, NULL);
  return stats;
}

static gboolean
classifies (GstElement *element)
{
  GstStructure *stats = get_stats (element);
  gboolean has_times = stats != NULL && gst_structure_has_field_typed (stats, "frames", G_TYPE_UINT64)
                       && gst_structure_has_field_typed (stats, "p50", G_TYPE_UINT64)
                       && gst_structure_has_field_typed (stats, "p95", G_TYPE_UINT64);

  g_clear_pointer (&stats, gst_structure_free);
  return has_times;
}

/* All elements, those in bins too. */
static GPtrArray *
list_elements (GstElement *line)
{
  GPtrArray *elements = g_ptr_array_new_with_free_func (gst_object_unref);
  GstIterator *iterator = gst_bin_iterate_recurse (GST_BIN (line));
  GValue value = G_VALUE_INIT;

  while (gst_iterator_next (iterator, &value) == GST_ITERATOR_OK) { /* nothing is added before it plays */
    g_ptr_array_add (elements, g_value_dup_object (&value));
    g_value_reset (&value);
  }
  g_value_unset (&value);
  gst_iterator_free (iterator);
  return elements;
}

static gboolean
choose_classifier (EvalPipeline *self, const char *wanted, GError **error)
{
  g_autoptr (GPtrArray) elements = list_elements (self->line);
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < elements->len; i++) {
    GstElement *element = elements->pdata[i];

    if (!classifies (element) || (wanted != NULL && !g_str_equal (GST_OBJECT_NAME (element), wanted)))
      continue;
    g_string_append_printf (names, "%s%s", n++ > 0 ? ", " : "", GST_OBJECT_NAME (element));
    gst_object_replace ((GstObject **)&self->classifier, GST_OBJECT (element));
  }
  if (n == 1)
    return TRUE;
  if (n > 1)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "%u elements of the launch line classify: %s. Choose one by --element", n, names->str);
  else if (wanted != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "no element of the launch line that classifies is called \"%s\"", wanted);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no element of the launch line classifies");
  return FALSE;
}

/* A line of one element, or of one bin, comes without a pipeline around it. */
static GstElement *
parse_line (char **launch_line, GError **error)
{
  GstElement *line = gst_parse_launchv_full ((const gchar **)launch_line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  GstElement *pipeline;

  if (line == NULL || GST_IS_PIPELINE (line))
    return line;
  pipeline = gst_pipeline_new (NULL);
  gst_bin_add (GST_BIN (pipeline), line);
  return pipeline;
}

EvalPipeline *
eval_pipeline_new (char **launch_line, const char *element, GError **error)
{
  g_autoptr (EvalPipeline) self = g_new0 (EvalPipeline, 1);
  GstElement *line = parse_line (launch_line, error);

  if (line == NULL)
    return NULL;
  self->line = gst_object_ref_sink (line);
  self->loop = g_main_loop_new (NULL, FALSE);
  return choose_classifier (self, element, error) ? g_steal_pointer (&self) : NULL;
}

void
eval_pipeline_free (EvalPipeline *self)
{
  if (self->line != NULL)
    gst_element_set_state (self->line, GST_STATE_NULL);
  g_clear_object (&self->classifier);
  g_clear_object (&self->line);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_error (&self->error);
  g_free (self);
}

const char *
eval_pipeline_get_classifier (EvalPipeline *self)
{
  return GST_OBJECT_NAME (self->classifier);
}

GstStructure *
eval_pipeline_get_stats (EvalPipeline *self)
{
  return get_stats (self->classifier);
}

/* ---------------------------------------------------------- looking at sinks */

static GstPadProbeReturn
look_at_frames (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  EvalPipeline *self = data;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList *list = gst_pad_probe_info_get_buffer_list (info);

    for (guint i = 0; i < gst_buffer_list_length (list); i++)
      self->frame (pad, gst_buffer_list_get (list, i), self->data);
  } else {
    self->frame (pad, gst_pad_probe_info_get_buffer (info), self->data);
  }
  return GST_PAD_PROBE_OK;
}

static gboolean
add_probe (GstElement *sink, GstPad *pad, gpointer data)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, look_at_frames, data, NULL);
  return TRUE;
}

/* A bin that is a sink is looked at too: what is in it may be made later. */
static void
look_at_sinks (EvalPipeline *self)
{
  g_autoptr (GPtrArray) elements = list_elements (self->line);

  for (guint i = 0; i < elements->len; i++)
    if (GST_OBJECT_FLAG_IS_SET (elements->pdata[i], GST_ELEMENT_FLAG_SINK))
      gst_element_foreach_sink_pad (elements->pdata[i], add_probe, self);
}

/* ------------------------------------------------------------------- playing */

static void
end_with_error (EvalPipeline *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *details = NULL;

  gst_message_parse_error (message, &error, &details);
  if (self->error == NULL)
    g_set_error (&self->error, error->domain, error->code, "%s: %s%s%s", GST_MESSAGE_SRC_NAME (message), error->message,
                 details ? "\n" : "", details ? details : "");
  g_main_loop_quit (self->loop);
}

static gboolean
handle_message (GstBus *bus, GstMessage *message, gpointer data)
{
  EvalPipeline *self = data;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_EOS:
    g_main_loop_quit (self->loop);
    break;
  case GST_MESSAGE_ERROR:
    end_with_error (self, message);
    break;
  case GST_MESSAGE_LATENCY:
    gst_bin_recalculate_latency (GST_BIN (self->line));
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
interrupt (gpointer data)
{
  EvalPipeline *self = data;

  if (self->error == NULL)
    g_set_error_literal (&self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "interrupted");
  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
tick (gpointer data)
{
  EvalPipeline *self = data;

  self->tick (self->data);
  return G_SOURCE_CONTINUE;
}

/* An element that cannot start has said why on the bus. */
static void
start (EvalPipeline *self, GstBus *bus)
{
  g_autoptr (GstMessage) message = NULL;

  if (gst_element_set_state (self->line, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
    return;
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  if (message != NULL)
    end_with_error (self, message);
  else
    g_set_error_literal (&self->error, G_IO_ERROR, G_IO_ERROR_FAILED, "the launch line does not start to play");
}

gboolean
eval_pipeline_play (EvalPipeline *self, EvalFrameFunc frame, EvalTickFunc tick_function, gpointer data, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->line);
  guint signal = g_unix_signal_add (SIGINT, interrupt, self);
  guint timer = g_timeout_add (TICKS_EVERY, tick, self);
  guint watch = gst_bus_add_watch (bus, handle_message, self);

  self->frame = frame;
  self->tick = tick_function;
  self->data = data;
  look_at_sinks (self);
  start (self, bus);
  if (self->error == NULL)
    g_main_loop_run (self->loop);
  g_source_remove (watch);
  g_source_remove (timer);
  g_source_remove (signal);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}
