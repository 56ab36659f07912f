/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan_private.h: what a plan is made of, for the files that make it. */
#pragma once

#include "dynamic_step.h"
#include "place.h"
#include "plan.h"

/* A place whose value nobody wants after a step. */
typedef struct {
  guint step;
  NncPlace *place;
} NncPlanRelease;

struct _NncPlan {
  NncPlanOptions options;
  NncStepResources resources;
  gboolean is_body; /* inputs are bound before each run: they need no memory */
  NncGraph *graph;
  GHashTable *places; /* NncValue -> NncPlace */
  GHashTable *last_reads; /* NncValue -> index of the last node that reads it, while places are given */
  GPtrArray **input_places; /* of each input: the places that lie in its memory */
  GHashTable
      *wholes; /* Concat -> the block of its output, and 1, where a part of it has a place; while places are given */
  GArray *blocks; /* of NncArenaBlock */
  GArray *steps; /* of NncStep */
  GArray *releases; /* of NncPlanRelease, in the order of steps */
  guint8 *arena;
  gsize arena_size, live_peak;
  guint8 *scratch;
  gsize scratch_size; /* a part */
  gsize reserved; /* bytes counted in memory */
};

static inline NncPlace *
nnc_plan_find_place (const NncPlan *plan, const NncValue *value)
{
  return value ? g_hash_table_lookup (plan->places, value) : NULL;
}

/* Whether its output goes to its one reader by rows, and never lies there as a whole: pass tile_rows. */
static inline gboolean
nnc_node_gives_rows (const NncNode *node)
{
  return nnc_node_get_int (node, "rows_to_next", 0) != 0;
}

/* Whether its output lies in that of the Concat that reads it: pass concat_in_place. */
static inline gboolean
nnc_node_writes_into_reader (const NncNode *node)
{
  return nnc_node_get_int (node, "into_reader", 0) != 0;
}

/* plan_steps.c: prepares a step for each node, and sets scratch_size. Values have places. */
gboolean nnc_plan_add_steps (NncPlan *plan, GError **error);
/* plan_subgraph.c: how steps plan and run bodies. */
extern const NncSubgraphPlanning nnc_plan_subgraphs;
/* The same, for the plan of a body. */
NncPlan *nnc_plan_new_body (NncGraph *graph, const NncPlanOptions *options, GError **error);
/* plan_trace.c: shows the outputs of all nodes from *node to that of the step, which comes next, to the run's trace, if
 * it has one. *node: the next that was not shown. */
gboolean nnc_plan_trace (const NncPlan *plan, guint *node, guint step, const NncRunContext *context, GError **error);
/* Gives back the memory of all dynamic values. */
void nnc_plan_forget (NncPlan *plan);
