/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-sheet.c: keeps small pictures of frames while they are there, and draws them when all is over. */
#include "edge-eval-sheet.h"

#include "edge-eval-draw.h"

#include <gio/gio.h>
#include <gst/video/video.h>

#define PICTURE 96 /* pixels, as all below */
#define CELL_WIDTH 118
#define CELL_HEIGHT 146
#define COLUMNS 10
#define MARGIN 16
#define HEADING 32
#define RED 0.75, 0.10, 0.10
#define GREEN 0.05, 0.45, 0.15
#define GREY 0.4, 0.4, 0.4

typedef struct {
  cairo_surface_t *picture;
  guint truth, ordinal; /* its class, and which of the pictures of that class */
  char *answer, *truth_name;
} Cell;

struct _EvalSheet {
  GMutex lock;
  GPtrArray *right, *wrong; /* Cell */
};

static void
cell_free (gpointer data)
{
  Cell *cell = data;

  cairo_surface_destroy (cell->picture);
  g_free (cell->answer);
  g_free (cell->truth_name);
  g_free (cell);
}

EvalSheet *
eval_sheet_new (void)
{
  EvalSheet *sheet = g_new0 (EvalSheet, 1);

  g_mutex_init (&sheet->lock);
  sheet->right = g_ptr_array_new_with_free_func (cell_free);
  sheet->wrong = g_ptr_array_new_with_free_func (cell_free);
  return sheet;
}

void
eval_sheet_free (EvalSheet *sheet)
{
  g_ptr_array_unref (sheet->right);
  g_ptr_array_unref (sheet->wrong);
  g_mutex_clear (&sheet->lock);
  g_free (sheet);
}

/* ------------------------------------------------------------------ pictures */

/* The largest size of the frame's shape that a cell has room for. */
static void
fit (const GstVideoInfo *info, gint *width, gint *height)
{
  gint larger = MAX (GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info));

  *width = MAX (1, (gint)((gint64)GST_VIDEO_INFO_WIDTH (info) * PICTURE / larger));
  *height = MAX (1, (gint)((gint64)GST_VIDEO_INFO_HEIGHT (info) * PICTURE / larger));
}

/* A few pixels are enlarged as they are, so that one sees what the network saw. */
static gboolean
convert (GstVideoFrame *from, GstVideoFrame *to)
{
  gboolean enlarges = GST_VIDEO_FRAME_WIDTH (to) >= GST_VIDEO_FRAME_WIDTH (from);
  GstStructure *options
      = gst_structure_new ("options", GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD,
                           enlarges ? GST_VIDEO_RESAMPLER_METHOD_NEAREST : GST_VIDEO_RESAMPLER_METHOD_LINEAR, NULL);
  GstVideoConverter *converter = gst_video_converter_new (&from->info, &to->info, options);

  if (converter == NULL)
    return FALSE;
  gst_video_converter_frame (converter, from, to);
  gst_video_converter_free (converter);
  return TRUE;
}

static gboolean
convert_into (cairo_surface_t *picture, gint width, gint height, GstVideoFrame *from)
{
  GstVideoFormat format = G_BYTE_ORDER == G_LITTLE_ENDIAN ? GST_VIDEO_FORMAT_BGRx : GST_VIDEO_FORMAT_xRGB;
  gsize size = (gsize)cairo_image_surface_get_stride (picture) * (gsize)height;
  g_autoptr (GstBuffer) buffer
      = gst_buffer_new_wrapped_full (0, cairo_image_surface_get_data (picture), size, 0, size, NULL, NULL);
  GstVideoInfo info;
  GstVideoFrame to;
  gboolean converted;

  gst_video_info_set_interlaced_format (&info, format, GST_VIDEO_INFO_INTERLACE_MODE (&from->info), (guint)width,
                                        (guint)height);
  GST_VIDEO_INFO_FPS_N (&info) = GST_VIDEO_INFO_FPS_N (&from->info); /* a converter changes neither */
  GST_VIDEO_INFO_FPS_D (&info) = GST_VIDEO_INFO_FPS_D (&from->info);
  if (!gst_video_frame_map (&to, &info, buffer, GST_MAP_WRITE))
    return FALSE;
  converted = convert (from, &to);
  gst_video_frame_unmap (&to);
  cairo_surface_mark_dirty (picture);
  return converted;
}

/* NULL where the frame is not raw video. */
static cairo_surface_t *
copy_frame (GstCaps *caps, GstBuffer *buffer)
{
  cairo_surface_t *picture;
  GstVideoInfo info;
  GstVideoFrame from;
  gint width, height;

  if (caps == NULL || !gst_video_info_from_caps (&info, caps)
      || GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_ENCODED
      || !gst_video_frame_map (&from, &info, buffer, GST_MAP_READ))
    return NULL;
  fit (&info, &width, &height);
  picture = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  if (!convert_into (picture, width, height, &from))
    g_clear_pointer (&picture, cairo_surface_destroy);
  gst_video_frame_unmap (&from);
  return picture;
}

