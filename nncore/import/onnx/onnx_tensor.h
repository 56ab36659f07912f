/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_tensor.h: TensorProto and ONNX's data types. */
#pragma once

#include "graph.h"
#include "protobuf.h"

/* TensorProto.DataType; NNC_INVALID for those that the engine has no type for. */
NncDataType nnc_onnx_data_type (gint64 number);
/* "float8e4m3fn", or "type 99". Free it. */
char *nnc_onnx_data_type_to_string (gint64 number);

/* A constant that points into the file, or a data file beside it, where the numbers lie there as the
 * engine wants them, and owns its memory where they do not. message is read
 * to its end; source is acquired. name: (out) (optional): free it; may be
 * set when NULL with an error is returned. */
NncConstant *nnc_onnx_read_tensor (NncSource *source, NncMessage *message, char **name, GError **error);
