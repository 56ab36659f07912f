/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clip.c: Clip: y = min (max (x, inputs[1]), inputs[2]), each bound a scalar that may be absent. NaN stays NaN. */
#include "kernel.h"
#include "op_inputs.h"

#include <math.h>

enum { X, MINIMUM, MAXIMUM };

/* n numbers, x and y of one type; a bound may be NULL. */
typedef void (*ClipLoop) (gpointer y, gconstpointer x, gsize n, gconstpointer minimum, gconstpointer maximum);

#define CLIP_LOOP(name, type)                                                                                          \
  static void name (gpointer y_data, gconstpointer x_data, gsize n, gconstpointer minimum, gconstpointer maximum)      \
  {                                                                                                                    \
    type *y = y_data;                                                                                                  \
    const type *x = x_data, *low = minimum, *high = maximum;                                                           \
    for (gsize i = 0; i < n; i++) {                                                                                    \
      type v = low && x[i] < *low ? *low : x[i];                                                                       \
      y[i] = high && v > *high ? *high : v;                                                                            \
    }                                                                                                                  \
  }

CLIP_LOOP (clip_f64, double)
CLIP_LOOP (clip_i8, gint8)
CLIP_LOOP (clip_u8, guint8)
CLIP_LOOP (clip_i16, gint16)
CLIP_LOOP (clip_u16, guint16)
CLIP_LOOP (clip_i32, gint32)
CLIP_LOOP (clip_u32, guint32)
CLIP_LOOP (clip_i64, gint64)
CLIP_LOOP (clip_u64, guint64)

static const ClipLoop loops[NNC_BOOL + 1] = {
  [NNC_F64] = clip_f64, [NNC_I8] = clip_i8,   [NNC_U8] = clip_u8,   [NNC_I16] = clip_i16, [NNC_U16] = clip_u16,
  [NNC_I32] = clip_i32, [NNC_U32] = clip_u32, [NNC_I64] = clip_i64, [NNC_U64] = clip_u64,
};

typedef struct {
  NncUnaryF32 kernel;
  ClipLoop loop;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  NncDataType type = inference->inputs[X]->desc.type;

  if (type != NNC_F32 && loops[type] == NULL)
    return nnc_op_error (error, "type %s is not supported", nnc_data_type_to_string (type));
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

static const NncTensor *
bound_input (const NncStep *step, guint i)
{
  return i < step->n_inputs ? step->inputs[i] : NULL;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *minimum = bound_input (step, MINIMUM), *maximum = bound_input (step, MAXIMUM);
  gsize n = nnc_desc_n_elements (&step->outputs[0]->desc);

  if (params->kernel) {
    const float bounds[] = { nnc_input_get_float (minimum, -INFINITY), nnc_input_get_float (maximum, INFINITY) };
    params->kernel (step->outputs[0]->data, step->inputs[X]->data, n, bounds);
  } else {
    params->loop (step->outputs[0]->data, step->inputs[X]->data, n, minimum ? minimum->data : NULL,
                  maximum ? maximum->data : NULL);
  }
  return TRUE;
}

static gboolean
prepare_clip (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  NncDataType type = prepare->inputs[X]->desc.type;
  const NncKernel *kernel = nnc_kernel_find (NNC_SLOT_clip_f32);

  params->kernel = type == NNC_F32 ? kernel->unary : NULL;
  params->loop = loops[type];
  prepare->kernel = type == NNC_F32 ? kernel->name : NULL;
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Clip = {
  .name = "Clip",
  .traits = NNC_OP_ELEMENTWISE | NNC_OP_IN_PLACE,
  .min_inputs = 1,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_clip,
};
