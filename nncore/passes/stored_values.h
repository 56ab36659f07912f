/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_values.h: what the parts of fuse_quantization share: reading a QuantizeLinear or DequantizeLinear of one
 * scale, and giving a node's output to another. */
#pragma once

#include "pass.h"
#include "scale.h"

/* One constant scale above 0, and a zero point of 8 bits. */
typedef struct {
  NncScale scale;
  NncDataType type; /* as stored */
  NncValue *values[2]; /* scale, zero point or NULL: inputs 1 and 2 */
} NncStoredValue;

/* Of a QuantizeLinear. */
gboolean nnc_stored_value_written (const NncNode *node, NncStoredValue *stored);
/* Of the DequantizeLinear that computes a value; its input 0 is what is stored. NULL: that is not so. */
NncNode *nnc_stored_value_read (const NncValue *value, NncStoredValue *stored);
gboolean nnc_stored_value_equal (const NncStoredValue *a, const NncStoredValue *b);

/* A node of op in the place of `node`, which has one output and stays without a reader. */
NncNode *nnc_node_replace (NncGraph *graph, NncNode *node, const char *op, NncValue *const *inputs, guint n_inputs);

/* The parts: each rewrites what ends in a QuantizeLinear, and says whether it did. */
gboolean nnc_fuse_stored_product (NncGraph *graph, NncNode *quantize);
gboolean nnc_fuse_stored_elements (NncGraph *graph, NncNode *quantize);
