/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture.c: from a picture to a tensor, a destination row at a time: the rows
 * beneath it are summed, then the columns, then colours are mixed. Y', Cb and Cr
 * are scaled before they are mixed, for then the mixing is done on a small picture. */
#include <nncore/picture.h>

#include "picture_check.h"
#include "resample.h"
#include "tensor_row.h"
#include "unscaled.h"

/* The part of a plane's rows that is read, in bytes. A plane whose components
 * all take every second byte, or every third or fourth, is summed into as many rows. */
typedef struct {
  gint begin, end, shift_y; /* end 0: not read */
  gint ways;
} Span;

/* One component: where its sums lie, and what becomes of them. */
typedef struct {
  const NncComponent *layout;
  gint way; /* which of the span's rows has it */
  NncColumnTable columns;
  float *row; /* [width] */
} Component;

struct _NncPictureConverter {
  const NncPixelLayout *layout;
  NncUnscaled unscaled;
  gint x, y; /* the crop's first pixel */
  NncAxis axes_x[2], axes_y[2]; /* of samples as wide or high as a pixel, and as two */
  NncRowTable rows[2]; /* of axes_y */
  Span spans[3]; /* by plane */
  gint n_components; /* those that the tensor depends on */
  Component components[3];
  NncTensorRow row;
  NncSumRowsU8 sum_rows;
  gint16 *sums[4]; /* by way: [elements of the widest span, and as many as are read beyond] */
  float *parts; /* [taps of the finest axis] */
};

static gboolean
init_axes (NncPictureConverter *self, const NncRectangle *crop, const NncTensorSpec *out)
{
  for (gint shift = 0; shift < 2; shift++) {
    double size = 1 << shift;
    if (!nnc_axis_init (&self->axes_x[shift], out->width, crop->x / size, crop->width / size, crop->x >> shift,
                        (crop->x + crop->width + shift) >> shift)
        || !nnc_axis_init (&self->axes_y[shift], out->height, crop->y / size, crop->height / size, crop->y >> shift,
                           (crop->y + crop->height + shift) >> shift)
        || !nnc_row_table_init (&self->rows[shift], &self->axes_y[shift]))
      return FALSE;
  }
  return TRUE;
}

static gint
greatest_divisor (gint a, gint b)
{
  return b ? greatest_divisor (b, a % b) : a;
}

static void
init_spans (NncPictureConverter *self)
{
  for (gint c = 0; c < self->n_components; c++) {
    const NncComponent *layout = self->components[c].layout = &self->layout->components[c];
    const NncAxis *axis = &self->axes_x[layout->shift_x];
    Span *span = &self->spans[layout->plane];
    gint begin = layout->offset + nnc_tap_begin (&axis->taps[0]) * layout->step;
    gint end = layout->offset + (nnc_tap_end (&axis->taps[axis->n - 1]) - 1) * layout->step + 1;
    span->ways = greatest_divisor (span->ways, layout->step);
    span->begin = span->end ? MIN (span->begin, begin) : begin;
    span->end = MAX (span->end, end);
    span->shift_y = layout->shift_y;
  }
}

static gboolean
init_columns (NncPictureConverter *self)
{
  for (gint c = 0; c < self->n_components; c++) {
    Component *component = &self->components[c];
    const NncComponent *layout = component->layout;
    const Span *span = &self->spans[layout->plane];
    gint base = layout->offset - span->begin; /* may be negative: sample 0 need not be in the span */
    component->way = (base % span->ways + span->ways) % span->ways;
    if (!nnc_column_table_init (&component->columns, &self->axes_x[layout->shift_x],
                                (base - component->way) / span->ways, layout->step / span->ways))
      return FALSE;
  }
  return TRUE;
}

static gboolean
init_buffers (NncPictureConverter *self)
{
  gsize width = (gsize)self->row.spec.width, beyond = 0;
  for (gint c = 0; c < self->n_components; c++) {
    beyond = MAX (beyond, nnc_columns_read (&self->components[c].columns.table));
    if (!(self->components[c].row = g_try_new (float, width)))
      return FALSE;
  }
  for (gint way = 0; way < 4; way++) {
    gsize elements = 0;
    for (gint plane = 0; plane < 3; plane++)
      if (self->spans[plane].ways > way)
        elements = MAX (elements,
                        (gsize)((self->spans[plane].end - self->spans[plane].begin) / self->spans[plane].ways + 1));
    /* What lies beyond the sums is multiplied by weights of 0, and should be numbers. */
    if (elements && !(self->sums[way] = g_try_new0 (gint16, elements + beyond)))
      return FALSE;
  }
  self->parts = g_try_new (float, (gsize)MAX (self->axes_x[0].n, self->axes_x[1].n));
  return self->parts != NULL;
}

static gboolean
init (NncPictureConverter *self, const NncPictureFormat *in, const NncTensorSpec *out, const NncPreprocess *how,
      const NncRectangle *crop)
{
  NncColorTransform color;
  nnc_color_transform_init (&color, in, out->order);
  self->layout = nnc_pixel_layout (in->format);
  self->n_components = out->order == NNC_ORDER_GRAY && !self->layout->is_rgb ? 1 : self->layout->n_components;
  self->x = crop->x;
  self->y = crop->y;
  self->sum_rows = nnc_kernel_find (NNC_SLOT_sum_rows_u8)->sum_rows;
  if (crop->width == out->width && crop->height == out->height)
    nnc_unscaled_init (&self->unscaled, in, out, how);
  if (!nnc_tensor_row_init (&self->row, out, &color, how) || !init_axes (self, crop, out))
    return FALSE;
  init_spans (self);
  return init_columns (self) && init_buffers (self);
}

