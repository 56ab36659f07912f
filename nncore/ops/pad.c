/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pad.c: Pad: y[i…] = x[i - begin…], and around it, by attribute mode, the number of input 2 (constant), x mirrored
 * about its first and last element (reflect) or beside them (symmetric), its border (edge), or x again (wrap). Inputs:
 * x, pads (all begins, then all ends, of the axes that input 3 names or all), value, axes. A negative pad cuts off. An
 * absent value is 0, of stored numbers their zero point. */
#include "axes.h"
#include "op_inputs.h"
#include "quantization.h"
#include "step_work.h"

#include <string.h>

enum { X, PADS, VALUE, AXES };

typedef enum { MODE_CONSTANT, MODE_REFLECT, MODE_EDGE, MODE_WRAP, MODE_SYMMETRIC } Mode;

typedef struct {
  Mode mode;
  gsize size; /* bytes of an element */
  guint rank;
  gint64 begin[NNC_MAX_RANK], in[NNC_MAX_RANK], out[NNC_MAX_RANK];
  gsize in_stride[NNC_MAX_RANK], out_stride[NNC_MAX_RANK]; /* bytes */
  guint8 otherwise[8]; /* where there is no value */
  gsize item; /* bytes of what stays together: the last axes that are not padded */
} Params;

static gboolean
read_mode (const NncNode *node, Mode *mode, GError **error)
{
  static const char *const names[] = { "constant", "reflect", "edge", "wrap", "symmetric" };
  const char *name = nnc_node_get_string (node, "mode", "constant");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    *mode = (Mode)i;
    if (strcmp (names[i], name) == 0)
      return TRUE;
  }
  return nnc_op_unsupported (error, "attribute 'mode' is '%s', which is not supported", name);
}

/* The axes that pads speaks of, in its order. */
static gboolean
read_axes (const NncTensor *list, guint rank, guint *axes, guint *n, GError **error)
{
  gint64 values[NNC_MAX_RANK];
  gboolean marks[NNC_MAX_RANK];

  *n = rank;
  for (guint i = 0; i < rank; i++)
    axes[i] = i;
  if (list == NULL)
    return TRUE;
  if (!nnc_axes_read (list, rank, marks, error)
      || !nnc_input_get_ints (list, "the list of axes", values, NNC_MAX_RANK, n, error))
    return FALSE;
  for (guint i = 0; i < *n; i++)
    axes[i] = (guint)(values[i] < 0 ? values[i] + rank : values[i]);
  return TRUE;
}

static gboolean
pad_axis (Params *params, guint axis, gint64 begin, gint64 end, GError **error)
{
  gint64 in = params->in[axis], out;

  if (__builtin_add_overflow (in, begin, &out) || __builtin_add_overflow (out, end, &out) || out < 0)
    return nnc_op_error (error,
                         "axis %u of %" G_GINT64_FORMAT " elements cannot be padded by %" G_GINT64_FORMAT
                         " and %" G_GINT64_FORMAT,
                         axis, in, begin, end);
  if (params->mode != MODE_CONSTANT && in == 0 && out > 0)
    return nnc_op_error (error, "axis %u has 0 elements to pad %" G_GINT64_FORMAT " from", axis, out);
  params->begin[axis] = begin;
  params->out[axis] = out;
  return TRUE;
}

static gboolean
read_pads (Params *params, const NncNode *node, const NncTensor *const *inputs, guint n_inputs, GError **error)
{
  const NncTensorDesc *x = &inputs[X]->desc;
  gint64 pads[2 * NNC_MAX_RANK];
  guint axes[NNC_MAX_RANK], n, n_pads;

  params->rank = x->rank;
  params->size = nnc_data_type_get_size (x->type);
  for (guint i = 0; i < x->rank; i++) {
    params->in[i] = params->out[i] = x->shape[i];
    params->begin[i] = 0;
  }
  if (!read_mode (node, &params->mode, error)
      || !read_axes (n_inputs > AXES ? inputs[AXES] : NULL, x->rank, axes, &n, error)
      || !nnc_input_get_ints (inputs[PADS], "pads", pads, 2 * NNC_MAX_RANK, &n_pads, error))
    return FALSE;
  if (n_pads != 2 * n)
    return nnc_op_error (error, "pads has %u numbers instead of %u", n_pads, 2 * n);
  for (guint i = 0; i < n; i++)
    if (!pad_axis (params, axes[i], pads[i], pads[n + i], error))
      return FALSE;
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  const NncTensor *value = inference->n_inputs > VALUE ? inference->inputs[VALUE] : NULL;
  Params params;

  if (value && (value->desc.type != x->type || nnc_desc_n_elements (&value->desc) != 1)) {
    g_autofree char *text = nnc_desc_to_string (&value->desc);
    return nnc_op_error (error, "input 2 is %s, one %s is right", text, nnc_data_type_to_string (x->type));
  }
  if (nnc_infer_waits_for (inference, PADS) || nnc_infer_waits_for (inference, AXES))
    return TRUE;
  return read_pads (&params, inference->node, inference->inputs, inference->n_inputs, error)
         && nnc_desc_set (&inference->outputs[0], x->type, x->rank, params.out, error);
}

static gint64
modulo (gint64 a, gint64 b)
{
  gint64 rest = a % b;

  return rest < 0 ? rest + b : rest;
}

