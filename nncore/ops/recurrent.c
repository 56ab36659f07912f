/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* recurrent.c: see recurrent.h. Time steps wait for each other, so all that need not wait is done before: one matrix
 * product for the inputs of all steps and sequences. */
#include "recurrent.h"

#include "dynamic_range.h"
#include "op_inputs.h"
#include "precision.h"
#include "step_work.h"

#include <math.h>
#include <string.h>

enum { X, W, R, B, LENGTHS, INITIAL_H, INITIAL_C, PEEPHOLES };
enum { Y, Y_H, Y_C };

/* How h is stored in 8 bits for its product. */
typedef enum { NOT_QUANTIZED, SYMMETRIC, ASYMMETRIC } StateQuantization;

/* Which product a packed matrix is for. */
typedef enum {
  OF_INPUT, /* [time * batch, input] by [input, gates * hidden] */
  OF_STATE, /* [batch, hidden] by [hidden, gates * hidden], or a gate less */
  OF_LAST_GATE, /* [1, hidden] by [hidden, hidden] */
  N_PRODUCTS,
} Which;

typedef struct {
  NncProduct product;
  const NncMatrixProduct *kernel;
  const char *name; /* of the kernel */
  gsize packed_size, scratch_offset; /* where the packed matrix is written when the weights are not constant */
  const guint8 *packed[2]; /* of each direction; NULL: not constant */
} Product;

typedef struct {
  const NncRecurrent *op;
  gsize time, batch, input, hidden, directions;
  gboolean batch_first, backward; /* backward: of direction 0 */
  gboolean constant; /* weights and biases are */
  StateQuantization state_quantization;
  NncDynamicQuantizer quantizer; /* where there is one */
  guint parts;
  NncRecurrentLayer layers[2];
  Product products[N_PRODUCTS];
  const NncLstm *all_steps; /* computes all steps of a sequence; NULL: steps are computed one by one */
  gboolean has_last; /* OF_LAST_GATE is used */
  /* In scratch. */
  gsize all_steps_offset;
  gsize gates_offset, state_gates_offset, h_offset, c_offset, quantized_h_offset, separate_offset, bias_offset;
} Params;

/* --- shapes ------------------------------------------------------------------------------- */

static gboolean
is_batch_first (const NncNode *node)
{
  return nnc_node_get_int (node, "layout", 0) != 0;
}

static gboolean
get_directions (const NncNode *node, gint64 *directions, gboolean *backward, GError **error)
{
  const char *text = nnc_node_get_string (node, "direction", "forward");

  *directions = strcmp (text, "bidirectional") == 0 ? 2 : 1;
  *backward = strcmp (text, "reverse") == 0;
  if (*directions == 2 || *backward || strcmp (text, "forward") == 0)
    return TRUE;
  return nnc_op_error (error, "direction '%s' is not known", text);
}

/* Input i, where it is there, must be f32 of this shape. */
static gboolean
check_shape (const NncInference *inference, guint i, guint rank, const gint64 *shape, GError **error)
{
  const NncTensor *tensor = i < inference->n_inputs ? inference->inputs[i] : NULL;
  NncTensorDesc wanted;
  g_autofree char *text = NULL, *wanted_text = NULL;

  if (tensor == NULL)
    return TRUE;
  if (!nnc_desc_set (&wanted, NNC_F32, rank, shape, error))
    return FALSE;
  if (nnc_desc_equal (&tensor->desc, &wanted))
    return TRUE;
  text = nnc_desc_to_string (&tensor->desc);
  wanted_text = nnc_desc_to_string (&wanted);
  return nnc_op_error (error, "input %u is %s instead of %s", i, text, wanted_text);
}

static gboolean
check_lengths (const NncInference *inference, gint64 batch, GError **error)
{
  const NncTensor *lengths = LENGTHS < inference->n_inputs ? inference->inputs[LENGTHS] : NULL;

  return lengths == NULL
         || (nnc_input_check_type (inference->inputs, LENGTHS, NNC_I32, error)
             && nnc_input_check_vector (inference->inputs, LENGTHS, batch, error));
}

