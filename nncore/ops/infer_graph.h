/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* infer_graph.h: types and shapes of every value of a graph. */
#pragma once

#include "op.h"

/* Gives every value its type and shape, as far as they do not depend on data, and turns what follows from constants and
 * shapes alone into constants. Nodes are in order, inputs are described. Sources must be acquired. */
gboolean nnc_graph_infer (NncGraph *graph, GError **error);
