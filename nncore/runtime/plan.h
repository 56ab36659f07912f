/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan.h: a graph of known shapes, ready to run: steps with resolved pointers into one arena. */
#pragma once

#include "graph.h"
#include "planner.h"

typedef struct _NncPlan NncPlan;

typedef struct {
  guint threads; /* at least 1 */
  gsize memory_limit; /* of arena and scratch; 0: none */
} NncPlanOptions;

/* Takes over the graph. Sources must be acquired. */
NncPlan *nnc_plan_new (NncGraph *graph, NncPackStore *store, const NncPlanOptions *options, GError **error);
void nnc_plan_free (NncPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncPlan, nnc_plan_free)

NncTensor *nnc_plan_get_tensor (NncPlan *plan, const NncValue *value);
const NncGraph *nnc_plan_get_graph (NncPlan *plan);
const NncStep *nnc_plan_get_steps (NncPlan *plan, guint *n);
gsize nnc_plan_get_arena_size (NncPlan *plan);
gsize nnc_plan_get_live_peak (NncPlan *plan);
/* Input i, and all views of it, lie at `data` from now on. */
void nnc_plan_bind_input (NncPlan *plan, guint i, gpointer data);
gboolean nnc_plan_run (NncPlan *plan, NncThreadPool *pool, gint *cancelled, GError **error);
