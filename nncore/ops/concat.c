/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* concat.c: Concat: the inputs one after the other along attribute axis. Those that were computed where they belong
 * (pass concat_in_place) are not copied. Stored numbers on other scales
 * than y's are moved to it. */
#include "axes.h"
#include "op_inputs.h"
#include "quantization.h"

#include <math.h>
#include <string.h>

typedef struct {
  gsize bytes; /* in one index of outer */
  gboolean rescale;
  NncScale scale;
  guint8 table[256]; /* of numbers of 8 bits to rescale: what each byte becomes */
} Part;

typedef struct {
  gsize outer, pitch; /* bytes of y in one index of outer */
  NncScale scale; /* of y */
  Part parts[]; /* of each input */
} Params;

static gboolean
check_input (const NncTensorDesc *first, const NncTensorDesc *other, guint input, guint axis, GError **error)
{
  if (first->type != other->type)
    return nnc_op_error (error, "input 0 is %s, input %u is %s", nnc_data_type_to_string (first->type), input,
                         nnc_data_type_to_string (other->type));
  if (first->rank != other->rank)
    return nnc_op_error (error, "input 0 has %u dimensions, input %u has %u", first->rank, input, other->rank);
  for (guint i = 0; i < first->rank; i++)
    if (i != axis && first->shape[i] != other->shape[i])
      return nnc_op_error (error, "dimension %u of input 0 is %" G_GINT64_FORMAT ", of input %u %" G_GINT64_FORMAT, i,
                           first->shape[i], input, other->shape[i]);
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *first = &inference->inputs[0]->desc;
  NncTensorDesc y = *first;
  guint axis;

  if (nnc_node_get_attribute (inference->node, "axis") == NULL)
    return nnc_op_error (error, "attribute 'axis' is absent");
  if (!nnc_node_get_axis (inference->node, 0, first->rank, &axis, error))
    return FALSE;
  for (guint i = 1; i < inference->n_inputs; i++) {
    if (inference->inputs[i] == NULL)
      return nnc_op_error (error, "input %u is absent", i);
    if (!check_input (first, &inference->inputs[i]->desc, i, axis, error))
      return FALSE;
    if (__builtin_add_overflow (y.shape[axis], inference->inputs[i]->desc.shape[axis], &y.shape[axis]))
      return nnc_op_error (error, "%u inputs are too large together", i + 1);
  }
  return nnc_desc_set (&inference->outputs[0], y.type, y.rank, y.shape, error);
}

/* As TFLite has it: in float, by the reciprocal of y's scale. */
static void
rescale (const Params *params, const Part *part, NncDataType type, gpointer y, gconstpointer x, gsize n)
{
  float scale = part->scale.scale * (1 / params->scale.scale), bias = -(float)part->scale.zero_point * scale;
  gint32 minimum, maximum;

  nnc_stored_limits (type, &minimum, &maximum);
  for (gsize i = 0; i < n; i++) {
    float moved = roundf ((float)nnc_stored_get (x, type, i) * scale + bias) + (float)params->scale.zero_point;

    nnc_stored_set (y, type, i, (gint32)CLAMP (moved, (float)minimum, (float)maximum));
  }
}

static void
copy_rescaled (const Params *params, const Part *part, NncDataType type, guint8 *y, const guint8 *x)
{
  if (type == NNC_I16)
    rescale (params, part, type, y, x, part->bytes / sizeof (gint16));
  else
    for (gsize i = 0; i < part->bytes; i++)
      y[i] = part->table[x[i]];
}

/* One input, in every index of outer. */
static void
copy_part (const Params *params, const Part *part, const NncTensor *x, const NncTensor *y, gsize offset, gsize pitch)
{
  const guint8 *from = x->data;
  guint8 *to = (guint8 *)y->data + offset;

  if (part->bytes == 0 || from == to)
    return;
  for (gsize o = 0; o < params->outer; o++, from += part->bytes, to += pitch) {
    if (part->rescale)
      copy_rescaled (params, part, y->desc.type, to, from);
    else
      memcpy (to, from, part->bytes);
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  gsize offset = 0;

  for (guint i = 0; i < step->n_inputs; i++) {
    copy_part (params, &params->parts[i], step->inputs[i], step->outputs[0], offset, params->pitch);
    offset += params->parts[i].bytes;
  }
  return TRUE;
}

static gboolean
read_scales (Params *params, const NncPreparation *prepare, GError **error)
{
  NncDataType type = prepare->outputs[0]->desc.type;
  guint8 bytes[256];

  for (guint i = 0; i < G_N_ELEMENTS (bytes); i++)
    bytes[i] = (guint8)i;
  if (!nnc_node_get_output_scale (prepare->node, 0, &params->scale, error))
    return FALSE;
  for (guint i = 0; i < prepare->n_inputs; i++) {
    Part *part = &params->parts[i];

    if (!nnc_node_get_input_scale (prepare->node, i, &part->scale, error))
      return FALSE;
    part->rescale = part->scale.scale != params->scale.scale || part->scale.zero_point != params->scale.zero_point;
    if (part->rescale && type != NNC_I16)
      rescale (params, part, type, part->table, bytes, G_N_ELEMENTS (bytes));
  }
  return TRUE;
}

/* Whether all inputs lie in the output, as far as their strides tell. */
static gboolean
is_in_place (const NncPreparation *prepare)
{
  for (guint i = 0; i < prepare->n_inputs; i++)
    if (prepare->inputs[i]->data || nnc_tensor_is_contiguous (prepare->inputs[i]))
      return FALSE;
  return TRUE;
}

static gboolean
prepare_concat (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params + prepare->n_inputs * sizeof *params->parts);
  const NncTensorDesc *y = &prepare->outputs[0]->desc;
  guint axis;

  if (!nnc_node_get_axis (prepare->node, 0, y->rank, &axis, error))
    return FALSE;
  params->outer = nnc_desc_split (y, axis).outer;
  for (guint i = 0; i < prepare->n_inputs; i++) {
    NncSplit split = nnc_desc_split (&prepare->inputs[i]->desc, axis);
    params->parts[i].bytes = split.axis * split.inner * nnc_data_type_get_size (y->type);
    params->pitch += params->parts[i].bytes;
  }
  prepare->run = run;
  prepare->kernel = is_in_place (prepare) ? "in place" : NULL;
  if (nnc_node_is_quantized (prepare->node, y->type))
    return read_scales (params, prepare, error);
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return nnc_permute_axis (node, 0, permutation, rank);
}

const NncOp nnc_op_Concat = {
  .name = "Concat",
  .traits = NNC_OP_PERMUTE_ALL,
  .min_inputs = 1,
  .max_inputs = G_MAXUINT,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_concat,
  .permute = permute,
};
