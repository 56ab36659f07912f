/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* roi_align.c: RoiAlign: x [N,H,W,C] inside rois [R,4] (left, top, right, bottom, times spatial_scale (1)) of image
 * batch_indices[r], as output_height (1) x output_width (1) bins. A bin is the mean (mode avg) or the largest (max) of
 * sampling_ratio^2 places (0: as many as there are pixels), each between four pixels.
 * coordinate_transformation_mode (half_pixel): half_pixel moves rois by half a pixel, output_half_pixel does not, and
 * takes them for at least one pixel. */
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>
#include <string.h>

enum { X, ROIS, BATCH_INDICES };

/* Places a bin along an axis: more are not looked at. */
#define MOST_SAMPLES 4096

typedef struct {
  gsize batch, height, width, channels, rois, out_height, out_width;
  gint64 sampling_ratio;
  float spatial_scale;
  gboolean half_pixel, largest;
} Params;

/* Along one axis: where a roi begins, how large its bins are, how many places each has. */
typedef struct {
  float begin, bin;
  gsize samples;
} Side;

static gboolean
read_mode (const NncNode *node, gboolean *half_pixel, gboolean *largest, GError **error)
{
  const char *coordinates = nnc_node_get_string (node, "coordinate_transformation_mode", "half_pixel");
  const char *mode = nnc_node_get_string (node, "mode", "avg");

  *half_pixel = strcmp (coordinates, "half_pixel") == 0;
  *largest = strcmp (mode, "max") == 0;
  if (!*half_pixel && strcmp (coordinates, "output_half_pixel") != 0)
    return nnc_op_error (error, "attribute 'coordinate_transformation_mode' is '%s', which is not known", coordinates);
  return *largest || strcmp (mode, "avg") == 0
         || nnc_op_error (error, "attribute 'mode' is '%s', which is not known", mode);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensorDesc *x = &inputs[X]->desc, *rois = &inputs[ROIS]->desc;
  gint64 height = nnc_node_get_int (inference->node, "output_height", 1);
  gint64 width = nnc_node_get_int (inference->node, "output_width", 1);
  gboolean half_pixel, largest;

  if (!nnc_input_check_type (inputs, X, NNC_F32, error) || !nnc_input_check_type (inputs, ROIS, NNC_F32, error)
      || !nnc_input_check_type (inputs, BATCH_INDICES, NNC_I64, error)
      || !read_mode (inference->node, &half_pixel, &largest, error))
    return FALSE;
  if (x->rank != 4 || rois->rank != 2 || rois->shape[1] != 4)
    return nnc_op_error (error, "x has %u dimensions and the rois have %u, 4 and 2 with 4 numbers each are right",
                         x->rank, rois->rank);
  if (!nnc_input_check_vector (inputs, BATCH_INDICES, rois->shape[0], error))
    return FALSE;
  return nnc_desc_set (&inference->outputs[0], NNC_F32, 4, (gint64[]){ rois->shape[0], height, width, x->shape[3] },
                       error);
}

static Side
measure (const Params *params, float begin, float end, gsize bins)
{
  float offset = params->half_pixel ? 0.5f : 0, size;
  Side side = { .begin = begin * params->spatial_scale - offset };

  size = end * params->spatial_scale - offset - side.begin;
  if (!params->half_pixel)
    size = MAX (size, 1);
  side.bin = size / (float)bins;
  if (params->sampling_ratio > 0)
    side.samples = (gsize)MIN (params->sampling_ratio, MOST_SAMPLES);
  else
    side.samples = side.bin > 0 ? (gsize)MIN (ceilf (side.bin), MOST_SAMPLES) : 0;
  return side;
}

/* The two pixels around a place and the share of the second; FALSE: it lies outside. */
static gboolean
split_place (float place, gsize size, gsize at[2], float *share)
{
  if (!(place >= -1 && place <= (float)size) || size == 0)
    return FALSE;
  place = MAX (place, 0);
  at[0] = MIN ((gsize)place, size - 1);
  at[1] = MIN (at[0] + 1, size - 1);
  *share = at[0] == size - 1 ? 0 : place - (float)at[0];
  return TRUE;
}