/* -------------------------------------------------------------------- cells */

static guint
count_class (GPtrArray *cells, guint truth)
{
  guint n = 0;

  for (guint i = 0; i < cells->len; i++)
    n += ((const Cell *)cells->pdata[i])->truth == truth;
  return n;
}

/* Under the lock. */
static void
add_cell (GPtrArray *cells, GstCaps *caps, GstBuffer *frame, const EvalAnswer *answer)
{
  guint ordinal = count_class (cells, answer->truth);
  cairo_surface_t *picture;
  Cell *cell;

  if (cells->len >= EVAL_SHEET_PER_KIND || ordinal >= EVAL_SHEET_PER_CLASS
      || (picture = copy_frame (caps, frame)) == NULL)
    return;
  cell = g_new0 (Cell, 1);
  cell->picture = picture;
  cell->truth = answer->truth;
  cell->ordinal = ordinal;
  cell->answer = g_strdup_printf ("%s %.0f %%", answer->name, answer->probability * 100.0);
  cell->truth_name = answer->is_right ? NULL : g_strdup_printf ("is %s", answer->truth_name);
  g_ptr_array_add (cells, cell);
}

void
eval_sheet_add (EvalSheet *sheet, GstCaps *caps, GstBuffer *frame, const EvalAnswer *answer)
{
  g_mutex_lock (&sheet->lock);
  add_cell (answer->is_right ? sheet->right : sheet->wrong, caps, frame, answer);
  g_mutex_unlock (&sheet->lock);
}

/* The first of each class, then the second of each. */
static gint
compare_cells (gconstpointer a, gconstpointer b)
{
  const Cell *x = *(const Cell *const *)a, *y = *(const Cell *const *)b;

  if (x->ordinal != y->ordinal)
    return x->ordinal < y->ordinal ? -1 : 1;
  return x->truth < y->truth ? -1 : x->truth > y->truth;
}

/* ------------------------------------------------------------------ drawing */

static void
draw_cell (cairo_t *cairo, const Cell *cell, double x, double y)
{
  int width = cairo_image_surface_get_width (cell->picture), height = cairo_image_surface_get_height (cell->picture);
  double middle = x + CELL_WIDTH / 2.0;

  cairo_set_source_surface (cairo, cell->picture, middle - width / 2, y + (PICTURE - height) / 2);
  cairo_paint (cairo);
  if (cell->truth_name == NULL)
    cairo_set_source_rgb (cairo, GREEN);
  else
    cairo_set_source_rgb (cairo, RED);
  eval_draw_text (cairo, "Sans 9", cell->answer, middle, y + PICTURE + 10, 0.5, CELL_WIDTH - 4);
  cairo_set_source_rgb (cairo, GREY);
  if (cell->truth_name != NULL)
    eval_draw_text (cairo, "Sans 9", cell->truth_name, middle, y + PICTURE + 26, 0.5, CELL_WIDTH - 4);
}

static int
count_rows (GPtrArray *cells)
{
  return (int)(cells->len + COLUMNS - 1) / COLUMNS;
}

/* Returns where the next part begins. */
static double
draw_part (cairo_t *cairo, const char *heading, GPtrArray *cells, double y)
{
  cairo_set_source_rgb (cairo, 0, 0, 0);
  eval_draw_text (cairo, "Sans Bold 12", heading, MARGIN, y + HEADING / 2.0, 0.0, COLUMNS * CELL_WIDTH);
  g_ptr_array_sort (cells, compare_cells);
  for (guint i = 0; i < cells->len; i++)
    draw_cell (cairo, cells->pdata[i], MARGIN + (i % COLUMNS) * CELL_WIDTH, y + HEADING + (i / COLUMNS) * CELL_HEIGHT);
  return y + HEADING + count_rows (cells) * CELL_HEIGHT;
}

gboolean
eval_sheet_write_png (EvalSheet *sheet, const char *path, GError **error)
{
  int rows = count_rows (sheet->right) + count_rows (sheet->wrong);
  cairo_surface_t *surface;
  cairo_t *cairo;

  if (rows == 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: no frame at a sink is raw video", path);
    return FALSE;
  }
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 2 * MARGIN + COLUMNS * CELL_WIDTH,
                                        2 * (MARGIN + HEADING) + rows * CELL_HEIGHT);
  cairo = cairo_create (surface);
  cairo_set_source_rgb (cairo, 1, 1, 1);
  cairo_paint (cairo);
  draw_part (cairo, "wrong", sheet->wrong, draw_part (cairo, "right", sheet->right, MARGIN));
  cairo_destroy (cairo);
  return eval_draw_write_png (surface, path, error);
}
