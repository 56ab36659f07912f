/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* execute.c: one node on its own, from given numbers. */
#include "execute.h"

#include "planner.h"
#include "step_work.h"

#include <stdlib.h>
#include <string.h>

/* What a view is when its input's memory is somebody else's. */
static void
copy_view (const NncTensor *from, NncTensor *to)
{
  gsize size = nnc_desc_size (&to->desc);

  if (size > 0)
    memcpy (to->data, from->data, size);
}

void
nnc_node_prefix_error (const NncNode *node, GError **error)
{
  g_prefix_error (error, "node '%s' (%s): ", node->name, node->op->name);
}

gboolean
nnc_node_check (const NncNode *node, GError **error)
{
  const NncOp *op = node->op;

  if (node->n_inputs < op->min_inputs || node->n_inputs > op->max_inputs)
    nnc_op_error (error, "has %u inputs, %u to %u are right", node->n_inputs, op->min_inputs, op->max_inputs);
  else if ((node->n_outputs == 0 && !nnc_node_has_effect (node)) || node->n_outputs > op->max_outputs)
    nnc_op_error (error, "has %u outputs, 1 to %u are right", node->n_outputs, op->max_outputs);
  else {
    for (guint i = 0; i < op->min_inputs; i++) {
      if (node->inputs[i] == NULL) {
        nnc_op_error (error, "input %u is absent", i);
        nnc_node_prefix_error (node, error);
        return FALSE;
      }
    }
    return TRUE;
  }
  nnc_node_prefix_error (node, error);
  return FALSE;
}

gboolean
nnc_node_infer (const NncNode *node, const NncTensor *const *inputs, NncTensorDesc *outputs, GError **error)
{
  NncInference inference = {
    .node = node,
    .n_inputs = node->n_inputs,
    .n_outputs = node->n_outputs,
    .inputs = inputs,
    .outputs = outputs,
  };

  for (guint i = 0; i < node->n_outputs; i++)
    outputs[i] = (NncTensorDesc){ .type = NNC_INVALID };
  if (node->op->infer (&inference, error))
    return TRUE;
  nnc_node_prefix_error (node, error);
  return FALSE;
}

/* A constant as a tensor that points to an aligned copy where the file's bytes are not aligned. */
static gboolean
tensor_from_constant (NncTensor *tensor, NncConstant *constant, gboolean contiguous, NncConstant **copy, GError **error)
{
  gsize alignment = nnc_data_type_get_size (constant->desc.type);

  if ((guintptr)nnc_constant_get_data (constant) % alignment
      || (contiguous && !nnc_strides_are_contiguous (&constant->desc, constant->strides))) {
    *copy = nnc_constant_flatten (constant, error);
    if (*copy == NULL)
      return FALSE;
    constant = *copy;
  }
  tensor->desc = constant->desc;
  memcpy (tensor->strides, constant->strides, sizeof tensor->strides);
  tensor->data = (gpointer)nnc_constant_get_data (constant);
  return TRUE;
}

static gboolean
run_once (const NncNode *node, NncConstant *const *constants, NncTensor **inputs, NncTensor **outputs, guint64 max_macs,
          NncMemory *memory, GError **error)
{
  g_autoptr (NncPackStore) store = nnc_pack_store_new (0);
  NncPlanner planner = { .store = store, .constants = constants };
  NncPreparation prepare = {
    .planner = &planner,
    .node = node,
    .n_inputs = node->n_inputs,
    .n_outputs = node->n_outputs,
    .inputs = (const NncTensor *const *)inputs,
    .outputs = (const NncTensor *const *)outputs,
    .threads = 1,
  };
  NncRunContext context = { .memory = memory };
  gpointer scratch = NULL;
  gboolean done = FALSE;

  if (node->op->traits & NNC_OP_VIEW) {
    copy_view (inputs[0], outputs[0]);
    return TRUE;
  }
  if (node->op->prepare (&prepare, error)) {
    NncStep step = {
      .run = prepare.run,
      .params = prepare.params,
      .inputs = inputs,
      .outputs = outputs,
      .n_inputs = node->n_inputs,
      .n_outputs = node->n_outputs,
      .node = node,
    };
    if (nnc_prepared_work (&prepare) > max_macs) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_LIMIT,
                   "takes %" G_GUINT64_FORMAT " multiply-accumulates, the limit is %" G_GUINT64_FORMAT,
                   nnc_prepared_work (&prepare), max_macs);
    } else if (prepare.scratch > G_MAXSIZE / 2 || posix_memalign (&scratch, 64, prepare.scratch + 64) != 0) {
      scratch = NULL;
      g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory for %" G_GSIZE_FORMAT " bytes of scratch",
                   prepare.scratch);
    } else {
      context.scratch = scratch;
      context.scratch_size = prepare.scratch;
      done = prepare.run (&step, &context, error);
    }
  }
  free (scratch);
  nnc_params_free (planner.params, planner.clear_params);
  return done;
}

