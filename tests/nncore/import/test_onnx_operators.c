/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_onnx_operators.c: what the operators of a file become. */
#include "imported.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static const float zeros[4 * 3 * 3 * 5];

/* y = op (x), x of this shape. Attributes may follow. */
static OnnxWriter *
unary (gint64 opset, const char *op, guint rank, const gint64 *shape)
{
  OnnxWriter *writer = onnx_writer_new (opset);

  onnx_writer_input (writer, "x", NNC_F32, rank, shape);
  onnx_writer_untyped_output (writer, "y");
  onnx_writer_node (writer, "node", op, "x", "y");
  return writer;
}

static OnnxWriter *
convolution (void)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 3, 8, 9));
  onnx_writer_untyped_output (writer, "y");
  onnx_writer_node (writer, "node", "Conv", "x,w", "y");
  return writer;
}

GST_START_TEST (conv_stands_between_transposes)
{
  OnnxWriter *writer = convolution ();
  g_autoptr (Imported) imported = NULL;
  const NncNode *before, *conv, *after;

  onnx_writer_ints (writer, "pads", DIMS (1, 2, 3, 4));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (4, 3, 3, 5), zeros);
  imported = import_writer (writer);
  fail_unless_equals_int (imported->graph->nodes->len, 3);
  before = imported_node (imported, "Transpose", 0);
  conv = imported_node (imported, "Conv", 0);
  after = imported_node (imported, "Transpose", 1);
  fail_unless (before->inputs[0] == imported->graph->inputs->pdata[0]);
  fail_unless (node_ints_equal (before, "perm", DIMS (0, 2, 3, 1)));
  fail_unless (conv->inputs[0] == before->outputs[0]);
  fail_unless (node_ints_equal (conv, "pads", DIMS (1, 2, 3, 4)));
  fail_unless (after->inputs[0] == conv->outputs[0]);
  fail_unless (node_ints_equal (after, "perm", DIMS (0, 3, 1, 2)));
  fail_unless (after->outputs[0] == imported->graph->outputs->pdata[0]);
}
GST_END_TEST

GST_START_TEST (conv_weights_are_a_view_of_the_file)
{
  OnnxWriter *writer = convolution ();
  g_autoptr (Imported) imported = NULL;
  const NncConstant *weights;

  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (4, 3, 3, 5), zeros);
  imported = import_writer (writer);
  weights = imported_node (imported, "Conv", 0)->inputs[1]->constant;
  fail_unless (weights->source == imported->source);
  /* [O,I,3,5] in the file -> [O,3,5,I] */
  fail_unless (weights->desc.rank == 4 && weights->desc.shape[0] == 4 && weights->desc.shape[1] == 3
               && weights->desc.shape[2] == 5 && weights->desc.shape[3] == 3);
  fail_unless (weights->strides[0] == 180 && weights->strides[1] == 20 && weights->strides[2] == 4
               && weights->strides[3] == 60);
}
GST_END_TEST

GST_START_TEST (conv_weights_that_are_computed_are_transposed)
{
  OnnxWriter *writer = convolution ();
  g_autoptr (Imported) imported = NULL;
  const NncNode *conv;

  onnx_writer_input (writer, "w", NNC_F32, DIMS (4, 3, 3, 5));
  imported = import_writer (writer);
  conv = imported_node (imported, "Conv", 0);
  fail_unless (conv->inputs[1]->producer != NULL);
  fail_unless (node_ints_equal (conv->inputs[1]->producer, "perm", DIMS (0, 2, 3, 1)));
}
GST_END_TEST

GST_START_TEST (conv_over_one_axis_has_three_dimensions)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (Imported) imported = NULL;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 3, 8));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (4, 3, 5), zeros);
  onnx_writer_node (writer, "node", "Conv", "x,w", "y");
  onnx_writer_untyped_output (writer, "y");
  imported = import_writer (writer);
  fail_unless (node_ints_equal (imported_node (imported, "Transpose", 0), "perm", DIMS (0, 2, 1)));
  fail_unless_equals_int (imported_node (imported, "Conv", 0)->inputs[1]->constant->desc.rank, 3);
}
GST_END_TEST

