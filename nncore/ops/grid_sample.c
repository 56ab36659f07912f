/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* grid_sample.c: GridSample: y[n][place][c] = x[n][grid[n][place]][c], where grid [N,…,axes] has places from -1 to 1,
 * the last axis first: attribute mode (linear) linear, cubic or nearest; padding_mode (zeros) zeros, border or
 * reflection; align_corners (0): -1 and 1 are the middles of the outermost pixels, not their outer edges. */
#include "op_inputs.h"
#include "sliding_window.h"
#include "step_work.h"

#include <math.h>
#include <string.h>

enum { X, GRID };

typedef enum { ZEROS, BORDER, REFLECTION } Padding;

typedef struct {
  guint n; /* spatial axes */
  gsize in[NNC_MAX_SPATIAL];
  gsize batch, channels, in_pixels, out_pixels;
  guint n_taps; /* along an axis: 1, 2 or 4 */
  Padding padding;
  gboolean align_corners;
  guint parts;
} Params;

/* Along one axis. */
typedef struct {
  gsize indices[4];
  float weights[4];
} Taps;

static gboolean
read_style (Params *params, const NncNode *node, GError **error)
{
  const char *mode = nnc_node_get_string (node, "mode", "linear");
  const char *padding = nnc_node_get_string (node, "padding_mode", "zeros");

  params->n_taps = strcmp (mode, "nearest") == 0  ? 1
                   : strcmp (mode, "linear") == 0 ? 2
                   : strcmp (mode, "cubic") == 0  ? 4
                                                  : 0;
  if (params->n_taps == 0)
    return nnc_op_error (error, "attribute 'mode' is '%s', which is not known", mode);
  params->padding = strcmp (padding, "zeros") == 0 ? ZEROS : strcmp (padding, "border") == 0 ? BORDER : REFLECTION;
  if (params->padding == REFLECTION && strcmp (padding, "reflection") != 0)
    return nnc_op_error (error, "attribute 'padding_mode' is '%s', which is not known", padding);
  params->align_corners = nnc_node_get_int (node, "align_corners", 0) != 0;
  return TRUE;
}

/* x: [N,…,C], grid: [N,…,axes] */
static gboolean
check_shapes (const NncTensorDesc *x, const NncTensorDesc *grid, GError **error)
{
  g_autofree char *text = nnc_desc_to_string (x), *other = nnc_desc_to_string (grid);

  if (x->rank < 3 || grid->rank != x->rank || grid->shape[0] != x->shape[0]
      || grid->shape[grid->rank - 1] != x->rank - 2)
    return nnc_op_error (error, "x is %s and the grid %s, which do not go together", text, other);
  for (guint i = 1; i + 1 < x->rank; i++)
    if (x->shape[i] < 1 || x->shape[i] > 1 << 24)
      return nnc_op_error (error, "x is %s, whose axes need 1 to %d elements", text, 1 << 24);
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc, *grid = &inference->inputs[GRID]->desc;
  gint64 shape[NNC_MAX_RANK];
  Params params;

  if (!nnc_input_check_type (inference->inputs, X, NNC_F32, error)
      || !nnc_input_check_type (inference->inputs, GRID, NNC_F32, error) || !check_shapes (x, grid, error)
      || !read_style (&params, inference->node, error))
    return FALSE;
  memcpy (shape, grid->shape, sizeof shape);
  shape[x->rank - 1] = x->shape[x->rank - 1];
  return nnc_desc_set (&inference->outputs[0], NNC_F32, x->rank, shape, error);
}

/* --- places ------------------------------------------------------------------------- */

/* Back and forth between two mirrors. */
static float
reflect (float x, float low, float high)
{
  float range = high - low, beyond = x < low ? low - x : x - high, rest;

  if (x >= low && x <= high)
    return x;
  if (!(range > 0))
    return low;
  rest = fmodf (beyond, 2 * range);
  if (rest > range)
    rest = 2 * range - rest;
  return x < low ? low + rest : high - rest;
}

static float
locate (const Params *params, guint axis, float place)
{
  float in = (float)params->in[axis];
  float low = params->align_corners ? 0 : -0.5f, high = params->align_corners ? in - 1 : in - 0.5f;
  float x = params->align_corners ? (place + 1) / 2 * (in - 1) : ((place + 1) * in - 1) / 2;

  if (params->n_taps == 1)
    x = rintf (x);
  if (params->padding == BORDER)
    return x < low || x > high ? CLAMP (x, 0, in - 1) : x;
  return params->padding == REFLECTION ? reflect (x, low, high) : x;
}

