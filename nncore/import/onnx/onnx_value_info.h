/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_value_info.h: ValueInfoProto, what a file declares about a value. */
#pragma once

#include "graph.h"
#include "protobuf.h"

typedef struct {
  char *name;
  gboolean has_type;
  gboolean is_tensor; /* not a sequence, map, optional or sparse tensor */
  gint64 data_type; /* TensorProto.DataType */
  gboolean has_shape;
  GArray *shape; /* gint64; -1: free */
  GPtrArray *symbols; /* names of free dimensions, or NULL */
} NncOnnxValueInfo;

NncOnnxValueInfo *nnc_onnx_value_info_read (NncMessage *message, GError **error);
void nnc_onnx_value_info_free (NncOnnxValueInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncOnnxValueInfo, nnc_onnx_value_info_free)

/* Whether an input can be of this type and shape: sizes fit, the engine has the type. */
gboolean nnc_onnx_value_info_check (const NncOnnxValueInfo *info, GError **error);
/* Tells the value what is known; a rank beyond the engine's is not. */
void nnc_onnx_value_info_apply (const NncOnnxValueInfo *info, NncValue *value);