/**
 * nnc_picture_converter_new:
 * @in: the pictures; width and height 1 to 32768
 * @out: the tensor; width and height 1 to 32768
 * @how: crop and normalization
 * @error: return location for a #GError, or %NULL
 *
 * Makes a converter, which has all tables and memory that converting needs.
 * Its results are within 0.05 of 255 of the exact ones, bytes within a rounding
 * more; they are the same for any strides and offsets.
 *
 * Each plane of the picture is scaled on its own and along each axis on its
 * own: averaged over the part of it that a pixel of the tensor covers where
 * that axis shrinks, bilinear where it enlarges. Colour is converted
 * afterwards and clamped to 0..255, which differs from averaging R, G and B
 * only where single pixels would have been clamped. A chroma sample is taken
 * to lie at the centre of the pixels that it belongs to, wherever the caps
 * put it.
 *
 * Gray from Y'CbCr is luma in full range, gray from RGB is BT.601's luma; the
 * channels of a colour tensor from %NNC_PIXEL_GRAY8 are equal.
 *
 * Returns: (transfer full): a converter, or %NULL with %NNC_ERROR_ARGUMENT
 *   and the numbers that are wrong, or with %NNC_ERROR_MEMORY
 */
NncPictureConverter *
nnc_picture_converter_new (const NncPictureFormat *in, const NncTensorSpec *out, const NncPreprocess *how,
                           GError **error)
{
  NncRectangle crop;
  if (!nnc_picture_check (in, out, how, &crop, error))
    return NULL;
  g_autoptr (NncPictureConverter) self = g_new0 (NncPictureConverter, 1);
  if (!init (self, in, out, how, &crop)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory to convert %s of %dx%d to a tensor of %dx%d",
                 self->layout->name, in->width, in->height, out->width, out->height);
    return NULL;
  }
  return g_steal_pointer (&self);
}

/**
 * nnc_picture_converter_free:
 * @converter: (nullable): a converter
 */
void
nnc_picture_converter_free (NncPictureConverter *converter)
{
  if (!converter)
    return;
  for (gint shift = 0; shift < 2; shift++) {
    nnc_axis_clear (&converter->axes_x[shift]);
    nnc_axis_clear (&converter->axes_y[shift]);
    nnc_row_table_clear (&converter->rows[shift]);
  }
  for (gint way = 0; way < 4; way++)
    g_free (converter->sums[way]);
  for (gint c = 0; c < 3; c++) {
    nnc_column_table_clear (&converter->components[c].columns);
    g_free (converter->components[c].row);
  }
  nnc_tensor_row_clear (&converter->row);
  g_free (converter->parts);
  g_free (converter);
}

/* Adds part `part` of the `n` that a row of the tensor has in this component; zero: of its sums. */
static void
scale_columns (NncPictureConverter *self, Component *component, float zero, gint part, gint n)
{
  const NncAxis *axis = &self->axes_x[component->layout->shift_x];
  gboolean whole = n == 1 && axis->parts == 1;
  nnc_column_table_run (&component->columns, whole ? component->row : self->parts, self->sums[component->way],
                        self->rows[component->layout->shift_y].unit, zero);
  if (!whole)
    nnc_add_parts (component->row, self->parts, self->row.spec.width, axis->parts, 1 / (float)n, part == 0);
}

/* Row y of every component that lies in this plane. */
static void
scale_plane (NncPictureConverter *self, gint plane, const guint8 *pixels, gssize stride, gint y)
{
  const Span *span = &self->spans[plane];
  gint parts = self->axes_y[span->shift_y].parts;
  for (gint part = 0; part < parts; part++) {
    NncRowSum sum;
    float zero = nnc_row_table_get (&self->rows[span->shift_y], y * parts + part, pixels + span->begin, stride, &sum);
    self->sum_rows (self->sums, span->ways, &sum, (gsize)(span->end - span->begin));
    for (gint c = 0; c < self->n_components; c++)
      if (self->components[c].layout->plane == plane)
        scale_columns (self, &self->components[c], zero, part, parts);
  }
}

static void
convert_row (NncPictureConverter *self, const NncPicture *picture, gpointer tensor, gint y)
{
  const float *components[3];
  for (gint plane = 0; plane < self->layout->n_planes; plane++)
    if (self->spans[plane].end)
      scale_plane (self, plane, picture->planes[plane], picture->strides[plane], y);
  /* The matrix has zeros for components that are not there. */
  for (gint c = 0; c < 3; c++)
    components[c] = self->components[c < self->n_components ? c : 0].row;
  nnc_tensor_row_write (&self->row, components, tensor, y);
}

/**
 * nnc_picture_converter_run:
 * @converter: a converter
 * @picture: a picture of the format that the converter was made for
 * @tensor: [height, width, channels] or [channels, height, width], as the
 *   converter was made for, aligned to its type
 *
 * Converts one picture. Allocates nothing, and reads no byte that lies
 * between the rows.
 */
void
nnc_picture_converter_run (NncPictureConverter *converter, const NncPicture *picture, gpointer tensor)
{
  const NncUnscaled *unscaled = &converter->unscaled;
  if (unscaled->run) {
    const NncComponent *first = &converter->layout->components[0];
    unscaled->run (unscaled,
                   picture->planes[0] + (gssize)converter->y * picture->strides[0] + (gssize)converter->x * first->step,
                   picture->strides[0], tensor);
    return;
  }
  for (gint y = 0; y < converter->row.spec.height; y++)
    convert_row (converter, picture, tensor, y);
}