static gboolean
check_ranks (const NncInference *inference, GError **error)
{
  for (guint i = X; i <= R; i++)
    if (!nnc_input_check_type (inference->inputs, i, NNC_F32, error))
      return FALSE;
    else if (inference->inputs[i]->desc.rank != 3)
      return nnc_op_error (error, "input %u has %u dimensions, 3 are right", i, inference->inputs[i]->desc.rank);
  return TRUE;
}

gboolean
nnc_recurrent_infer (const NncRecurrent *op, NncInference *inference, GError **error)
{
  const NncNode *node = inference->node;
  gboolean batch_first = is_batch_first (node), backward;
  gint64 directions, hidden, time, batch, input;
  const gint64 *x;

  if (!check_ranks (inference, error) || !get_directions (node, &directions, &backward, error)
      || !nnc_recurrent_check_activations (node, op->functions * (guint)directions, error))
    return FALSE;
  x = inference->inputs[X]->desc.shape;
  time = x[batch_first];
  batch = x[!batch_first];
  input = x[2];
  hidden = inference->inputs[R]->desc.shape[2];
  if (nnc_node_get_int (node, "hidden_size", hidden) != hidden)
    return nnc_op_error (error, "hidden_size is %" G_GINT64_FORMAT ", input 2 has %" G_GINT64_FORMAT " columns",
                         nnc_node_get_int (node, "hidden_size", hidden), hidden);
  const gint64 rows = op->gates * hidden;
  const gint64 w[] = { directions, rows, input }, r[] = { directions, rows, hidden }, b[] = { directions, 2 * rows };
  const gint64 peepholes[] = { directions, 3 * hidden };
  const gint64 state[] = { batch_first ? batch : directions, batch_first ? directions : batch, hidden };
  const gint64 y[]
      = { batch_first ? batch : time, batch_first ? time : directions, batch_first ? directions : batch, hidden };
  if (!check_shape (inference, W, 3, w, error) || !check_shape (inference, R, 3, r, error)
      || !check_shape (inference, B, 2, b, error) || !check_lengths (inference, batch, error)
      || !check_shape (inference, INITIAL_H, 3, state, error) || !check_shape (inference, INITIAL_C, 3, state, error)
      || !check_shape (inference, PEEPHOLES, 2, peepholes, error))
    return FALSE;
  for (guint i = 0; i < inference->n_outputs; i++)
    if (!nnc_desc_set (&inference->outputs[i], NNC_F32, i == Y ? 4 : 3, i == Y ? y : state, error))
      return FALSE;
  return TRUE;
}

/* --- weights ------------------------------------------------------------------------------ */

/* The bias of column j of a product: both biases go with the input, but for a gate that is kept apart. */
static void
fill_bias (const Params *params, Which which, const NncTensor *bias, gsize direction, float *to)
{
  const gsize hidden = params->hidden, gates = params->op->gates, n = params->products[which].product.n;
  const gsize apart = params->op->separates_last && params->layers[0].flag ? (gates - 1) * hidden : gates * hidden;

  for (gsize j = 0; j < n; j++) {
    to[j] = 0.0f;
    if (bias == NULL)
      continue;
    const char *row = (const char *)bias->data + (gint64)direction * bias->strides[0];
    const float of_input = *(const float *)(row + (gint64)j * bias->strides[1]);
    const float of_state = *(const float *)(row + (gint64)(gates * hidden + j) * bias->strides[1]);
    if (which == OF_INPUT)
      to[j] = j < apart ? of_input + of_state : of_input;
    else if (which == OF_STATE && j >= apart)
      to[j] = of_state;
  }
}