static void
set_tap (const Params *params, guint axis, Taps *taps, guint t, float at, float weight)
{
  float in = (float)params->in[axis];

  if (params->padding == REFLECTION)
    at = truncf (params->align_corners ? reflect (at, 0, in - 1) : reflect (at, -0.5f, in - 0.5f));
  taps->weights[t] = params->padding == ZEROS && !(at >= 0 && at < in) ? 0 : weight;
  taps->indices[t] = (gsize)(at >= 0 ? MIN (at, in - 1) : 0); /* NaN: 0 */
}

static float
cubic_weight (float x)
{
  const float a = -0.75f;

  x = fabsf (x);
  return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

static void
set_taps (const Params *params, guint axis, float place, Taps *taps)
{
  float x = locate (params, axis, place), whole = floorf (x), rest = x - whole;

  if (params->n_taps == 1) {
    set_tap (params, axis, taps, 0, x, 1);
  } else if (params->n_taps == 2) {
    set_tap (params, axis, taps, 0, whole, 1 - rest);
    set_tap (params, axis, taps, 1, whole + 1, rest);
  } else {
    for (guint t = 0; t < 4; t++)
      set_tap (params, axis, taps, t, whole - 1 + (float)t, cubic_weight ((float)t - 1 - rest));
  }
}

/* --- running ---------------------------------------------------------------------------- */

/* All combinations of taps from axis i on. */
static void
add_taps (const Params *params, const Taps *taps, guint i, gsize pixel, float weight, const float *image, float *y)
{
  const float *x = image + pixel * params->channels;

  if (weight == 0)
    return;
  if (i == params->n) {
    for (gsize c = 0; c < params->channels; c++)
      y[c] += weight * x[c];
    return;
  }
  for (guint t = 0; t < params->n_taps; t++)
    add_taps (params, taps, i + 1, pixel * params->in[i] + taps[i].indices[t], weight * taps[i].weights[t], image, y);
}

typedef struct {
  const Params *params;
  const float *x, *grid;
  float *y;
} Work;

static void
run_part (gpointer user_data, guint part)
{
  const Work *work = user_data;
  const Params *params = work->params;
  gsize rows = params->batch * params->out_pixels, end = nnc_part_begin (rows, part + 1, params->parts);
  Taps taps[NNC_MAX_SPATIAL];

  for (gsize row = nnc_part_begin (rows, part, params->parts); row < end; row++) {
    const float *image = work->x + row / params->out_pixels * params->in_pixels * params->channels;
    float *y = work->y + row * params->channels;

    for (guint i = 0; i < params->n; i++)
      set_taps (params, i, work->grid[row * params->n + params->n - 1 - i], &taps[i]);
    for (gsize c = 0; c < params->channels; c++)
      y[c] = 0;
    add_taps (params, taps, 0, 0, 1, image, y);
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  Work work = { step->params, step->inputs[X]->data, step->inputs[GRID]->data, step->outputs[0]->data };

  nnc_run_parallel (context, work.params->parts, run_part, &work);
  return TRUE;
}

static gboolean
prepare_grid_sample (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc, *y = &prepare->outputs[0]->desc;

  if (!read_style (params, prepare->node, error))
    return FALSE;
  params->n = x->rank - 2;
  params->batch = (gsize)x->shape[0];
  params->channels = (gsize)x->shape[x->rank - 1];
  params->in_pixels = params->out_pixels = 1;
  prepare->other_work = nnc_desc_n_elements (y);
  for (guint i = 0; i < params->n; i++) {
    params->in[i] = (gsize)x->shape[1 + i];
    params->in_pixels *= (gsize)x->shape[1 + i];
    params->out_pixels *= (gsize)y->shape[1 + i];
    prepare->other_work *= params->n_taps;
  }
  params->parts = nnc_prepare_parts (prepare, params->batch * params->out_pixels);
  prepare->run = nnc_desc_size (y) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_GridSample = {
  .name = "GridSample",
  .traits = NNC_OP_F32,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_grid_sample,
};
