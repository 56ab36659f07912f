/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* color_model.c: see color_model.h. */
#include "color_model.h"

#include "onnx_writer.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

static GBytes *
write_bytes (const ColorModel *model)
{
  OnnxWriter *writer = onnx_writer_new (13);
  const float scale[] = { 1.0f / 255.0f };

  if (model->layout == NNC_LAYOUT_NHWC)
    onnx_writer_input (writer, "picture", model->type, DIMS (model->batch, model->height, model->width, 3));
  else
    onnx_writer_input (writer, "picture", model->type, DIMS (model->batch, 3, model->height, model->width));
  onnx_writer_initializer (writer, "scale", NNC_F32, DIMS (1), scale);
  onnx_writer_node (writer, "to float", "Cast", "picture", "pixels");
  onnx_writer_int (writer, "to", onnx_type_number (NNC_F32));
  onnx_writer_node (writer, "means", "ReduceMean", "pixels", "means");
  if (model->layout == NNC_LAYOUT_NHWC)
    onnx_writer_ints (writer, "axes", DIMS (1, 2));
  else
    onnx_writer_ints (writer, "axes", DIMS (2, 3));
  onnx_writer_int (writer, "keepdims", 0);
  onnx_writer_node (writer, "scaled", "Mul", "means,scale", "scores");
  onnx_writer_output (writer, "scores", NNC_F32, DIMS (model->batch, 3));
  return onnx_writer_finish (writer);
}

static char *
write_file (GBytes *bytes)
{
  char *path = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  gint descriptor = g_file_open_tmp ("color-XXXXXX.onnx", &path, NULL);

  g_assert_cmpint (descriptor, >=, 0);
  close (descriptor);
  g_assert_true (g_file_set_contents (path, data, (gssize)size, NULL));
  return path;
}

char *
color_model_write (const ColorModel *model)
{
  g_autoptr (GBytes) bytes = write_bytes (model);

  return write_file (bytes);
}

char *
color_model_write_usual (void)
{
  return color_model_write (&(ColorModel){ NNC_LAYOUT_NHWC, NNC_F32, 1, 8, 8 });
}

/* So many columns that all kernels of products take it; the other product picks three of them. */
#define COLUMNS 16

char *
color_model_write_inexact (void)
{
  OnnxWriter *writer = onnx_writer_new (13);
  float weights[3][COLUMNS] = { 0 }, picks[COLUMNS][3] = { 0 };
  const float scale[] = { 0.5f / 255.0f };
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < 3; i++) {
    weights[i][i] = 1.01f;
    picks[i][i] = 1;
  }
  onnx_writer_input (writer, "picture", NNC_F32, DIMS (1, 8, 8, 3));
  onnx_writer_initializer (writer, "scale", NNC_F32, DIMS (1), scale);
  onnx_writer_initializer (writer, "weights", NNC_F32, DIMS (3, COLUMNS), weights);
  onnx_writer_initializer (writer, "picks", NNC_F32, DIMS (COLUMNS, 3), picks);
  onnx_writer_node (writer, "means", "ReduceMean", "picture", "means");
  onnx_writer_ints (writer, "axes", DIMS (1, 2));
  onnx_writer_int (writer, "keepdims", 0);
  onnx_writer_node (writer, "weighted", "MatMul", "means,weights", "columns");
  onnx_writer_node (writer, "picked", "MatMul", "columns,picks", "products");
  onnx_writer_node (writer, "scaled", "Mul", "products,scale", "scores");
  onnx_writer_output (writer, "scores", NNC_F32, DIMS (1, 3));
  bytes = onnx_writer_finish (writer);
  return write_file (bytes);
}

void
color_model_remove (char *path)
{
  g_remove (path);
  g_free (path);
}