/* Packs one direction's matrix; bias: room for the product's columns. */
static void
pack_direction (const Params *params, Which which, const NncTensor *weights, const NncTensor *bias, gsize direction,
                float *column_bias, void *packed)
{
  const Product *product = &params->products[which];
  const gsize first_row = which == OF_LAST_GATE ? (params->op->gates - 1) * params->hidden : 0;
  const NncMatrix matrix = {
    .data = (const float *)((const char *)weights->data + (gint64)direction * weights->strides[0]
                            + (gint64)first_row * weights->strides[1]),
    .k = weights->strides[2] / (ptrdiff_t)sizeof (float),
    .n = weights->strides[1] / (ptrdiff_t)sizeof (float),
    .bias = column_bias,
  };

  if (which == OF_STATE && params->all_steps) {
    params->all_steps->pack (params->hidden, &matrix, packed);
    return;
  }
  fill_bias (params, which, bias, direction, column_bias);
  product->kernel->pack (&product->product, &matrix, packed);
}

typedef struct {
  const Params *params;
  const NncPreparation *prepare;
  Which which;
  gsize direction;
  float *column_bias;
} Packing;

static const NncTensor *
get_input (const NncTensor *const *inputs, guint n_inputs, guint i)
{
  return i < n_inputs ? inputs[i] : NULL;
}

static guint
get_weights_index (Which which)
{
  return which == OF_INPUT ? W : R;
}

static void
pack_constant (gpointer packed, gpointer user_data)
{
  const Packing *packing = user_data;
  const NncPreparation *prepare = packing->prepare;

  pack_direction (packing->params, packing->which, prepare->inputs[get_weights_index (packing->which)],
                  get_input (prepare->inputs, prepare->n_inputs, B), packing->direction, packing->column_bias, packed);
}

static gboolean
pack_constants (Params *params, Which which, NncPreparation *prepare, GError **error)
{
  Product *product = &params->products[which];
  const NncTensor *bias = get_input (prepare->inputs, prepare->n_inputs, B);
  const guint inputs[] = { get_weights_index (which), bias ? B : G_MAXUINT };
  g_autofree float *column_bias = g_try_new (float, MAX (product->product.n, 1));

  if (column_bias == NULL)
    return nnc_op_error (error, "no memory for %" G_GSIZE_FORMAT " biases", product->product.n);
  for (gsize direction = 0; direction < params->directions; direction++) {
    Packing packing = { params, prepare, which, direction, column_bias };
    const gint64 key[]
        = { (gint64)direction, which, (gint64)product->product.n, (gint64)product->product.k, params->layers[0].flag };

    product->packed[direction] = nnc_prepare_pack (prepare, product->name, inputs, 2, key, sizeof key,
                                                   product->packed_size, pack_constant, &packing, error);
    if (product->packed[direction] == NULL)
      return FALSE;
  }
  return TRUE;
}

/* --- running ------------------------------------------------------------------------------ */

void
nnc_recurrent_activate (const NncRecurrentLayer *layer, guint function, float *x, gsize n)
{
  if (isfinite (layer->clip))
    for (gsize i = 0; i < n; i++)
      x[i] = x[i] > layer->clip ? layer->clip : x[i] < -layer->clip ? -layer->clip : x[i];
  layer->f[function].apply (x, x, n, layer->f[function].p);
}

/* A direction while it runs. */
typedef struct {
  const Params *params;
  const NncStep *step;
  guint8 *scratch;
  gsize direction;
  NncRecurrentLayer layer;
  const void *packed[N_PRODUCTS];
} Run;

static float *
in_scratch (const Run *run, gsize offset)
{
  return (float *)(run->scratch + offset);
}

static void
get_packed (Run *run, Which which)
{
  const Params *params = run->params;
  const Product *product = &params->products[which];
  const NncStep *step = run->step;

  run->packed[which] = product->packed[run->direction];
  if (params->constant)
    return;
  run->packed[which] = run->scratch + product->scratch_offset;
  pack_direction (params, which, step->inputs[get_weights_index (which)],
                  get_input ((const NncTensor *const *)step->inputs, step->n_inputs, B), run->direction,
                  in_scratch (run, params->bias_offset), run->scratch + product->scratch_offset);
}