/* Neither x nor weights of the Conv are declared. */
GST_START_TEST (a_dequantized_value_has_the_rank_of_what_is_stored)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (Imported) imported = NULL;
  const float scale = 0.5f;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 3, 8));
  onnx_writer_initializer (writer, "s", NNC_F32, 0, NULL, &scale);
  onnx_writer_initializer (writer, "w", NNC_I8, DIMS (4, 3, 5), zeros);
  onnx_writer_node (writer, "store", "QuantizeLinear", "x,s", "stored");
  onnx_writer_node (writer, "x", "DequantizeLinear", "stored,s", "xr");
  onnx_writer_node (writer, "w", "DequantizeLinear", "w,s", "wr");
  onnx_writer_node (writer, "node", "Conv", "xr,wr", "c");
  onnx_writer_node (writer, "pool", "GlobalAveragePool", "c", "y");
  onnx_writer_untyped_output (writer, "y");
  imported = import_writer (writer);
  fail_unless (node_ints_equal (imported_node (imported, "Transpose", 0), "perm", DIMS (0, 2, 1)));
}
GST_END_TEST

GST_START_TEST (conv_with_weights_of_another_rank_is_refused)
{
  OnnxWriter *writer = convolution ();

  onnx_writer_ints (writer, "kernel_shape", DIMS (3, 5));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (4, 3, 5), zeros);
  fail_unless_refused (writer, NNC_ERROR_SHAPE, "node 'node' (Conv)", "'w' has 3 dimensions instead of 4", NULL);
}
GST_END_TEST

GST_START_TEST (pooling_has_its_rank_from_the_kernel)
{
  OnnxWriter *writer = unary (15, "MaxPool", DIMS (1, 3, 8));
  g_autoptr (Imported) imported = NULL;

  onnx_writer_ints (writer, "kernel_shape", DIMS (2));
  imported = import_writer (writer);
  fail_unless (node_ints_equal (imported_node (imported, "Transpose", 0), "perm", DIMS (0, 2, 1)));
  fail_unless (node_ints_equal (imported_node (imported, "Transpose", 1), "perm", DIMS (0, 2, 1)));
}
GST_END_TEST

GST_START_TEST (indices_of_max_pool_are_transposed_too)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (Imported) imported = NULL;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 3, 8, 8));
  onnx_writer_untyped_output (writer, "indices");
  onnx_writer_node (writer, "node", "MaxPool", "x", "y,indices");
  onnx_writer_ints (writer, "kernel_shape", DIMS (2, 2));
  imported = import_writer (writer);
  fail_unless (node_ints_equal (imported_node (imported, "Transpose", 2), "perm", DIMS (0, 3, 1, 2)));
}
GST_END_TEST

GST_START_TEST (global_pooling_has_its_rank_from_what_comes_before)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (Imported) imported = NULL;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 3, 8));
  onnx_writer_node (writer, "first", "Relu", "x", "relu");
  onnx_writer_node (writer, "second", "GlobalAveragePool", "relu", "y");
  onnx_writer_untyped_output (writer, "y");
  imported = import_writer (writer);
  fail_unless (node_ints_equal (imported_node (imported, "Transpose", 0), "perm", DIMS (0, 2, 1)));
}
GST_END_TEST

GST_START_TEST (clip_6_gets_its_bounds_as_inputs)
{
  OnnxWriter *writer = unary (10, "Clip", DIMS (2, 3));
  g_autoptr (Imported) imported = NULL;
  const NncNode *clip;

  onnx_writer_float (writer, "max", 6);
  imported = import_writer (writer);
  clip = imported_node (imported, "Clip", 0);
  fail_unless_equals_int (clip->n_inputs, 3);
  fail_unless (clip->inputs[1] == NULL);
  fail_unless (value_float (clip->inputs[2]) == 6);
  fail_unless (nnc_node_get_attribute (clip, "max") == NULL);
}
GST_END_TEST

