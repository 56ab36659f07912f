/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rotary_embedding.c: RotaryEmbedding: pairs (a, b) of x's heads turned by an angle of their place: a * cos - b * sin,
 * a * sin + b * cos. x: [N,heads,length,size], or [N,length,heads*size] with attribute num_heads. cos, sin:
 * [N,length,pairs], or [places,pairs] with input 3, each x's place [N,length]. The first rotary_embedding_dim (0: all)
 * numbers of a head are turned: its halves are a and b, or with interleaved (0) its even and odd numbers. */
#include "op_inputs.h"
#include "step_work.h"

#include <string.h>

enum { X, COS, SIN, PLACES };

typedef struct {
  gsize batch, heads, length, size, pairs;
  gsize head_stride, row_stride; /* elements, from head to head and from place to place */
  gsize n_places; /* 0: cos and sin are of each place of x */
  gboolean interleaved;
} Params;

static gboolean
set_sizes (Params *params, const NncNode *node, const NncTensorDesc *x, GError **error)
{
  gint64 heads = nnc_node_get_int (node, "num_heads", 0), turned = nnc_node_get_int (node, "rotary_embedding_dim", 0);

  if (x->rank != 3 && x->rank != 4)
    return nnc_op_error (error, "input 0 has %u dimensions, 3 or 4 are right", x->rank);
  if (x->rank == 3 && (heads < 1 || x->shape[2] % heads != 0))
    return nnc_op_error (error, "%" G_GINT64_FORMAT " numbers cannot be cut into %" G_GINT64_FORMAT " heads",
                         x->shape[2], heads);
  params->batch = (gsize)x->shape[0];
  params->heads = (gsize)(x->rank == 4 ? x->shape[1] : heads);
  params->length = (gsize)x->shape[x->rank - 2];
  params->size = (gsize)(x->rank == 4 ? x->shape[3] : x->shape[2] / heads);
  params->head_stride = x->rank == 4 ? params->length * params->size : params->size;
  params->row_stride = x->rank == 4 ? params->size : params->heads * params->size;
  if (turned == 0)
    turned = (gint64)params->size;
  if (turned < 0 || turned > (gint64)params->size || turned % 2 != 0)
    return nnc_op_error (error, "%" G_GINT64_FORMAT " of %" G_GSIZE_FORMAT " numbers cannot be turned in pairs", turned,
                         params->size);
  params->pairs = (gsize)turned / 2;
  params->interleaved = nnc_node_get_int (node, "interleaved", 0) != 0;
  return TRUE;
}

static gboolean
check_cache (const Params *params, const NncTensor *const *inputs, guint i, gboolean by_place, GError **error)
{
  const NncTensorDesc *cache = &inputs[i]->desc;
  g_autofree char *text = NULL;

  if (by_place ? cache->rank == 2 && cache->shape[1] == (gint64)params->pairs
               : cache->rank == 3 && cache->shape[0] == (gint64)params->batch
                     && cache->shape[1] == (gint64)params->length && cache->shape[2] == (gint64)params->pairs)
    return TRUE;
  text = nnc_desc_to_string (cache);
  return nnc_op_error (error, "input %u is %s for %" G_GSIZE_FORMAT " places and %" G_GSIZE_FORMAT " pairs", i, text,
                       params->length, params->pairs);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensor *places = inference->n_inputs > PLACES ? inputs[PLACES] : NULL;
  Params params = { 0 };

  if (!nnc_infer_same_f32 (inference, error) || !nnc_input_check_type (inputs, COS, NNC_F32, error)
      || !nnc_input_check_type (inputs, SIN, NNC_F32, error)
      || !set_sizes (&params, inference->node, &inputs[X]->desc, error)
      || !check_cache (&params, inputs, COS, places != NULL, error)
      || !check_cache (&params, inputs, SIN, places != NULL, error))
    return FALSE;
  if (inputs[COS]->desc.shape[0] != inputs[SIN]->desc.shape[0])
    return nnc_op_error (error, "there are %" G_GINT64_FORMAT " cosines and %" G_GINT64_FORMAT " sines",
                         inputs[COS]->desc.shape[0], inputs[SIN]->desc.shape[0]);
  if (places == NULL)
    return TRUE;
  if (!nnc_input_check_type (inputs, PLACES, NNC_I64, error))
    return FALSE;
  return nnc_desc_n_elements (&places->desc) == params.batch * params.length
         || nnc_op_error (error, "there are %" G_GSIZE_FORMAT " places for %" G_GSIZE_FORMAT " rows",
                          nnc_desc_n_elements (&places->desc), params.batch * params.length);
}

static void
turn (const Params *params, const float *x, float *y, const float *cosines, const float *sines)
{
  gsize step = params->interleaved ? 2 : 1, other = params->interleaved ? 1 : params->pairs;

  for (gsize i = 0; i < params->pairs; i++) {
    float a = x[i * step], b = x[i * step + other];

    y[i * step] = a * cosines[i] - b * sines[i];
    y[i * step + other] = a * sines[i] + b * cosines[i];
  }
  for (gsize i = 2 * params->pairs; i < params->size; i++)
    y[i] = x[i];
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *x = step->inputs[X]->data, *cosines = step->inputs[COS]->data, *sines = step->inputs[SIN]->data;
  const gint64 *places = params->n_places ? step->inputs[PLACES]->data : NULL;
  float *y = step->outputs[0]->data;

  for (gsize row = 0; row < params->batch * params->length; row++) {
    gsize place = places ? (gsize)places[row] : row;
    gsize at = row / params->length * params->heads * params->length * params->size
               + row % params->length * params->row_stride;

    if (places && (places[row] < 0 || place >= params->n_places)) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_DATA,
                   "a place is %" G_GINT64_FORMAT ", there are %" G_GSIZE_FORMAT " angles", places[row],
                   params->n_places);
      return FALSE;
    }
    for (gsize head = 0; head < params->heads; head++, at += params->head_stride)
      turn (params, x + at, y + at, cosines + place * params->pairs, sines + place * params->pairs);
  }
  return TRUE;
}

static gboolean
prepare_rotary_embedding (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  gboolean by_place = prepare->n_inputs > PLACES && prepare->inputs[PLACES];

  if (!set_sizes (params, prepare->node, &prepare->inputs[X]->desc, error))
    return FALSE;
  params->n_places = by_place ? (gsize)prepare->inputs[COS]->desc.shape[0] : 0;
  if (by_place && params->n_places == 0)
    return nnc_op_error (error, "there are no angles");
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_RotaryEmbedding = {
  .name = "RotaryEmbedding",
  .traits = NNC_OP_IN_PLACE | NNC_OP_F32,
  .min_inputs = 3,
  .max_inputs = 4,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_rotary_embedding,
};