static void
multiply (const Run *run, Which which, const float *a, float *y, gsize begin, gsize end)
{
  const Product *product = &run->params->products[which];

  if (end > begin)
    product->kernel->run (&product->product, a, run->packed[which], y, begin, end);
}

static void
multiply_last_gate (gconstpointer user_data, const float *state, float *product)
{
  multiply (user_data, OF_LAST_GATE, state, product, 0, 1);
}

static void
multiply_inputs (gpointer user_data, guint part)
{
  const Run *run = user_data;
  const gsize rows = run->params->time * run->params->batch;

  multiply (run, OF_INPUT, run->step->inputs[X]->data, in_scratch (run, run->params->gates_offset),
            nnc_part_begin (rows, part, run->params->parts), nnc_part_begin (rows, part + 1, run->params->parts));
}

/* Where the numbers of a sequence in a direction begin in an initial or final state. */
static gsize
locate_state (const Run *run, gsize sequence)
{
  const Params *params = run->params;

  return (params->batch_first ? sequence * params->directions + run->direction
                              : run->direction * params->batch + sequence)
         * params->hidden;
}

static void
load_state (const Run *run, guint input, gsize offset)
{
  const NncTensor *initial = get_input ((const NncTensor *const *)run->step->inputs, run->step->n_inputs, input);
  const gsize size = run->params->hidden * sizeof (float);

  for (gsize b = 0; b < run->params->batch; b++) {
    float *state = in_scratch (run, offset) + b * run->params->hidden;
    if (initial)
      memcpy (state, (const float *)initial->data + locate_state (run, b), size);
    else
      memset (state, 0, size);
  }
}

static void
store_state (const Run *run, guint output, gsize offset)
{
  const NncStep *step = run->step;

  if (output >= step->n_outputs || step->outputs[output] == NULL)
    return;
  for (gsize b = 0; b < run->params->batch; b++)
    memcpy ((float *)step->outputs[output]->data + locate_state (run, b),
            in_scratch (run, offset) + b * run->params->hidden, run->params->hidden * sizeof (float));
}

static float *
locate_y (const Run *run, gsize time, gsize sequence)
{
  const Params *params = run->params;
  const NncTensor *y = run->step->outputs[Y];
  const gsize row = params->batch_first ? (sequence * params->time + time) * params->directions + run->direction
                                        : (time * params->directions + run->direction) * params->batch + sequence;

  return y ? (float *)y->data + row * params->hidden : NULL;
}

/* What goes into the state's product. */
static const float *
get_factor (const Run *run)
{
  const Params *params = run->params;
  const float *h = in_scratch (run, params->h_offset);
  float *quantized = in_scratch (run, params->quantized_h_offset);

  if (params->state_quantization == NOT_QUANTIZED)
    return h;
  for (gsize b = 0; b < params->batch; b++)
    nnc_dynamic_fake_quantize (&params->quantizer, quantized + b * params->hidden, h + b * params->hidden,
                               params->hidden);
  return quantized;
}

/* All steps of sequence b. */
static void
run_all_steps (const Run *run, gsize b, gsize length)
{
  const Params *params = run->params;
  const gsize hidden = params->hidden, between = params->batch_first ? 1 : params->batch;
  const gboolean backward = run->direction == 1 || params->backward;
  const gsize first = backward && length ? length - 1 : 0;
  const gsize row = params->batch_first ? b * params->time + first : first * params->batch + b;
  const ptrdiff_t step = (ptrdiff_t)(between * params->op->gates * hidden);
  const ptrdiff_t y_step = (ptrdiff_t)(between * params->directions * hidden);
  const NncLstmSteps steps = {
    .hidden = hidden,
    .steps = length,
    .gates = in_scratch (run, params->gates_offset) + row * params->op->gates * hidden,
    .gates_step = backward ? -step : step,
    .y = locate_y (run, first, b),
    .y_step = backward ? -y_step : y_step,
    .h = in_scratch (run, params->h_offset) + b * hidden,
    .c = in_scratch (run, params->c_offset) + b * hidden,
  };

  params->all_steps->run (&steps, run->packed[OF_STATE], in_scratch (run, params->all_steps_offset));
  for (gsize s = length; steps.y && s < params->time; s++)
    memset (locate_y (run, s, b), 0, hidden * sizeof (float));
}