static gboolean
place_outputs (NncTensor *tensors, const NncTensorDesc *descs, guint n, gsize limit, GError **error)
{
  gsize total = 0;

  for (guint i = 0; i < n; i++) {
    gsize size = nnc_desc_size (&descs[i]);

    if (descs[i].type == NNC_INVALID)
      continue; /* run makes it */
    if (!nnc_size_add (total, size, &total) || total > limit)
      return nnc_op_error (error, "its outputs take over %" G_GSIZE_FORMAT " bytes", limit);
    tensors[i].desc = descs[i];
    nnc_desc_contiguous_strides (&descs[i], tensors[i].strides);
    tensors[i].data = g_try_malloc (MAX (size, 1));
    if (tensors[i].data == NULL) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory for an output of %" G_GSIZE_FORMAT " bytes", size);
      return FALSE;
    }
  }
  return TRUE;
}

/* Moves outputs into constants; those that run made are copied. */
static gboolean
take_results (NncTensor *tensors, const NncTensorDesc *descs, guint n, NncMemory *memory, NncConstant **results,
              GError **error)
{
  for (guint i = 0; i < n; i++) {
    gpointer data = g_steal_pointer (&tensors[i].data);

    if (data == NULL)
      return nnc_op_error (error, "output %u's shape cannot be told", i);
    if (descs[i].type == NNC_INVALID) {
      gpointer copy = g_memdup2 (data, MAX (nnc_desc_size (&tensors[i].desc), 1));

      nnc_memory_give (memory, data);
      data = copy;
    }
    results[i] = nnc_constant_new_take (data, &tensors[i].desc);
  }
  return TRUE;
}

static void
drop_outputs (NncTensor *tensors, const NncTensorDesc *descs, guint n, NncMemory *memory)
{
  for (guint i = 0; i < n; i++)
    if (tensors[i].data && descs[i].type == NNC_INVALID)
      nnc_memory_give (memory, tensors[i].data);
    else
      g_free (tensors[i].data);
}

gboolean
nnc_node_execute (const NncNode *node, NncConstant *const *constants, gsize limit, guint64 max_macs,
                  NncConstant **results, GError **error)
{
  guint n_in = node->n_inputs, n_out = node->n_outputs;
  g_autofree NncTensor *tensors = g_new0 (NncTensor, n_in + n_out);
  g_autofree NncTensor **pointers = g_new0 (NncTensor *, n_in + n_out);
  g_autofree NncTensorDesc *descs = g_new0 (NncTensorDesc, n_out);
  g_autoptr (GPtrArray) copies = g_ptr_array_new_with_free_func ((GDestroyNotify)nnc_constant_unref);
  g_autoptr (NncMemory) memory = nnc_memory_new (limit);
  gboolean done = FALSE;

  for (guint i = 0; i < n_out; i++) {
    pointers[n_in + i] = &tensors[n_in + i];
    results[i] = NULL;
  }
  for (guint i = 0; i < n_in; i++) {
    NncConstant *copy = NULL;

    if (constants[i] == NULL)
      continue;
    if (!tensor_from_constant (&tensors[i], constants[i], !(node->op->traits & NNC_OP_SHAPE_ONLY), &copy, error))
      goto out;
    if (copy)
      g_ptr_array_add (copies, copy);
    pointers[i] = &tensors[i];
  }
  if (!nnc_node_infer (node, (const NncTensor *const *)pointers, descs, error))
    return FALSE;
  done = place_outputs (&tensors[n_in], descs, n_out, limit, error)
         && run_once (node, constants, pointers, &pointers[n_in], max_macs, memory, error)
         && take_results (&tensors[n_in], descs, n_out, memory, results, error);
out:
  drop_outputs (&tensors[n_in], descs, n_out, memory);
  if (!done) {
    for (guint i = 0; i < n_out; i++)
      g_clear_pointer (&results[i], nnc_constant_unref);
    nnc_node_prefix_error (node, error);
  }
  return done;
}
