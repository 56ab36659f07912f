/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* session.c: one model made ready to run, with memory of its own. */
#include "denormals.h"
#include "dynamic_step.h"
#include "network.h"
#include "pass.h"
#include "plan.h"

#include <nncore/session.h>
#include <string.h>

/* Far more than a network needs, and over in seconds. */
#define DEFAULT_MAX_ITERATIONS ((guint64)1 << 24)

#define WORK_WORTH_SPLITTING 20000000

/* What is made again for other shapes. */
typedef struct {
  NncPlan *plan;
  NncVariables *variables;
  NncMemory *memory;
} Network;

struct _NncSession {
  gatomicrefcount references;
  NncModel *model;
  guint threads;
  NncPrecision precision;
  gsize memory_limit;
  guint64 max_iterations;
  char **disabled_passes;
  NncTensorDesc *input_descs; /* as asked for by reshape */
  Network network;
  NncThreadPool *pool; /* NULL: one thread */
  gint cancelled; /* atomic */
};

GType
nnc_session_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static ("NncSession", (GBoxedCopyFunc)nnc_session_ref,
                                                            (GBoxedFreeFunc)nnc_session_unref));
  return type;
}

/* Whether a shape is one that the file allows. */
static gboolean
check_input_shape (NncModel *model, const NncValue *value, const NncTensorDesc *desc, GError **error)
{
  g_autofree char *text = nnc_desc_to_string (desc);

  if (value->rank != (gint)desc->rank) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE,
                 "%s: input '%s' cannot be %s: the model wants %d dimensions, not %u", nnc_model_get_name (model),
                 value->name, text, value->rank, desc->rank);
    return FALSE;
  }
  for (gint i = 0; i < value->rank; i++) {
    if (value->shape[i] < 0 || value->shape[i] == desc->shape[i])
      continue;
    g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE,
                 "%s: input '%s' cannot be %s: the model wants %" G_GINT64_FORMAT
                 " in dimension %d, not %" G_GINT64_FORMAT,
                 nnc_model_get_name (model), value->name, text, value->shape[i], i, desc->shape[i]);
    return FALSE;
  }
  return TRUE;
}

/* Dimensions that the file leaves free are the caller's (shape), or 1 until a reshape says otherwise. */
static gboolean
describe_input (NncModel *model, const NncValue *value, const gint64 *shape, NncTensorDesc *desc, GError **error)
{
  gint64 smallest[NNC_MAX_RANK];

  if (value->rank < 0) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE, "%s: input '%s' has no declared shape", nnc_model_get_name (model),
                 value->name);
    return FALSE;
  }
  for (gint i = 0; i < value->rank; i++)
    smallest[i] = value->shape[i] < 0 ? 1 : value->shape[i];
  if (nnc_desc_set (desc, value->type, (guint)value->rank, shape ? shape : smallest, error))
    return check_input_shape (model, value, desc, error);
  g_prefix_error (error, "%s: input '%s': ", nnc_model_get_name (model), value->name);
  return FALSE;
}

static void
network_clear (Network *network)
{
  g_clear_pointer (&network->plan, nnc_plan_free);
  g_clear_pointer (&network->variables, nnc_variables_free);
  g_clear_pointer (&network->memory, nnc_memory_unref);
}

static gboolean
check_depth (const NncGraph *graph, GError **error)
{
  if (nnc_graph_get_depth (graph) <= NNC_MAX_SUBGRAPH_DEPTH)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_LIMIT, "subgraphs lie more than %u deep in each other",
               NNC_MAX_SUBGRAPH_DEPTH);
  return FALSE;
}

static NncPlan *
plan_graph (NncSession *session, const Network *network, const NncTensorDesc *descs, GError **error)
{
  NncGraph *graph = nnc_graph_copy (nnc_model_get_graph (session->model));
  NncPlanOptions options = {
    .threads = session->threads,
    .precision = session->precision,
    .store = nnc_model_get_store (session->model),
    .memory = network->memory,
    .variables = network->variables,
    .disabled_passes = (const char *const *)session->disabled_passes,
  };

  for (guint i = 0; i < graph->inputs->len; i++)
    ((NncValue *)graph->inputs->pdata[i])->desc = descs[i];
  return nnc_plan_new (graph, &options, error);
}