/* Sequence b's step s, the state's product being known. */
static void
run_step (const Run *run, gsize s, gsize b, gsize length)
{
  const Params *params = run->params;
  const gsize hidden = params->hidden;
  const gboolean backward = run->direction == 1 || params->backward;
  const gsize time = backward && s < length ? length - 1 - s : s;
  const gsize row = params->batch_first ? b * params->time + time : time * params->batch + b;
  const gsize columns = params->products[OF_STATE].product.n;
  const gsize added = params->op->separates_last ? (params->op->gates - 1) * hidden : columns;
  float *gates = in_scratch (run, params->gates_offset) + row * params->op->gates * hidden;
  float *state_gates = in_scratch (run, params->state_gates_offset) + b * columns;
  float *h = in_scratch (run, params->h_offset) + b * hidden;
  float *c = params->op->has_cell ? in_scratch (run, params->c_offset) + b * hidden : NULL;
  float *y = locate_y (run, time, b);

  if (s < length) {
    for (gsize j = 0; j < added; j++)
      gates[j] += state_gates[j];
    params->op->step (&run->layer, gates,
                      params->has_last ? in_scratch (run, params->separate_offset) : state_gates + added, h, c);
  }
  if (y && s < length)
    memcpy (y, h, hidden * sizeof (float));
  else if (y)
    memset (y, 0, hidden * sizeof (float));
}

static void
run_direction (Run *run, NncRunContext *context)
{
  const Params *params = run->params;
  const NncTensor *lengths = get_input ((const NncTensor *const *)run->step->inputs, run->step->n_inputs, LENGTHS);

  for (guint which = 0; which < (params->has_last ? N_PRODUCTS : OF_LAST_GATE); which++)
    get_packed (run, which);
  nnc_run_parallel (context, params->parts, multiply_inputs, run);
  load_state (run, INITIAL_H, params->h_offset);
  if (params->op->has_cell)
    load_state (run, INITIAL_C, params->c_offset);
  for (gsize b = 0; params->all_steps && b < params->batch; b++)
    run_all_steps (run, b, lengths ? (gsize)((const gint32 *)lengths->data)[b] : params->time);
  for (gsize s = 0; params->all_steps == NULL && s < params->time; s++) {
    multiply (run, OF_STATE, get_factor (run), in_scratch (run, params->state_gates_offset), 0, params->batch);
    for (gsize b = 0; b < params->batch; b++)
      run_step (run, s, b, lengths ? (gsize)((const gint32 *)lengths->data)[b] : params->time);
  }
  store_state (run, Y_H, params->h_offset);
  if (params->op->has_cell)
    store_state (run, Y_C, params->c_offset);
}

