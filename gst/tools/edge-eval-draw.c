/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-draw.c: what the pictures have in common: text by pango, and a file. */
#include "edge-eval-draw.h"

#include <gio/gio.h>
#include <pango/pangocairo.h>

void
eval_draw_text (cairo_t *cairo, const gchar *font, const gchar *text, double x, double y, double align, int max_width)
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

gboolean
eval_draw_write_png (cairo_surface_t *surface, const char *path, GError **error)
{
  cairo_status_t status = cairo_surface_write_to_png (surface, path);

  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", path, cairo_status_to_string (status));
  return FALSE;
}
