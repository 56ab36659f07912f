/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* attention.c: Attention: y = softmax (softcap (scale * q k^T) + bias) v, for each head of [N,heads,length,size], or of
 * [N,length,heads*size] with attributes q_num_heads, kv_num_heads. A key's head serves q_heads / kv_heads heads of q.
 * scale: 1 / sqrt (size); softcap c (0: none): c * tanh (x / c).
 *
 * The bias is 0, plus input 3 (floats, or false: -infinity; keys that it is too short for: -infinity), -infinity for
 * keys from input 6[n] on, and with is_causal for keys after q's place, which is its index plus how many keys came
 * before: inputs 4 and 5, past keys and values; or with input 6 the last places of those. A row that is masked as a
 * whole attends to nothing: its y is 0.
 *
 * Outputs 1, 2: past and new keys and values. Output 3: the scores; qk_matmul_output_mode 1 after softcap, 2 with
 * bias, 3 after softmax. */
#include "op_inputs.h"
#include "product_step.h"
#include "step_work.h"

#include <math.h>
#include <string.h>

enum { Q, K, V, MASK, PAST_KEY, PAST_VALUE, LENGTHS, N_INPUTS };
enum { Y, PRESENT_KEY, PRESENT_VALUE, SCORES, N_OUTPUTS };
enum { RAW, CAPPED, BIASED, PROBABILITIES };

typedef struct {
  gsize batch, q_heads, kv_heads, q_length, new_length, past, length; /* length: past and new keys */
  gsize size, value_size; /* of a head */
  gboolean flat; /* q, k, v and y are [N,length,heads*size] */
} Layout;

typedef struct {
  Layout layout;
  NncProductStep scores, values;
  NncRowsF32 softmax;
  float scale, softcap;
  gboolean causal;
  gint64 mode; /* of output 3 */
  gsize mask_strides[4]; /* elements, 0 where it is broadcast */
  gsize mask_length; /* of its last axis; 1 may be broadcast */
  /* In scratch: */
  gsize outputs[N_OUTPUTS]; /* where one is absent */
  gsize scores_of_head, masked; /* [q_length][length], [q_length] */
} Params;

static const NncTensor *
optional (const NncTensor *const *tensors, guint n, guint i)
{
  return i < n ? tensors[i] : NULL;
}

/* --- shapes ---------------------------------------------------------------------- */

static gboolean
split_heads (const NncNode *node, const char *attribute, const NncTensorDesc *x, gsize *heads, gsize *length,
             gsize *size, GError **error)
{
  gint64 n = nnc_node_get_int (node, attribute, 0);

  if (x->rank == 4) {
    *heads = (gsize)x->shape[1];
    *length = (gsize)x->shape[2];
    *size = (gsize)x->shape[3];
    return TRUE;
  }
  if (n < 1 || x->shape[2] % n != 0)
    return nnc_op_error (error, "%" G_GINT64_FORMAT " numbers cannot be cut into %" G_GINT64_FORMAT " heads",
                         x->shape[2], n);
  *heads = (gsize)n;
  *length = (gsize)x->shape[1];
  *size = (gsize)(x->shape[2] / n);
  return TRUE;
}

static gboolean
check_past (Layout *layout, const NncTensor *key, const NncTensor *value, GError **error)
{
  g_autofree char *text = NULL, *other = NULL;

  if ((key == NULL) != (value == NULL))
    return nnc_op_error (error, "past keys and values go together");
  if (key == NULL)
    return TRUE;
  layout->past = key->desc.rank == 4 ? (gsize)key->desc.shape[2] : 0;
  if (key->desc.rank == 4 && value->desc.rank == 4 && key->desc.shape[0] == (gint64)layout->batch
      && value->desc.shape[0] == (gint64)layout->batch && key->desc.shape[1] == (gint64)layout->kv_heads
      && value->desc.shape[1] == (gint64)layout->kv_heads && value->desc.shape[2] == key->desc.shape[2]
      && key->desc.shape[3] == (gint64)layout->size && value->desc.shape[3] == (gint64)layout->value_size)
    return TRUE;
  text = nnc_desc_to_string (&key->desc);
  other = nnc_desc_to_string (&value->desc);
  return nnc_op_error (error, "past keys are %s and past values %s, which do not go with the new ones", text, other);
}