/* Which element of x lies at i; -1: the constant. */
static gint64
source_index (Mode mode, gint64 i, gint64 size)
{
  gint64 period = 2 * (size - 1);

  if (i >= 0 && i < size)
    return i;
  switch (mode) {
  case MODE_REFLECT:
    i = period ? modulo (i, period) : 0;
    return i < size ? i : period - i;
  case MODE_EDGE:
    return i < 0 ? 0 : size - 1;
  case MODE_WRAP:
    return modulo (i, size);
  case MODE_SYMMETRIC:
    i = modulo (i, 2 * size);
    return i < size ? i : 2 * size - 1 - i;
  case MODE_CONSTANT:
  default:
    return -1;
  }
}

/* n bytes of the same number: few of the usual size one by one, others by copies of what is there already. Returns
 * where y goes on. */
static guint8 *
fill (guint8 *y, const guint8 *value, gsize size, gsize n)
{
  const gsize few = 64;

  if (size == sizeof (guint32) && n <= few) {
    guint32 number;

    memcpy (&number, value, sizeof number);
    for (guint8 *end = y + n; y < end; y += sizeof number)
      memcpy (y, &number, sizeof number);
    return y;
  }
  for (gsize done = 0; done < n;) {
    gsize more = done ? MIN (done, n - done) : size;

    memcpy (y + done, done ? y : value, more);
    done += more;
  }
  return y + n;
}

/* The numbers of one axis and those inside it. Returns where y goes on. */
static guint8 *
pad_block (const Params *params, guint axis, guint8 *y, const guint8 *x, const guint8 *value)
{
  gint64 in = params->in[axis], out = params->out[axis];

  if (axis == params->rank)
    return (guint8 *)memcpy (y, x, params->item) + params->item;
  for (gint64 i = 0, n; i < out; i += n) {
    gint64 at = i - params->begin[axis], from = source_index (params->mode, at, in);
    const guint8 *inner = x + (from < 0 ? 0 : (gsize)from * params->in_stride[axis]);

    n = 1;
    if (from < 0) {
      n = at < 0 ? MIN (-at, out - i) : out - i;
      y = fill (y, value, params->size, (gsize)n * params->out_stride[axis]);
    } else if (axis + 1 == params->rank && from == at) {
      n = MIN (in - at, out - i);
      y = (guint8 *)memcpy (y, inner, (gsize)n * params->item) + (gsize)n * params->item;
    } else {
      y = pad_block (params, axis + 1, y, inner, value);
    }
  }
  return y;
}

/* Rows of which each gets a constant at one end or both, such as pixels that get more channels. */
static gboolean
is_of_rows (const Params *params)
{
  guint last = params->rank - 1;

  if (params->mode != MODE_CONSTANT || params->rank == 0 || params->in[last] == 0 || params->begin[last] < 0
      || params->out[last] - params->in[last] < params->begin[last])
    return FALSE;
  for (guint i = 0; i < last; i++)
    if (params->begin[i] != 0 || params->out[i] != params->in[i])
      return FALSE;
  return TRUE;
}

static void
pad_rows (const Params *params, guint8 *y, const guint8 *x, const guint8 *value)
{
  guint last = params->rank - 1;
  gsize inside = (gsize)params->in[last] * params->item, before = (gsize)params->begin[last] * params->item;
  gsize after = (gsize)params->out[last] * params->item - before - inside, rows = 1;

  for (guint i = 0; i < last; i++)
    rows *= (gsize)params->in[i];
  for (gsize row = 0; row < rows; row++, x += inside) {
    y = fill (y, value, params->size, before);
    y = (guint8 *)memcpy (y, x, inside) + inside;
    y = fill (y, value, params->size, after);
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *value = step->n_inputs > VALUE ? step->inputs[VALUE] : NULL;
  const guint8 *constant = value ? value->data : params->otherwise, *x = step->inputs[X]->data;

  if (is_of_rows (params))
    pad_rows (params, step->outputs[0]->data, x, constant);
  else
    pad_block (params, 0, step->outputs[0]->data, x, constant);
  return TRUE;
}

static void
join_last_axes (Params *params)
{
  params->item = params->size;
  for (; params->rank > 0; params->rank--) {
    guint last = params->rank - 1;

    if (params->begin[last] != 0 || params->out[last] != params->in[last])
      return;
    params->item *= (gsize)params->in[last];
  }
}

static gboolean
prepare_pad (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  gint64 in_strides[NNC_MAX_RANK], out_strides[NNC_MAX_RANK];

  if (!read_pads (params, prepare->node, prepare->inputs, prepare->n_inputs, error))
    return FALSE;
  nnc_desc_contiguous_strides (&prepare->inputs[X]->desc, in_strides);
  nnc_desc_contiguous_strides (&prepare->outputs[0]->desc, out_strides);
  for (guint i = 0; i < params->rank; i++) {
    params->in_stride[i] = (gsize)in_strides[i];
    params->out_stride[i] = (gsize)out_strides[i];
  }
  join_last_axes (params);
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  if (nnc_node_is_quantized (prepare->node, prepare->inputs[X]->desc.type)) {
    NncScale scale;

    if (!nnc_node_get_output_scale (prepare->node, 0, &scale, error))
      return FALSE;
    nnc_stored_set (params->otherwise, prepare->inputs[X]->desc.type, 0, scale.zero_point);
  }
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return nnc_permute_axes_input (graph, node, AXES, rank, permutation, rank);
}

const NncOp nnc_op_Pad = {
  .name = "Pad",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 2,
  .max_inputs = 4,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_pad,
  .permute = permute,
};
