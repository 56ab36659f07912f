/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-png.c: draws a confusion matrix with cairo and pango. */
#include "edge-eval-png.h"

#include <gio/gio.h>
#include <pango/pangocairo.h>

#define CELL 56 /* pixels, as all below */
#define MARGIN 150 /* for names, left and on top */
#define EDGE 16
#define BLUE 0.12, 0.35, 0.62

typedef struct {
  const EvalConfusion *confusion;
  gchar **names; /* one for each class */
  cairo_t *cairo;
} Drawing;

/* One for each class: its name, else its number. */
static gchar **
class_names (guint n_classes, const gchar *const *names)
{
  gchar **all = g_new0 (gchar *, n_classes + 1);
  guint n_named = names != NULL ? g_strv_length ((gchar **)names) : 0;

  for (guint i = 0; i < n_classes; i++)
    all[i] = i < n_named ? g_strdup (names[i]) : g_strdup_printf ("%u", i);
  return all;
}

/* @align: 0 starts at x, 0.5 centres on it, 1 ends there; y is the text's middle. Too long text ends in an ellipsis. */
static void
draw_text (cairo_t *cairo, const gchar *font, const gchar *text, double x, double y, double align, int max_width)
{
  PangoLayout *layout = pango_cairo_create_layout (cairo);
  PangoFontDescription *description = pango_font_description_from_string (font);
  int width, height;

  pango_layout_set_font_description (layout, description);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, &height);
  if (width > max_width) {
    pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_width (layout, max_width * PANGO_SCALE);
    width = max_width;
  }
  cairo_move_to (cairo, x - align * width, y - height / 2.0);
  pango_cairo_show_layout (cairo, layout);
  pango_font_description_free (description);
  g_object_unref (layout);
}

/* Empty cells stay white and without a number, so that mistakes stand out. */
static void
draw_cell (const Drawing *drawing, guint truth, guint predicted)
{
  guint64 count = eval_confusion_get (drawing->confusion, truth, predicted);
  guint64 support = eval_class_score (drawing->confusion, truth).support;
  double part = support > 0 ? (double)count / (double)support : 0.0;
  double x = MARGIN + predicted * CELL, y = MARGIN + truth * CELL;
  g_autofree gchar *text = g_strdup_printf ("%" G_GUINT64_FORMAT, count);

  cairo_rectangle (drawing->cairo, x, y, CELL - 1, CELL - 1);
  cairo_set_source_rgba (drawing->cairo, BLUE, part);
  cairo_fill (drawing->cairo);
  if (count == 0)
    return;
  cairo_set_source_rgb (drawing->cairo, part > 0.5, part > 0.5, part > 0.5);
  draw_text (drawing->cairo, truth == predicted ? "Sans Bold 11" : "Sans 11", text, x + CELL / 2.0, y + CELL / 2.0, 0.5,
             CELL - 4);
}

static void
draw_names (const Drawing *drawing)
{
  cairo_t *cairo = drawing->cairo;
  double size = drawing->confusion->n_classes * CELL;

  cairo_set_source_rgb (cairo, 0, 0, 0);
  for (guint i = 0; i < drawing->confusion->n_classes; i++) {
    double middle = MARGIN + (i + 0.5) * CELL;

    draw_text (cairo, "Sans 11", drawing->names[i], MARGIN - 8, middle, 1.0, MARGIN - 40);
    cairo_save (cairo);
    cairo_translate (cairo, middle, MARGIN - 8);
    cairo_rotate (cairo, -G_PI / 2);
    draw_text (cairo, "Sans 11", drawing->names[i], 0, 0, 0.0, MARGIN - 40);
    cairo_restore (cairo);
  }
  draw_text (cairo, "Sans Bold 11", "predicted", MARGIN + size / 2, EDGE, 0.5, MARGIN);
  cairo_translate (cairo, EDGE, MARGIN + size / 2);
  cairo_rotate (cairo, -G_PI / 2);
  draw_text (cairo, "Sans Bold 11", "true", 0, 0, 0.5, MARGIN);
  cairo_identity_matrix (cairo);
}

static void
draw_matrix (const Drawing *drawing)
{
  guint n = drawing->confusion->n_classes;

  cairo_set_source_rgb (drawing->cairo, 1, 1, 1);
  cairo_paint (drawing->cairo);
  for (guint truth = 0; truth < n; truth++)
    for (guint predicted = 0; predicted < n; predicted++)
      draw_cell (drawing, truth, predicted);
  draw_names (drawing);
  cairo_set_source_rgb (drawing->cairo, 0.6, 0.6, 0.6);
  cairo_set_line_width (drawing->cairo, 1);
  cairo_rectangle (drawing->cairo, MARGIN - 0.5, MARGIN - 0.5, n * CELL, n * CELL);
  cairo_stroke (drawing->cairo);
}

gboolean
eval_confusion_write_png (const EvalConfusion *confusion, const gchar *const *names, const gchar *path, GError **error)
{
  guint n = confusion->n_classes;
  int side = (int)(MARGIN + MIN (n, EVAL_PNG_MAX_CLASSES) * CELL + EDGE);
  cairo_surface_t *surface;
  cairo_status_t status;

  if (n > EVAL_PNG_MAX_CLASSES) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: %u classes, up to %u can be drawn", path, n,
                 EVAL_PNG_MAX_CLASSES);
    return FALSE;
  }
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, side, side);
  {
    g_auto (GStrv) all = class_names (n, names);
    Drawing drawing = { confusion, all, cairo_create (surface) };

    draw_matrix (&drawing);
    cairo_destroy (drawing.cairo);
  }
  status = cairo_surface_write_to_png (surface, path);
  cairo_surface_destroy (surface);
  if (status != CAIRO_STATUS_SUCCESS) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", path, cairo_status_to_string (status));
    return FALSE;
  }
  return TRUE;
}
