/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_metadata.h: what a TensorFlow Lite file says about itself, as texts:
 *
 *   name, description, version, author, license
 *   input.N.name, input.N.description, output.N.…
 *   input.N.mean, input.N.std   numbers with a space between: out = (in - mean) / std
 *   input.N.color               RGB or GRAYSCALE
 *   output.N.labels             the text of the label file inside: a name a line
 *   output.N.threshold          scores below it do not count
 */
#pragma once

#include "tflite_model.h"

gboolean nnc_tflite_read_metadata (NncTfliteModel *model, const NncTable *root, GHashTable *metadata, GError **error);