static void
add_place (const Params *params, const float *image, float y_place, float x_place, gboolean first, float *bin)
{
  gsize ys[2] = { 0 }, xs[2] = { 0 };
  float y_share = 0, x_share = 0;
  gboolean inside
      = split_place (y_place, params->height, ys, &y_share) && split_place (x_place, params->width, xs, &x_share);

  for (gsize c = 0; c < params->channels; c++) {
    float sum = 0, largest = inside ? -INFINITY : 0;

    for (guint i = 0; inside && i < 4; i++) {
      float weight = (i / 2 ? y_share : 1 - y_share) * (i % 2 ? x_share : 1 - x_share);
      float part = weight * image[(ys[i / 2] * params->width + xs[i % 2]) * params->channels + c];
      sum += part;
      largest = MAX (largest, part);
    }
    if (params->largest)
      bin[c] = first ? largest : MAX (bin[c], largest);
    else
      bin[c] += sum;
  }
}

static void
fill_bin (const Params *params, const float *image, const Side *vertical, const Side *horizontal, gsize row,
          gsize column, float *bin)
{
  gsize count = vertical->samples * horizontal->samples;

  for (gsize c = 0; c < params->channels; c++)
    bin[c] = 0;
  for (gsize i = 0; i < count; i++) {
    float y = (float)(i / horizontal->samples) + 0.5f, x = (float)(i % horizontal->samples) + 0.5f;

    add_place (params, image, vertical->begin + ((float)row + y / (float)vertical->samples) * vertical->bin,
               horizontal->begin + ((float)column + x / (float)horizontal->samples) * horizontal->bin, i == 0, bin);
  }
  for (gsize c = 0; !params->largest && count > 0 && c < params->channels; c++)
    bin[c] /= (float)count;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *roi = step->inputs[ROIS]->data, *x = step->inputs[X]->data;
  const gint64 *indices = step->inputs[BATCH_INDICES]->data;
  float *y = step->outputs[0]->data;
  gsize image = params->height * params->width * params->channels;

  for (gsize r = 0; r < params->rois; r++, roi += 4) {
    Side vertical = measure (params, roi[1], roi[3], params->out_height);
    Side horizontal = measure (params, roi[0], roi[2], params->out_width);

    if (indices[r] < 0 || (gsize)indices[r] >= params->batch) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_DATA,
                   "roi %" G_GSIZE_FORMAT " is of image %" G_GINT64_FORMAT ", there are %" G_GSIZE_FORMAT, r,
                   indices[r], params->batch);
      return FALSE;
    }
    for (gsize i = 0; i < params->out_height * params->out_width; i++, y += params->channels)
      fill_bin (params, x + (gsize)indices[r] * image, &vertical, &horizontal, i / params->out_width,
                i % params->out_width, y);
  }
  return TRUE;
}

static gboolean
prepare_roi_align (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc, *y = &prepare->outputs[0]->desc;

  params->batch = (gsize)x->shape[0];
  params->height = (gsize)x->shape[1];
  params->width = (gsize)x->shape[2];
  params->channels = (gsize)x->shape[3];
  params->rois = (gsize)y->shape[0];
  params->out_height = (gsize)y->shape[1];
  params->out_width = (gsize)y->shape[2];
  params->sampling_ratio = nnc_node_get_int (prepare->node, "sampling_ratio", 0);
  params->spatial_scale = nnc_node_get_float (prepare->node, "spatial_scale", 1);
  prepare->run = nnc_desc_size (y) ? run : nnc_run_nothing;
  return read_mode (prepare->node, &params->half_pixel, &params->largest, error);
}

const NncOp nnc_op_RoiAlign = {
  .name = "RoiAlign",
  .traits = NNC_OP_F32,
  .min_inputs = 3,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_roi_align,
};