static gboolean
set_layout (Layout *layout, const NncNode *node, const NncTensor *const *inputs, guint n, GError **error)
{
  const NncTensorDesc *q = &inputs[Q]->desc, *k = &inputs[K]->desc, *v = &inputs[V]->desc;
  gsize key_size, value_heads, value_length;

  *layout = (Layout){ .flat = q->rank == 3 };
  if ((q->rank != 3 && q->rank != 4) || k->rank != q->rank || v->rank != q->rank)
    return nnc_op_error (error, "q, k and v have %u, %u and %u dimensions, all 3 or all 4 is right", q->rank, k->rank,
                         v->rank);
  layout->batch = (gsize)q->shape[0];
  if (!split_heads (node, "q_num_heads", q, &layout->q_heads, &layout->q_length, &layout->size, error)
      || !split_heads (node, "kv_num_heads", k, &layout->kv_heads, &layout->new_length, &key_size, error)
      || !split_heads (node, "kv_num_heads", v, &value_heads, &value_length, &layout->value_size, error))
    return FALSE;
  if (k->shape[0] != q->shape[0] || v->shape[0] != q->shape[0] || key_size != layout->size
      || value_heads != layout->kv_heads || value_length != layout->new_length || layout->kv_heads == 0
      || layout->q_heads % layout->kv_heads != 0) {
    g_autofree char *a = nnc_desc_to_string (q), *b = nnc_desc_to_string (k), *c = nnc_desc_to_string (v);
    return nnc_op_error (error, "q is %s, k %s and v %s, which do not go together", a, b, c);
  }
  if (!check_past (layout, optional (inputs, n, PAST_KEY), optional (inputs, n, PAST_VALUE), error))
    return FALSE;
  layout->length = layout->past + layout->new_length;
  return TRUE;
}

/* Up to [N,heads,q_length,length], each axis that or 1; the last may be shorter. */
static gboolean
set_mask (Params *params, const NncTensor *mask, GError **error)
{
  const Layout *layout = &params->layout;
  const gsize wanted[4] = { layout->batch, layout->q_heads, layout->q_length, layout->length };
  gsize stride = 1;

  if (mask == NULL)
    return TRUE;
  params->mask_length = mask->desc.rank ? (gsize)mask->desc.shape[mask->desc.rank - 1] : 1;
  for (guint i = 0; i < mask->desc.rank; i++) {
    guint axis = 3 - i, from = mask->desc.rank - 1 - i;
    gsize size = (gsize)mask->desc.shape[from];

    if (i > 3 || (size != 1 && size != wanted[axis] && !(axis == 3 && size < wanted[3]))) {
      g_autofree char *text = nnc_desc_to_string (&mask->desc);
      return nnc_op_error (error,
                           "the mask is %s, up to [%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT
                           ",%" G_GSIZE_FORMAT "] is right",
                           text, wanted[0], wanted[1], wanted[2], wanted[3]);
    }
    params->mask_strides[axis] = size == 1 ? 0 : stride;
    stride *= size;
  }
  /* A mask of one key is broadcast, where there is not just that key. */
  if (params->mask_strides[3] == 0)
    params->mask_length = layout->length;
  return TRUE;
}

static gboolean
check_types (const NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensor *mask = optional (inputs, inference->n_inputs, MASK);

  for (guint i = Q; i < MIN (inference->n_inputs, LENGTHS); i++)
    if (!(i == MASK && mask && mask->desc.type == NNC_BOOL) && !nnc_input_check_type (inputs, i, NNC_F32, error))
      return FALSE;
  return inference->n_inputs <= LENGTHS || nnc_input_check_type (inputs, LENGTHS, NNC_I64, error);
}

