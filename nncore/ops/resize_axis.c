/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resize_axis.c: Resize along one axis. An output number is a sum over taps around a place of the input: 2 (linear) or
 * 4 (cubic), with antialias as many more as the axis shrinks; beyond its ends the axis goes on as it ends. */
#include "resize_axis.h"

#include <math.h>
#include <string.h>

#define MOST_TAPS (1 << 20)

static gboolean
find_name (const NncNode *node, const char *attribute, const char *otherwise, const char *const *names, guint n,
           guint *found, GError **error)
{
  const char *name = nnc_node_get_string (node, attribute, otherwise);

  for (*found = 0; *found < n; (*found)++)
    if (strcmp (names[*found], name) == 0)
      return TRUE;
  return nnc_op_error (error, "attribute '%s' is '%s', which is not known", attribute, name);
}

gboolean
nnc_resize_style_read (NncResizeStyle *style, const NncNode *node, GError **error)
{
  static const char *const modes[] = { "nearest", "linear", "cubic" };
  static const char *const coordinates[] = { "half_pixel",    "half_pixel_symmetric", "pytorch_half_pixel",
                                             "align_corners", "asymmetric",           "tf_crop_and_resize" };
  static const char *const nearest[] = { "round_prefer_floor", "round_prefer_ceil", "floor", "ceil" };
  guint mode, coordinate, rounding;

  if (!find_name (node, "mode", "nearest", modes, G_N_ELEMENTS (modes), &mode, error)
      || !find_name (node, "coordinate_transformation_mode", "half_pixel", coordinates, G_N_ELEMENTS (coordinates),
                     &coordinate, error)
      || !find_name (node, "nearest_mode", "round_prefer_floor", nearest, G_N_ELEMENTS (nearest), &rounding, error))
    return FALSE;
  *style = (NncResizeStyle){
    .mode = (NncResizeMode)mode,
    .coordinates = (NncResizeCoordinates)coordinate,
    .antialias = nnc_node_get_int (node, "antialias", 0) != 0 && mode != NNC_RESIZE_NEAREST,
    .exclude_outside = nnc_node_get_int (node, "exclude_outside", 0) != 0,
    .cubic_coefficient = nnc_node_get_float (node, "cubic_coeff_a", -0.75f),
    .nearest_mode = nearest[rounding],
  };
  return TRUE;
}

/* The place in the input that output i is taken from. */
static double
locate (const NncResizeAxis *axis, const NncResizeStyle *style, gsize i)
{
  double in = (double)axis->in, out = axis->scale * in, x = (double)i;

  switch (style->coordinates) {
  case NNC_RESIZE_ALIGN_CORNERS:
    return out == 1 ? 0 : x * (in - 1) / (out - 1);
  case NNC_RESIZE_ASYMMETRIC:
    return x / axis->scale;
  case NNC_RESIZE_CROP:
    if (out == 1)
      return (axis->roi_end - axis->roi_begin) * (in - 1) / 2 + axis->roi_begin * (in - 1);
    return x * (axis->roi_end - axis->roi_begin) * (in - 1) / (out - 1) + axis->roi_begin * (in - 1);
  case NNC_RESIZE_PYTORCH_HALF_PIXEL:
    return out == 1 ? -0.5 : (x + 0.5) / axis->scale - 0.5;
  case NNC_RESIZE_HALF_PIXEL_SYMMETRIC:
    return in / 2 * (1 - (double)axis->out / out) + (x + 0.5) / axis->scale - 0.5;
  default:
    return (x + 0.5) / axis->scale - 0.5;
  }
}

static double
round_nearest (double x, const char *mode)
{
  if (strcmp (mode, "floor") == 0)
    return floor (x);
  if (strcmp (mode, "ceil") == 0)
    return ceil (x);
  return strcmp (mode, "round_prefer_floor") == 0 ? ceil (x - 0.5) : floor (x + 0.5);
}

