/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_model.h: TensorFlow Lite's model files. */
#pragma once

#include "flatbuffer.h"
#include "importer.h"

extern const NncImporter nnc_tflite_importer;

typedef struct _NncTfliteOperator NncTfliteOperator;

/* An entry of the file's list of operators, which its nodes refer to by index. */
typedef struct {
  char *name; /* "CONV_2D", or a custom operator's own name */
  gint64 version;
  const NncTfliteOperator *operator; /* NULL: not supported */
} NncTfliteOperatorCode;

/* What the reading of all parts of a model shares. */
typedef struct {
  NncSource *source; /* acquired */
  NncFlatbuffer file;
  NncVector subgraphs, buffers;
  GArray *codes; /* of NncTfliteOperatorCode */
  GArray *open; /* gsize: the graphs being read, each inside of the one before */
  guint n_bodies; /* graphs read inside of nodes */
  GString *unsupported; /* "node 'a' (FOO, version 2), …" */
  guint n_unsupported;
} NncTfliteModel;

/* Bytes of a buffer, which may be none. */
gboolean nnc_tflite_model_find_buffer (NncTfliteModel *model, gsize index, gsize *offset, gsize *size, GError **error);
