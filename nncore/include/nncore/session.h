/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* session.h: one model made ready to run, with memory of its own. */
#pragma once

#include <glib-object.h>
#include <nncore/api.h>
#include <nncore/error.h>
#include <nncore/model.h>
#include <nncore/precision.h>
#include <nncore/tensor.h>

G_BEGIN_DECLS

/**
 * NncSession:
 *
 * Owns the plan of a network's execution, the arena of its intermediate
 * tensors and its state. A session is used by one thread at a time
 * (nnc_session_cancel() excepted); any number of sessions run one model at
 * once.
 */
typedef struct _NncSession NncSession;

#define NNC_TYPE_SESSION (nnc_session_get_type ())
NNC_API GType nnc_session_get_type (void) G_GNUC_CONST;

/**
 * NncSessionOptions:
 * @threads: how many threads a run may use; 0 is 1
 * @memory_limit: the most bytes that its tensors may take; 0 is no limit
 * @disabled_passes: (nullable) (array zero-terminated=1): names of graph
 *   passes to leave out, for finding out what a pass does; `all` is all of them
 * @input_shapes: (nullable): an array with a shape for each input of the model,
 *   or %NULL for those that it decides; where it is %NULL itself, and for
 *   inputs whose shape is, dimensions that the model leaves free are 1
 * @max_iterations: how often loops may go around in one run, all together; 0 is
 *   16777216
 * @exact: whether a network that states where its real numbers are rounded to
 *   integers (QuantizeLinear and DequantizeLinear) is computed in reals as it
 *   is written. Otherwise operators between those compute integers where that
 *   moves no result of theirs by more than a step, and fewer than one in a
 *   thousand; what follows may amplify a step
 * @precision: what convolutions and matrix products compute in
 *
 * How a session is to run. Zero-initialized is the default.
 */
typedef struct {
  guint threads;
  gsize memory_limit;
  const char *const *disabled_passes;
  const gint64 *const *input_shapes;
  guint64 max_iterations;
  gboolean exact;
  NncPrecision precision;
  /*< private >*/
  gpointer reserved[5];
} NncSessionOptions;

/**
 * NncTensorFunc:
 * @tensor: what was computed; valid during the call
 * @user_data: what was given with the function
 * @error: return location for a #GError
 *
 * Is shown a tensor.
 *
 * Returns: %FALSE with @error set to end the run
 */
typedef gboolean (*NncTensorFunc) (const NncTensor *tensor, gpointer user_data, GError **error);

NNC_API NncSession *nnc_session_new (NncModel *model, const NncSessionOptions *options, GError **error);
NNC_API NncSession *nnc_session_ref (NncSession *session);
NNC_API void nnc_session_unref (NncSession *session);

NNC_API NncModel *nnc_session_get_model (NncSession *session);
NNC_API guint nnc_session_get_n_inputs (NncSession *session);
NNC_API guint nnc_session_get_n_outputs (NncSession *session);
NNC_API NncTensor *nnc_session_get_input (NncSession *session, guint index);
NNC_API const NncTensor *nnc_session_get_output (NncSession *session, guint index);
NNC_API gint nnc_session_find_input (NncSession *session, const char *name);
NNC_API gint nnc_session_find_output (NncSession *session, const char *name);
NNC_API gboolean nnc_session_bind_input (NncSession *session, guint index, gpointer data, gsize size, GError **error);
NNC_API gboolean nnc_session_reshape (NncSession *session, guint input, const gint64 *shape, guint rank,
                                      GError **error);
NNC_API gboolean nnc_session_run (NncSession *session, GError **error);
NNC_API gboolean nnc_session_run_timed (NncSession *session, double *microseconds, GError **error);
NNC_API gboolean nnc_session_run_traced (NncSession *session, NncTensorFunc func, gpointer user_data, GError **error);
NNC_API void nnc_session_reset (NncSession *session);
NNC_API void nnc_session_cancel (NncSession *session);

/**
 * NncStepInfo:
 * @name: the node's name in the model's file, or an empty string
 * @op: the operator
 * @kernel: what computes it
 * @output: (nullable): its first output
 * @macs: multiply-accumulates of one run
 * @bytes: how many its inputs and outputs have together
 * @waits_for_data: whether some shape of it depends on data, so that it is planned anew in each run
 *
 * One step of a session's plan.
 */
typedef struct {
  const char *name;
  const char *op;
  const char *kernel;
  const NncTensor *output;
  guint64 macs;
  guint64 bytes;
  gboolean waits_for_data;
} NncStepInfo;

NNC_API guint nnc_session_get_n_steps (NncSession *session);
NNC_API void nnc_session_get_step (NncSession *session, guint index, NncStepInfo *info);
NNC_API gsize nnc_session_get_arena_size (NncSession *session);
NNC_API gsize nnc_session_get_live_peak (NncSession *session);
NNC_API guint64 nnc_session_get_macs (NncSession *session);
NNC_API guint64 nnc_session_get_work (NncSession *session);
NNC_API guint64 nnc_session_get_n_parameters (NncSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncSession, nnc_session_unref)

G_END_DECLS
