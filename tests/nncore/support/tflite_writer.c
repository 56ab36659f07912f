/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_writer.c: TFLite's tables, as far as tests need them. Fields' numbers
 * are those of its schema. */
#include "tflite_writer.h"

struct _TfliteWriter {
  FbTable *model, *graph, *tensor, *node;
  GArray *inputs, *outputs; /* gint32 */
  guint n_tensors, n_buffers, n_codes;
};

TfliteWriter *
tflite_writer_new (void)
{
  TfliteWriter *writer = g_new0 (TfliteWriter, 1);

  writer->model = fb_table ();
  writer->graph = fb_table ();
  writer->inputs = g_array_new (FALSE, FALSE, sizeof (gint32));
  writer->outputs = g_array_new (FALSE, FALSE, sizeof (gint32));
  fb_set_int (writer->model, 0, 4, 3);
  fb_add_table (writer->model, 2, writer->graph);
  tflite_writer_buffer (writer, NULL, 0);
  return writer;
}

GBytes *
tflite_writer_finish (TfliteWriter *writer)
{
  GBytes *file;

  fb_set_vector (writer->graph, 1, 4, writer->inputs->len, writer->inputs->data);
  fb_set_vector (writer->graph, 2, 4, writer->outputs->len, writer->outputs->data);
  file = fb_finish (writer->model, "TFL3");
  g_array_unref (writer->inputs);
  g_array_unref (writer->outputs);
  g_free (writer);
  return file;
}

FbTable *
tflite_writer_get_model (TfliteWriter *writer)
{
  return writer->model;
}

FbTable *
tflite_writer_get_last_tensor (TfliteWriter *writer)
{
  return writer->tensor;
}

guint
tflite_writer_buffer (TfliteWriter *writer, gconstpointer data, gsize size)
{
  FbTable *buffer = fb_table ();

  if (data)
    fb_set_bytes (buffer, 0, data, size);
  fb_add_table (writer->model, 4, buffer);
  return writer->n_buffers++;
}

static void
set_ints (FbTable *table, guint field, guint n, const gint64 *values)
{
  g_autofree gint32 *narrow = g_new0 (gint32, n + 1);

  for (guint i = 0; i < n; i++)
    narrow[i] = (gint32)values[i];
  fb_set_vector (table, field, 4, n, narrow);
}

guint
tflite_writer_tensor (TfliteWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape)
{
  static const guint8 numbers[] = {
    [NNC_F32] = 0, [NNC_F16] = 1, [NNC_I32] = 2,  [NNC_U8] = 3,   [NNC_I64] = 4,  [NNC_BOOL] = 6,
    [NNC_I16] = 7, [NNC_I8] = 9,  [NNC_F64] = 10, [NNC_U64] = 12, [NNC_U32] = 15, [NNC_U16] = 16,
  };

  writer->tensor = fb_table ();
  set_ints (writer->tensor, 0, rank, shape);
  fb_set_int (writer->tensor, 1, 1, numbers[type]);
  fb_set_string (writer->tensor, 3, name);
  fb_set_int (writer->tensor, 8, 1, TRUE);
  fb_add_table (writer->graph, 0, writer->tensor);
  return writer->n_tensors++;
}

guint
tflite_writer_input (TfliteWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape)
{
  guint tensor = tflite_writer_tensor (writer, name, type, rank, shape);

  g_array_append_val (writer->inputs, tensor);
  return tensor;
}

guint
tflite_writer_constant (TfliteWriter *writer, const char *name, NncDataType type, guint rank, const gint64 *shape,
                        gconstpointer data)
{
  guint tensor = tflite_writer_tensor (writer, name, type, rank, shape);
  gsize size = nnc_data_type_get_size (type);

  for (guint i = 0; i < rank; i++)
    size *= (gsize)shape[i];
  fb_set_int (writer->tensor, 2, 4, tflite_writer_buffer (writer, data, size));
  return tensor;
}

void
tflite_writer_output (TfliteWriter *writer, guint tensor)
{
  g_array_append_val (writer->outputs, tensor);
}

void
tflite_writer_quantize (TfliteWriter *writer, guint n, const float *scales, const gint64 *zero_points, gint axis)
{
  FbTable *quantization = fb_table ();

  fb_set_vector (quantization, 2, 4, n, scales);
  fb_set_vector (quantization, 3, 8, n, zero_points);
  fb_set_int (quantization, 6, 4, axis);
  fb_set_table (writer->tensor, 4, quantization);
}

void
tflite_writer_node (TfliteWriter *writer, guint builtin, guint n_inputs, const gint64 *inputs, guint n_outputs,
                    const gint64 *outputs)
{
  FbTable *code = fb_table ();

  fb_set_int (code, 0, 1, MIN (builtin, 127));
  fb_set_int (code, 3, 4, builtin);
  fb_add_table (writer->model, 1, code);
  writer->node = fb_table ();
  fb_set_int (writer->node, 0, 4, writer->n_codes++);
  set_ints (writer->node, 1, n_inputs, inputs);
  set_ints (writer->node, 2, n_outputs, outputs);
  fb_add_table (writer->graph, 3, writer->node);
}

FbTable *
tflite_writer_options (TfliteWriter *writer, guint kind)
{
  FbTable *options = fb_table ();

  fb_set_int (writer->node, 3, 1, kind);
  fb_set_table (writer->node, 4, options);
  return options;
}