static gboolean
set_outputs (const Layout *layout, NncTensorDesc *outputs, guint n_outputs, GError **error)
{
  gint64 n = (gint64)layout->batch, heads = (gint64)layout->q_heads, kv_heads = (gint64)layout->kv_heads;
  gint64 rows = (gint64)layout->q_length, length = (gint64)layout->length;
  gint64 size = (gint64)layout->size, value_size = (gint64)layout->value_size, hidden;
  const gint64 shapes[N_OUTPUTS][4] = { [Y] = { n, heads, rows, value_size },
                                        [PRESENT_KEY] = { n, kv_heads, length, size },
                                        [PRESENT_VALUE] = { n, kv_heads, length, value_size },
                                        [SCORES] = { n, heads, rows, length } };

  for (guint i = 0; i < N_OUTPUTS; i++) {
    NncTensorDesc desc;

    /* Also what is computed where nobody wants it has to fit. */
    if (!nnc_desc_set (i < n_outputs ? &outputs[i] : &desc, NNC_F32, 4, shapes[i], error))
      return FALSE;
  }
  if (!layout->flat)
    return TRUE;
  if (__builtin_mul_overflow (heads, value_size, &hidden))
    return nnc_op_error (error, "%" G_GINT64_FORMAT " heads of %" G_GINT64_FORMAT " numbers are too many", heads,
                         value_size);
  return nnc_desc_set (&outputs[Y], NNC_F32, 3, (gint64[]){ n, rows, hidden }, error);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  gint64 mode = nnc_node_get_int (inference->node, "qk_matmul_output_mode", 0);
  Params params = { 0 };

  if (!check_types (inference, error)
      || !set_layout (&params.layout, inference->node, inputs, inference->n_inputs, error)
      || !set_mask (&params, optional (inputs, inference->n_inputs, MASK), error))
    return FALSE;
  if (mode < RAW || mode > PROBABILITIES)
    return nnc_op_error (error, "attribute 'qk_matmul_output_mode' is %" G_GINT64_FORMAT ", 0 to 3 are right", mode);
  if (inference->n_inputs > LENGTHS && !nnc_input_check_vector (inputs, LENGTHS, (gint64)params.layout.batch, error))
    return FALSE;
  return set_outputs (&params.layout, inference->outputs, inference->n_outputs, error);
}

/* --- running --------------------------------------------------------------------------- */

/* Absent: NULL. */
typedef struct {
  const Params *params;
  NncRunContext *context;
  const float *inputs[N_INPUTS];
  const guint8 *bool_mask;
  const gint64 *lengths;
  float *outputs[N_OUTPUTS];
} Run;

/* Rows of a head, [length][size], within [N,heads,length,size], or flat. */
static gsize
locate_head (gboolean flat, gsize batch, gsize heads, gsize length, gsize size, gsize head)
{
  return flat ? (batch * length * heads + head) * size : (batch * heads + head) * length * size;
}

/* Past and new rows one after the other. */
static void
join (const Layout *layout, const float *past, const float *new, float *present, gsize size)
{
  for (gsize b = 0; b < layout->batch; b++)
    for (gsize head = 0; head < layout->kv_heads; head++) {
      const float *from = new + locate_head (layout->flat, b, layout->kv_heads, layout->new_length, size, head);
      gsize row = layout->flat ? layout->kv_heads * size : size;

      if (past)
        memcpy (present, past + (b * layout->kv_heads + head) * layout->past * size,
                layout->past * size * sizeof *past);
      present += layout->past * size;
      for (gsize i = 0; i < layout->new_length; i++, present += size)
        memcpy (present, from + i * row, size * sizeof *from);
    }
}

static float
bias_at (const Run *run, gsize b, gsize head, gsize i, gsize j)
{
  const Params *params = run->params;
  const Layout *layout = &params->layout;
  gint64 before = run->lengths ? run->lengths[b] - (gint64)layout->q_length : (gint64)layout->past;
  gsize at = b * params->mask_strides[0] + head * params->mask_strides[1] + i * params->mask_strides[2]
             + j * params->mask_strides[3];

  if ((params->causal && (gint64)j > (gint64)i + before) || (run->lengths && (gint64)j >= run->lengths[b]))
    return -INFINITY;
  if (run->inputs[MASK] == NULL && run->bool_mask == NULL)
    return 0;
  if (j >= params->mask_length)
    return -INFINITY;
  return run->bool_mask ? (run->bool_mask[at] ? 0 : -INFINITY) : run->inputs[MASK][at];
}

static void
keep_scores (const Run *run, gint64 mode, gsize matrix, const float *scores)
{
  const Layout *layout = &run->params->layout;
  gsize n = layout->q_length * layout->length;

  if (run->outputs[SCORES] && run->params->mode == mode)
    memcpy (run->outputs[SCORES] + matrix * n, scores, n * sizeof *scores);
}

static void
cap_scores (const Params *params, float *scores)
{
  float c = params->softcap;

  for (gsize i = 0; i < params->layout.q_length * params->layout.length; i++)
    scores[i] = c > 0 ? c * tanhf (scores[i] * params->scale / c) : scores[i] * params->scale;
}

