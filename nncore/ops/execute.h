/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* execute.h: one node on its own, from given numbers: for constant folding,
 * for parts of a network whose shapes depend on data, and for tests. */
#pragma once

#include "op.h"

/* Asks the op for its output shapes; the error names node and op. outputs[i].type is NNC_INVALID where the op says that
 * it depends on numbers that are not known, or that run finds out. */
gboolean nnc_node_infer (const NncNode *node, const NncTensor *const *inputs, NncTensorDesc *outputs, GError **error);

/* Whether the node has as many inputs and outputs as its op wants. */
gboolean nnc_node_check (const NncNode *node, GError **error);

/* Computes outputs (an array of n_outputs constants, references are the caller's; NULL for outputs that nobody
 * wants) from constants. Sources must be acquired. limit: the most bytes the outputs may have together; max_macs: the
 * most that may be computed. */
gboolean nnc_node_execute (const NncNode *node, NncConstant *const *inputs, gsize limit, guint64 max_macs,
                           NncConstant **outputs, GError **error);

/* Puts "node 'name' (op): " before the error's message. */
void nnc_node_prefix_error (const NncNode *node, GError **error);