GST_START_TEST (pad_2_gets_its_pads_as_inputs)
{
  OnnxWriter *writer = unary (10, "Pad", DIMS (2, 3));
  g_autoptr (Imported) imported = NULL;
  const NncNode *pad;

  onnx_writer_ints (writer, "pads", DIMS (0, 1, 0, 2));
  onnx_writer_float (writer, "value", 1.5f);
  onnx_writer_string (writer, "mode", "constant");
  imported = import_writer (writer);
  pad = imported_node (imported, "Pad", 0);
  fail_unless_equals_int (pad->n_inputs, 3);
  fail_unless (value_ints_equal (pad->inputs[1], DIMS (0, 1, 0, 2)));
  fail_unless (value_float (pad->inputs[2]) == 1.5f);
  fail_unless_equals_string (nnc_node_get_string (pad, "mode", NULL), "constant");
}
GST_END_TEST

GST_START_TEST (slice_1_gets_its_bounds_as_inputs)
{
  OnnxWriter *writer = unary (9, "Slice", DIMS (4, 5));
  g_autoptr (Imported) imported = NULL;
  const NncNode *slice;

  onnx_writer_ints (writer, "axes", DIMS (1));
  onnx_writer_ints (writer, "starts", DIMS (0));
  onnx_writer_ints (writer, "ends", DIMS (-1));
  imported = import_writer (writer);
  slice = imported_node (imported, "Slice", 0);
  fail_unless_equals_int (slice->n_inputs, 4);
  fail_unless (value_ints_equal (slice->inputs[1], DIMS (0)));
  fail_unless (value_ints_equal (slice->inputs[2], DIMS (-1)));
  fail_unless (value_ints_equal (slice->inputs[3], DIMS (1)));
}
GST_END_TEST

GST_START_TEST (axes_become_an_input)
{
  static const char *const ops[] = { "Squeeze", "Unsqueeze", "ReduceMean" };

  for (guint i = 0; i < G_N_ELEMENTS (ops); i++) {
    OnnxWriter *writer = unary (11, ops[i], DIMS (4, 1));
    g_autoptr (Imported) imported = NULL;
    const NncNode *node;

    onnx_writer_ints (writer, "axes", DIMS (1));
    imported = import_writer (writer);
    node = imported_node (imported, ops[i], 0);
    fail_unless_equals_int (node->n_inputs, 2);
    fail_unless (value_ints_equal (node->inputs[1], DIMS (1)));
  }
}
GST_END_TEST

GST_START_TEST (softmax_11_is_over_all_that_follows_its_axis)
{
  g_autoptr (Imported) imported = import_writer (unary (11, "Softmax", DIMS (2, 3, 4)));
  const NncNode *flatten = imported_node (imported, "Flatten", 0);
  const NncNode *softmax = imported_node (imported, "Softmax", 0);
  const NncNode *reshape = imported_node (imported, "Reshape", 0);

  fail_unless_equals_int (nnc_node_get_int (flatten, "axis", 0), 1);
  fail_unless (softmax->inputs[0] == flatten->outputs[0]);
  fail_unless_equals_int (nnc_node_get_int (softmax, "axis", 0), -1);
  fail_unless (reshape->inputs[0] == softmax->outputs[0]);
  fail_unless (reshape->inputs[1] == imported_node (imported, "Shape", 0)->outputs[0]);
  fail_unless (reshape->outputs[0] == imported->graph->outputs->pdata[0]);
}
GST_END_TEST