static gboolean
make_network (NncSession *session, const NncTensorDesc *descs, Network *network, GError **error)
{
  NncSource *source = nnc_model_get_source (session->model);

  *network = (Network){ .memory = nnc_memory_new (session->memory_limit) };
  network->variables = nnc_variables_new (network->memory);
  if (check_depth (nnc_model_get_graph (session->model), error) && nnc_source_acquire (source, error)) {
    network->plan = plan_graph (session, network, descs, error);
    nnc_model_release_source (session->model);
  }
  if (network->plan)
    return TRUE;
  g_prefix_error (error, "%s: ", nnc_model_get_name (session->model));
  network_clear (network);
  return FALSE;
}

static gboolean
session_init (NncSession *session, const gint64 *const *shapes, GError **error)
{
  const NncGraph *graph = nnc_model_get_graph (session->model);

  session->input_descs = g_new0 (NncTensorDesc, graph->inputs->len);
  for (guint i = 0; i < graph->inputs->len; i++)
    if (!describe_input (session->model, graph->inputs->pdata[i], shapes ? shapes[i] : NULL, &session->input_descs[i],
                         error))
      return FALSE;
  if (!make_network (session, session->input_descs, &session->network, error))
    return FALSE;
  if (session->threads > 1)
    session->pool = nnc_thread_pool_new (session->threads, error);
  return session->threads == 1 || session->pool != NULL;
}

/* Those that are named, and with `exact` the one whose results differ. */
static char **
list_disabled_passes (const NncSessionOptions *options)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; options->disabled_passes && options->disabled_passes[i]; i++)
    g_ptr_array_add (names, g_strdup (options->disabled_passes[i]));
  if (options->exact)
    g_ptr_array_add (names, g_strdup ("fuse_quantization"));
  g_ptr_array_add (names, NULL);
  return (char **)g_ptr_array_steal (names, NULL);
}

/**
 * nnc_session_new:
 * @model: a model; a reference is kept
 * @options: (nullable): how to run it, or %NULL for the defaults
 * @error: return location for a #GError
 *
 * Infers all shapes, rewrites the graph, packs the weights that no other
 * session of the model has packed yet, and places all tensors.
 *
 * Returns: (transfer full) (nullable): the session, or %NULL with @error set
 */
NncSession *
nnc_session_new (NncModel *model, const NncSessionOptions *options, GError **error)
{
  g_autoptr (NncSession) session = g_new0 (NncSession, 1);

  g_atomic_ref_count_init (&session->references);
  session->model = nnc_model_ref (model);
  session->threads = options ? CLAMP (options->threads, 1, 64) : 1;
  session->precision = options ? options->precision : NNC_PRECISION_F32;
  session->memory_limit = options ? options->memory_limit : 0;
  session->max_iterations = options && options->max_iterations ? options->max_iterations : DEFAULT_MAX_ITERATIONS;
  session->disabled_passes = options ? list_disabled_passes (options) : NULL;
  return session_init (session, options ? options->input_shapes : NULL, error) ? g_steal_pointer (&session) : NULL;
}

/**
 * nnc_session_ref:
 * @session: a session
 *
 * Returns: (transfer full): the session
 */
NncSession *
nnc_session_ref (NncSession *session)
{
  g_atomic_ref_count_inc (&session->references);
  return session;
}

/**
 * nnc_session_unref:
 * @session: (transfer full): a session
 */
void
nnc_session_unref (NncSession *session)
{
  if (!g_atomic_ref_count_dec (&session->references))
    return;
  g_clear_pointer (&session->pool, nnc_thread_pool_free);
  network_clear (&session->network);
  g_strfreev (session->disabled_passes);
  g_free (session->input_descs);
  nnc_model_unref (session->model);
  g_free (session);
}

