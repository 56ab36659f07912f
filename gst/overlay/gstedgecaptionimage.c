/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgecaptionimage.c: lays a caption's lines out in two columns, labels and
 * percentages, on a dark box that is never larger than the frame. A long label
 * is cut so that its percentage stays in sight; lines that do not fit are left
 * out. All lengths are pixels of the frame. */
#include "gstedgecaptionimage.h"

#include <pango/pangocairo.h>

/* The text's size: so many of it are the frame's height, and no smaller than can be read. */
#define FONTS_A_FRAME 22.0
#define SMALLEST_FONT 8.0

/* In parts of the text's size. */
#define PADDING 0.35
#define COLUMN_GAP 0.5
#define RESULT_GAP 0.35
#define CORNER 0.25

/* The box's distance from the frame's edges, in parts of the frame's shorter side. */
#define MARGIN 0.02

/* No frame holds more of a label in one line; pango's time grows with what it is given. */
#define MAX_LABEL_BYTES 1024

typedef struct {
  double padding;
  double column_gap;
  double result_gap;
  double corner;
  double margin;
  int line_height;
  int label_width; /* of the column */
  int percent_width; /* of the column */
  guint n_lines; /* how many fit */
  int width; /* of the box */
  int height; /* of the box */
} Measures;

static double
get_font_size (const PangoFontDescription *font, guint frame_height)
{
  double scaled = MAX (SMALLEST_FONT, frame_height / FONTS_A_FRAME);

  if (!(pango_font_description_get_set_fields (font) & PANGO_FONT_MASK_SIZE))
    return scaled;
  return CLAMP ((double)pango_font_description_get_size (font) / PANGO_SCALE, 1.0, MAX (scaled, frame_height));
}

/**
 * gst_edge_caption_new_context:
 *
 * Returns: (transfer full): what text is drawn with, shared with nobody
 */
PangoContext *
gst_edge_caption_new_context (void)
{
  g_autoptr (PangoFontMap) fonts = pango_cairo_font_map_new ();
  PangoContext *context = pango_font_map_create_context (fonts);
  cairo_font_options_t *options = cairo_font_options_create ();

  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY); /* nobody knows how the screen's pixels lie */
  pango_cairo_context_set_font_options (context, options);
  cairo_font_options_destroy (options);
  return context;
}

static void
set_font (PangoContext *context, const PangoFontDescription *font, double size)
{
  g_autoptr (PangoFontDescription) sized = pango_font_description_copy (font);

  pango_font_description_set_absolute_size (sized, size * PANGO_SCALE);
  pango_context_set_font_description (context, sized);
}

/* One line, whatever it says: text is data here, not markup. */
static PangoLayout *
new_layout (PangoContext *context, const char *text)
{
  PangoLayout *layout = pango_layout_new (context);
  g_autofree char *start = g_strndup (text, MAX_LABEL_BYTES);
  g_autofree char *valid = g_utf8_make_valid (start, -1);

  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_text (layout, valid, -1);
  return layout;
}

/* The first n lines' labels. */
static GPtrArray *
new_labels (const GstEdgeCaption *caption, guint n, PangoContext *context)
{
  GPtrArray *layouts = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (layouts, new_layout (context, caption->lines[i].label));
  return layouts;
}

static GPtrArray *
new_percentages (const GstEdgeCaption *caption, guint n, PangoContext *context)
{
  GPtrArray *layouts = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++) {
    char text[16];

    g_snprintf (text, sizeof (text), "%u%%", caption->lines[i].percent);
    g_ptr_array_add (layouts, new_layout (context, text));
  }
  return layouts;
}

static int
get_column_width (const GPtrArray *layouts)
{
  int widest = 0, width;

  for (guint i = 0; i < layouts->len; i++) {
    pango_layout_get_pixel_size (layouts->pdata[i], &width, NULL);
    widest = MAX (widest, width);
  }
  return widest;
}

static void
limit_width (GPtrArray *layouts, int width)
{
  for (guint i = 0; i < layouts->len; i++) {
    pango_layout_set_width (layouts->pdata[i], MAX (width, 0) * PANGO_SCALE);
    pango_layout_set_ellipsize (layouts->pdata[i], PANGO_ELLIPSIZE_END);
  }
}

static int
get_line_height (PangoContext *context)
{
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int height = PANGO_PIXELS_CEIL (pango_font_metrics_get_ascent (metrics) + pango_font_metrics_get_descent (metrics));

  pango_font_metrics_unref (metrics);
  return MAX (height, 1);
}

static double
get_gap_above (const GstEdgeCaption *caption, const Measures *m, guint line)
{
  return line > 0 && caption->lines[line].begins_result ? m->result_gap : 0.0;
}

/* How many lines fit, and how high the box is with them. */
static void
measure_height (const GstEdgeCaption *caption, Measures *m, double available)
{
  double height = 2.0 * m->padding;

  for (m->n_lines = 0; m->n_lines < caption->n_lines; m->n_lines++) {
    double more = m->line_height + get_gap_above (caption, m, m->n_lines);

    if (height + more > available)
      break;
    height += more;
  }
  m->height = (int)height;
}

static void
measure (const GstEdgeCaption *caption, PangoContext *context, double font_size, guint width, guint height, Measures *m)
{
  *m = (Measures){ .padding = PADDING * font_size,
                   .column_gap = COLUMN_GAP * font_size,
                   .result_gap = RESULT_GAP * font_size,
                   .corner = CORNER * font_size,
                   .margin = MARGIN * MIN (width, height),
                   .line_height = get_line_height (context) };
  measure_height (caption, m, height - 2.0 * m->margin);
}

