/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* col2im.c: Col2Im: blocks [N,C*block,L] added up to images [N,C,…] of shape input 1, where block l of shape input 2
 * lies at l * stride - pad, its elements dilation apart. Attributes strides (1), dilations (1), pads (0). Channels are
 * second here, as they are in the blocks. */
#include "op_inputs.h"
#include "sliding_window.h"
#include "step_work.h"

#include <string.h>

enum { X, IMAGE_SHAPE, BLOCK_SHAPE };

#define LARGEST G_MAXINT32

typedef struct {
  guint n; /* spatial axes */
  NncWindowAxis axes[NNC_MAX_SPATIAL]; /* in: the image's; out: blocks */
  gsize images; /* batch * channels */
  gsize n_taps, n_blocks, n_pixels;
} Params;

static gboolean
set_axes (Params *params, const NncNode *node, const NncTensor *const *inputs, GError **error)
{
  gint64 image[NNC_MAX_SPATIAL], block[NNC_MAX_SPATIAL], strides[NNC_MAX_SPATIAL], dilations[NNC_MAX_SPATIAL];
  gint64 pads[2 * NNC_MAX_SPATIAL];
  guint n, n_block;

  if (!nnc_input_get_ints (inputs[IMAGE_SHAPE], "the image's shape", image, NNC_MAX_SPATIAL, &n, error)
      || !nnc_input_get_ints (inputs[BLOCK_SHAPE], "the block's shape", block, NNC_MAX_SPATIAL, &n_block, error))
    return FALSE;
  if (n != n_block || n == 0)
    return nnc_op_error (error, "the image has %u axes, blocks have %u", n, n_block);
  if (!nnc_node_get_n_ints (node, "strides", n, 1, 1, LARGEST, strides, error)
      || !nnc_node_get_n_ints (node, "dilations", n, 1, 1, LARGEST, dilations, error)
      || !nnc_node_get_n_ints (node, "pads", 2 * n, 0, 0, LARGEST, pads, error))
    return FALSE;
  params->n = n;
  params->n_taps = params->n_blocks = params->n_pixels = 1;
  for (guint i = 0; i < n; i++) {
    gint64 room = image[i] + pads[i] + pads[n + i] - (block[i] - 1) * dilations[i] - 1;

    if (image[i] < 1 || image[i] > LARGEST || block[i] < 1 || block[i] > LARGEST || room < 0)
      return nnc_op_error (error, "blocks of %" G_GINT64_FORMAT " do not fit an image of %" G_GINT64_FORMAT, block[i],
                           image[i]);
    params->axes[i]
        = (NncWindowAxis){ image[i], block[i], strides[i], dilations[i], pads[i], pads[n + i], room / strides[i] + 1 };
    if (!nnc_size_mul (params->n_taps, (gsize)block[i], &params->n_taps)
        || !nnc_size_mul (params->n_blocks, (gsize)params->axes[i].out, &params->n_blocks)
        || !nnc_size_mul (params->n_pixels, (gsize)image[i], &params->n_pixels))
      return nnc_op_error (error, "the image is too large");
  }
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  gint64 shape[NNC_MAX_RANK];
  Params params;

  if (!nnc_input_check_type (inference->inputs, X, NNC_F32, error))
    return FALSE;
  if (nnc_infer_waits_for (inference, IMAGE_SHAPE) || nnc_infer_waits_for (inference, BLOCK_SHAPE))
    return TRUE;
  if (!set_axes (&params, inference->node, inference->inputs, error))
    return FALSE;
  if (x->rank != 3 || x->shape[1] % (gint64)params.n_taps != 0 || x->shape[2] != (gint64)params.n_blocks) {
    g_autofree char *text = nnc_desc_to_string (x);
    return nnc_op_error (error,
                         "input 0 is %s for %" G_GSIZE_FORMAT " blocks of %" G_GSIZE_FORMAT " elements a channel", text,
                         params.n_blocks, params.n_taps);
  }
  shape[0] = x->shape[0];
  shape[1] = x->shape[1] / (gint64)params.n_taps;
  for (guint i = 0; i < params.n; i++)
    shape[2 + i] = params.axes[i].in;
  return nnc_desc_set (&inference->outputs[0], NNC_F32, params.n + 2, shape, error);
}

/* Element `tap` of every block, from axis i on: one number of x for each. */
static void
add_blocks (const Params *params, const gsize *tap, guint i, gsize pixel, gboolean inside, const float **x,
            float *image)
{
  const NncWindowAxis *axis = &params->axes[i];

  if (i == params->n) {
    if (inside)
      image[pixel] += **x;
    (*x)++;
    return;
  }
  for (gint64 block = 0; block < axis->out; block++) {
    gint64 at = block * axis->stride - axis->pad_begin + (gint64)tap[i] * axis->dilation;
    gboolean here = at >= 0 && at < axis->in;

    add_blocks (params, tap, i + 1, here ? pixel * (gsize)axis->in + (gsize)at : 0, inside && here, x, image);
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *x = step->inputs[X]->data;
  float *image = step->outputs[0]->data;
  gsize tap[NNC_MAX_SPATIAL];

  memset (image, 0, nnc_desc_size (&step->outputs[0]->desc));
  for (gsize n = 0; n < params->images; n++, image += params->n_pixels)
    for (gsize t = 0; t < params->n_taps; t++) {
      gsize rest = t;

      for (guint i = params->n; i-- > 0; rest /= (gsize)params->axes[i].kernel)
        tap[i] = rest % (gsize)params->axes[i].kernel;
      add_blocks (params, tap, 0, 0, TRUE, &x, image);
    }
  return TRUE;
}

static gboolean
prepare_col2im (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *y = &prepare->outputs[0]->desc;

  params->images = (gsize)(y->shape[0] * y->shape[1]);
  prepare->run = nnc_desc_size (y) ? run : nnc_run_nothing;
  return set_axes (params, prepare->node, prepare->inputs, error);
}

const NncOp nnc_op_Col2Im = {
  .name = "Col2Im",
  .traits = NNC_OP_DATA_SHAPE | NNC_OP_F32,
  .min_inputs = 3,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_col2im,
};
