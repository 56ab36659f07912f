/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elementwise_binary.c: y = f (a, b) with broadcasting. Neighbouring axes that
 * broadcast alike are taken for one: same shapes, a vector of channels and a
 * scalar are a single call. */
#include "elementwise_binary.h"

#include "op_inputs.h"

#include <math.h>

typedef struct {
  NncBinaryF32 kernel; /* NULL: loop */
  NncBinaryLoop loop;
  const char *failure;
  NncUnaryF32 clamp; /* NULL: none */
  float bounds[2];
  gsize size; /* bytes of an element */
  NncBroadcast inner;
  guint rank; /* axes outside of inner */
  gsize shape[NNC_MAX_RANK];
  ptrdiff_t a_strides[NNC_MAX_RANK], b_strides[NNC_MAX_RANK]; /* elements */
} Params;

gboolean
nnc_binary_infer (NncInference *inference, const NncBinaryLoop *loops, GError **error)
{
  const NncTensorDesc *a = &inference->inputs[0]->desc, *b = &inference->inputs[1]->desc;

  if (a->type != b->type)
    return nnc_op_error (error, "input 0 is %s, input 1 is %s", nnc_data_type_to_string (a->type),
                         nnc_data_type_to_string (b->type));
  if (a->type != NNC_F32 && loops[a->type] == NULL)
    return nnc_op_unsupported (error, "type %s is not supported", nnc_data_type_to_string (a->type));
  return nnc_desc_broadcast (a, b, &inference->outputs[0], error);
}

/* Elements from one index to the next along each axis of y; 0 where the operand is broadcast. */
static void
broadcast_strides (const NncTensorDesc *operand, const NncTensorDesc *y, ptrdiff_t *strides)
{
  ptrdiff_t stride = 1;
  guint missing = y->rank - operand->rank;

  for (guint i = y->rank; i-- > 0;) {
    gint64 size = i < missing ? 1 : operand->shape[i - missing];

    strides[i] = size == 1 ? 0 : stride;
    stride *= (ptrdiff_t)size;
  }
}

/* Whether axis i and what follows it, of `size` elements, are one axis. */
static gboolean
continues (ptrdiff_t outer, ptrdiff_t inner, gsize size)
{
  return outer == inner * (ptrdiff_t)size;
}

/* Fewest axes, innermost last. Axes of 1 vanish. */
static void
collapse (Params *params, const NncTensorDesc *y, const ptrdiff_t *a, const ptrdiff_t *b)
{
  guint n = 0, first = NNC_MAX_RANK;

  for (guint i = y->rank; i-- > 0;) {
    gsize size = (gsize)y->shape[i];

    if (size == 1)
      continue;
    if (n > 0 && continues (a[i], params->a_strides[first], params->shape[first])
        && continues (b[i], params->b_strides[first], params->shape[first])) {
      params->shape[first] *= size;
      continue;
    }
    n++;
    first--;
    params->shape[first] = size;
    params->a_strides[first] = a[i];
    params->b_strides[first] = b[i];
  }
  for (guint i = 0; i < n; i++) {
    params->shape[i] = params->shape[first + i];
    params->a_strides[i] = params->a_strides[first + i];
    params->b_strides[i] = params->b_strides[first + i];
  }
  params->rank = n;
}

/* The last two axes become the kernel's rows and columns. */
static void
split_inner (Params *params)
{
  NncBroadcast *inner = &params->inner;

  *inner = (NncBroadcast){ .rows = 1, .columns = 1 };
  if (params->rank > 0) {
    guint last = --params->rank;
    inner->columns = params->shape[last];
    inner->a_step = (int)params->a_strides[last];
    inner->b_step = (int)params->b_strides[last];
  }
  if (params->rank > 0) {
    guint last = --params->rank;
    inner->rows = params->shape[last];
    inner->a_row = params->a_strides[last];
    inner->b_row = params->b_strides[last];
  }
}

static gboolean
run_inner (const Params *params, guint8 *y, const guint8 *a, const guint8 *b)
{
  if (params->kernel == NULL)
    return params->loop (y, a, b, &params->inner);
  params->kernel ((float *)y, (const float *)a, (const float *)b, &params->inner);
  if (params->clamp)
    params->clamp ((float *)y, (const float *)y, params->inner.rows * params->inner.columns, params->bounds);
  return TRUE;
}

/* Returns where y goes on; NULL: some numbers have no result. */
static guint8 *
run_axis (const Params *params, guint axis, guint8 *y, const guint8 *a, const guint8 *b)
{
  ptrdiff_t size = (ptrdiff_t)params->size;

  if (axis == params->rank)
    return run_inner (params, y, a, b) ? y + params->inner.rows * params->inner.columns * params->size : NULL;
  for (gsize i = 0; i < params->shape[axis] && y; i++) {
    y = run_axis (params, axis + 1, y, a, b);
    a += params->a_strides[axis] * size;
    b += params->b_strides[axis] * size;
  }
  return y;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;

  if (nnc_desc_size (&step->outputs[0]->desc) == 0
      || run_axis (params, 0, step->outputs[0]->data, step->inputs[0]->data, step->inputs[1]->data))
    return TRUE;
  g_set_error_literal (error, NNC_ERROR, NNC_ERROR_DATA, params->failure);
  return FALSE;
}

static void
set_clamp (Params *params, const NncNode *node)
{
  nnc_node_get_clamp (node, &params->bounds[0], &params->bounds[1]);
  if (params->bounds[0] > -INFINITY || params->bounds[1] < INFINITY)
    params->clamp = nnc_kernel_find (NNC_SLOT_clip_f32)->unary;
}

gboolean
nnc_binary_prepare (NncPreparation *prepare, NncSlot slot, const NncBinaryLoop *loops, const char *failure,
                    GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *y = &prepare->outputs[0]->desc;
  ptrdiff_t a[NNC_MAX_RANK], b[NNC_MAX_RANK];

  broadcast_strides (&prepare->inputs[0]->desc, y, a);
  broadcast_strides (&prepare->inputs[1]->desc, y, b);
  collapse (params, y, a, b);
  split_inner (params);
  params->size = nnc_data_type_get_size (y->type);
  params->failure = failure;
  params->loop = loops[y->type];
  if (y->type == NNC_F32) {
    const NncKernel *kernel = nnc_kernel_find (slot);
    params->kernel = kernel->binary;
    prepare->kernel = kernel->name;
    set_clamp (params, prepare->node);
  }
  prepare->run = run;
  return TRUE;
}
