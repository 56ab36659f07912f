/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_external_data.h: where a tensor's numbers lie in a data file beside the model. */
#pragma once

#include "protobuf.h"
#include "source.h"

/* As the tensor says; NULL: it does not. */
typedef struct {
  char *location, *offset, *length;
} NncOnnxExternalData;

void nnc_onnx_external_data_clear (NncOnnxExternalData *external);
/* Reads message, one of a tensor's external_data, to its end. */
gboolean nnc_onnx_external_data_read (NncOnnxExternalData *external, NncMessage *message, GError **error);
/* The data file, which belongs to the model's, and the bytes of it that this tensor's numbers are; or NULL. */
NncSource *nnc_onnx_external_data_find (const NncOnnxExternalData *external, NncSource *model,
                                        const NncTensorDesc *desc, NncCursor *bytes, GError **error);