static void
measure_width (Measures *m, GPtrArray *labels, GPtrArray *percentages, guint frame_width)
{
  double available = frame_width - 2.0 * m->margin, beside;

  m->percent_width = get_column_width (percentages);
  beside = 2.0 * m->padding + m->column_gap + m->percent_width;
  m->label_width = get_column_width (labels);
  if (m->label_width + beside > available) {
    limit_width (labels, (int)(available - beside));
    m->label_width = MAX ((int)(available - beside), 0);
  }
  m->width = (int)MIN (m->label_width + beside, available);
}

static void
draw_background (cairo_t *cairo, const Measures *m, double opacity)
{
  double r = MIN (m->corner, 0.5 * MIN (m->width, m->height));

  cairo_new_path (cairo);
  cairo_arc (cairo, m->width - r, r, r, -G_PI_2, 0.0);
  cairo_arc (cairo, m->width - r, m->height - r, r, 0.0, G_PI_2);
  cairo_arc (cairo, r, m->height - r, r, G_PI_2, G_PI);
  cairo_arc (cairo, r, r, r, G_PI, G_PI + G_PI_2);
  cairo_close_path (cairo);
  cairo_set_source_rgba (cairo, 0.0, 0.0, 0.0, opacity);
  cairo_fill (cairo);
}

/* Draws with the line's right end there, or its left end. */
static void
draw_line (cairo_t *cairo, PangoLayout *layout, double x, double y, gboolean from_right)
{
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  cairo_move_to (cairo, from_right ? x - width : x, y);
  pango_cairo_show_layout (cairo, layout);
}

static void
draw_text (cairo_t *cairo, const GstEdgeCaption *caption, const Measures *m, GPtrArray *labels, GPtrArray *percentages)
{
  double y = m->padding;

  cairo_set_source_rgb (cairo, 1.0, 1.0, 1.0);
  for (guint i = 0; i < m->n_lines; i++) {
    y += get_gap_above (caption, m, i);
    draw_line (cairo, labels->pdata[i], m->padding, y, FALSE);
    draw_line (cairo, percentages->pdata[i], m->width - m->padding, y, TRUE);
    y += m->line_height;
  }
}

/* Pixels as GstVideo wants them in a composition, which are those that cairo makes. */
static GstBuffer *
new_pixels (const Measures *m)
{
  GstBuffer *pixels = gst_buffer_new_allocate (NULL, (gsize)m->width * (gsize)m->height * 4, NULL);

  gst_buffer_memset (pixels, 0, 0, gst_buffer_get_size (pixels));
  gst_buffer_add_video_meta (pixels, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB,
                             (guint)m->width, (guint)m->height);
  return pixels;
}

static GstBuffer *
draw (const GstEdgeCaption *caption, const GstEdgeCaptionStyle *style, const Measures *m, GPtrArray *labels,
      GPtrArray *percentages)
{
  GstBuffer *pixels = new_pixels (m);
  cairo_surface_t *surface;
  cairo_t *cairo;
  GstMapInfo map;

  gst_buffer_map (pixels, &map, GST_MAP_READWRITE);
  surface = cairo_image_surface_create_for_data (map.data, CAIRO_FORMAT_ARGB32, m->width, m->height, m->width * 4);
  cairo = cairo_create (surface);
  draw_background (cairo, m, style->opacity);
  draw_text (cairo, caption, m, labels, percentages);
  cairo_destroy (cairo);
  cairo_surface_destroy (surface);
  gst_buffer_unmap (pixels, &map);
  return pixels;
}

static GstVideoOverlayRectangle *
place (GstBuffer *pixels, const Measures *m, GstEdgePosition position, guint width, guint height)
{
  gboolean right = position == GST_EDGE_POSITION_TOP_RIGHT || position == GST_EDGE_POSITION_BOTTOM_RIGHT;
  gboolean bottom = position == GST_EDGE_POSITION_BOTTOM_LEFT || position == GST_EDGE_POSITION_BOTTOM_RIGHT;
  gint margin = (gint)m->margin;

  return gst_video_overlay_rectangle_new_raw (pixels, right ? (gint)width - m->width - margin : margin,
                                              bottom ? (gint)height - m->height - margin : margin, (guint)m->width,
                                              (guint)m->height, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
}

/**
 * gst_edge_caption_draw:
 * @caption: what to draw
 * @style: how
 * @context: from gst_edge_caption_new_context()
 * @width: the frame's
 * @height: the frame's
 *
 * Returns: (transfer full) (nullable): the image and its place inside the frame; nothing where @caption has no
 * lines or not even one fits
 */
GstVideoOverlayRectangle *
gst_edge_caption_draw (const GstEdgeCaption *caption, const GstEdgeCaptionStyle *style, PangoContext *context,
                       guint width, guint height)
{
  g_autoptr (GPtrArray) labels = NULL, percentages = NULL;
  g_autoptr (GstBuffer) pixels = NULL;
  double font_size = get_font_size (style->font, height);
  Measures m;

  set_font (context, style->font, font_size);
  measure (caption, context, font_size, width, height, &m);
  labels = new_labels (caption, m.n_lines, context);
  percentages = new_percentages (caption, m.n_lines, context);
  measure_width (&m, labels, percentages, width);
  if (m.n_lines == 0 || m.width < 1)
    return NULL;
  pixels = draw (caption, style, &m, labels, percentages);
  return place (pixels, &m, style->position, width, height);
}
