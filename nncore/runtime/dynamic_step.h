/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dynamic_step.h: a step of which some shape depends on data: each time it is
 * run shapes are inferred, outputs placed, a kernel prepared where shapes are
 * not those of the last time, and then it is run. */
#pragma once

#include "planner.h"

/* What a plan lends to its steps; outlives them. */
typedef struct {
  NncPackStore *store;
  NncMemory *memory;
  NncVariables *variables;
  guint threads;
  NncPrecision precision;
} NncStepResources;

/* Makes step, whose inputs and outputs are places, a dynamic one. constants: of each input, resident; NULL where it is
 * computed. An op with subgraphs is prepared already: its run and params stay what they are, and scratch is what it
 * asked for. */
void nnc_dynamic_step_init (NncStep *step, const NncStepResources *resources, NncConstant *const *constants,
                            gsize scratch);
gboolean nnc_step_is_dynamic (const NncStep *step);