/**
 * nnc_session_get_model:
 * @session: a session
 *
 * Returns: (transfer none): the model it runs
 */
NncModel *
nnc_session_get_model (NncSession *session)
{
  return session->model;
}

/**
 * nnc_session_get_n_inputs:
 * @session: a session
 *
 * Returns: how many inputs the network has
 */
guint
nnc_session_get_n_inputs (NncSession *session)
{
  return nnc_plan_get_graph (session->network.plan)->inputs->len;
}

/**
 * nnc_session_get_n_outputs:
 * @session: a session
 *
 * Returns: how many outputs the network has
 */
guint
nnc_session_get_n_outputs (NncSession *session)
{
  return nnc_plan_get_graph (session->network.plan)->outputs->len;
}

static NncTensor *
get_tensor (NncSession *session, const GPtrArray *values, guint index)
{
  return index < values->len ? nnc_plan_get_tensor (session->network.plan, values->pdata[index]) : NULL;
}

static gint
find_value (const GPtrArray *values, const char *name)
{
  for (guint i = 0; i < values->len; i++)
    if (strcmp (((const NncValue *)values->pdata[i])->name, name) == 0)
      return (gint)i;
  return -1;
}

/**
 * nnc_session_get_input:
 * @session: a session
 * @index: which input
 *
 * Its memory is to be written before a run, and keeps its numbers after.
 *
 * Returns: (transfer none) (nullable): the tensor; %NULL when there is no such input
 */
NncTensor *
nnc_session_get_input (NncSession *session, guint index)
{
  return get_tensor (session, nnc_plan_get_graph (session->network.plan)->inputs, index);
}

/**
 * nnc_session_get_output:
 * @session: a session
 * @index: which output
 *
 * Its numbers stay until the next run begins. An output whose shape depends on
 * data has the shape [0], and no data, until a run has computed it.
 *
 * Returns: (transfer none) (nullable): the tensor; %NULL when there is no such output
 */
const NncTensor *
nnc_session_get_output (NncSession *session, guint index)
{
  return get_tensor (session, nnc_plan_get_graph (session->network.plan)->outputs, index);
}

/**
 * nnc_session_find_input:
 * @session: a session
 * @name: an input's name in the model
 *
 * Returns: its index, or -1
 */
gint
nnc_session_find_input (NncSession *session, const char *name)
{
  return find_value (nnc_model_get_graph (session->model)->inputs, name);
}

/**
 * nnc_session_find_output:
 * @session: a session
 * @name: an output's name in the model
 *
 * Returns: its index, or -1
 */
gint
nnc_session_find_output (NncSession *session, const char *name)
{
  return find_value (nnc_model_get_graph (session->model)->outputs, name);
}

/**
 * nnc_session_bind_input:
 * @session: a session
 * @index: which input
 * @data: memory, aligned to 64 bytes, that stays the caller's and outlives the session or the next binding
 * @size: its size in bytes
 * @error: return location for a #GError
 *
 * Makes an input read the caller's memory instead of the session's.
 *
 * Returns: %FALSE with @error set when there is no such input, or the size or alignment is wrong
 */
gboolean
nnc_session_bind_input (NncSession *session, guint index, gpointer data, gsize size, GError **error)
{
  const NncTensor *input = nnc_session_get_input (session, index);

  if (input == NULL) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT, "there is no input %u, only %u", index,
                 nnc_session_get_n_inputs (session));
    return FALSE;
  }
  if (size != nnc_tensor_get_size (input) || (guintptr)data % 64) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT,
                 "input '%s' wants %" G_GSIZE_FORMAT " bytes at a multiple of 64, not %" G_GSIZE_FORMAT " at %p",
                 input->name, nnc_tensor_get_size (input), size, data);
    return FALSE;
  }
  nnc_plan_bind_input (session->network.plan, index, data);
  return TRUE;
}

