/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeoverlay.c: the classes that a buffer carries, drawn on it. Where what
 * comes after draws compositions (a display that composes in hardware, say),
 * the text is attached as one and the pixels are not touched. */

/**
 * SECTION:element-edgeoverlay
 * @title: edgeoverlay
 *
 * Draws the classes that elements such as edgeclassify found, and their
 * probabilities, as text in a corner of the frame. Each result of the frame is
 * a group of lines. The text scales with the frame. Frames without a result go
 * through unchanged.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=100 ! edgeclassify model=models/fashion-cnn/fashion-cnn.onnx
 * labels=models/fashion-cnn/labels.txt top-k=3 ! edgeoverlay position=bottom-left ! videoconvert ! autovideosink
 * ]|
 *
 * Since: 0.1
 */
#include "gstedgeoverlay.h"

#include "gstedgeblend.h"
#include "gstedgecaptionimage.h"
#include "gstedgeframe.h"

GST_DEBUG_CATEGORY_STATIC (edge_overlay_debug);
#define GST_CAT_DEFAULT edge_overlay_debug

#define DEFAULT_FONT "Sans Bold"
#define DEFAULT_POSITION GST_EDGE_POSITION_TOP_LEFT
#define DEFAULT_MAX_LABELS 3
#define DEFAULT_BACKGROUND_OPACITY 0.6

#define COMPOSITION GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION

enum {
  PROP_0,
  PROP_FONT,
  PROP_POSITION,
  PROP_MAX_LABELS,
  PROP_BACKGROUND_OPACITY,
};

struct _GstEdgeOverlay {
  GstBaseTransform parent;

  /* Under the object lock. */
  PangoFontDescription *font;
  GstEdgePosition position;
  guint max_labels;
  double background_opacity;
  gboolean style_changed; /* since the last drawing */
  gboolean composition_refused; /* what comes after takes its caps, but does not draw it */
  gboolean something_else_follows; /* and has not been asked */

  /* The streaming thread's. */
  GstVideoInfo info;
  gboolean attach; /* the caps after us say that compositions are drawn there */
  gboolean refusable; /* text could be blended instead */
  gboolean unsettled; /* whether they are, has yet to be asked */
  PangoContext *context;
  GstEdgeCaption *caption;
  GstVideoOverlayRectangle *drawn; /* the caption as it is; NULL where there is nothing to draw */
};

G_DEFINE_FINAL_TYPE (GstEdgeOverlay, gst_edge_overlay, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE (edgeoverlay, "edgeoverlay", GST_RANK_NONE, GST_TYPE_EDGE_OVERLAY)

/* Blended into frames in memory; attached to those of any kind. */
#define TEMPLATE_CAPS                                                                                                  \
  GST_VIDEO_CAPS_MAKE (GST_VIDEO_OVERLAY_COMPOSITION_BLEND_FORMATS)                                                    \
  ";" GST_VIDEO_CAPS_MAKE_WITH_FEATURES ("ANY", GST_VIDEO_FORMATS_ALL)
static GstStaticCaps blendable_caps
    = GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE (GST_VIDEO_OVERLAY_COMPOSITION_BLEND_FORMATS));
static GstStaticPadTemplate sink_template
    = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (TEMPLATE_CAPS));
static GstStaticPadTemplate src_template
    = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (TEMPLATE_CAPS));

#define GST_TYPE_EDGE_POSITION (gst_edge_position_get_type ())
static GType
gst_edge_position_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { GST_EDGE_POSITION_TOP_LEFT, "Top left", "top-left" },
    { GST_EDGE_POSITION_TOP_RIGHT, "Top right", "top-right" },
    { GST_EDGE_POSITION_BOTTOM_LEFT, "Bottom left", "bottom-left" },
    { GST_EDGE_POSITION_BOTTOM_RIGHT, "Bottom right", "bottom-right" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstEdgePosition", values));
  return type;
}

/* -------------------------------------------------------------- properties */