/* Adds the bias, and makes probabilities of them. */
static void
weigh (const Run *run, gsize b, gsize head, float *scores)
{
  const Params *params = run->params;
  const Layout *layout = &params->layout;
  gboolean biased = params->causal || run->lengths || run->bool_mask || run->inputs[MASK];
  gsize matrix = b * layout->q_heads + head;
  guint8 *masked = (guint8 *)nnc_run_scratch (run->context, 0) + params->masked;

  memset (masked, 0, layout->q_length);
  for (gsize i = 0; biased && i < layout->q_length; i++) {
    gboolean any = FALSE;

    for (gsize j = 0; j < layout->length; j++) {
      float bias = bias_at (run, b, head, i, j);
      any |= bias != -INFINITY;
      scores[i * layout->length + j] = bias == -INFINITY ? bias : scores[i * layout->length + j] + bias;
    }
    masked[i] = !any;
  }
  keep_scores (run, BIASED, matrix, scores);
  params->softmax (scores, scores, layout->q_length, layout->length);
  for (gsize i = 0; i < layout->q_length; i++)
    if (masked[i])
      memset (scores + i * layout->length, 0, layout->length * sizeof *scores);
  keep_scores (run, PROBABILITIES, matrix, scores);
}

static void
attend (const Run *run, gsize b, gsize head)
{
  const Params *params = run->params;
  const Layout *layout = &params->layout;
  gboolean joined = run->outputs[PRESENT_KEY] != NULL;
  gsize kv_head = head / (layout->q_heads / layout->kv_heads);
  gsize row = joined || !layout->flat ? 1 : layout->kv_heads; /* in heads */
  const float *k = joined ? run->outputs[PRESENT_KEY] : run->inputs[K];
  const float *v = joined ? run->outputs[PRESENT_VALUE] : run->inputs[V];
  float *scores = (float *)((guint8 *)nnc_run_scratch (run->context, 0) + params->scores_of_head);
  NncMatrix keys = { .k = 1, .n = (ptrdiff_t)(row * layout->size) };
  NncMatrix values = { .k = (ptrdiff_t)(row * layout->value_size), .n = 1 };

  keys.data = k + locate_head (row > 1, b, layout->kv_heads, layout->length, layout->size, kv_head);
  values.data = v + locate_head (row > 1, b, layout->kv_heads, layout->length, layout->value_size, kv_head);
  nnc_product_run (&params->scores, run->context,
                   run->inputs[Q]
                       + locate_head (layout->flat, b, layout->q_heads, layout->q_length, layout->size, head),
                   &keys, 0, scores);
  if (params->mode == RAW && run->outputs[SCORES])
    for (gsize i = 0; i < layout->q_length * layout->length; i++)
      run->outputs[SCORES][(b * layout->q_heads + head) * layout->q_length * layout->length + i]
          = scores[i] * params->scale;
  cap_scores (params, scores);
  keep_scores (run, CAPPED, b * layout->q_heads + head, scores);
  weigh (run, b, head, scores);
  nnc_product_run (&params->values, run->context, scores, &values, 0,
                   run->outputs[Y]
                       + locate_head (layout->flat, b, layout->q_heads, layout->q_length, layout->value_size, head));
}

static Run
begin_run (const NncStep *step, NncRunContext *context)
{
  const Params *params = step->params;
  guint8 *scratch = nnc_run_scratch (context, 0);
  Run run = { .params = params, .context = context };

  for (guint i = 0; i < MIN (step->n_inputs, N_INPUTS); i++) {
    if (step->inputs[i] == NULL)
      continue;
    if (i == LENGTHS)
      run.lengths = step->inputs[i]->data;
    else if (step->inputs[i]->desc.type == NNC_BOOL)
      run.bool_mask = step->inputs[i]->data;
    else
      run.inputs[i] = step->inputs[i]->data;
  }
  for (guint i = 0; i < step->n_outputs; i++)
    if (step->outputs[i])
      run.outputs[i] = step->outputs[i]->data;
  /* Y is computed, and keys and values are joined, also where nobody wants them. */
  if (run.outputs[Y] == NULL)
    run.outputs[Y] = (float *)(scratch + params->outputs[Y]);
  if (params->layout.past || run.outputs[PRESENT_KEY] || run.outputs[PRESENT_VALUE])
    for (guint i = PRESENT_KEY; i <= PRESENT_VALUE; i++)
      run.outputs[i] = run.outputs[i] ? run.outputs[i] : (float *)(scratch + params->outputs[i]);
  return run;
}