/**
 * nnc_session_reshape:
 * @session: a session
 * @input: which input
 * @shape: (array length=rank): its new dimensions
 * @rank: how many
 * @error: return location for a #GError
 *
 * Plans again for another shape of an input. Tensors got before are no longer
 * valid, bindings are forgotten, and so is its state. On failure the session is as it was.
 *
 * Returns: %FALSE with @error set when the shape does not fit the model
 */
gboolean
nnc_session_reshape (NncSession *session, guint input, const gint64 *shape, guint rank, GError **error)
{
  const GPtrArray *inputs = nnc_model_get_graph (session->model)->inputs;
  g_autofree NncTensorDesc *descs = g_memdup2 (session->input_descs, inputs->len * sizeof *descs);
  const NncValue *value;
  Network network;

  if (input >= inputs->len) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT, "there is no input %u, only %u", input, inputs->len);
    return FALSE;
  }
  value = inputs->pdata[input];
  if (!nnc_desc_set (&descs[input], value->type, rank, shape, error))
    return FALSE;
  if (!check_input_shape (session->model, value, &descs[input], error))
    return FALSE;
  if (!make_network (session, descs, &network, error))
    return FALSE;
  network_clear (&session->network);
  session->network = network;
  memcpy (session->input_descs, descs, inputs->len * sizeof *descs);
  return TRUE;
}

/* The first step that is split wakes a thread; below this many multiply-accumulates that takes more than it brings.
 * Steps whose shapes depend on data count from their second run on. */
static gboolean
is_worth_splitting (NncSession *session)
{
  return session->pool && nnc_session_get_work (session) >= WORK_WORTH_SPLITTING;
}

/* context: what this run is asked for besides its outputs. */
static gboolean
run (NncSession *session, NncRunContext context, GError **error)
{
  guint64 mode = nnc_denormals_flush (), iterations = session->max_iterations;
  gboolean done;

  context.pool = is_worth_splitting (session) ? session->pool : NULL;
  context.memory = session->network.memory;
  context.variables = session->network.variables;
  context.cancelled = &session->cancelled;
  context.iterations = &iterations;
  done = nnc_plan_run (session->network.plan, &context, error);
  nnc_denormals_restore (mode);
  g_atomic_int_set (&session->cancelled, 0);
  if (!done)
    g_prefix_error (error, "%s: ", nnc_model_get_name (session->model));
  return done;
}

/**
 * nnc_session_run:
 * @session: a session
 * @error: return location for a #GError
 *
 * Computes the outputs from the inputs. Allocates nothing, except for tensors
 * whose shapes depend on data.
 *
 * Returns: %FALSE with @error set when the numbers make a result impossible, or the run was cancelled
 */
gboolean
nnc_session_run (NncSession *session, GError **error)
{
  return run (session, (NncRunContext){ 0 }, error);
}

/**
 * nnc_session_run_timed:
 * @session: a session
 * @microseconds: (out caller-allocates) (array): a number for each step of its
 *   plan, see nnc_session_get_n_steps(); how long it took
 * @error: return location for a #GError
 *
 * The same as nnc_session_run(), for finding out where the time goes. A step
 * that runs a body of the network counts with all that it ran.
 *
 * Returns: %FALSE with @error set when the numbers make a result impossible, or the run was cancelled
 */
gboolean
nnc_session_run_timed (NncSession *session, double *microseconds, GError **error)
{
  return run (session, (NncRunContext){ .microseconds = microseconds }, error);
}

/**
 * nnc_session_run_traced:
 * @session: a session
 * @func: (scope call): what is shown each tensor
 * @user_data: for @func
 * @error: return location for a #GError
 *
 * Like nnc_session_run(), and shows each tensor that a step computes, and each
 * view of one, right after: its numbers may be gone at the next. Those inside of
 * loops and branches are shown each time that they are computed. Tensors that
 * passes did away with are not there: without passes all of the network's own are.
 *
 * Returns: %FALSE with @error set as nnc_session_run() does, or by @func
 */
gboolean
nnc_session_run_traced (NncSession *session, NncTensorFunc func, gpointer user_data, GError **error)
{
  return run (session, (NncRunContext){ .trace = func, .trace_data = user_data }, error);
}

