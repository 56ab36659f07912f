/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mel_weight_matrix.c: MelWeightMatrix: [dft_length / 2 + 1, num_mel_bins], by which a spectrum is multiplied to give
 * its triangular bands, that are equally far apart on the mel scale, mel = 2595 log10 (1 + hertz / 700). Inputs:
 * num_mel_bins, dft_length, sample_rate, and the lowest and highest hertz. */
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>
#include <string.h>

enum { BINS, DFT_LENGTH, SAMPLE_RATE, LOWEST, HIGHEST, N_INPUTS };

typedef struct {
  gint64 bins, dft_length, sample_rate;
  double lowest, highest;
} Params;

static gboolean
read_int (const NncTensor *tensor, const char *what, gint64 *value, GError **error)
{
  guint n;

  if (!nnc_input_get_ints (tensor, what, value, 1, &n, error))
    return FALSE;
  if (n == 1 && *value >= 1 && *value <= G_MAXINT32)
    return TRUE;
  return nnc_op_error (error, "%s is %" G_GINT64_FORMAT ", 1 to %d are possible", what, n ? *value : 0, G_MAXINT32);
}

static gboolean
read_hertz (const NncTensor *tensor, double *value, GError **error)
{
  float hertz;

  if (nnc_desc_n_elements (&tensor->desc) != 1 || tensor->desc.type != NNC_F32) {
    g_autofree char *text = nnc_desc_to_string (&tensor->desc);
    return nnc_op_error (error, "a frequency is %s, one f32 is right", text);
  }
  memcpy (&hertz, tensor->data, sizeof hertz);
  *value = (double)hertz;
  return (hertz >= 0 && hertz <= (float)G_MAXINT32) || nnc_op_error (error, "a frequency is %g", (double)hertz);
}

static gboolean
read_params (Params *params, const NncTensor *const *inputs, GError **error)
{
  if (!read_int (inputs[BINS], "the number of bands", &params->bins, error)
      || !read_int (inputs[DFT_LENGTH], "the transform's length", &params->dft_length, error)
      || !read_int (inputs[SAMPLE_RATE], "the sample rate", &params->sample_rate, error)
      || !read_hertz (inputs[LOWEST], &params->lowest, error) || !read_hertz (inputs[HIGHEST], &params->highest, error))
    return FALSE;
  return params->highest <= (double)params->sample_rate / 2
         || nnc_op_error (error,
                          "the highest frequency is %g, half the sample rate of %" G_GINT64_FORMAT " is possible",
                          params->highest, params->sample_rate);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  Params params;

  for (guint i = 0; i < N_INPUTS; i++)
    if (nnc_infer_waits_for (inference, i))
      return TRUE;
  return read_params (&params, inference->inputs, error)
         && nnc_desc_set (&inference->outputs[0], NNC_F32, 2, (gint64[]){ params.dft_length / 2 + 1, params.bins },
                          error);
}

/* The bin of the spectrum where band i begins; it ends where band i + 2 does. */
static gint64
edge_of (const Params *params, gint64 i)
{
  double low = 2595 * log10 (1 + params->lowest / 700), high = 2595 * log10 (1 + params->highest / 700);
  double mel = low + (double)i * (high - low) / (double)(params->bins + 2);
  double hertz = 700 * (pow (10, mel / 2595) - 1);
  double bin = floor ((double)(params->dft_length + 1) * hertz / (double)params->sample_rate);

  return (gint64)CLAMP (bin, 0, (double)(params->dft_length / 2));
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  float *y = step->outputs[0]->data;

  memset (y, 0, nnc_desc_size (&step->outputs[0]->desc));
  for (gint64 band = 0; band < params->bins; band++) {
    gint64 begin = edge_of (params, band), middle = edge_of (params, band + 1), end = edge_of (params, band + 2);

    for (gint64 i = begin; i <= middle; i++)
      y[i * params->bins + band] = middle == begin ? 1 : (float)(i - begin) / (float)(middle - begin);
    for (gint64 i = middle; i < end; i++)
      y[i * params->bins + band] = (float)(end - i) / (float)(end - middle);
  }
  return TRUE;
}

static gboolean
prepare_mel_weight_matrix (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);

  prepare->run = run;
  return read_params (params, prepare->inputs, error);
}

const NncOp nnc_op_MelWeightMatrix = {
  .name = "MelWeightMatrix",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = N_INPUTS,
  .max_inputs = N_INPUTS,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_mel_weight_matrix,
};