static gboolean
run_attention (const NncStep *step, NncRunContext *context, GError **error)
{
  Run run = begin_run (step, context);
  const Layout *layout = &run.params->layout;

  if (run.outputs[PRESENT_KEY]) {
    join (layout, run.inputs[PAST_KEY], run.inputs[K], run.outputs[PRESENT_KEY], layout->size);
    join (layout, run.inputs[PAST_VALUE], run.inputs[V], run.outputs[PRESENT_VALUE], layout->value_size);
  }
  for (gsize b = 0; b < layout->batch; b++)
    for (gsize head = 0; head < layout->q_heads; head++)
      attend (&run, b, head);
  return TRUE;
}

/* --- preparing ---------------------------------------------------------------------------- */

static gboolean
reserve (NncPreparation *prepare, gsize *offset, gsize n, GError **error)
{
  gsize size;

  *offset = nnc_round_up_64 (prepare->scratch);
  if (!nnc_size_mul (n, sizeof (float), &size) || !nnc_size_add (*offset, size, &prepare->scratch)
      || prepare->scratch > (gsize)1 << 40)
    return nnc_op_error (error, "the scores of %" G_GSIZE_FORMAT " numbers are too many", n);
  return TRUE;
}

static gboolean
place_scratch (Params *params, NncPreparation *prepare, GError **error)
{
  const Layout *layout = &params->layout;
  gsize keys = layout->batch * layout->kv_heads * layout->length; /* these fit: tensors of such sizes do */
  const gsize sizes[] = { [Y] = layout->batch * layout->q_heads * layout->q_length * layout->value_size,
                          [PRESENT_KEY] = keys * layout->size,
                          [PRESENT_VALUE] = keys * layout->value_size };
  gboolean joined = layout->past || prepare->n_outputs > PRESENT_KEY;

  for (guint i = Y; i <= PRESENT_VALUE; i++)
    if ((i == Y || joined) && optional (prepare->outputs, prepare->n_outputs, i) == NULL
        && !reserve (prepare, &params->outputs[i], sizes[i], error))
      return FALSE;
  return reserve (prepare, &params->scores_of_head, layout->q_length * layout->length, error)
         && reserve (prepare, &params->masked, layout->q_length, error);
}

static void
prepare_product (NncProductStep *step, NncPreparation *prepare, const Layout *layout, gsize columns, gsize depth,
                 gsize a_row, gsize y_row)
{
  gsize scratch = prepare->scratch;
  guint64 macs = prepare->macs;

  nnc_product_prepare (step, prepare,
                       &(NncProduct){ .m = layout->q_length,
                                      .n = columns,
                                      .k = depth,
                                      .a_row = (ptrdiff_t)a_row,
                                      .y_row = (ptrdiff_t)y_row,
                                      .minimum = -INFINITY,
                                      .maximum = INFINITY },
                       FALSE, layout->batch * layout->q_heads);
  prepare->scratch = MAX (prepare->scratch, scratch);
  prepare->macs += macs;
}

static gboolean
prepare_attention (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  Layout *layout = &params->layout;

  prepare->run = nnc_run_nothing;
  if (!set_layout (layout, prepare->node, prepare->inputs, prepare->n_inputs, error)
      || !set_mask (params, optional (prepare->inputs, prepare->n_inputs, MASK), error))
    return FALSE;
  if (layout->batch == 0 || layout->q_heads == 0)
    return TRUE;
  params->scale = nnc_node_get_float (prepare->node, "scale", 1 / sqrtf ((float)MAX (layout->size, 1)));
  params->softcap = nnc_node_get_float (prepare->node, "softcap", 0);
  params->causal = nnc_node_get_int (prepare->node, "is_causal", 0) != 0;
  params->mode = nnc_node_get_int (prepare->node, "qk_matmul_output_mode", 0);
  params->softmax = nnc_kernel_find (NNC_SLOT_softmax_f32)->rows;
  prepare_product (&params->scores, prepare, layout, layout->length, layout->size,
                   layout->flat ? layout->q_heads * layout->size : layout->size, layout->length);
  prepare_product (&params->values, prepare, layout, layout->value_size, layout->length, layout->length,
                   layout->flat ? layout->q_heads * layout->value_size : layout->value_size);
  prepare->run = run_attention;
  return place_scratch (params, prepare, error);
}

const NncOp nnc_op_Attention = {
  .name = "Attention",
  .traits = NNC_OP_F32,
  .min_inputs = 3,
  .max_inputs = N_INPUTS,
  .max_outputs = N_OUTPUTS,
  .infer = infer,
  .prepare = prepare_attention,
};
