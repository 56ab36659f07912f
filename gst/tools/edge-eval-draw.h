/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-draw.h: text on pictures, and pictures in files. */
#pragma once
#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* @align: 0 starts at x, 0.5 centres on it, 1 ends there; y is the text's middle. Too long text ends in an ellipsis. */
void eval_draw_text (cairo_t *cairo, const char *font, const char *text, double x, double y, double align,
                     int max_width);

/* @surface: (transfer full). FALSE with an error that names @path. */
gboolean eval_draw_write_png (cairo_surface_t *surface, const char *path, GError **error);

G_END_DECLS
