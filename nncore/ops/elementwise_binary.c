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
  NncStoredBinary stored; /* NULL: not of stored numbers */
  NncStoredArithmetic arithmetic;
  const char *failure;
  NncUnaryF32 clamp; /* NULL: none */
  float bounds[2];
  NncDataType wide, y_wide; /* what the loop reads and writes */
  NncDataType a_type, b_type, y_type;
  gsize a_size, b_size, y_size; /* bytes of an element */
  NncBroadcast inner;
  guint rank; /* axes outside of inner */
  gsize shape[NNC_MAX_RANK];
  ptrdiff_t a_strides[NNC_MAX_RANK], b_strides[NNC_MAX_RANK]; /* elements */
} Params;

gboolean
nnc_binary_infer (NncInference *inference, const NncBinaryFunction *function, GError **error)
{
  const NncTensorDesc *a = &inference->inputs[0]->desc, *b = &inference->inputs[1]->desc;
  NncTensorDesc *y = &inference->outputs[0];

  if (a->type != b->type)
    return nnc_op_error (error, "input 0 is %s, input 1 is %s", nnc_data_type_to_string (a->type),
                         nnc_data_type_to_string (b->type));
  if (nnc_node_is_quantized (inference->node, a->type) && !function->has_stored)
    return nnc_op_unsupported (error, "stored %s is not supported", nnc_data_type_to_string (a->type));
  if (!nnc_input_check_types (inference->inputs, 0, function->types, error) || !nnc_desc_broadcast (a, b, y, error))
    return FALSE;
  if (function->result != NNC_INVALID)
    y->type = function->result;
  return TRUE;
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

/* n operands as the loop wants them; step 0: the same one n times. */
static gconstpointer
widen (const Params *params, NncDataType type, const guint8 *from, gsize n, int step, gpointer piece)
{
  if (type == params->wide)
    return from;
  nnc_convert (params->wide, piece, type, from, step ? n : 1);
  return piece;
}

/* A row, in pieces where its type is not wide. */
static gboolean
run_row (const Params *params, guint8 *y, const guint8 *a, const guint8 *b)
{
  const NncBroadcast *s = &params->inner;
  gboolean is_wide
      = params->a_type == params->wide && params->b_type == params->wide && params->y_type == params->y_wide;
  gsize piece = is_wide ? s->columns : NNC_WIDE_PIECE;
  guint64 a_piece[NNC_WIDE_PIECE], b_piece[NNC_WIDE_PIECE], y_piece[NNC_WIDE_PIECE];
  gboolean possible = TRUE;

  for (gsize i = 0; i < s->columns; i += piece) {
    gsize n = MIN (piece, s->columns - i);
    gconstpointer a_wide = widen (params, params->a_type, a, n, s->a_step, a_piece);
    gconstpointer b_wide = widen (params, params->b_type, b, n, s->b_step, b_piece);

    possible &= params->loop (params->y_type == params->y_wide ? y : (gpointer)y_piece, a_wide, b_wide, n, s->a_step,
                              s->b_step);
    if (params->y_type != params->y_wide)
      nnc_convert (params->y_type, y, params->y_wide, y_piece, n);
    a += s->a_step ? n * params->a_size : 0;
    b += s->b_step ? n * params->b_size : 0;
    y += n * params->y_size;
  }
  return possible;
}

static gboolean
run_rows (const Params *params, guint8 *y, const guint8 *a, const guint8 *b)
{
  const NncBroadcast *s = &params->inner;
  gboolean possible = TRUE;

  for (gsize r = 0; r < s->rows; r++) {
    possible &= run_row (params, y, a, b);
    a += s->a_row * (ptrdiff_t)params->a_size;
    b += s->b_row * (ptrdiff_t)params->b_size;
    y += s->columns * params->y_size;
  }
  return possible;
}

static gboolean
run_inner (const Params *params, guint8 *y, const guint8 *a, const guint8 *b)
{
  if (params->stored) {
    params->stored (&params->arithmetic, y, a, b, &params->inner);
    return TRUE;
  }
  if (params->kernel == NULL)
    return run_rows (params, y, a, b);
  params->kernel ((float *)y, (const float *)a, (const float *)b, &params->inner);
  if (params->clamp)
    params->clamp ((float *)y, (const float *)y, params->inner.rows * params->inner.columns, params->bounds);
  return TRUE;
}

/* Returns where y goes on; NULL: some numbers have no result. */
static guint8 *
run_axis (const Params *params, guint axis, guint8 *y, const guint8 *a, const guint8 *b)
{
  if (axis == params->rank)
    return run_inner (params, y, a, b) ? y + params->inner.rows * params->inner.columns * params->y_size : NULL;
  for (gsize i = 0; i < params->shape[axis] && y; i++) {
    y = run_axis (params, axis + 1, y, a, b);
    a += params->a_strides[axis] * (ptrdiff_t)params->a_size;
    b += params->b_strides[axis] * (ptrdiff_t)params->b_size;
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
nnc_binary_prepare_as (NncPreparation *prepare, const NncBinaryFunction *function, NncDataType wide, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *y = &prepare->outputs[0]->desc;
  ptrdiff_t a[NNC_MAX_RANK], b[NNC_MAX_RANK];

  broadcast_strides (&prepare->inputs[0]->desc, y, a);
  broadcast_strides (&prepare->inputs[1]->desc, y, b);
  collapse (params, y, a, b);
  split_inner (params);
  params->wide = wide;
  params->y_wide = function->result == NNC_INVALID ? wide : function->result;
  params->a_type = prepare->inputs[0]->desc.type;
  params->b_type = prepare->inputs[1]->desc.type;
  params->y_type = y->type;
  params->a_size = nnc_data_type_get_size (params->a_type);
  params->b_size = nnc_data_type_get_size (params->b_type);
  params->y_size = nnc_data_type_get_size (params->y_type);
  params->failure = function->failure;
  params->loop = function->loops[wide];
  if (function->has_kernel && params->a_type == NNC_F32) {
    const NncKernel *kernel = nnc_kernel_find (function->slot);
    params->kernel = kernel->binary;
    prepare->kernel = kernel->name;
    set_clamp (params, prepare->node);
  }
  prepare->run = run;
  return TRUE;
}

gboolean
nnc_binary_prepare (NncPreparation *prepare, const NncBinaryFunction *function, GError **error)
{
  NncDataType type = prepare->outputs[0]->desc.type;
  const NncKernel *kernel;
  Params *params;

  if (nnc_node_is_quantized (prepare->node, type)) {
    nnc_binary_prepare_as (prepare, function, nnc_wide_type (type), error);
    params = prepare->params;
    kernel = nnc_kernel_find (NNC_SLOT_stored_binary);
    params->stored = kernel->stored_binary;
    prepare->kernel = kernel->name;
    return nnc_stored_binary_set (&params->arithmetic, prepare->node, function->stored, type, error);
  }
  return nnc_binary_prepare_as (prepare, function, nnc_wide_type (prepare->inputs[0]->desc.type), error);
}