GST_START_TEST (softmax_11_over_the_last_axis_is_one_node)
{
  g_autoptr (Imported) imported = import_writer (unary (11, "Softmax", DIMS (2, 3)));

  fail_unless_equals_int (imported->graph->nodes->len, 1);
  fail_unless_equals_int (nnc_node_get_int (imported_node (imported, "Softmax", 0), "axis", 0), -1);
}
GST_END_TEST

GST_START_TEST (softmax_13_stays_as_it_is)
{
  OnnxWriter *writer = unary (13, "Softmax", DIMS (2, 3, 4));
  g_autoptr (Imported) imported = NULL;

  onnx_writer_int (writer, "axis", 1);
  imported = import_writer (writer);
  fail_unless_equals_int (imported->graph->nodes->len, 1);
  fail_unless_equals_int (nnc_node_get_int (imported_node (imported, "Softmax", 0), "axis", 0), 1);
}
GST_END_TEST

static OnnxWriter *
variadic (const char *op, const char *inputs)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "a", NNC_F32, DIMS (2));
  onnx_writer_input (writer, "b", NNC_F32, DIMS (2));
  onnx_writer_input (writer, "c", NNC_F32, DIMS (2));
  onnx_writer_untyped_output (writer, "y");
  onnx_writer_node (writer, "node", op, inputs, "y");
  return writer;
}

GST_START_TEST (max_of_three_is_two_of_two)
{
  g_autoptr (Imported) imported = import_writer (variadic ("Max", "a,b,c"));
  const NncNode *pair = imported_node (imported, "Max", 0), *all = imported_node (imported, "Max", 1);

  fail_unless_equals_int (imported->graph->nodes->len, 2);
  fail_unless (pair->inputs[0] == imported_value (imported, "a") && pair->inputs[1] == imported_value (imported, "b"));
  fail_unless (all->inputs[0] == pair->outputs[0] && all->inputs[1] == imported_value (imported, "c"));
  fail_unless (all->outputs[0] == imported_value (imported, "y"));
}
GST_END_TEST

GST_START_TEST (sum_of_one_is_the_identity)
{
  g_autoptr (Imported) imported = import_writer (variadic ("Sum", "a"));

  fail_unless_equals_int (imported->graph->nodes->len, 1);
  fail_unless (imported_node (imported, "Identity", 0)->outputs[0] == imported_value (imported, "y"));
}
GST_END_TEST

GST_START_TEST (mean_is_a_sum_divided_by_how_many)
{
  g_autoptr (Imported) imported = import_writer (variadic ("Mean", "a,b,c"));
  const NncNode *div = imported_node (imported, "Div", 0), *like = imported_node (imported, "CastLike", 0);

  fail_unless_equals_int (imported->graph->nodes->len, 4);
  fail_unless (div->inputs[0] == imported_node (imported, "Add", 1)->outputs[0]);
  fail_unless (div->inputs[1] == like->outputs[0]);
  fail_unless (value_float (like->inputs[0]) == 3 && like->inputs[1] == imported_value (imported, "a"));
}
GST_END_TEST

GST_START_TEST (max_of_nothing_is_refused)
{
  fail_unless_refused (variadic ("Max", ""), NNC_ERROR_SHAPE, "node", "0 inputs", NULL);
}
GST_END_TEST

GST_START_TEST (dropout_is_the_identity)
{
  OnnxWriter *writer = unary (11, "Dropout", DIMS (2, 3));
  g_autoptr (Imported) imported = NULL;

  onnx_writer_float (writer, "ratio", 0.9f);
  imported = import_writer (writer);
  fail_unless_equals_int (imported->graph->nodes->len, 1);
  fail_unless_equals_int (imported_node (imported, "Identity", 0)->attributes->len, 0);
}
GST_END_TEST

