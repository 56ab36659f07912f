/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dft.c: DFT: the discrete Fourier transform of x along axis input 2 (-2), cut or filled with zeros to input 1 numbers.
 * x: [...,1], real, or [...,2], complex; y is complex. inverse (0): the inverse, divided by how many they are. onesided
 * (0): the first half of y, whose other half mirrors it; with inverse such a half is x, and y is real. */
#include "axes.h"
#include "fourier.h"
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>
#include <string.h>

enum { X, LENGTH, AXIS };

#define LONGEST (1 << 20)

typedef struct {
  NncSplit split; /* of x; inner without the last axis */
  gsize parts; /* of a number of x: 1 or 2 */
  gsize n, out; /* of the transform, of y along the axis */
  gboolean inverse, mirrored; /* mirrored: x is a half */
  double roots[]; /* [n][2] */
} Params;

/* What a scalar input says; otherwise: it is absent. */
static gboolean
read_int (const NncTensor *const *inputs, guint n_inputs, guint i, const char *what, gint64 otherwise, gint64 *value,
          GError **error)
{
  guint n;

  *value = otherwise;
  if (i >= n_inputs || inputs[i] == NULL)
    return TRUE;
  if (!nnc_input_get_ints (inputs[i], what, value, 1, &n, error))
    return FALSE;
  return n == 1 || nnc_op_error (error, "%s has no number", what);
}

static gboolean
set_params (Params *params, const NncNode *node, const NncTensor *const *inputs, guint n_inputs, guint *axis,
            GError **error)
{
  const NncTensorDesc *x = &inputs[X]->desc;
  gboolean inverse = nnc_node_get_int (node, "inverse", 0) != 0, half = nnc_node_get_int (node, "onesided", 0) != 0;
  gint64 length, axis_given, in;

  if (x->rank < 2 || (x->shape[x->rank - 1] != 1 && x->shape[x->rank - 1] != 2))
    return nnc_op_error (error, "input 0 has %u dimensions and %" G_GINT64_FORMAT " parts a number, 1 or 2 are right",
                         x->rank, x->rank ? x->shape[x->rank - 1] : 0);
  if (!read_int (inputs, n_inputs, AXIS, "the axis", -2, &axis_given, error)
      || !nnc_axis_resolve (axis_given, x->rank, axis, error))
    return FALSE;
  if (*axis == x->rank - 1)
    return nnc_op_error (error, "axis %u has the parts of a number", *axis);
  in = x->shape[*axis];
  if (!read_int (inputs, n_inputs, LENGTH, "the length", inverse && half ? 2 * (in - 1) : in, &length, error))
    return FALSE;
  if (length < 1 || length > LONGEST)
    return nnc_op_error (error, "%" G_GINT64_FORMAT " numbers cannot be transformed, 1 to %d can", length, LONGEST);
  if (half && !inverse && x->shape[x->rank - 1] == 2)
    return nnc_op_error (error, "half of the transform of complex numbers does not say all");
  params->split = nnc_desc_split (x, *axis);
  params->parts = (gsize)x->shape[x->rank - 1];
  params->split.inner /= params->parts;
  params->n = (gsize)length;
  params->inverse = inverse;
  params->mirrored = inverse && half;
  params->out = half && !inverse ? params->n / 2 + 1 : params->n;
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  gint64 shape[NNC_MAX_RANK];
  Params params;
  guint axis;

  if (!nnc_input_check_type (inference->inputs, X, NNC_F32, error))
    return FALSE;
  if (nnc_infer_waits_for (inference, LENGTH) || nnc_infer_waits_for (inference, AXIS))
    return TRUE;
  if (!set_params (&params, inference->node, inference->inputs, inference->n_inputs, &axis, error))
    return FALSE;
  memcpy (shape, x->shape, sizeof shape);
  shape[axis] = (gint64)params.out;
  shape[x->rank - 1] = params.mirrored ? 1 : 2;
  return nnc_desc_set (&inference->outputs[0], NNC_F32, x->rank, shape, error);
}

/* One row of x as n complex numbers; step: floats from one to the next. */
static void
load (const Params *params, const float *x, gsize step, double *to)
{
  gsize given = MIN (params->split.axis, params->mirrored ? params->n / 2 + 1 : params->n);

  memset (to, 0, 2 * params->n * sizeof *to);
  for (gsize i = 0; i < given; i++) {
    to[2 * i] = (double)x[i * step];
    to[2 * i + 1] = params->parts == 2 ? (double)x[i * step + 1] : 0;
  }
  for (gsize i = params->n / 2 + 1; params->mirrored && i < params->n; i++) {
    to[2 * i] = to[2 * (params->n - i)];
    to[2 * i + 1] = -to[2 * (params->n - i) + 1];
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncSplit *split = &params->split;
  double *from = nnc_run_scratch (context, 0), *to = from + 2 * params->n;
  const float *x = step->inputs[X]->data;
  float *y = step->outputs[0]->data;
  gsize y_parts = params->mirrored ? 1 : 2;

  for (gsize outer = 0; outer < split->outer; outer++)
    for (gsize inner = 0; inner < split->inner; inner++) {
      float *row = y + (outer * params->out * split->inner + inner) * y_parts;

      load (params, x + (outer * split->axis * split->inner + inner) * params->parts, split->inner * params->parts,
            from);
      nnc_fourier_transform (params->roots, params->n, params->inverse, from, to);
      for (gsize i = 0; i < params->out; i++)
        for (gsize part = 0; part < y_parts; part++)
          row[i * split->inner * y_parts + part] = (float)to[2 * i + part];
    }
  return TRUE;
}

static gboolean
prepare_dft (NncPreparation *prepare, GError **error)
{
  Params found, *params;
  guint axis;

  if (!set_params (&found, prepare->node, prepare->inputs, prepare->n_inputs, &axis, error))
    return FALSE;
  params = nnc_prepare_params (prepare, sizeof *params + 2 * found.n * sizeof *params->roots);
  *params = found;
  nnc_fourier_fill_roots (params->roots, params->n);
  prepare->scratch = 4 * params->n * sizeof (double);
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_DFT = {
  .name = "DFT",
  .traits = NNC_OP_DATA_SHAPE | NNC_OP_F32,
  .min_inputs = 1,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_dft,
};
