/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_writer.c: ONNX's messages, as far as tests need them. Field numbers
 * and enumerations are those of onnx.proto. */
#include "onnx_writer.h"
#include "protobuf_writer.h"

#include <string.h>

struct _OnnxWriter {
  GByteArray *model;
  GByteArray *graph;
  GByteArray *node; /* not appended yet, or NULL */
  gboolean is_function; /* graph is a FunctionProto */
};

OnnxWriter *
onnx_writer_new (gint64 opset)
{
  OnnxWriter *writer = g_new0 (OnnxWriter, 1);

  writer->model = g_byte_array_new ();
  writer->graph = g_byte_array_new ();
  protobuf_put_varint (writer->model, 1, 8); /* ir_version */
  if (opset > 0)
    onnx_writer_opset (writer, "", opset);
  return writer;
}

static void
flush_node (OnnxWriter *writer)
{
  if (writer->node)
    protobuf_take_message (writer->graph, writer->is_function ? 7 : 1, g_steal_pointer (&writer->node));
}

GByteArray *
onnx_writer_finish_graph (OnnxWriter *writer)
{
  GByteArray *graph = writer->graph;

  flush_node (writer);
  g_byte_array_unref (writer->model);
  g_free (writer);
  return graph;
}

GBytes *
onnx_writer_finish (OnnxWriter *writer)
{
  GByteArray *model = writer->model;

  flush_node (writer);
  protobuf_put_string (writer->graph, 2, "graph");
  protobuf_take_message (model, 7, writer->graph);
  g_free (writer);
  return g_byte_array_free_to_bytes (model);
}

void
onnx_writer_opset (OnnxWriter *writer, const char *domain, gint64 version)
{
  GByteArray *import = g_byte_array_new ();

  protobuf_put_string (import, 1, domain);
  protobuf_put_varint (import, 2, (guint64)version);
  protobuf_take_message (writer->is_function ? writer->graph : writer->model, writer->is_function ? 9 : 8, import);
}

static void
put_names (GByteArray *message, guint field, const char *names)
{
  g_auto (GStrv) parts = g_strsplit (names, ",", -1);

  for (guint i = 0; parts[i]; i++)
    protobuf_put_string (message, field, parts[i]);
}

OnnxWriter *
onnx_writer_new_function (const char *domain, const char *name, const char *inputs, const char *outputs, gint64 opset)
{
  OnnxWriter *writer = onnx_writer_new (0);

  writer->is_function = TRUE;
  protobuf_put_string (writer->graph, 1, name);
  put_names (writer->graph, 4, inputs);
  put_names (writer->graph, 5, outputs);
  protobuf_put_string (writer->graph, 10, domain);
  onnx_writer_opset (writer, "", opset);
  return writer;
}

void
onnx_writer_function (OnnxWriter *writer, OnnxWriter *function)
{
  protobuf_take_message (writer->model, 25, onnx_writer_finish_graph (function));
}

void
onnx_writer_metadata (OnnxWriter *writer, const char *key, const char *value)
{
  GByteArray *entry = g_byte_array_new ();

  protobuf_put_string (entry, 1, key);
  protobuf_put_string (entry, 2, value);
  protobuf_take_message (writer->model, 14, entry);
}

gint64
onnx_type_number (NncDataType type)
{
  static const guint8 numbers[] = {
    [NNC_INVALID] = 0, [NNC_F32] = 1, [NNC_F16] = 10, [NNC_F64] = 11, [NNC_I8] = 3,   [NNC_U8] = 2,   [NNC_I16] = 5,
    [NNC_U16] = 4,     [NNC_I32] = 6, [NNC_U32] = 12, [NNC_I64] = 7,  [NNC_U64] = 13, [NNC_BOOL] = 9,
  };

  return numbers[type];
}

static void
put_dimension (GByteArray *shape, guint index, gint64 size)
{
  GByteArray *dimension = g_byte_array_new ();
  char name[16];

  if (size < 0) {
    g_snprintf (name, sizeof name, "d%u", index);
    protobuf_put_string (dimension, 2, name);
  } else {
    protobuf_put_varint (dimension, 1, (guint64)size);
  }
  protobuf_take_message (shape, 1, dimension);
}

static void
put_value (OnnxWriter *writer, guint field, const char *name, NncDataType type, guint rank, const gint64 *dims)
{
  GByteArray *value = g_byte_array_new (), *type_message = g_byte_array_new (), *tensor = g_byte_array_new ();
  GByteArray *shape = g_byte_array_new ();

  protobuf_put_string (value, 1, name);
  protobuf_put_varint (tensor, 1, (guint64)onnx_type_number (type));
  for (guint i = 0; i < rank; i++)
    put_dimension (shape, i, dims[i]);
  protobuf_take_message (tensor, 2, shape);
  protobuf_take_message (type_message, 1, tensor);
  protobuf_take_message (value, 2, type_message);
  protobuf_take_message (writer->graph, field, value);
}