GST_START_TEST (mask_of_dropout_is_true_all_over)
{
  OnnxWriter *writer = onnx_writer_new (13);
  g_autoptr (Imported) imported = NULL;
  const NncNode *mask;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_node (writer, "node", "Dropout", "x", "y,mask");
  onnx_writer_untyped_output (writer, "mask");
  imported = import_writer (writer);
  mask = imported_node (imported, "ConstantOfShape", 0);
  fail_unless (mask->inputs[0] == imported_node (imported, "Shape", 0)->outputs[0]);
  fail_unless (mask->outputs[0] == imported_value (imported, "mask"));
  fail_unless_equals_int (nnc_node_get_attribute (mask, "value")->constant->desc.type, NNC_BOOL);
}
GST_END_TEST

GST_START_TEST (mask_of_dropout_9_is_of_the_type_of_x)
{
  OnnxWriter *writer = onnx_writer_new (9);
  g_autoptr (Imported) imported = NULL;
  const NncNode *cast;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_node (writer, "node", "Dropout", "x", "y,mask");
  onnx_writer_untyped_output (writer, "mask");
  imported = import_writer (writer);
  cast = imported_node (imported, "CastLike", 0);
  fail_unless (cast->inputs[0] == imported_node (imported, "ConstantOfShape", 0)->outputs[0]);
  fail_unless (cast->inputs[1] == imported_value (imported, "x"));
  fail_unless (cast->outputs[0] == imported_value (imported, "mask"));
}
GST_END_TEST

GST_START_TEST (training_is_refused)
{
  OnnxWriter *dropout = onnx_writer_new (15), *normalization = onnx_writer_new (15);
  const guint8 yes = 1;

  onnx_writer_input (dropout, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_initializer (dropout, "training", NNC_BOOL, 0, NULL, &yes);
  onnx_writer_node (dropout, "node", "Dropout", "x,,training", "y");
  onnx_writer_untyped_output (dropout, "y");
  fail_unless_refused (dropout, NNC_ERROR_UNSUPPORTED, "node 'node' (Dropout, opset 15)", "training", NULL);

  onnx_writer_input (normalization, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_initializer (normalization, "v", NNC_F32, DIMS (3), zeros);
  onnx_writer_node (normalization, "node", "BatchNormalization", "x,v,v,v,v", "y");
  onnx_writer_int (normalization, "training_mode", 1);
  onnx_writer_untyped_output (normalization, "y");
  fail_unless_refused (normalization, NNC_ERROR_UNSUPPORTED, "node 'node' (BatchNormalization, opset 15)", "training",
                       NULL);
  fail_unless_refused (unary (6, "Dropout", DIMS (2, 3)), NNC_ERROR_UNSUPPORTED, "(Dropout, opset 6)", "training",
                       NULL);
}
GST_END_TEST

/* --- opset 6 ------------------------------------------------------------------- */

/* y = op (x [2,3,4,5], b), b of this shape. Attributes may follow. */
static OnnxWriter *
broadcast (gint64 opset, const char *op, guint rank, const gint64 *shape)
{
  OnnxWriter *writer = onnx_writer_new (opset);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3, 4, 5));
  onnx_writer_input (writer, "b", NNC_F32, rank, shape);
  onnx_writer_untyped_output (writer, "y");
  onnx_writer_node (writer, "node", op, "x,b", "y");
  return writer;
}

GST_START_TEST (an_input_of_opset_6_lies_beside_its_axis)
{
  OnnxWriter *writer = broadcast (6, "Mul", DIMS (3, 4));
  g_autoptr (Imported) imported = NULL;
  const NncNode *longer;

  onnx_writer_int (writer, "broadcast", 1);
  onnx_writer_int (writer, "axis", 1);
  imported = import_writer (writer);
  longer = imported_node (imported, "Unsqueeze", 0);
  fail_unless (longer->inputs[0] == imported_value (imported, "b"));
  fail_unless (value_ints_equal (longer->inputs[1], DIMS (-1)));
  fail_unless (imported_node (imported, "Mul", 0)->inputs[1] == longer->outputs[0]);
}
GST_END_TEST

