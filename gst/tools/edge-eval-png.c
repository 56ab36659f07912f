/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-png.c: draws a confusion matrix. */
#include "edge-eval-png.h"

#include "edge-eval-draw.h"

#include <gio/gio.h>

#define CELL 56 /* pixels, as all below */
#define MARGIN 150 /* for names, left and on top */
#define EDGE 16
#define BLUE 0.12, 0.35, 0.62

typedef struct {
  const EvalConfusion *confusion;
  guint n_columns; /* one more than classes, where an answer is none of them */
  gchar **names; /* of each column */
  cairo_t *cairo;
} Drawing;

/* One for each class: its name, else its number; and "other". */
static gchar **
name_columns (guint n_classes, const gchar *const *names)
{
  gchar **all = g_new0 (gchar *, n_classes + 2);
  guint n_named = names != NULL ? g_strv_length ((gchar **)names) : 0;

  for (guint i = 0; i < n_classes; i++)
    all[i] = i < n_named ? g_strdup (names[i]) : g_strdup_printf ("%u", i);
  all[n_classes] = g_strdup ("other");
  return all;
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
  eval_draw_text (drawing->cairo, truth == predicted ? "Sans Bold 11" : "Sans 11", text, x + CELL / 2.0, y + CELL / 2.0,
                  0.5, CELL - 4);
}

static void
draw_column_name (cairo_t *cairo, const gchar *name, double x)
{
  cairo_save (cairo);
  cairo_translate (cairo, x, MARGIN - 8);
  cairo_rotate (cairo, -G_PI / 2);
  eval_draw_text (cairo, "Sans 11", name, 0, 0, 0.0, MARGIN - 40);
  cairo_restore (cairo);
}

static void
draw_names (const Drawing *drawing)
{
  cairo_t *cairo = drawing->cairo;
  double height = drawing->confusion->n_classes * CELL, width = drawing->n_columns * CELL;

  cairo_set_source_rgb (cairo, 0, 0, 0);
  for (guint i = 0; i < drawing->n_columns; i++) {
    double middle = MARGIN + (i + 0.5) * CELL;

    draw_column_name (cairo, drawing->names[i], middle);
    if (i < drawing->confusion->n_classes)
      eval_draw_text (cairo, "Sans 11", drawing->names[i], MARGIN - 8, middle, 1.0, MARGIN - 40);
  }
  eval_draw_text (cairo, "Sans Bold 11", "predicted", MARGIN + width / 2, EDGE, 0.5, MARGIN);
  cairo_translate (cairo, EDGE, MARGIN + height / 2);
  cairo_rotate (cairo, -G_PI / 2);
  eval_draw_text (cairo, "Sans Bold 11", "true", 0, 0, 0.5, MARGIN);
  cairo_identity_matrix (cairo);
}

static void
draw_matrix (const Drawing *drawing)
{
  guint n = drawing->confusion->n_classes;

  cairo_set_source_rgb (drawing->cairo, 1, 1, 1);
  cairo_paint (drawing->cairo);
  for (guint truth = 0; truth < n; truth++)
    for (guint predicted = 0; predicted < drawing->n_columns; predicted++)
      draw_cell (drawing, truth, predicted);
  draw_names (drawing);
  cairo_set_source_rgb (drawing->cairo, 0.6, 0.6, 0.6);
  cairo_set_line_width (drawing->cairo, 1);
  cairo_rectangle (drawing->cairo, MARGIN - 0.5, MARGIN - 0.5, drawing->n_columns * CELL, n * CELL);
  cairo_stroke (drawing->cairo);
}

static void
draw_on (cairo_surface_t *surface, const EvalConfusion *confusion, guint n_columns, const gchar *const *names)
{
  g_auto (GStrv) columns = name_columns (confusion->n_classes, names);
  Drawing drawing = { confusion, n_columns, columns, cairo_create (surface) };

  draw_matrix (&drawing);
  cairo_destroy (drawing.cairo);
}

gboolean
eval_confusion_write_png (const EvalConfusion *confusion, const gchar *const *names, const gchar *path, GError **error)
{
  guint n = confusion->n_classes;
  guint n_columns = n + (eval_confusion_get_n_predicted (confusion, EVAL_OTHER_CLASS) > 0);
  cairo_surface_t *surface;

  if (n > EVAL_PNG_MAX_CLASSES) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: %u classes, up to %u can be drawn", path, n,
                 EVAL_PNG_MAX_CLASSES);
    return FALSE;
  }
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int)(MARGIN + n_columns * CELL + EDGE),
                                        (int)(MARGIN + n * CELL + EDGE));
  draw_on (surface, confusion, n_columns, names);
  return eval_draw_write_png (surface, path, error);
}
