/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* affine_grid.c: AffineGrid: the places that GridSample reads, [N,…,axes], of an image of shape input 1, [N,C,…]:
 * grid[n][place][j] = sum over i of theta[n][j][i] * place[i] + theta[n][j][axes], places from -1 to 1, the last axis
 * first; align_corners (0): -1 and 1 are the middles of the outermost pixels. */
#include "op_inputs.h"
#include "step_work.h"

enum { THETA, SIZE };

typedef struct {
  guint n; /* axes: 2 or 3 */
  gsize sizes[3], pixels, batch;
  gboolean align_corners;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *theta = &inference->inputs[THETA]->desc;
  gint64 size[NNC_MAX_RANK], shape[NNC_MAX_RANK];
  guint n;

  if (!nnc_input_check_type (inference->inputs, THETA, NNC_F32, error))
    return FALSE;
  if (nnc_infer_waits_for (inference, SIZE))
    return TRUE;
  if (!nnc_input_get_ints (inference->inputs[SIZE], "the image's shape", size, NNC_MAX_RANK, &n, error))
    return FALSE;
  if ((n != 4 && n != 5) || theta->rank != 3 || theta->shape[0] != size[0] || theta->shape[1] != n - 2
      || theta->shape[2] != n - 1) {
    g_autofree char *text = nnc_desc_to_string (theta);
    return nnc_op_error (error, "theta is %s for %" G_GINT64_FORMAT " images of %u dimensions", text, n ? size[0] : 0,
                         n);
  }
  shape[0] = size[0];
  for (guint i = 0; i < n - 2; i++)
    shape[1 + i] = size[2 + i];
  shape[n - 1] = n - 2;
  return nnc_desc_set (&inference->outputs[0], NNC_F32, n, shape, error);
}

static float
place_of (const Params *params, guint axis, gsize i)
{
  float size = (float)params->sizes[axis];

  if (params->align_corners)
    return params->sizes[axis] == 1 ? 0 : (float)i * 2 / (size - 1) - 1;
  return ((float)i * 2 + 1) / size - 1;
}

static void
transform (const Params *params, const float *theta, gsize pixel, float *grid)
{
  float place[3];

  for (guint i = params->n; i-- > 0; pixel /= params->sizes[i])
    place[params->n - 1 - i] = place_of (params, i, pixel % params->sizes[i]);
  for (guint j = 0; j < params->n; j++, theta += params->n + 1) {
    grid[j] = theta[params->n];
    for (guint i = 0; i < params->n; i++)
      grid[j] += theta[i] * place[i];
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *theta = step->inputs[THETA]->data;
  float *grid = step->outputs[0]->data;

  for (gsize b = 0; b < params->batch; b++, theta += params->n * (params->n + 1))
    for (gsize pixel = 0; pixel < params->pixels; pixel++, grid += params->n)
      transform (params, theta, pixel, grid);
  return TRUE;
}

static gboolean
prepare_affine_grid (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *grid = &prepare->outputs[0]->desc;

  params->n = grid->rank - 2;
  params->batch = (gsize)grid->shape[0];
  params->pixels = 1;
  for (guint i = 0; i < params->n; i++) {
    params->sizes[i] = (gsize)grid->shape[1 + i];
    params->pixels *= params->sizes[i];
  }
  params->align_corners = nnc_node_get_int (prepare->node, "align_corners", 0) != 0;
  prepare->run = nnc_desc_size (grid) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_AffineGrid = {
  .name = "AffineGrid",
  .traits = NNC_OP_DATA_SHAPE | NNC_OP_F32,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_affine_grid,
};