GST_START_TEST (without_an_axis_it_ends_where_the_first_ends)
{
  OnnxWriter *writer = broadcast (6, "Add", DIMS (4, 5));
  g_autoptr (Imported) imported = NULL;

  onnx_writer_int (writer, "broadcast", 1);
  imported = import_writer (writer);
  fail_unless_equals_int (imported->graph->nodes->len, 1);
}
GST_END_TEST

GST_START_TEST (slopes_of_opset_6_are_the_channels)
{
  g_autoptr (Imported) old = import_writer (broadcast (6, "PRelu", DIMS (3)));
  g_autoptr (Imported) now = import_writer (broadcast (7, "PRelu", DIMS (3, 1, 1)));

  fail_unless (value_ints_equal (imported_node (old, "Unsqueeze", 0)->inputs[1], DIMS (-2, -1)));
  fail_unless_equals_int (now->graph->nodes->len, 1);
}
GST_END_TEST

GST_START_TEST (an_axis_where_nothing_fits_is_refused)
{
  static const gint64 axes[] = { 3, 100, -5, G_MAXINT64, G_MININT64 };
  OnnxWriter *newer = broadcast (7, "Add", DIMS (3, 4));

  for (guint i = 0; i < G_N_ELEMENTS (axes); i++) {
    OnnxWriter *writer = broadcast (6, "Add", DIMS (3, 4));

    onnx_writer_int (writer, "axis", axes[i]);
    fail_unless_refused (writer, NNC_ERROR_SHAPE, "node 'node' (Add", "of rank 2", "of one of rank 4", NULL);
  }
  onnx_writer_int (newer, "axis", 1);
  fail_unless_refused (newer, NNC_ERROR_UNSUPPORTED, "node 'node' (Add, opset 7)", "'axis'", NULL);
}
GST_END_TEST

GST_START_TEST (batch_normalization_says_its_axis)
{
  OnnxWriter *writer = onnx_writer_new (9);
  g_autoptr (Imported) imported = NULL;
  const NncNode *node;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_initializer (writer, "v", NNC_F32, DIMS (3), zeros);
  onnx_writer_node (writer, "node", "BatchNormalization", "x,v,v,v,v", "y");
  onnx_writer_float (writer, "epsilon", 0.25f);
  onnx_writer_float (writer, "momentum", 0.5f);
  onnx_writer_untyped_output (writer, "y");
  imported = import_writer (writer);
  node = imported_node (imported, "BatchNormalization", 0);
  fail_unless_equals_int (nnc_node_get_int (node, "axis", -1), 1);
  fail_unless (nnc_node_get_float (node, "epsilon", 0) == 0.25f);
}
GST_END_TEST

GST_START_TEST (cast_names_our_type)
{
  OnnxWriter *writer = unary (15, "Cast", DIMS (2, 3)), *refused = unary (15, "Cast", DIMS (2, 3));
  g_autoptr (Imported) imported = NULL;

  onnx_writer_int (writer, "to", onnx_type_number (NNC_U8));
  imported = import_writer (writer);
  fail_unless_equals_int (nnc_node_get_int (imported_node (imported, "Cast", 0), "to", 0), NNC_U8);
  onnx_writer_int (refused, "to", 8);
  fail_unless_refused (refused, NNC_ERROR_UNSUPPORTED, "node 'node' (Cast, opset 15)", "string", NULL);
}
GST_END_TEST

/* Adds v = Constant and y = Add (x, v). */
static OnnxWriter *
add_constant (void)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
  onnx_writer_untyped_output (writer, "y");
  onnx_writer_node (writer, "sum", "Add", "x,v", "y");
  onnx_writer_node (writer, "constant", "Constant", "", "v");
  return writer;
}