/**
 * nnc_session_reset:
 * @session: a session
 *
 * Forgets its state: variables are again what they were before the first run.
 */
void
nnc_session_reset (NncSession *session)
{
  nnc_variables_reset (session->network.variables);
}

/**
 * nnc_session_cancel:
 * @session: a session
 *
 * Makes a run that is going on in another thread, or else the next one, end
 * after its current step. May be called from any thread.
 */
void
nnc_session_cancel (NncSession *session)
{
  g_atomic_int_set (&session->cancelled, 1);
}

/**
 * nnc_session_get_n_steps:
 * @session: a session
 *
 * Returns: how many steps its plan has
 */
guint
nnc_session_get_n_steps (NncSession *session)
{
  guint n;

  nnc_plan_get_steps (session->network.plan, &n);
  return n;
}

static guint64
count_bytes (NncTensor *const *tensors, guint n)
{
  guint64 bytes = 0;

  for (guint i = 0; i < n; i++)
    bytes += tensors[i] ? nnc_tensor_get_size (tensors[i]) : 0;
  return bytes;
}

/**
 * nnc_session_get_step:
 * @session: a session
 * @index: which step, below nnc_session_get_n_steps()
 * @info: (out caller-allocates): filled in; its texts are the session's
 */
void
nnc_session_get_step (NncSession *session, guint index, NncStepInfo *info)
{
  guint n;
  const NncStep *steps = nnc_plan_get_steps (session->network.plan, &n);

  *info = (NncStepInfo){ .name = "", .op = "", .kernel = "" };
  if (index >= n)
    return;
  info->name = steps[index].node->name;
  info->op = steps[index].node->op->name;
  info->kernel = steps[index].kernel ? steps[index].kernel : "";
  info->output = steps[index].outputs[0];
  info->macs = steps[index].macs;
  info->bytes = count_bytes (steps[index].inputs, steps[index].n_inputs)
                + count_bytes (steps[index].outputs, steps[index].n_outputs);
  info->waits_for_data = nnc_step_is_dynamic (&steps[index]);
}

/**
 * nnc_session_get_arena_size:
 * @session: a session
 *
 * Returns: bytes of all its inputs, outputs and intermediate tensors
 */
gsize
nnc_session_get_arena_size (NncSession *session)
{
  return nnc_plan_get_arena_size (session->network.plan);
}

/**
 * nnc_session_get_live_peak:
 * @session: a session
 *
 * Returns: the most bytes of tensors that are needed at any one step: a bound that no arena can beat
 */
gsize
nnc_session_get_live_peak (NncSession *session)
{
  return nnc_plan_get_live_peak (session->network.plan);
}

/**
 * nnc_session_get_macs:
 * @session: a session
 *
 * Returns: multiply-accumulates of one run, as planned: what nobody reads is
 *   not computed
 */
guint64
nnc_session_get_macs (NncSession *session)
{
  return nnc_plan_get_macs (session->network.plan);
}

/**
 * nnc_session_get_work:
 * @session: a session
 *
 * For telling whether a run is over soon.
 *
 * Returns: its multiply-accumulates, and what takes about as long: what
 *   poolings compare, and resizing weighs
 */
guint64
nnc_session_get_work (NncSession *session)
{
  return nnc_plan_get_macs (session->network.plan) + nnc_plan_get_other_work (session->network.plan);
}

/**
 * nnc_session_get_n_parameters:
 * @session: a session
 *
 * Returns: how many floating-point numbers the model's file holds
 */
guint64
nnc_session_get_n_parameters (NncSession *session)
{
  const NncGraph *graph = nnc_model_get_graph (session->model);
  guint64 n = 0;

  for (guint i = 0; i < graph->values->len; i++) {
    const NncValue *value = graph->values->pdata[i];

    if (value->constant && (value->constant->desc.type == NNC_F32 || value->constant->desc.type == NNC_F16)
        && value->readers && value->readers->len > 0)
      n += nnc_desc_n_elements (&value->constant->desc);
  }
  return n;
}
