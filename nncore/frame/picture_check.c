/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture_check.c: each number a caller may give, and what is said of wrong ones. */
#include "picture_check.h"

#include <math.h>

#include "pixel_layout.h"

#define LARGEST 32768

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  if (error)
    *error = g_error_new_valist (NNC_ERROR, NNC_ERROR_ARGUMENT, format, arguments);
  va_end (arguments);
  return FALSE;
}

static gboolean
check_size (const char *what, gint width, gint height, GError **error)
{
  if (width >= 1 && width <= LARGEST && height >= 1 && height <= LARGEST)
    return TRUE;
  return refuse (error, "%s of %dx%d pixels: width and height must be 1 to %d", what, width, height, LARGEST);
}

static gboolean
check_kinds (const NncPictureFormat *in, const NncTensorSpec *out, GError **error)
{
  if (!nnc_pixel_layout (in->format))
    return refuse (error, "pixel format %d does not exist", (gint)in->format);
  if ((guint)in->matrix > NNC_MATRIX_BT2020)
    return refuse (error, "colour matrix %d does not exist", (gint)in->matrix);
  if ((guint)out->layout > NNC_LAYOUT_NCHW || (guint)out->order > NNC_ORDER_GRAY)
    return refuse (error, "tensor layout %d or colour order %d does not exist", (gint)out->layout, (gint)out->order);
  if (out->type != NNC_U8 && out->type != NNC_F32)
    return refuse (error, "a picture becomes a tensor of u8 or f32, not of type %d", (gint)out->type);
  return TRUE;
}

static gboolean
check_normalization (const NncTensorSpec *out, const NncPreprocess *how, GError **error)
{
  for (gint c = 0; c < (out->order == NNC_ORDER_GRAY ? 1 : 3); c++) {
    double mean = (double)how->mean[c], std = (double)how->std[c];
    if (!isfinite (mean) || !isfinite (std) || how->std[c] == 0)
      return refuse (error, "channel %d: mean %g and std %g must be finite, std not 0", c, mean, std);
    if (out->type == NNC_U8 && (how->mean[c] != 0 || how->std[c] != 1))
      return refuse (error, "channel %d: mean %g and std %g: a u8 tensor needs 0 and 1", c, mean, std);
  }
  return TRUE;
}

static gboolean
check_crop (const NncPictureFormat *in, NncRectangle *crop, GError **error)
{
  if (crop->width == 0)
    *crop = (NncRectangle){ 0, 0, in->width, in->height };
  if (crop->width > 0 && crop->height > 0 && crop->x >= 0 && crop->y >= 0 && crop->width <= in->width
      && crop->height <= in->height && crop->x <= in->width - crop->width && crop->y <= in->height - crop->height)
    return TRUE;
  return refuse (error, "crop of %dx%d pixels at (%d, %d) is not inside a picture of %dx%d", crop->width, crop->height,
                 crop->x, crop->y, in->width, in->height);
}

gboolean
nnc_picture_check (const NncPictureFormat *in, const NncTensorSpec *out, const NncPreprocess *how, NncRectangle *crop,
                   GError **error)
{
  *crop = how->crop;
  return check_kinds (in, out, error) && check_size ("a picture", in->width, in->height, error)
         && check_size ("a tensor", out->width, out->height, error) && check_normalization (out, how, error)
         && check_crop (in, crop, error);
}
