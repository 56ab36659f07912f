/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stft.c: STFT: the discrete Fourier transforms [N,frames,bins,2] of the frames of x [N,length,1 or 2]: one every
 * frame_step (input 1), of frame_length (input 3) numbers times window (input 2), as many as lie in x. onesided (1):
 * the first half of the bins, of real numbers. */
#include "fourier.h"
#include "op_inputs.h"
#include "step_work.h"

enum { X, STEP, WINDOW, LENGTH };

#define LONGEST (1 << 20)

typedef struct {
  gsize batch, length, parts; /* of x */
  gsize step, n, frames, bins;
  double roots[]; /* [n][2] */
} Params;

static const NncTensor *
optional (const NncTensor *const *tensors, guint n, guint i)
{
  return i < n ? tensors[i] : NULL;
}

static gboolean
read_int (const NncTensor *tensor, const char *what, gint64 *value, GError **error)
{
  guint n;

  if (!nnc_input_get_ints (tensor, what, value, 1, &n, error))
    return FALSE;
  return n == 1 || nnc_op_error (error, "%s has no number", what);
}

/* The frame's length: that of input 3, of the window, or of x. */
static gboolean
find_length (const NncTensor *const *inputs, guint n_inputs, gint64 *length, GError **error)
{
  const NncTensor *window = optional (inputs, n_inputs, WINDOW), *given = optional (inputs, n_inputs, LENGTH);

  *length = inputs[X]->desc.shape[1];
  if (window && window->desc.rank == 1)
    *length = window->desc.shape[0];
  if (given && !read_int (given, "the frames' length", length, error))
    return FALSE;
  if (*length < 1 || *length > LONGEST)
    return nnc_op_error (error, "frames have %" G_GINT64_FORMAT " numbers, 1 to %d are possible", *length, LONGEST);
  return window == NULL || nnc_input_check_vector (inputs, WINDOW, *length, error);
}

static gboolean
set_params (Params *params, const NncNode *node, const NncTensor *const *inputs, guint n_inputs, GError **error)
{
  const NncTensorDesc *x = &inputs[X]->desc;
  gboolean half = nnc_node_get_int (node, "onesided", 1) != 0;
  gint64 step, length;

  if (x->rank != 3 || (x->shape[2] != 1 && x->shape[2] != 2))
    return nnc_op_error (error,
                         "input 0 has %u dimensions and %" G_GINT64_FORMAT " parts a number, 3 and 1 or 2 are right",
                         x->rank, x->rank == 3 ? x->shape[2] : 0);
  if (!read_int (inputs[STEP], "the step", &step, error) || !find_length (inputs, n_inputs, &length, error))
    return FALSE;
  if (step < 1)
    return nnc_op_error (error, "the step is %" G_GINT64_FORMAT ", at least 1 is right", step);
  if (half && x->shape[2] == 2)
    return nnc_op_error (error, "half of the transform of complex numbers does not say all");
  params->batch = (gsize)x->shape[0];
  params->length = (gsize)x->shape[1];
  params->parts = (gsize)x->shape[2];
  params->step = (gsize)step;
  params->n = (gsize)length;
  params->frames = x->shape[1] < length ? 0 : (gsize)((x->shape[1] - length) / step + 1);
  params->bins = half ? params->n / 2 + 1 : params->n;
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  Params params;

  if (!nnc_input_check_type (inference->inputs, X, NNC_F32, error)
      || (inference->n_inputs > WINDOW && !nnc_input_check_type (inference->inputs, WINDOW, NNC_F32, error)))
    return FALSE;
  if (nnc_infer_waits_for (inference, STEP) || nnc_infer_waits_for (inference, LENGTH))
    return TRUE;
  return set_params (&params, inference->node, inference->inputs, inference->n_inputs, error)
         && nnc_desc_set (&inference->outputs[0], NNC_F32, 4,
                          (gint64[]){ (gint64)params.batch, (gint64)params.frames, (gint64)params.bins, 2 }, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *window = optional ((const NncTensor *const *)step->inputs, step->n_inputs, WINDOW);
  const float *weights = window ? window->data : NULL;
  double *from = nnc_run_scratch (context, 0), *to = from + 2 * params->n;
  float *y = step->outputs[0]->data;

  for (gsize frame = 0; frame < params->batch * params->frames; frame++) {
    const float *x
        = (const float *)step->inputs[X]->data
          + (frame / params->frames * params->length + frame % params->frames * params->step) * params->parts;

    for (gsize i = 0; i < params->n; i++) {
      double weight = weights ? (double)weights[i] : 1;

      from[2 * i] = weight * (double)x[i * params->parts];
      from[2 * i + 1] = params->parts == 2 ? weight * (double)x[2 * i + 1] : 0;
    }
    nnc_fourier_transform (params->roots, params->n, FALSE, from, to);
    for (gsize i = 0; i < 2 * params->bins; i++)
      *y++ = (float)to[i];
  }
  return TRUE;
}

static gboolean
prepare_stft (NncPreparation *prepare, GError **error)
{
  Params found, *params;

  if (!set_params (&found, prepare->node, prepare->inputs, prepare->n_inputs, error))
    return FALSE;
  params = nnc_prepare_params (prepare, sizeof *params + 2 * found.n * sizeof *params->roots);
  *params = found;
  nnc_fourier_fill_roots (params->roots, params->n);
  prepare->scratch = 4 * params->n * sizeof (double);
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_STFT = {
  .name = "STFT",
  .traits = NNC_OP_DATA_SHAPE | NNC_OP_F32,
  .min_inputs = 2,
  .max_inputs = 4,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_stft,
};