static gboolean
check_length_values (const Params *params, const NncStep *step, GError **error)
{
  const NncTensor *lengths = get_input ((const NncTensor *const *)step->inputs, step->n_inputs, LENGTHS);

  for (gsize b = 0; lengths && b < params->batch; b++) {
    gint32 length = ((const gint32 *)lengths->data)[b];
    if (length < 0 || (gsize)length > params->time) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_DATA,
                   "sequence %" G_GSIZE_FORMAT " is %d long, there are %" G_GSIZE_FORMAT " time steps", b, length,
                   params->time);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
run_recurrent (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *peepholes = get_input ((const NncTensor *const *)step->inputs, step->n_inputs, PEEPHOLES);

  if (!check_length_values (params, step, error))
    return FALSE;
  for (gsize direction = 0; direction < params->directions; direction++) {
    Run run = { params, step, nnc_run_scratch (context, 0), direction, params->layers[direction], { NULL } };

    run.layer.last_gate = multiply_last_gate;
    run.layer.user_data = &run;
    if (peepholes)
      run.layer.peephole = (const float *)peepholes->data + direction * 3 * params->hidden;
    run_direction (&run, context);
  }
  return TRUE;
}

/* --- preparing ---------------------------------------------------------------------------- */

static void
describe (Params *params, const NncRecurrent *op, const NncPreparation *prepare)
{
  const gint64 *x = prepare->inputs[X]->desc.shape;
  const NncTensor *bias = get_input (prepare->inputs, prepare->n_inputs, B);

  params->op = op;
  params->batch_first = is_batch_first (prepare->node);
  params->time = (gsize)x[params->batch_first];
  params->batch = (gsize)x[!params->batch_first];
  params->input = (gsize)x[2];
  params->hidden = (gsize)prepare->inputs[R]->desc.shape[2];
  params->directions = (gsize)prepare->inputs[R]->desc.shape[0];
  params->constant = prepare->inputs[W]->data && prepare->inputs[R]->data && (bias == NULL || bias->data);
}

static gboolean
get_state_quantization (const NncNode *node, StateQuantization *quantization, GError **error)
{
  static const char *const names[] = { "none", "symmetric", "asymmetric" };
  const char *text = nnc_node_get_string (node, "state_quantization", names[0]);

  for (*quantization = NOT_QUANTIZED; *quantization <= ASYMMETRIC; (*quantization)++)
    if (strcmp (text, names[*quantization]) == 0)
      return TRUE;
  return nnc_op_error (error, "state_quantization '%s' is not known", text);
}

static gboolean
describe_layers (Params *params, const NncPreparation *prepare, GError **error)
{
  const NncRecurrent *op = params->op;
  float cell_clip = nnc_node_get_float (prepare->node, "cell_clip", 0);
  gint64 directions;

  if (!get_directions (prepare->node, &directions, &params->backward, error)
      || !get_state_quantization (prepare->node, &params->state_quantization, error))
    return FALSE;
  params->quantizer = nnc_dynamic_quantizer (params->state_quantization == ASYMMETRIC);
  for (guint direction = 0; direction < params->directions; direction++) {
    NncRecurrentLayer *layer = &params->layers[direction];

    layer->hidden = params->hidden;
    layer->clip = nnc_node_get_float (prepare->node, "clip", INFINITY);
    layer->cell_clip = cell_clip > 0 ? cell_clip : INFINITY;
    layer->flag = op->flag && nnc_node_get_int (prepare->node, op->flag, 0) != 0;
    if (!nnc_recurrent_get_activations (prepare->node, op->defaults, direction * op->functions, op->functions, layer->f,
                                        error))
      return FALSE;
  }
  params->has_last = op->separates_last && !params->layers[0].flag;
  return TRUE;
}

static void
choose_product (const NncPreparation *prepare, Params *params, Which which, gsize m, gsize n, gsize k)
{
  Product *product = &params->products[which];
  const NncKernel *kernel;

  product->product = (NncProduct){
    .m = m, .n = n, .k = k, .a_row = (ptrdiff_t)k, .y_row = (ptrdiff_t)n, .minimum = -INFINITY, .maximum = INFINITY
  };
  kernel = params->state_quantization == NOT_QUANTIZED ? nnc_prepare_product (prepare, &product->product)
                                                       : nnc_prepare_exact_product (&product->product);
  product->kernel = kernel->product;
  product->name = kernel->name;
  product->packed_size = nnc_round_up_64 (kernel->product->packed_size (&product->product));
}

/* With more sequences than this, weights are read once a step for all of them. */
#define FEW_SEQUENCES 2

/* A kernel for all steps has the functions that LSTM's defaults are, and nothing that is added to the gates. */
static void
choose_all_steps (Params *params, const NncPreparation *prepare)
{
  const NncKernel *kernel = nnc_kernel_find (NNC_SLOT_lstm_f32);
  const NncRecurrentLayer *layer = params->layers;
  Product *product = &params->products[OF_STATE];

  if (!params->op->has_cell || kernel->cpu == NNC_CPU_C || params->batch > FEW_SEQUENCES || params->hidden == 0
      || params->state_quantization != NOT_QUANTIZED || layer->flag || isfinite (layer->clip)
      || isfinite (layer->cell_clip) || get_input (prepare->inputs, prepare->n_inputs, PEEPHOLES))
    return;
  for (gsize direction = 0; direction < params->directions; direction++)
    if (!nnc_recurrent_activation_is (&params->layers[direction].f[0], NNC_SLOT_sigmoid_f32)
        || !nnc_recurrent_activation_is (&params->layers[direction].f[1], NNC_SLOT_tanh_f32)
        || !nnc_recurrent_activation_is (&params->layers[direction].f[2], NNC_SLOT_tanh_f32))
      return;
  params->all_steps = kernel->lstm;
  product->name = kernel->name;
  product->packed_size = nnc_round_up_64 (kernel->lstm->packed_size (params->hidden));
}

/* More scratch than any machine has: beyond it sizes are not added up. */
#define MAX_SCRATCH ((gsize)1 << 40)

/* Reserves room in scratch for the product of the factors, which are counts and a size. */
static gsize
place (NncPreparation *prepare, const gsize *factors, guint n)
{
  gsize offset = prepare->scratch;

  prepare->scratch += nnc_round_up_64 (MIN (nnc_count_work (factors, n), MAX_SCRATCH));
  return offset;
}

static gboolean
place_all (Params *params, NncPreparation *prepare, GError **error)
{
  const gsize row[] = { params->time, params->batch, params->op->gates, params->hidden, sizeof (float) };

  params->gates_offset = place (prepare, row, 5);
  if (params->all_steps)
    params->all_steps_offset = place (prepare, (gsize[]){ params->all_steps->scratch_size (params->hidden) }, 1);
  params->state_gates_offset = place (prepare, row + 1, 4);
  params->bias_offset = place (prepare, row + 2, 3);
  params->separate_offset = place (prepare, row + 3, 2);
  params->h_offset = place (prepare, (gsize[]){ params->batch, params->hidden, sizeof (float) }, 3);
  if (params->state_quantization != NOT_QUANTIZED)
    params->quantized_h_offset = place (prepare, (gsize[]){ params->batch, params->hidden, sizeof (float) }, 3);
  params->c_offset = place (prepare, (gsize[]){ params->batch, params->hidden, sizeof (float) }, 3);
  for (guint which = 0; which < N_PRODUCTS && !params->constant; which++)
    params->products[which].scratch_offset = place (prepare, &params->products[which].packed_size, 1);
  return prepare->scratch < MAX_SCRATCH
         || nnc_op_error (error, "%" G_GSIZE_FORMAT " steps of %" G_GSIZE_FORMAT " sequences are too much",
                          params->time, params->batch);
}

gboolean
nnc_recurrent_prepare (const NncRecurrent *op, NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  gsize rows, columns;

  describe (params, op, prepare);
  if (!describe_layers (params, prepare, error))
    return FALSE;
  rows = params->time * params->batch;
  columns = op->gates * params->hidden;
  choose_product (prepare, params, OF_INPUT, rows, columns, params->input);
  choose_product (prepare, params, OF_STATE, params->batch, columns - (params->has_last ? params->hidden : 0),
                  params->hidden);
  choose_product (prepare, params, OF_LAST_GATE, 1, params->hidden, params->hidden);
  choose_all_steps (params, prepare);
  prepare->kernel = params->products[OF_STATE].name;
  prepare->macs = nnc_count_work ((gsize[]){ rows, columns, params->input }, 3);
  params->parts = nnc_prepare_parts (prepare, rows);
  prepare->macs = nnc_count_work ((gsize[]){ rows, columns, params->input + params->hidden, params->directions }, 4);
  if (!place_all (params, prepare, error))
    return FALSE;
  prepare->run = run_recurrent;
  for (guint which = 0; params->constant && which < (params->has_last ? N_PRODUCTS : OF_LAST_GATE); which++)
    if (!pack_constants (params, which, prepare, error))
      return FALSE;
  return TRUE;
}
