/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* planner.h: what stands behind nnc_prepare_pack() and nnc_prepare_params(): where
 * packed weights are kept, and what a step owns. Ops do not see it. */
#pragma once

#include "memory.h"
#include "op.h"
#include "thread_pool.h"
#include "variables.h"

/* Packed memory, found by key. Thread-safe; what it returns lives as long as it does. */
typedef struct _NncPackStore NncPackStore;

/* expected: about how many bytes will be packed; 0: not known. */
NncPackStore *nnc_pack_store_new (gsize expected);
NncPackStore *nnc_pack_store_ref (NncPackStore *store);
void nnc_pack_store_unref (NncPackStore *store);
/* Takes over key. */
gconstpointer nnc_pack_store_get (NncPackStore *store, GBytes *key, gsize size, NncPack pack, gpointer user_data,
                                  GError **error);
gsize nnc_pack_store_get_size (NncPackStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncPackStore, nnc_pack_store_unref)

/* The plan of a subgraph, made and run by the layer above. */
typedef struct _NncPlan NncPlan;

typedef struct {
  /* Runs the passes and plans. Takes over the graph, whose inputs are described, where they are known. */
  NncPlan *(*plan) (gpointer user_data, NncGraph *graph, GError **error);
  void (*free) (NncPlan *plan);
  /* An input's type, shape and place: those of a tensor that stays where it is during a run. */
  gboolean (*bind) (NncPlan *plan, guint input, const NncTensor *tensor, GError **error);
  gboolean (*run) (NncPlan *plan, NncRunContext *context, GError **error);
  /* As the last run left it. */
  const NncTensor *(*get_output) (NncPlan *plan, guint output);
  /* What is known of it without a run: where its shape is not, that which the file declares, free dimensions being 0. */
  void (*describe_output) (NncPlan *plan, guint output, NncTensorDesc *desc);
  /* Gives back what outputs of unknown size took. */
  void (*end) (NncPlan *plan);
  guint64 (*get_macs) (NncPlan *plan);
  guint64 (*get_other_work) (NncPlan *plan);
} NncSubgraphPlanning;

/* One step being prepared. */
struct _NncPlanner {
  NncPackStore *store;
  NncConstant *const *constants; /* of each input; NULL where it is computed */
  const NncSubgraphPlanning *subgraphs; /* NULL: there can be none */
  gpointer subgraphs_data;
  NncVariables *variables; /* NULL: there can be none */
  NncMemory *memory; /* for what lives as long as the step */
  gpointer params; /* out, g_free() it */
  GDestroyNotify clear_params; /* out, or NULL; call it before */
  guint64 consumed; /* out, bit i: input i's numbers are not wanted by run */
};

/* What a run has at hand. */
struct _NncRunContext {
  guint8 *scratch; /* parts * scratch_size bytes, aligned to 64 */
  gsize scratch_size; /* of a part; a multiple of 64 */
  NncThreadPool *pool; /* NULL: one thread */
  NncMemory *memory; /* for outputs that run makes */
  NncVariables *variables; /* NULL: no step needs them */
  gint *cancelled; /* atomic; NULL: it cannot be */
  guint64 *iterations; /* of loops, that are left; NULL: any number */
  double *microseconds; /* of each step of the plan, filled in; NULL, and in bodies: nobody asks */
  gboolean (*trace) (const NncTensor *tensor, gpointer user_data, GError **error); /* sees what is computed; or NULL */
  gpointer trace_data;
};

/* Frees params as a step wants it. */
void nnc_params_free (gpointer params, GDestroyNotify clear);
/* FALSE with an error: the run was cancelled. */
gboolean nnc_run_check_cancelled (const NncRunContext *context, GError **error);
