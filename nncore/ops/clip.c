/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clip.c: Clip: y = min (max (x, inputs[1]), inputs[2]), each bound a scalar that may be absent. NaN stays NaN. Of
 * stored numbers the bounds are the attributes clamp_minimum and clamp_maximum, and y may have another scale. */
#include "kernel.h"
#include "op_inputs.h"
#include "stored_table.h"
#include "wide.h"

#include <math.h>

enum { X, MINIMUM, MAXIMUM };

/* What the loops get: numbers of a wide type. */
typedef union {
  float f32;
  double f64;
  gint64 i64;
  guint64 u64;
} Number;

typedef struct {
  NncUnaryF32 kernel; /* f32 */
  gboolean has[2]; /* a minimum, a maximum */
  Number bounds[2];
} Bounds;

#define CLIP_LOOP(name, type, member)                                                                                  \
  static void name (gpointer y_data, gconstpointer x_data, gsize n, gconstpointer user_data)                           \
  {                                                                                                                    \
    const Bounds *bounds = user_data;                                                                                  \
    type *y = y_data, low = bounds->bounds[0].member, high = bounds->bounds[1].member;                                 \
    const type *x = x_data;                                                                                            \
    for (gsize i = 0; i < n; i++) {                                                                                    \
      type v = bounds->has[0] && x[i] < low ? low : x[i];                                                              \
      y[i] = bounds->has[1] && v > high ? high : v;                                                                    \
    }                                                                                                                  \
  }

CLIP_LOOP (clip_f64, double, f64)
CLIP_LOOP (clip_i64, gint64, i64)
CLIP_LOOP (clip_u64, guint64, u64)

static void
clip_f32 (gpointer y, gconstpointer x, gsize n, gconstpointer user_data)
{
  const Bounds *bounds = user_data;
  const float floats[] = {
    bounds->has[0] ? bounds->bounds[0].f32 : -INFINITY,
    bounds->has[1] ? bounds->bounds[1].f32 : INFINITY,
  };

  bounds->kernel (y, x, n, floats);
}

static const NncWideMap maps[NNC_BOOL + 1] = {
  [NNC_F32] = clip_f32,
  [NNC_F64] = clip_f64,
  [NNC_I64] = clip_i64,
  [NNC_U64] = clip_u64,
};

static gboolean
infer (NncInference *inference, GError **error)
{
  NncDataType type = inference->inputs[X]->desc.type;

  if (!nnc_input_check_types (inference->inputs, X, NNC_TYPES_NUMBER, error))
    return FALSE;
  if (nnc_node_is_quantized (inference->node, type) && inference->n_inputs > MINIMUM)
    return nnc_op_unsupported (error, "bounds as inputs are not supported for stored %s",
                               nnc_data_type_to_string (type));
  for (guint i = MINIMUM; i < inference->n_inputs; i++) {
    const NncTensor *bound = inference->inputs[i];

    if (!nnc_input_check_type (inference->inputs, i, type, error))
      return FALSE;
    if (bound && nnc_desc_n_elements (&bound->desc) != 1)
      return nnc_op_error (error, "input %u has %" G_GSIZE_FORMAT " elements instead of 1", i,
                           nnc_desc_n_elements (&bound->desc));
  }
  return nnc_infer_same (inference, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncTensor *x = step->inputs[X];
  NncDataType wide = nnc_wide_type (x->desc.type);
  Bounds bounds = *(const Bounds *)step->params;

  for (guint i = 0; i < 2; i++) {
    const NncTensor *bound = MINIMUM + i < step->n_inputs ? step->inputs[MINIMUM + i] : NULL;

    bounds.has[i] = bound != NULL;
    if (bound)
      nnc_convert (wide, &bounds.bounds[i], bound->desc.type, bound->data, 1);
  }
  nnc_wide_map (maps[wide], &bounds, wide, step->outputs[0], wide, x);
  return TRUE;
}

static gboolean
prepare_stored (NncPreparation *prepare, GError **error)
{
  gint32 minimum, maximum;

  return nnc_node_get_stored_clamp (prepare->node, prepare->outputs[0]->desc.type, &minimum, &maximum, error)
         && nnc_stored_rescale_prepare (prepare, minimum, maximum, TRUE, error);
}

static gboolean
prepare_clip (NncPreparation *prepare, GError **error)
{
  Bounds *bounds = nnc_prepare_params (prepare, sizeof *bounds);
  const NncKernel *kernel = nnc_kernel_find (NNC_SLOT_clip_f32);

  if (nnc_node_is_quantized (prepare->node, prepare->inputs[X]->desc.type))
    return prepare_stored (prepare, error);
  bounds->kernel = kernel->unary;
  prepare->kernel = nnc_wide_type (prepare->inputs[X]->desc.type) == NNC_F32 ? kernel->name : NULL;
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Clip = {
  .name = "Clip",
  .traits = NNC_OP_ELEMENTWISE | NNC_OP_IN_PLACE | NNC_OP_F32,
  .min_inputs = 1,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_clip,
};