static void
gst_edge_overlay_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  GstEdgeOverlay *self = GST_EDGE_OVERLAY (object);
  const char *font;

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_FONT:
    font = g_value_get_string (value);
    pango_font_description_free (self->font);
    self->font = pango_font_description_from_string (font ? font : DEFAULT_FONT);
    break;
  case PROP_POSITION:
    self->position = (GstEdgePosition)g_value_get_enum (value);
    break;
  case PROP_MAX_LABELS:
    self->max_labels = g_value_get_uint (value);
    break;
  case PROP_BACKGROUND_OPACITY:
    self->background_opacity = g_value_get_double (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  self->style_changed = TRUE;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_edge_overlay_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstEdgeOverlay *self = GST_EDGE_OVERLAY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_FONT:
    g_value_take_string (value, pango_font_description_to_string (self->font));
    break;
  case PROP_POSITION:
    g_value_set_enum (value, (gint)self->position);
    break;
  case PROP_MAX_LABELS:
    g_value_set_uint (value, self->max_labels);
    break;
  case PROP_BACKGROUND_OPACITY:
    g_value_set_double (value, self->background_opacity);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (self);
}

/* -------------------------------------------------------------------- caps */

static gboolean
has_composition (const GstCapsFeatures *features)
{
  return !gst_caps_features_is_any (features) && gst_caps_features_contains (features, COMPOSITION);
}

/* Appends each of the caps as they are with the feature, or without it. Features that are any stay so. */
static void
append_with_composition (GstCaps *result, const GstCaps *caps, gboolean with)
{
  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    GstCapsFeatures *features = gst_caps_features_copy (gst_caps_get_features (caps, i));

    if (with && !gst_caps_features_is_any (features) && !has_composition (features))
      gst_caps_features_add (features, COMPOSITION);
    else if (!with && has_composition (features))
      gst_caps_features_remove (features, COMPOSITION);
    gst_caps_append_structure_full (result, gst_structure_copy (gst_caps_get_structure (caps, i)), features);
  }
}

/* What may leave where this arrives: it with compositions, or it as it is, text blended in. */
static GstCaps *
get_caps_after (const GstCaps *caps)
{
  g_autoptr (GstCaps) blendable = gst_static_caps_get (&blendable_caps);
  GstCaps *result = gst_caps_new_empty ();

  append_with_composition (result, caps, TRUE);
  gst_caps_append (result, gst_caps_intersect_full ((GstCaps *)caps, blendable, GST_CAPS_INTERSECT_FIRST));
  return result;
}

/* What may arrive where this leaves: with compositions, frames that have some already or none yet. */
static GstCaps *
get_caps_before (const GstCaps *caps)
{
  g_autoptr (GstCaps) blendable = gst_static_caps_get (&blendable_caps), composed = gst_caps_new_empty ();
  GstCaps *result = gst_caps_new_empty ();

  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    if (gst_caps_features_is_any (gst_caps_get_features (caps, i)) || has_composition (gst_caps_get_features (caps, i)))
      gst_caps_append (composed, gst_caps_copy_nth (caps, i));
  }
  gst_caps_append (result, gst_caps_copy (composed));
  append_with_composition (result, composed, FALSE);
  gst_caps_append (result, gst_caps_intersect_full ((GstCaps *)caps, blendable, GST_CAPS_INTERSECT_FIRST));
  return result;
}

static GstCaps *
gst_edge_overlay_transform_caps (GstBaseTransform *transform, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
  g_autoptr (GstCaps) result
      = gst_caps_simplify (direction == GST_PAD_SINK ? get_caps_after (caps) : get_caps_before (caps));

  if (filter)
    return gst_caps_intersect_full (filter, result, GST_CAPS_INTERSECT_FIRST);
  return g_steal_pointer (&result);
}

/* With compositions where there is a choice, and they are drawn after us. */
static GstCaps *
gst_edge_overlay_fixate_caps (GstBaseTransform *transform, GstPadDirection direction, GstCaps *caps, GstCaps *others)
{
  GstEdgeOverlay *self = GST_EDGE_OVERLAY (transform);
  gboolean wanted;
  guint choice = 0;

  GST_OBJECT_LOCK (self);
  wanted = !self->composition_refused;
  GST_OBJECT_UNLOCK (self);
  for (guint i = gst_caps_get_size (others); i-- > 0;) {
    if (has_composition (gst_caps_get_features (others, i)) == wanted)
      choice = i;
  }
  for (guint i = 0; i < choice; i++)
    gst_caps_remove_structure (others, 0);
  return gst_caps_fixate (others);
}

