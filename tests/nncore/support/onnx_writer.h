/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_writer.h: small ONNX models, written in a test.
 *
 *   OnnxWriter *writer = onnx_writer_new (15);
 *   onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 3, 8, 8));
 *   onnx_writer_initializer (writer, "w", NNC_F32, DIMS (4, 3, 3, 3), weights);
 *   onnx_writer_node (writer, "first", "Conv", "x,w", "y");
 *   onnx_writer_ints (writer, "pads", DIMS (1, 1, 1, 1));
 *   onnx_writer_output (writer, "y", NNC_F32, DIMS (1, 4, 8, 8));
 *   GBytes *model = onnx_writer_finish (writer);
 *   NncModel *loaded = nnc_model_new_from_bytes (model, "test", &error);
 *
 * The order of calls is free, except that attributes belong to the node before them. */
#pragma once

#include <nncore/tensor.h>

/* As (n, values): a shape, or an attribute's integers. No dimensions: 0, NULL. */
#define DIMS(...)                                                                                                      \
  (guint) (sizeof ((gint64[]){ __VA_ARGS__ }) / sizeof (gint64)), (const gint64[])                                     \
  {                                                                                                                    \
    __VA_ARGS__                                                                                                        \
  }

typedef struct _OnnxWriter OnnxWriter;

/* Imports this opset of the default domain; 0: none. */
OnnxWriter *onnx_writer_new (gint64 opset);
/* Ends the model. Frees the writer. */
GBytes *onnx_writer_finish (OnnxWriter *writer);
/* Ends a subgraph, for onnx_writer_graph(). Frees the writer. */
GByteArray *onnx_writer_finish_graph (OnnxWriter *writer);

/* A function instead of a model, for onnx_writer_function(): its nodes alone. inputs, outputs: names with commas. */
OnnxWriter *onnx_writer_new_function (const char *domain, const char *name, const char *inputs, const char *outputs,
                                      gint64 opset);
/* A function of the model, which is freed. */
void onnx_writer_function (OnnxWriter *writer, OnnxWriter *function);

void onnx_writer_opset (OnnxWriter *writer, const char *domain, gint64 version);
void onnx_writer_metadata (OnnxWriter *writer, const char *key, const char *value);

/* A dimension below 0 is free and named "dN". */
void onnx_writer_input (OnnxWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape);
void onnx_writer_output (OnnxWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape);
/* Declared, with nothing known. */
void onnx_writer_untyped_input (OnnxWriter *writer, const char *name);
void onnx_writer_untyped_output (OnnxWriter *writer, const char *name);
/* data: as many little-endian numbers as the shape wants, kept as raw_data. */
void onnx_writer_initializer (OnnxWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape,
                              gconstpointer data);
/* A TensorProto that the caller wrote. Freed. */
void onnx_writer_take_initializer (OnnxWriter *writer, GByteArray *tensor);

/* inputs, outputs: names with commas between; an empty name is an absent one. op may be "domain::Op". */
void onnx_writer_node (OnnxWriter *writer, const char *name, const char *op, const char *inputs, const char *outputs);
void onnx_writer_int (OnnxWriter *writer, const char *name, gint64 value);
void onnx_writer_ints (OnnxWriter *writer, const char *name, guint n, const gint64 *values);
void onnx_writer_float (OnnxWriter *writer, const char *name, float value);
void onnx_writer_floats (OnnxWriter *writer, const char *name, guint n, const float *values);
void onnx_writer_string (OnnxWriter *writer, const char *name, const char *value);
void onnx_writer_tensor (OnnxWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape,
                         gconstpointer data);
/* A TensorProto that the caller wrote. Freed. */
void onnx_writer_take_tensor (OnnxWriter *writer, const char *name, GByteArray *tensor);
/* A float attribute that is attribute `reference` of the function around it. */
void onnx_writer_reference (OnnxWriter *writer, const char *name, const char *reference);
void onnx_writer_graph (OnnxWriter *writer, const char *name, GByteArray *graph);

/* ONNX's number for a type. */
gint64 onnx_type_number (NncDataType type);