/* Of a tap at this distance from the place, in taps. */
static double
weigh (const NncResizeStyle *style, double distance)
{
  double x = fabs (distance), a = (double)style->cubic_coefficient;

  if (style->mode == NNC_RESIZE_LINEAR)
    return MAX (1 - x, 0);
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/* How many taps lie before the place, itself not counted. */
static gsize
taps_before (const NncResizeAxis *axis, const NncResizeStyle *style)
{
  gsize reach = style->mode == NNC_RESIZE_CUBIC ? 2 : 1;
  double scale = style->antialias ? MIN (axis->scale, 1) : 1;

  return scale * MOST_TAPS < 4 ? MOST_TAPS : (gsize)-floor (-(double)reach / scale) - 1;
}

static void
fill_nearest (NncResizeAxis *axis, const NncResizeStyle *style, gsize i, double place)
{
  double index = round_nearest (place, style->nearest_mode);

  axis->weights[i] = 1;
  axis->indices[i] = (guint32)CLAMP (index, 0, (double)(axis->in - 1));
}

/* The tap at floor (place), or where that is exact the one before it, is the last of the first half. */
static void
fill_taps (NncResizeAxis *axis, const NncResizeStyle *style, gsize i, double place)
{
  double scale = style->antialias ? MIN (axis->scale, 1) : 1, whole = floor (place), sum = 0;
  double first = (whole == place ? whole - 1 : whole) - (double)taps_before (axis, style);
  guint32 *indices = axis->indices + i * axis->n_taps;
  float *weights = axis->weights + i * axis->n_taps;

  for (gsize t = 0; t < axis->n_taps; t++) {
    double at = first + (double)t, inside = CLAMP (at, 0, (double)(axis->in - 1));
    double weight = style->exclude_outside && at != inside ? 0 : weigh (style, (at - place) * scale);

    indices[t] = (guint32)inside;
    weights[t] = (float)weight;
    sum += weight;
  }
  for (gsize t = 0; (style->antialias || style->exclude_outside) && t < axis->n_taps; t++)
    weights[t] = (float)((double)weights[t] / sum);
}

static gboolean
allocate (NncResizeAxis *axis, const NncResizeStyle *style, GError **error)
{
  gsize n;

  axis->n_taps = style->mode == NNC_RESIZE_NEAREST ? 1 : 2 * (taps_before (axis, style) + 1);
  if (axis->n_taps >= MOST_TAPS || axis->in > G_MAXUINT32 || !nnc_size_mul (axis->out, axis->n_taps, &n))
    return nnc_op_error (error, "an axis of %" G_GSIZE_FORMAT " elements cannot be resized to %" G_GSIZE_FORMAT,
                         axis->in, axis->out);
  axis->indices = g_try_malloc0_n (MAX (n, 1), sizeof *axis->indices);
  axis->weights = g_try_malloc0_n (MAX (n, 1), sizeof *axis->weights);
  if (style->coordinates == NNC_RESIZE_CROP)
    axis->outside = g_try_malloc0 (MAX (axis->out, 1));
  if (axis->indices && axis->weights && (axis->outside || style->coordinates != NNC_RESIZE_CROP))
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory for %" G_GSIZE_FORMAT " weights", n);
  return FALSE;
}

gboolean
nnc_resize_axis_fill (NncResizeAxis *axis, const NncResizeStyle *style, GError **error)
{
  axis->moves = axis->in != axis->out || axis->scale != 1 || style->coordinates == NNC_RESIZE_CROP;
  if (!axis->moves || axis->out == 0)
    return TRUE;
  if (!(axis->scale > 0) || axis->in == 0)
    return nnc_op_error (error, "%" G_GSIZE_FORMAT " elements cannot be resized by %g", axis->in, axis->scale);
  if (!allocate (axis, style, error))
    return FALSE;
  for (gsize i = 0; i < axis->out; i++) {
    double place = locate (axis, style, i);

    if (style->coordinates == NNC_RESIZE_CROP && !(place >= 0 && place <= (double)(axis->in - 1)))
      axis->outside[i] = TRUE;
    else if (style->mode == NNC_RESIZE_NEAREST)
      fill_nearest (axis, style, i, place);
    else
      fill_taps (axis, style, i, place);
  }
  return TRUE;
}

void
nnc_resize_axis_clear (NncResizeAxis *axis)
{
  g_clear_pointer (&axis->indices, g_free);
  g_clear_pointer (&axis->weights, g_free);
  g_clear_pointer (&axis->outside, g_free);
}
