/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_writer.h: small TFLite models, written in a test.
 *
 *   TfliteWriter *writer = tflite_writer_new ();
 *   guint x = tflite_writer_input (writer, "x", NNC_F32, DIMS (1, 8, 8, 3));
 *   guint w = tflite_writer_constant (writer, "w", NNC_F32, DIMS (4, 3, 3, 3), weights);
 *   guint y = tflite_writer_tensor (writer, "y", NNC_F32, DIMS (1, 8, 8, 4));
 *   tflite_writer_node (writer, 3, DIMS (x, w), DIMS (y));   # CONV_2D
 *   tflite_writer_options (writer, 1)                        # Conv2DOptions: an FbTable
 *   tflite_writer_output (writer, y);
 *   GBytes *model = tflite_writer_finish (writer); */
#pragma once

#include "flatbuffer_writer.h"
#include "onnx_writer.h" /* DIMS */

typedef struct _TfliteWriter TfliteWriter;

TfliteWriter *tflite_writer_new (void);
GBytes *tflite_writer_finish (TfliteWriter *writer);

/* Each returns the tensor's index. */
guint tflite_writer_tensor (TfliteWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape);
guint tflite_writer_input (TfliteWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape);
guint tflite_writer_constant (TfliteWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape,
                              gconstpointer data);
void tflite_writer_output (TfliteWriter *writer, guint tensor);
/* Of the tensor made last. */
void tflite_writer_quantize (TfliteWriter *writer, guint n, const float *scales, const gint64 *zero_points, gint axis);

/* builtin: its number in the schema. inputs: tensors, -1 for an absent one. */
void tflite_writer_node (TfliteWriter *writer, guint builtin, guint n_inputs, const gint64 *inputs, guint n_outputs,
                         const gint64 *outputs);
/* Of the node made last: a table to set fields of. kind: of the union BuiltinOptions. */
FbTable *tflite_writer_options (TfliteWriter *writer, guint kind);

/* For what is not said above: the tables of the schema. */
FbTable *tflite_writer_get_model (TfliteWriter *writer);
FbTable *tflite_writer_get_last_tensor (TfliteWriter *writer);
/* A further buffer; returns its index. */
guint tflite_writer_buffer (TfliteWriter *writer, gconstpointer data, gsize size);
