/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* softmax.c: along attribute axis (-1): Softmax: y[…][i][…] = e^(x[…][i][…] - max) / sum over i of the same, of
 * attribute beta (1) times x. LogSoftmax: its logarithm. Hardmax: 1 for the first of the largest, 0 for the others.
 * Softmax of stored numbers, along the last axis: stored_softmax.h. */
#include "axes.h"
#include "kernel.h"
#include "op_inputs.h"
#include "step_work.h"
#include "stored_softmax.h"
#include "wide.h"

#include <tgmath.h>

/* y[r][:] from x[r][:]; y may be x. */
typedef void (*RowsLoop) (gpointer y, gconstpointer x, gsize rows, gsize columns);

#define ROWS_LOOP(name, type, statements)                                                                              \
  static void name (gpointer y_data, gconstpointer x_data, gsize rows, gsize columns)                                  \
  {                                                                                                                    \
    type *y = y_data;                                                                                                  \
    const type *x = x_data;                                                                                            \
    for (gsize r = 0; r < rows; r++, x += columns, y += columns) {                                                     \
      gsize largest = 0;                                                                                               \
      type sum G_GNUC_UNUSED = 0;                                                                                      \
      for (gsize c = 1; c < columns; c++)                                                                              \
        largest = x[c] > x[largest] ? c : largest;                                                                     \
      statements                                                                                                       \
    }                                                                                                                  \
  }

#define SOFTMAX(type)                                                                                                  \
  type maximum = x[largest];                                                                                           \
  for (gsize c = 0; c < columns; c++)                                                                                  \
    sum += y[c] = exp (x[c] - maximum);                                                                                \
  for (gsize c = 0; c < columns; c++)                                                                                  \
    y[c] /= sum;

#define LOG_SOFTMAX(type)                                                                                              \
  type maximum = x[largest];                                                                                           \
  for (gsize c = 0; c < columns; c++)                                                                                  \
    sum += exp (x[c] - maximum);                                                                                       \
  sum = log (sum);                                                                                                     \
  for (gsize c = 0; c < columns; c++)                                                                                  \
    y[c] = x[c] - maximum - sum;

#define HARDMAX                                                                                                        \
  for (gsize c = 0; c < columns; c++)                                                                                  \
    y[c] = c == largest;

ROWS_LOOP (softmax_f64, double, SOFTMAX (double))
ROWS_LOOP (log_softmax_f32, float, LOG_SOFTMAX (float))
ROWS_LOOP (log_softmax_f64, double, LOG_SOFTMAX (double))
ROWS_LOOP (hardmax_f32, float, HARDMAX)
ROWS_LOOP (hardmax_f64, double, HARDMAX)

typedef struct {
  NncSplit split;
  NncRowsF32 kernel; /* NULL: loop */
  RowsLoop loop;
  NncDataType wide;
  float beta;
  gsize wide_size; /* bytes in scratch, of x and of y */
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  guint axis;

  return nnc_input_check_types (inference->inputs, 0, NNC_TYPES_FLOAT, error)
         && nnc_node_get_axis (inference->node, -1, inference->inputs[0]->desc.rank, &axis, error)
         && nnc_infer_same (inference, error);
}

/* y = beta * x */
static void
scale (const Params *params, gpointer y, gconstpointer x, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (params->wide == NNC_F32)
      ((float *)y)[i] = params->beta * ((const float *)x)[i];
    else
      ((double *)y)[i] = (double)params->beta * ((const double *)x)[i];
}

/* to[c][r] = from[r][c] */
static void
transpose (const Params *params, gpointer to, gconstpointer from, gsize rows, gsize columns)
{
  for (gsize r = 0; r < rows; r++)
    for (gsize c = 0; c < columns; c++)
      if (params->wide == NNC_F32)
        ((float *)to)[c * rows + r] = ((const float *)from)[r * columns + c];
      else
        ((double *)to)[c * rows + r] = ((const double *)from)[r * columns + c];
}

static void
run_rows (const Params *params, gpointer y, gconstpointer x, gsize rows)
{
  if (params->kernel)
    params->kernel (y, x, rows, params->split.axis);
  else
    params->loop (y, x, rows, params->split.axis);
}

