/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_graph.h: SubGraph -> NncGraph. */
#pragma once

#include "tflite_model.h"

/* A graph, in order and checked. Operators that are not supported are left out and noted in model. */
NncGraph *nnc_tflite_read_graph (NncTfliteModel *model, gsize index, GError **error);
/* The same for a graph inside of a node: none may lie in itself, and there is a limit to how deep, and how many. */
NncGraph *nnc_tflite_read_body (NncTfliteModel *model, gint64 index, GError **error);
