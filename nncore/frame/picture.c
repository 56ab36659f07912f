/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture.c: from a picture to a tensor, a destination row at a time: the rows
 * beneath it are summed, then the columns, then colours are mixed. Y', Cb and Cr
 * are scaled before they are mixed, for then the mixing is done on a small picture. */
#include <nncore/picture.h>

#include "picture_check.h"
#include "resample.h"
#include "tensor_row.h"

/* The part of a plane's rows that is read, in bytes. */
typedef struct {
  gint begin, end, shift_y;
} Span;

struct _NncPictureConverter {
  const NncPixelLayout *layout;
  gint n_components; /* those that the tensor depends on */
  NncAxis x[2], y[2]; /* of samples as wide or high as a pixel, and as two */
  Span spans[3]; /* by plane; end 0: not read */
  NncTensorRow row;
  gboolean direct; /* the bytes are the channel's values */
  guint16 *sums; /* [bytes of the widest span] */
  float *bytes; /* the same */
  float *components[3]; /* [width] */
  float *channel; /* [width] */
};

static gboolean
init_axes (NncPictureConverter *self, const NncRectangle *crop)
{
  for (gint shift = 0; shift < 2; shift++) {
    double size = 1 << shift;
    if (!nnc_axis_init (&self->x[shift], self->row.spec.width, crop->x / size, crop->width / size, crop->x >> shift,
                        (crop->x + crop->width + shift) >> shift)
        || !nnc_axis_init (&self->y[shift], self->row.spec.height, crop->y / size, crop->height / size,
                           crop->y >> shift, (crop->y + crop->height + shift) >> shift))
      return FALSE;
  }
  return TRUE;
}

/* Returns the bytes of the widest span. */
static gint
init_spans (NncPictureConverter *self)
{
  gint widest = 0;
  for (gint c = 0; c < self->n_components; c++) {
    const NncComponent *component = &self->layout->components[c];
    const NncAxis *axis = &self->x[component->shift_x];
    Span *span = &self->spans[component->plane];
    gint begin = component->offset + nnc_axis_begin (axis) * component->step;
    gint end = component->offset + (nnc_axis_end (axis) - 1) * component->step + 1;
    span->begin = span->end ? MIN (span->begin, begin) : begin;
    span->end = MAX (span->end, end);
    span->shift_y = component->shift_y;
    widest = MAX (widest, span->end - span->begin);
  }
  return widest;
}

static gboolean
is_direct (const NncPictureConverter *self)
{
  const NncColorTransform *color = &self->row.color;
  return self->n_components == 1 && self->row.spec.order == NNC_ORDER_GRAY && self->layout->components[0].step == 1
         && self->x[0].identity && self->y[0].identity && color->matrix[0][0] == 1 && color->offset[0] == 0;
}

static gboolean
init_buffers (NncPictureConverter *self, const NncRectangle *crop)
{
  gsize width = (gsize)self->row.spec.width;
  if (!init_axes (self, crop))
    return FALSE;
  gsize widest = (gsize)init_spans (self);
  self->sums = g_try_new (guint16, widest);
  self->bytes = g_try_new (float, widest);
  self->channel = g_try_new (float, width);
  for (gint c = 0; c < self->n_components; c++)
    if (!(self->components[c] = g_try_new (float, width)))
      return FALSE;
  return self->sums && self->bytes && self->channel;
}

static void
init_row (NncTensorRow *row, const NncPictureFormat *in, const NncTensorSpec *out, const NncPreprocess *how)
{
  row->spec = *out;
  nnc_color_transform_init (&row->color, in, out->order);
  for (gint c = 0; c < 3; c++) {
    row->mean[c] = how->mean[c];
    row->std[c] = how->std[c];
  }
}

/**
 * nnc_picture_converter_new:
 * @in: the pictures; width and height 1 to 32768
 * @out: the tensor; width and height 1 to 32768
 * @how: crop and normalization
 * @error: return location for a #GError, or %NULL
 *
 * Makes a converter, which has all tables and memory that converting needs.
 * Its results are within 2 of 255 of the exact ones.
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
  self->layout = nnc_pixel_layout (in->format);
  self->n_components = out->order == NNC_ORDER_GRAY && !self->layout->is_rgb ? 1 : self->layout->n_components;
  init_row (&self->row, in, out, how);
  if (!init_buffers (self, &crop)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory to convert %s of %dx%d to a tensor of %dx%d",
                 self->layout->name, in->width, in->height, out->width, out->height);
    return NULL;
  }
  self->direct = is_direct (self);
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
    nnc_axis_clear (&converter->x[shift]);
    nnc_axis_clear (&converter->y[shift]);
  }
  for (gint c = 0; c < 3; c++)
    g_free (converter->components[c]);
  g_free (converter->channel);
  g_free (converter->bytes);
  g_free (converter->sums);
  g_free (converter);
}

/* Row y of every component that lies in this plane. */
static void
scale_plane (NncPictureConverter *self, gint plane, const guint8 *pixels, gssize stride, gint y)
{
  const Span *span = &self->spans[plane];
  const NncTap *tap = &self->y[span->shift_y].taps[y];
  nnc_resample_rows (self->bytes, self->sums, pixels + span->begin, stride, tap, span->end - span->begin);
  for (gint c = 0; c < self->n_components; c++) {
    const NncComponent *component = &self->layout->components[c];
    if (component->plane == plane)
      nnc_resample_columns (self->components[c], self->bytes, component->offset - span->begin, component->step,
                            &self->x[component->shift_x]);
  }
}

static void
convert_row (NncPictureConverter *self, const NncPicture *picture, gpointer tensor, gint y)
{
  for (gint plane = 0; plane < self->layout->n_planes; plane++)
    if (self->spans[plane].end)
      scale_plane (self, plane, picture->planes[plane], picture->strides[plane], y);
  nnc_tensor_row_write (&self->row, (const float *const *)self->components, self->n_components, self->channel, tensor,
                        y);
}

static void
copy_row (NncPictureConverter *self, const NncPicture *picture, gpointer tensor, gint y)
{
  gssize row = self->y[0].taps[y].first;
  nnc_tensor_row_write_bytes (&self->row, picture->planes[0] + row * picture->strides[0] + self->x[0].taps[0].first,
                              tensor, y);
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
  for (gint y = 0; y < converter->row.spec.height; y++)
    if (converter->direct)
      copy_row (converter, picture, tensor, y);
    else
      convert_row (converter, picture, tensor, y);
}
