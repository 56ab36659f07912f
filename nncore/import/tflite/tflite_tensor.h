/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_tensor.h: Tensor -> NncValue: its type, declared shape, quantization and numbers. */
#pragma once

#include "tflite_model.h"

/* NNC_INVALID: none of ours. */
NncDataType nnc_tflite_type (gint64 type);
/* Adds it to the graph. Errors name the tensor. */
NncValue *nnc_tflite_read_tensor (NncTfliteModel *model, const NncTable *tensor, NncGraph *graph, GError **error);