GST_START_TEST (constant_is_a_value_and_no_node)
{
  OnnxWriter *writers[5];
  static const struct {
    NncDataType type;
    guint rank, n;
  } expected[] = { { NNC_F32, 1, 2 }, { NNC_F32, 0, 1 }, { NNC_F32, 1, 3 }, { NNC_I64, 0, 1 }, { NNC_I64, 1, 2 } };

  for (guint i = 0; i < 5; i++)
    writers[i] = add_constant ();
  onnx_writer_tensor (writers[0], "value", NNC_F32, DIMS (2), zeros);
  onnx_writer_float (writers[1], "value_float", 2.5f);
  onnx_writer_floats (writers[2], "value_floats", 3, zeros);
  onnx_writer_int (writers[3], "value_int", 7);
  onnx_writer_ints (writers[4], "value_ints", DIMS (1, 2));
  for (guint i = 0; i < 5; i++) {
    g_autoptr (Imported) imported = import_writer (writers[i]);
    const NncConstant *constant = imported_value (imported, "v")->constant;

    fail_unless_equals_int (imported->graph->nodes->len, 1);
    fail_unless_equals_int (constant->desc.type, expected[i].type);
    fail_unless_equals_int (constant->desc.rank, expected[i].rank);
    fail_unless_equals_int (nnc_desc_n_elements (&constant->desc), expected[i].n);
  }
}
GST_END_TEST

GST_START_TEST (constant_without_a_value_is_refused)
{
  fail_unless_refused (add_constant (), NNC_ERROR_FORMAT, "node 'constant' (Constant)", "0 values", NULL);
}
GST_END_TEST

static Suite *
onnx_operators_suite (void)
{
  Suite *suite = suite_create ("onnx_operators");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, conv_stands_between_transposes);
  tcase_add_test (tests, conv_weights_are_a_view_of_the_file);
  tcase_add_test (tests, conv_weights_that_are_computed_are_transposed);
  tcase_add_test (tests, conv_over_one_axis_has_three_dimensions);
  tcase_add_test (tests, a_dequantized_value_has_the_rank_of_what_is_stored);
  tcase_add_test (tests, conv_with_weights_of_another_rank_is_refused);
  tcase_add_test (tests, pooling_has_its_rank_from_the_kernel);
  tcase_add_test (tests, indices_of_max_pool_are_transposed_too);
  tcase_add_test (tests, global_pooling_has_its_rank_from_what_comes_before);
  tcase_add_test (tests, clip_6_gets_its_bounds_as_inputs);
  tcase_add_test (tests, pad_2_gets_its_pads_as_inputs);
  tcase_add_test (tests, slice_1_gets_its_bounds_as_inputs);
  tcase_add_test (tests, axes_become_an_input);
  tcase_add_test (tests, softmax_11_is_over_all_that_follows_its_axis);
  tcase_add_test (tests, softmax_11_over_the_last_axis_is_one_node);
  tcase_add_test (tests, softmax_13_stays_as_it_is);
  tcase_add_test (tests, max_of_three_is_two_of_two);
  tcase_add_test (tests, sum_of_one_is_the_identity);
  tcase_add_test (tests, mean_is_a_sum_divided_by_how_many);
  tcase_add_test (tests, max_of_nothing_is_refused);
  tcase_add_test (tests, dropout_is_the_identity);
  tcase_add_test (tests, mask_of_dropout_is_true_all_over);
  tcase_add_test (tests, mask_of_dropout_9_is_of_the_type_of_x);
  tcase_add_test (tests, training_is_refused);
  tcase_add_test (tests, an_input_of_opset_6_lies_beside_its_axis);
  tcase_add_test (tests, without_an_axis_it_ends_where_the_first_ends);
  tcase_add_test (tests, slopes_of_opset_6_are_the_channels);
  tcase_add_test (tests, an_axis_where_nothing_fits_is_refused);
  tcase_add_test (tests, batch_normalization_says_its_axis);
  tcase_add_test (tests, cast_names_our_type);
  tcase_add_test (tests, constant_is_a_value_and_no_node);
  tcase_add_test (tests, constant_without_a_value_is_refused);
  return suite;
}

GST_CHECK_MAIN (onnx_operators)