static void
put_untyped (OnnxWriter *writer, guint field, const char *name)
{
  GByteArray *value = g_byte_array_new ();

  protobuf_put_string (value, 1, name);
  protobuf_take_message (writer->graph, field, value);
}

void
onnx_writer_input (OnnxWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape)
{
  put_value (writer, 11, name, type, rank, shape);
}

void
onnx_writer_output (OnnxWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape)
{
  put_value (writer, 12, name, type, rank, shape);
}

void
onnx_writer_untyped_input (OnnxWriter *writer, const char *name)
{
  put_untyped (writer, 11, name);
}

void
onnx_writer_untyped_output (OnnxWriter *writer, const char *name)
{
  put_untyped (writer, 12, name);
}

static GByteArray *
tensor_message (const char *name, NncDataType type, guint rank, const gint64 *shape, gconstpointer data)
{
  GByteArray *tensor = g_byte_array_new ();
  gsize size = nnc_data_type_get_size (type);

  for (guint i = 0; i < rank; i++) {
    protobuf_put_varint (tensor, 1, (guint64)shape[i]);
    size *= (gsize)shape[i];
  }
  protobuf_put_varint (tensor, 2, (guint64)onnx_type_number (type));
  protobuf_put_string (tensor, 8, name);
  protobuf_put_bytes (tensor, 9, data, size);
  return tensor;
}

void
onnx_writer_initializer (OnnxWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape,
                         gconstpointer data)
{
  onnx_writer_take_initializer (writer, tensor_message (name, type, rank, shape, data));
}

void
onnx_writer_take_initializer (OnnxWriter *writer, GByteArray *tensor)
{
  protobuf_take_message (writer->graph, 5, tensor);
}

void
onnx_writer_node (OnnxWriter *writer, const char *name, const char *op, const char *inputs, const char *outputs)
{
  const char *colons = strstr (op, "::");

  flush_node (writer);
  writer->node = g_byte_array_new ();
  put_names (writer->node, 1, inputs);
  put_names (writer->node, 2, outputs);
  protobuf_put_string (writer->node, 3, name);
  protobuf_put_string (writer->node, 4, colons ? colons + 2 : op);
  if (colons)
    protobuf_put_bytes (writer->node, 7, op, (gsize)(colons - op));
}

/* An AttributeProto of this AttributeType, without its value. */
static GByteArray *
attribute_new (const char *name, guint type)
{
  GByteArray *attribute = g_byte_array_new ();

  protobuf_put_string (attribute, 1, name);
  protobuf_put_varint (attribute, 20, type);
  return attribute;
}

static void
take_attribute (OnnxWriter *writer, GByteArray *attribute)
{
  protobuf_take_message (writer->node, 5, attribute);
}

void
onnx_writer_int (OnnxWriter *writer, const char *name, gint64 value)
{
  GByteArray *attribute = attribute_new (name, 2);

  protobuf_put_varint (attribute, 3, (guint64)value);
  take_attribute (writer, attribute);
}

void
onnx_writer_ints (OnnxWriter *writer, const char *name, guint n, const gint64 *values)
{
  GByteArray *attribute = attribute_new (name, 7);

  for (guint i = 0; i < n; i++)
    protobuf_put_varint (attribute, 8, (guint64)values[i]);
  take_attribute (writer, attribute);
}

void
onnx_writer_float (OnnxWriter *writer, const char *name, float value)
{
  GByteArray *attribute = attribute_new (name, 1);

  protobuf_put_float (attribute, 2, value);
  take_attribute (writer, attribute);
}

void
onnx_writer_floats (OnnxWriter *writer, const char *name, guint n, const float *values)
{
  GByteArray *attribute = attribute_new (name, 6);

  for (guint i = 0; i < n; i++)
    protobuf_put_float (attribute, 7, values[i]);
  take_attribute (writer, attribute);
}

void
onnx_writer_string (OnnxWriter *writer, const char *name, const char *value)
{
  GByteArray *attribute = attribute_new (name, 3);

  protobuf_put_string (attribute, 4, value);
  take_attribute (writer, attribute);
}

void
onnx_writer_tensor (OnnxWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape,
                    gconstpointer data)
{
  onnx_writer_take_tensor (writer, name, tensor_message ("", type, rank, shape, data));
}

void
onnx_writer_take_tensor (OnnxWriter *writer, const char *name, GByteArray *tensor)
{
  GByteArray *attribute = attribute_new (name, 4);

  protobuf_take_message (attribute, 5, tensor);
  take_attribute (writer, attribute);
}

void
onnx_writer_reference (OnnxWriter *writer, const char *name, const char *reference)
{
  GByteArray *attribute = attribute_new (name, 1);

  protobuf_put_string (attribute, 21, reference);
  take_attribute (writer, attribute);
}

void
onnx_writer_graph (OnnxWriter *writer, const char *name, GByteArray *graph)
{
  GByteArray *attribute = attribute_new (name, 5);

  protobuf_take_message (attribute, 6, graph);
  take_attribute (writer, attribute);
}
