/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan.h: a graph ready to run: steps with resolved pointers into one arena;
 * what has a shape that depends on data has memory of its own. */
#pragma once

#include "graph.h"
#include "planner.h"

/* What the plans of a session, its own and those of subgraphs, have in common; all outlive them. */
typedef struct {
  guint threads; /* at least 1 */
  NncPrecision precision;
  NncPackStore *store;
  NncMemory *memory;
  NncVariables *variables;
  const char *const *disabled_passes; /* or NULL */
} NncPlanOptions;

/* Runs the passes, and plans. Takes over the graph, whose inputs are described. Sources must be acquired. */
NncPlan *nnc_plan_new (NncGraph *graph, const NncPlanOptions *options, GError **error);
void nnc_plan_free (NncPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncPlan, nnc_plan_free)

/* A dynamic value is [0] until a run has computed it. */
NncTensor *nnc_plan_get_tensor (NncPlan *plan, const NncValue *value);
const NncGraph *nnc_plan_get_graph (NncPlan *plan);
const NncStep *nnc_plan_get_steps (NncPlan *plan, guint *n);
guint64 nnc_plan_get_macs (NncPlan *plan);
guint64 nnc_plan_get_other_work (NncPlan *plan);
gsize nnc_plan_get_arena_size (NncPlan *plan);
gsize nnc_plan_get_live_peak (NncPlan *plan);
/* Input i, and all views of it, lie at `data` from now on. */
void nnc_plan_bind_input (NncPlan *plan, guint i, gpointer data);
/* context: all but scratch. */
gboolean nnc_plan_run (NncPlan *plan, const NncRunContext *context, GError **error);