/* rows: memory for a block, where the axis is not the last. */
static void
run_blocks (const Params *params, guint8 *y, const guint8 *x, gpointer rows)
{
  const NncSplit *split = &params->split;
  gsize size = split->axis * split->inner * nnc_data_type_get_size (params->wide);

  if (split->inner == 1) {
    run_rows (params, y, x, split->outer);
    return;
  }
  for (gsize i = 0; i < split->outer; i++) {
    transpose (params, rows, x + i * size, split->axis, split->inner);
    run_rows (params, rows, rows, split->inner);
    transpose (params, y + i * size, rows, split->inner, split->axis);
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *y = step->outputs[0];
  guint8 *wide_x = nnc_run_scratch (context, 0), *wide_y = wide_x + params->wide_size;
  gconstpointer from = nnc_wide_read (step->inputs[0], wide_x);
  gpointer to = nnc_wide_output (y, wide_y);

  if (params->beta != 1) {
    scale (params, to, from, nnc_desc_n_elements (&y->desc));
    from = to;
  }
  run_blocks (params, to, from, wide_y + params->wide_size);
  nnc_wide_finish (y, wide_y);
  return TRUE;
}

/* kernel: of f32, or NULL. */
static gboolean
prepare_rows (NncPreparation *prepare, const NncKernel *kernel, RowsLoop f32, RowsLoop f64, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  guint axis;

  if (!nnc_node_get_axis (prepare->node, -1, x->rank, &axis, error))
    return FALSE;
  params->split = nnc_desc_split (x, axis);
  params->wide = nnc_wide_type (x->type);
  params->loop = params->wide == NNC_F32 ? f32 : f64;
  params->beta = nnc_node_get_float (prepare->node, "beta", 1);
  if (kernel && params->wide == NNC_F32) {
    params->kernel = kernel->rows;
    prepare->kernel = kernel->name;
  }
  params->wide_size = nnc_wide_scratch_size (x);
  prepare->scratch = 2 * params->wide_size;
  if (params->split.inner != 1)
    prepare->scratch += params->split.axis * params->split.inner * nnc_data_type_get_size (params->wide);
  prepare->run = nnc_desc_size (x) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
run_stored (const NncStep *step, NncRunContext *context, GError **error)
{
  NncSplit split = nnc_desc_split (&step->outputs[0]->desc, step->outputs[0]->desc.rank - 1);

  nnc_stored_softmax_run (step->params, step->outputs[0]->data, step->inputs[0]->data, split.outer, split.axis);
  return TRUE;
}

static gboolean
run_stored_log (const NncStep *step, NncRunContext *context, GError **error)
{
  NncSplit split = nnc_desc_split (&step->outputs[0]->desc, step->outputs[0]->desc.rank - 1);

  nnc_stored_log_softmax_run (step->params, step->outputs[0]->data, step->inputs[0]->data, split.outer, split.axis);
  return TRUE;
}

static gboolean
prepare_stored (NncPreparation *prepare, gboolean logarithm, GError **error)
{
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  NncStoredSoftmax *softmax = nnc_prepare_params (prepare, sizeof *softmax);
  guint axis;

  if (!nnc_node_get_axis (prepare->node, -1, x->rank, &axis, error))
    return FALSE;
  if (axis + 1 != x->rank)
    return nnc_op_unsupported (error, "axis %u is not the last, which is not supported for %s", axis,
                               nnc_data_type_to_string (x->type));
  prepare->run = nnc_desc_size (x) == 0 ? nnc_run_nothing : logarithm ? run_stored_log : run_stored;
  if (logarithm)
    return nnc_stored_log_softmax_set (softmax, prepare->node, x->type, error);
  return nnc_stored_softmax_set (softmax, prepare->node, x->type, nnc_node_get_float (prepare->node, "beta", 1), error);
}

static gboolean
infer_softmax (NncInference *inference, GError **error)
{
  if (nnc_node_is_quantized (inference->node, inference->inputs[0]->desc.type))
    return nnc_infer_same (inference, error);
  return infer (inference, error);
}

static gboolean
prepare_softmax (NncPreparation *prepare, GError **error)
{
  if (nnc_node_is_quantized (prepare->node, prepare->inputs[0]->desc.type))
    return prepare_stored (prepare, FALSE, error);
  return prepare_rows (prepare, nnc_kernel_find (NNC_SLOT_softmax_f32), NULL, softmax_f64, error);
}

static gboolean
prepare_log_softmax (NncPreparation *prepare, GError **error)
{
  if (nnc_node_is_quantized (prepare->node, prepare->inputs[0]->desc.type))
    return prepare_stored (prepare, TRUE, error);
  return prepare_rows (prepare, NULL, log_softmax_f32, log_softmax_f64, error);
}

static gboolean
prepare_hardmax (NncPreparation *prepare, GError **error)
{
  return prepare_rows (prepare, NULL, hardmax_f32, hardmax_f64, error);
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  if (node->outputs[0]->quantization)
    return FALSE;
  return nnc_permute_axis (node, -1, permutation, rank);
}

#define ROWS_OP(op_name, infer_function, prepare_function)                                                             \
  const NncOp nnc_op_##op_name = {                                                                                     \
    .name = #op_name,                                                                                                  \
    .traits = NNC_OP_IN_PLACE | NNC_OP_F32,                                                                            \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 1,                                                                                                   \
    .max_outputs = 1,                                                                                                  \
    .infer = infer_function,                                                                                           \
    .prepare = prepare_function,                                                                                       \
    .permute = permute,                                                                                                \
  }

ROWS_OP (Softmax, infer_softmax, prepare_softmax);
ROWS_OP (LogSoftmax, infer_softmax, prepare_log_softmax);
ROWS_OP (Hardmax, infer, prepare_hardmax);
