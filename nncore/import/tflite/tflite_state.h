/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_state.h: tensors that a node changes and that persist over runs: variables of the session. */
#pragma once

#include "tflite_translate.h"

typedef struct {
  NncValue *handle;
  NncValue *before; /* what the node reads */
  NncValue *after; /* what the node writes */
} NncTfliteState;

/* Input i is a state, whose shape is known; it begins as zeros. */
gboolean nnc_tflite_read_state (NncTfliteTranslation *translation, guint i, NncTfliteState *state, GError **error);
/* Once the node that writes state->after was added. */
void nnc_tflite_write_state (NncTfliteTranslation *translation, const NncTfliteState *state);
/* Zeros of a known shape; of stored numbers, those that mean 0. */
NncConstant *nnc_tflite_zeros (const NncTensorDesc *desc, const NncQuantization *quantization);
