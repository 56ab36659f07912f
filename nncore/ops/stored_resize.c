/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_resize.c: StoredResize: x [N,H,W,C], stored, larger or smaller along H and W, to the two numbers of input 1,
 * by interpolation with 10 bits behind the point, as TFLite does. Attributes align_corners (0): the first and last
 * pixels stay where they are; half_pixel_centers (0): a pixel is where its centre is. */
#include "op_inputs.h"
#include "quantization.h"
#include "step_work.h"

enum { X, SIZES };

#define ONE (1 << 10)

typedef struct {
  gint64 in, scale, offset; /* output pixel i lies at (i * scale + offset) / ONE */
} Axis;

typedef struct {
  Axis rows, columns;
} Params;

/* Where an output pixel lies between two input pixels; the weights' sum is ONE. */
typedef struct {
  gint64 first, second;
  gint64 first_weight, second_weight;
} Tap;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  gint64 shape[4], sizes[2];
  guint n;

  if (!nnc_type_is_stored (x->type))
    return nnc_op_unsupported (error, "type %s is not supported", nnc_data_type_to_string (x->type));
  if (x->rank != 4)
    return nnc_op_error (error, "input 0 has %u dimensions instead of 4", x->rank);
  if (nnc_infer_waits_for (inference, SIZES))
    return TRUE;
  if (!nnc_input_get_ints (inference->inputs[SIZES], "the new size", sizes, 2, &n, error))
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    gint64 in = x->shape[1 + i];

    if (n != 2 || sizes[i] < 0 || sizes[i] > G_MAXINT32 || in > G_MAXINT32 || (in == 0 && sizes[i] > 0))
      return nnc_op_error (error, "%" G_GINT64_FORMAT " elements cannot become %" G_GINT64_FORMAT, in,
                           n == 2 ? sizes[i] : 0);
  }
  shape[0] = x->shape[0];
  shape[1] = sizes[0];
  shape[2] = sizes[1];
  shape[3] = x->shape[3];
  return nnc_desc_set (&inference->outputs[0], x->type, 4, shape, error);
}

static Axis
set_axis (gint64 in, gint64 out, gboolean corners, gboolean centers)
{
  Axis axis = { .in = in };

  if (corners && out > 1)
    axis.scale = (ONE * (in - 1) + (out - 1) / 2) / (out - 1);
  else
    axis.scale = (ONE * in + out / 2) / MAX (out, 1);
  if (centers)
    axis.offset = axis.scale / 2 - ONE / 2;
  return axis;
}

static Tap
get_tap (const Axis *axis, gint64 i)
{
  gint64 place = i * axis->scale + axis->offset;
  gint64 first = CLAMP (place / ONE, 0, axis->in - 1);
  gint64 second = CLAMP ((place + ONE - 1) / ONE, 0, axis->in - 1);

  return (Tap){ first, second, ONE - (place - ONE * first), place - ONE * first };
}

/* y[0..channels) between four pixels, whose places are in elements. */
static void
interpolate (const NncTensor *x, const gint64 *upper, const gint64 *lower, const Tap *v, const Tap *h, gint64 channels,
             NncTensor *y, gsize at)
{
  NncDataType type = x->desc.type;

  for (gint64 c = 0; c < channels; c++) {
    gint64 top = h->first_weight * nnc_stored_get (x->data, type, (gsize)(upper[0] + c))
                 + h->second_weight * nnc_stored_get (x->data, type, (gsize)(upper[1] + c));
    gint64 bottom = h->first_weight * nnc_stored_get (x->data, type, (gsize)(lower[0] + c))
                    + h->second_weight * nnc_stored_get (x->data, type, (gsize)(lower[1] + c));
    gint64 sum = v->first_weight * top + v->second_weight * bottom;

    sum += sum > 0 ? ONE * ONE / 2 : -(ONE * ONE / 2);
    nnc_stored_set (y->data, type, at + (gsize)c, (gint32)(sum / (ONE * ONE)));
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *x = step->inputs[X];
  NncTensor *y = step->outputs[0];
  const gint64 *shape = y->desc.shape; /* [N,H,W,C] */
  gint64 channels = shape[3], row = x->desc.shape[2] * channels;
  gsize at = 0;

  for (gint64 i = 0; i < shape[0] * shape[1]; i++) {
    Tap v = get_tap (&params->rows, i % shape[1]);
    gint64 image = i / shape[1] * x->desc.shape[1];

    for (gint64 j = 0; j < shape[2]; j++, at += (gsize)channels) {
      Tap h = get_tap (&params->columns, j);
      const gint64 columns[2] = { h.first * channels, h.second * channels };
      const gint64 upper[2] = { (image + v.first) * row + columns[0], (image + v.first) * row + columns[1] };
      const gint64 lower[2] = { (image + v.second) * row + columns[0], (image + v.second) * row + columns[1] };

      interpolate (x, upper, lower, &v, &h, channels, y, at);
    }
  }
  return TRUE;
}

static gboolean
prepare_stored_resize (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  gboolean corners = nnc_node_get_int (prepare->node, "align_corners", 0) != 0;
  gboolean centers = nnc_node_get_int (prepare->node, "half_pixel_centers", 0) != 0;
  const gint64 *in = prepare->inputs[X]->desc.shape, *out = prepare->outputs[0]->desc.shape;

  params->rows = set_axis (in[1], out[1], corners, centers);
  params->columns = set_axis (in[2], out[2], corners, centers);
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_StoredResize = {
  .name = "StoredResize",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_stored_resize,
};