static gboolean
gst_edge_overlay_set_caps (GstBaseTransform *transform, GstCaps *in, GstCaps *out)
{
  GstEdgeOverlay *self = GST_EDGE_OVERLAY (transform);
  g_autoptr (GstCaps) blendable = gst_static_caps_get (&blendable_caps);

  if (!gst_video_info_from_caps (&self->info, in)) {
    GST_WARNING_OBJECT (self, "cannot read the caps %" GST_PTR_FORMAT, (gpointer)in);
    return FALSE;
  }
  self->attach = has_composition (gst_caps_get_features (out, 0));
  /* Compositions that come to us go on as they are, and what we cannot blend into must be composed. */
  self->refusable
      = self->attach && !has_composition (gst_caps_get_features (in, 0)) && gst_caps_is_subset (in, blendable);
  self->unsettled = self->refusable;
  g_clear_pointer (&self->drawn, gst_video_overlay_rectangle_unref);
  GST_OBJECT_LOCK (self);
  self->style_changed = TRUE;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
is_composition_announced (GstEdgeOverlay *self)
{
  GstPad *pad = GST_BASE_TRANSFORM_SRC_PAD (self);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autoptr (GstQuery) query = gst_query_new_allocation (caps, FALSE);

  return gst_pad_peer_query (pad, query)
         && gst_query_find_allocation_meta (query, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
}

/* Many take any caps and draw no composition: so, when the caps are set (most elements answer only then), they are
 * asked. Returns whether they do not say that they draw it: the caps have to be negotiated again, to blend. */
static gboolean
is_composition_refused (GstEdgeOverlay *self)
{
  if (!self->unsettled)
    return FALSE;
  self->unsettled = FALSE;
  if (is_composition_announced (self))
    return FALSE;
  if (GST_PAD_IS_FLUSHING (GST_BASE_TRANSFORM_SRC_PAD (self))) {
    self->unsettled = TRUE; /* nobody answered */
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  self->composition_refused = TRUE;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
handle_caps (GstBaseTransform *transform, GstEvent *event)
{
  GstBaseTransformClass *class = GST_BASE_TRANSFORM_CLASS (gst_edge_overlay_parent_class);
  gboolean done = class->sink_event (transform, gst_event_ref (event));

  if (done && is_composition_refused (GST_EDGE_OVERLAY (transform)))
    return class->sink_event (transform, event);
  gst_event_unref (event);
  return done;
}

static gboolean
gst_edge_overlay_sink_event (GstBaseTransform *transform, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    return handle_caps (transform, event);
  return GST_BASE_TRANSFORM_CLASS (gst_edge_overlay_parent_class)->sink_event (transform, event);
}

/* Something else may come after us now. */
static gboolean
gst_edge_overlay_src_event (GstBaseTransform *transform, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE) {
    GST_OBJECT_LOCK (transform);
    GST_EDGE_OVERLAY (transform)->composition_refused = FALSE;
    GST_EDGE_OVERLAY (transform)->something_else_follows = TRUE;
    GST_OBJECT_UNLOCK (transform);
  }
  return GST_BASE_TRANSFORM_CLASS (gst_edge_overlay_parent_class)->src_event (transform, event);
}

/* --------------------------------------------------------------- streaming */

static gboolean
gst_edge_overlay_start (GstBaseTransform *transform)
{
  GstEdgeOverlay *self = GST_EDGE_OVERLAY (transform);

  self->context = gst_edge_caption_new_context ();
  self->caption = gst_edge_caption_new ();
  GST_OBJECT_LOCK (self);
  self->composition_refused = FALSE;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_edge_overlay_stop (GstBaseTransform *transform)
{
  GstEdgeOverlay *self = GST_EDGE_OVERLAY (transform);

  g_clear_pointer (&self->drawn, gst_video_overlay_rectangle_unref);
  g_clear_pointer (&self->caption, gst_edge_caption_free);
  g_clear_object (&self->context);
  return TRUE;
}

static GstEdgeCaptionStyle
copy_style (GstEdgeOverlay *self)
{
  GstEdgeCaptionStyle style;

  GST_OBJECT_LOCK (self);
  style = (GstEdgeCaptionStyle){ .font = pango_font_description_copy (self->font),
                                 .position = self->position,
                                 .opacity = self->background_opacity };
  GST_OBJECT_UNLOCK (self);
  return style;
}

static GstVideoOverlayRectangle *
draw (GstEdgeOverlay *self)
{
  GstEdgeCaptionStyle style = copy_style (self);
  GstVideoOverlayRectangle *rectangle
      = gst_edge_caption_draw (self->caption, &style, self->context, (guint)GST_VIDEO_INFO_WIDTH (&self->info),
                               (guint)GST_VIDEO_INFO_HEIGHT (&self->info));

  pango_font_description_free (style.font);
  return rectangle;
}

static void
redraw (GstEdgeOverlay *self)
{
  g_autoptr (GstVideoOverlayRectangle) rectangle = draw (self);

  g_clear_pointer (&self->drawn, gst_video_overlay_rectangle_unref);
  if (rectangle)
    self->drawn = self->attach ? g_steal_pointer (&rectangle) : gst_edge_blend_convert (rectangle, &self->info);
}

/* Brings the drawing up to the buffer's results and to the properties. */
static void
update_drawing (GstEdgeOverlay *self, GstBuffer *buffer)
{
  gboolean style_changed;
  guint max_labels;

  GST_OBJECT_LOCK (self);
  max_labels = self->max_labels;
  style_changed = self->style_changed;
  self->style_changed = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (gst_edge_caption_update (self->caption, buffer, max_labels) || style_changed)
    redraw (self);
}

/* Beside what the buffer has to be composed already. */
static void
attach (GstBuffer *buffer, GstVideoOverlayRectangle *drawn)
{
  GstVideoOverlayCompositionMeta *meta = gst_buffer_get_video_overlay_composition_meta (buffer);
  GstVideoOverlayComposition *all
      = meta ? gst_video_overlay_composition_copy (meta->overlay) : gst_video_overlay_composition_new (NULL);

  gst_video_overlay_composition_add_rectangle (all, drawn);
  if (meta) {
    gst_video_overlay_composition_unref (meta->overlay);
    meta->overlay = all;
  } else {
    gst_buffer_add_video_overlay_composition_meta (buffer, all);
    gst_video_overlay_composition_unref (all);
  }
}

static gboolean
blend (GstEdgeOverlay *self, GstBuffer *buffer)
{
  g_autoptr (GError) error = NULL;
  GstVideoFrame frame;
  gboolean done;

  if (!gst_edge_frame_map (&frame, &self->info, buffer, GST_MAP_READWRITE, &error)) {
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE, ("%s", error->message), (NULL));
    return FALSE;
  }
  done = gst_edge_blend (&frame, self->drawn);
  gst_video_frame_unmap (&frame);
  if (!done)
    GST_ELEMENT_ERROR (
        self, STREAM, FORMAT,
        ("text cannot be blended into %s frames", gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&self->info))),
        (NULL));
  return done;
}

/* Who takes the caps that we have already is not given them again, and so not asked by set_caps. */
static void
ask_what_follows (GstEdgeOverlay *self)
{
  GST_OBJECT_LOCK (self);
  if (self->something_else_follows)
    self->unsettled = self->refusable;
  self->something_else_follows = FALSE;
  GST_OBJECT_UNLOCK (self);
}

/* Sets the caps anew where what comes after us changed: before the base class decides what becomes of the buffer. */
static GstFlowReturn
gst_edge_overlay_submit_input_buffer (GstBaseTransform *transform, gboolean discont, GstBuffer *buffer)
{
  gst_base_transform_reconfigure (transform);
  ask_what_follows (GST_EDGE_OVERLAY (transform));
  if (is_composition_refused (GST_EDGE_OVERLAY (transform)))
    gst_base_transform_reconfigure_src (transform);
  return GST_BASE_TRANSFORM_CLASS (gst_edge_overlay_parent_class)->submit_input_buffer (transform, discont, buffer);
}

static GstFlowReturn
gst_edge_overlay_transform_ip (GstBaseTransform *transform, GstBuffer *buffer)
{
  GstEdgeOverlay *self = GST_EDGE_OVERLAY (transform);

  update_drawing (self, buffer);
  if (self->drawn == NULL)
    return GST_FLOW_OK;
  if (!self->attach)
    return blend (self, buffer) ? GST_FLOW_OK : GST_FLOW_ERROR;
  attach (buffer, self->drawn);
  return GST_FLOW_OK;
}

/* ------------------------------------------------------------------- class */

static void
gst_edge_overlay_finalize (GObject *object)
{
  pango_font_description_free (GST_EDGE_OVERLAY (object)->font);
  G_OBJECT_CLASS (gst_edge_overlay_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *class)
{
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  /**
   * GstEdgeOverlay:font:
   *
   * The text's font, as Pango describes them: "Sans Bold", "Monospace". Without
   * a size the text scales with the frame's height; a size ("Sans Bold 24") is
   * taken as pixels.
   *
   * Since: 0.1
   */
  g_object_class_install_property (class, PROP_FONT,
                                   g_param_spec_string ("font", "Font",
                                                        "Pango description of the font; without a size the text scales "
                                                        "with the frame, a size is in pixels",
                                                        DEFAULT_FONT, playing));
  /**
   * GstEdgeOverlay:position:
   *
   * The corner of the frame where the text stands.
   *
   * Since: 0.1
   */
  g_object_class_install_property (class, PROP_POSITION,
                                   g_param_spec_enum ("position", "Position",
                                                      "Corner of the frame where the text stands",
                                                      GST_TYPE_EDGE_POSITION, DEFAULT_POSITION, playing));
  /**
   * GstEdgeOverlay:max-labels:
   *
   * How many classes of a result are drawn at most, the most probable first. 0
   * draws none.
   *
   * Since: 0.1
   */
  g_object_class_install_property (class, PROP_MAX_LABELS,
                                   g_param_spec_uint ("max-labels", "Max labels",
                                                      "How many classes of a result are drawn at most", 0, G_MAXUINT,
                                                      DEFAULT_MAX_LABELS, playing));
  /**
   * GstEdgeOverlay:background-opacity:
   *
   * How much the dark background of the text covers: 0 nothing, 1 all.
   *
   * Since: 0.1
   */
  g_object_class_install_property (class, PROP_BACKGROUND_OPACITY,
                                   g_param_spec_double ("background-opacity", "Background opacity",
                                                        "How much the dark background of the text covers, 0 to 1", 0.0,
                                                        1.0, DEFAULT_BACKGROUND_OPACITY, playing));
}

static void
gst_edge_overlay_class_init (GstEdgeOverlayClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (class);

  GST_DEBUG_CATEGORY_INIT (edge_overlay_debug, "edgeoverlay", 0, "drawing results on video frames");
  object_class->set_property = gst_edge_overlay_set_property;
  object_class->get_property = gst_edge_overlay_get_property;
  object_class->finalize = gst_edge_overlay_finalize;
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Edge overlay", "Filter/Effect/Video",
                                         "Draws what neural networks found on video frames", "The edge project");
  transform_class->transform_caps = gst_edge_overlay_transform_caps;
  transform_class->fixate_caps = gst_edge_overlay_fixate_caps;
  transform_class->set_caps = gst_edge_overlay_set_caps;
  transform_class->sink_event = gst_edge_overlay_sink_event;
  transform_class->src_event = gst_edge_overlay_src_event;
  transform_class->start = gst_edge_overlay_start;
  transform_class->stop = gst_edge_overlay_stop;
  transform_class->submit_input_buffer = gst_edge_overlay_submit_input_buffer;
  transform_class->transform_ip = gst_edge_overlay_transform_ip;
  transform_class->passthrough_on_same_caps = FALSE;
  gst_type_mark_as_plugin_api (GST_TYPE_EDGE_POSITION, 0);
}

static void
gst_edge_overlay_init (GstEdgeOverlay *self)
{
  GstBaseTransform *transform = GST_BASE_TRANSFORM (self);

  self->font = pango_font_description_from_string (DEFAULT_FONT);
  self->position = DEFAULT_POSITION;
  self->max_labels = DEFAULT_MAX_LABELS;
  self->background_opacity = DEFAULT_BACKGROUND_OPACITY;
  gst_base_transform_set_in_place (transform, TRUE);
  gst_base_transform_set_gap_aware (transform, TRUE); /* such frames are shown too */
}
