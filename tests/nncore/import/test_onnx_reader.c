/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_onnx_reader.c: graphs, values and numbers as files give them, and what
 * is refused with which words. */
#include "imported.h"
#include "onnx_graph.h"
#include "op.h"
#include "protobuf_writer.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static const float numbers[6] = { 1, 2, 3, 4, 5, 6 };

/* y = Add (x, w), without w. */
static OnnxWriter *
sum (void)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (2, 3));
  onnx_writer_node (writer, "sum", "Add", "x,w", "y");
  return writer;
}

/* A TensorProto named w, without numbers. */
static GByteArray *
tensor (gint64 type, guint rank, const gint64 *shape)
{
  GByteArray *message = g_byte_array_new ();

  for (guint i = 0; i < rank; i++)
    protobuf_put_varint (message, 1, (guint64)shape[i]);
  protobuf_put_varint (message, 2, (guint64)type);
  protobuf_put_string (message, 8, "w");
  return message;
}

/* The constant w that this tensor becomes. */
static const NncConstant *
import_tensor (GByteArray *message, Imported **imported)
{
  OnnxWriter *writer = sum ();

  onnx_writer_take_initializer (writer, message);
  *imported = import_writer (writer);
  return imported_value (*imported, "w")->constant;
}

static void
fail_unless_tensor_refused (GByteArray *message, gint code, const char *text)
{
  OnnxWriter *writer = sum ();

  onnx_writer_take_initializer (writer, message);
  fail_unless_refused (writer, code, "initializer 'w'", text, NULL);
}

/* --- numbers ---------------------------------------------------------------- */

GST_START_TEST (raw_numbers_stay_in_the_file)
{
  OnnxWriter *writer = sum ();
  g_autoptr (Imported) imported = NULL;
  const NncConstant *constant;

  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (2, 3), numbers);
  imported = import_writer (writer);
  constant = imported_value (imported, "w")->constant;
  fail_unless (constant->source == imported->source && constant->bytes == NULL);
  fail_unless (memcmp (nnc_constant_get_data (constant), numbers, sizeof numbers) == 0);
}
GST_END_TEST

GST_START_TEST (packed_floats_stay_in_the_file)
{
  GByteArray *message = tensor (1, DIMS (2, 3));
  g_autoptr (Imported) imported = NULL;
  const NncConstant *constant;

  protobuf_put_bytes (message, 4, numbers, sizeof numbers);
  constant = import_tensor (message, &imported);
  fail_unless (constant->source == imported->source);
  fail_unless (memcmp (nnc_constant_get_data (constant), numbers, sizeof numbers) == 0);
}
GST_END_TEST

GST_START_TEST (floats_one_by_one_are_collected)
{
  GByteArray *message = tensor (1, DIMS (2, 3));
  g_autoptr (Imported) imported = NULL;
  const NncConstant *constant;

  for (guint i = 0; i < 6; i++)
    protobuf_put_float (message, 4, numbers[i]);
  constant = import_tensor (message, &imported);
  fail_unless (constant->source == NULL);
  fail_unless (memcmp (nnc_constant_get_data (constant), numbers, sizeof numbers) == 0);
}
GST_END_TEST

GST_START_TEST (varints_are_decoded_into_every_type)
{
  static const struct {
    NncDataType type;
    guint field;
    guint8 bytes[8]; /* of -2, or for bool of 1 */
  } cases[] = {
    { NNC_I64, 7, { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
    { NNC_U64, 11, { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
    { NNC_I32, 5, { 0xfe, 0xff, 0xff, 0xff } },
    { NNC_U32, 11, { 0xfe, 0xff, 0xff, 0xff } },
    { NNC_I16, 5, { 0xfe, 0xff } },
    { NNC_U16, 5, { 0xfe, 0xff } },
    { NNC_F16, 5, { 0xfe, 0xff } },
    { NNC_I8, 5, { 0xfe } },
    { NNC_U8, 5, { 0xfe } },
    { NNC_BOOL, 5, { 1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GByteArray *message = tensor (onnx_type_number (cases[i].type), DIMS (1, 2));
    GByteArray *packed = g_byte_array_new ();
    g_autoptr (Imported) imported = NULL;
    const NncConstant *constant;
    gsize size = nnc_data_type_get_size (cases[i].type);

    protobuf_put_raw_varint (packed, 0);
    protobuf_put_raw_varint (packed, (guint64)-2);
    protobuf_take_message (message, cases[i].field, packed);
    constant = import_tensor (message, &imported);
    fail_unless_equals_int (constant->desc.type, cases[i].type);
    fail_unless (memcmp ((const guint8 *)nnc_constant_get_data (constant) + size, cases[i].bytes, size) == 0);
  }
}
GST_END_TEST

GST_START_TEST (a_raw_bool_is_0_or_1)
{
  GByteArray *message = tensor (9, DIMS (3));
  g_autoptr (Imported) imported = NULL;
  const NncConstant *constant;

  protobuf_put_bytes (message, 9, "\0\1\7", 3);
  constant = import_tensor (message, &imported);
  fail_unless (memcmp (nnc_constant_get_data (constant), "\0\1\1", 3) == 0);
}
GST_END_TEST

GST_START_TEST (an_empty_tensor_is_read)
{
  g_autoptr (Imported) imported = NULL;
  const NncConstant *constant = import_tensor (tensor (7, DIMS (0, 3)), &imported);

  fail_unless_equals_int (nnc_desc_n_elements (&constant->desc), 0);
}
GST_END_TEST

GST_START_TEST (numbers_that_do_not_fit_the_shape_are_refused)
{
  GByteArray *raw = tensor (1, DIMS (2, 3)), *typed = tensor (7, DIMS (2, 3)), *cut = tensor (7, DIMS (1));

  protobuf_put_bytes (raw, 9, numbers, 20);
  fail_unless_tensor_refused (raw, NNC_ERROR_FORMAT, "20 bytes of numbers instead of 24");
  protobuf_put_varint (typed, 7, 1);
  fail_unless_tensor_refused (typed, NNC_ERROR_FORMAT, "1 numbers instead of 6");
  protobuf_put_bytes (cut, 7, "\1\200", 2);
  fail_unless_tensor_refused (cut, NNC_ERROR_FORMAT, "cut off");
}
GST_END_TEST

GST_START_TEST (shapes_that_overflow_are_refused)
{
  fail_unless_tensor_refused (tensor (1, DIMS (-1, 3)), NNC_ERROR_SHAPE, "-1");
  fail_unless_tensor_refused (tensor (1, DIMS (G_MAXINT64, G_MAXINT64)), NNC_ERROR_SHAPE, "too large");
  fail_unless_tensor_refused (tensor (1, DIMS (1LL << 32, 1LL << 32)), NNC_ERROR_SHAPE, "too large");
  /* As large as a tensor may be, with no numbers behind it: memory must not be taken for it. */
  fail_unless_tensor_refused (tensor (7, DIMS (1LL << 36)), NNC_ERROR_FORMAT, "0 numbers instead of 68719476736");
  fail_unless_tensor_refused (tensor (1, DIMS (1, 1, 1, 1, 1, 1, 1, 1, 1)), NNC_ERROR_UNSUPPORTED, "9 dimensions");
}
GST_END_TEST

GST_START_TEST (types_that_do_not_exist_here_are_refused_by_name)
{
  fail_unless_tensor_refused (tensor (8, DIMS (1)), NNC_ERROR_UNSUPPORTED, "string");
  fail_unless_tensor_refused (tensor (16, DIMS (1)), NNC_ERROR_UNSUPPORTED, "bfloat16");
  fail_unless_tensor_refused (tensor (99, DIMS (1)), NNC_ERROR_UNSUPPORTED, "type 99");
}
GST_END_TEST

/* --- values ------------------------------------------------------------------- */

GST_START_TEST (free_dimensions_keep_their_names)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (Imported) imported = NULL;
  const NncValue *x;

  onnx_writer_input (writer, "x", NNC_U8, DIMS (-1, 28));
  onnx_writer_node (writer, "n", "Identity", "x", "y");
  onnx_writer_untyped_output (writer, "y");
  imported = import_writer (writer);
  x = imported->graph->inputs->pdata[0];
  fail_unless (x->type == NNC_U8 && x->rank == 2 && x->shape[0] == -1 && x->shape[1] == 28);
  fail_unless_equals_string (x->symbols[0], "d0");
  fail_unless (x->symbols[1] == NULL);
}
GST_END_TEST

GST_START_TEST (an_initializer_among_the_inputs_is_a_constant)
{
  OnnxWriter *writer = sum ();
  g_autoptr (Imported) imported = NULL;

  onnx_writer_input (writer, "w", NNC_F32, DIMS (2, 3));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (2, 3), numbers);
  imported = import_writer (writer);
  fail_unless_equals_int (imported->graph->inputs->len, 1);
  fail_unless (imported_value (imported, "w")->constant != NULL);
}
GST_END_TEST

GST_START_TEST (metadata_is_kept)
{
  OnnxWriter *writer = sum ();
  g_autoptr (Imported) imported = NULL;

  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (2, 3), numbers);
  onnx_writer_metadata (writer, "labels", "cat\ndog");
  imported = import_writer (writer);
  fail_unless_equals_string (g_hash_table_lookup (imported->metadata, "labels"), "cat\ndog");
}
GST_END_TEST

GST_START_TEST (nodes_are_put_in_order)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (Imported) imported = NULL;
  const NncNode *node;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
  onnx_writer_node (writer, "second", "Identity", "a", "y");
  onnx_writer_node (writer, "first", "Identity", "x", "a");
  onnx_writer_untyped_output (writer, "y");
  imported = import_writer (writer);
  node = imported->graph->nodes->pdata[0];
  fail_unless_equals_string (node->name, "first");
}
GST_END_TEST

GST_START_TEST (a_node_without_a_name_is_called_after_its_output)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (Imported) imported = NULL;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
  onnx_writer_node (writer, "", "Identity", "x", "y");
  onnx_writer_untyped_output (writer, "y");
  imported = import_writer (writer);
  fail_unless_equals_string (imported_node (imported, "Identity", 0)->name, "y");
}
GST_END_TEST

GST_START_TEST (inputs_without_a_type_that_exists_are_refused)
{
  OnnxWriter *untyped = onnx_writer_new (15), *undefined = onnx_writer_new (15), *large = onnx_writer_new (15);

  onnx_writer_untyped_input (untyped, "x");
  fail_unless_refused (untyped, NNC_ERROR_UNSUPPORTED, "value 'x'", "no type", NULL);
  onnx_writer_input (undefined, "x", NNC_INVALID, DIMS (1));
  fail_unless_refused (undefined, NNC_ERROR_UNSUPPORTED, "value 'x'", "undefined", NULL);
  onnx_writer_input (large, "x", NNC_F32, DIMS (1LL << 40, 1LL << 40));
  fail_unless_refused (large, NNC_ERROR_SHAPE, "value 'x'", "too large", NULL);
}
GST_END_TEST

/* --- graphs ------------------------------------------------------------------- */

GST_START_TEST (a_value_that_nobody_computes_is_named)
{
  OnnxWriter *output = onnx_writer_new (15);

  fail_unless_refused (sum (), NNC_ERROR_FORMAT, "node 'sum' (Add)", "'w'", NULL);
  onnx_writer_untyped_output (output, "z");
  fail_unless_refused (output, NNC_ERROR_FORMAT, "output 'z'", NULL);
}
GST_END_TEST

GST_START_TEST (a_value_defined_twice_is_refused)
{
  OnnxWriter *nodes = sum (), *initializers = sum (), *inputs = sum ();

  onnx_writer_input (nodes, "w", NNC_F32, DIMS (2, 3));
  onnx_writer_node (nodes, "again", "Identity", "x", "y");
  fail_unless_refused (nodes, NNC_ERROR_FORMAT, "node 'again' (Identity)", "'y' is defined twice", NULL);
  onnx_writer_initializer (initializers, "w", NNC_F32, DIMS (2, 3), numbers);
  onnx_writer_initializer (initializers, "w", NNC_F32, DIMS (2, 3), numbers);
  fail_unless_refused (initializers, NNC_ERROR_FORMAT, "'w' is defined twice", NULL);
  onnx_writer_input (inputs, "x", NNC_F32, DIMS (2, 3));
  fail_unless_refused (inputs, NNC_ERROR_FORMAT, "'x' is defined twice", NULL);
}
GST_END_TEST

GST_START_TEST (a_cycle_is_refused)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
  onnx_writer_node (writer, "a", "Add", "x,c", "b");
  onnx_writer_node (writer, "b", "Identity", "b", "c");
  onnx_writer_untyped_output (writer, "c");
  fail_unless_refused (writer, NNC_ERROR_FORMAT, "node 'a' (Add)", "cycle", NULL);
}
GST_END_TEST

GST_START_TEST (a_graph_without_output_is_refused)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
  fail_unless_refused (writer, NNC_ERROR_FORMAT, "no output", NULL);
}
GST_END_TEST

GST_START_TEST (an_attribute_of_the_wrong_type_is_refused)
{
  OnnxWriter *writer = onnx_writer_new (15), *unknown = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
  onnx_writer_node (writer, "n", "Flatten", "x", "y");
  onnx_writer_float (writer, "axis", 1);
  fail_unless_refused (writer, NNC_ERROR_FORMAT, "node 'n' (Flatten)", "attribute 'axis'", "float instead of int",
                       NULL);
  onnx_writer_input (unknown, "x", NNC_F32, DIMS (2));
  onnx_writer_node (unknown, "n", "Flatten", "x", "y");
  onnx_writer_int (unknown, "axes", 1);
  fail_unless_refused (unknown, NNC_ERROR_UNSUPPORTED, "node 'n' (Flatten, opset 15)", "attribute 'axes'", NULL);
}
GST_END_TEST

GST_START_TEST (a_node_with_too_few_inputs_is_refused)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
  onnx_writer_node (writer, "n", "Add", "x", "y");
  fail_unless_refused (writer, NNC_ERROR_SHAPE, "node 'n' (Add)", "1 inputs", NULL);
}
GST_END_TEST

GST_START_TEST (opsets_below_6_are_refused)
{
  fail_unless_refused (onnx_writer_new (5), NNC_ERROR_UNSUPPORTED, "opset 5", "6", NULL);
}
GST_END_TEST

GST_START_TEST (an_operator_whose_opset_is_not_told_is_refused)
{
  OnnxWriter *writer = onnx_writer_new (0);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1));
  onnx_writer_node (writer, "n", "Relu", "x", "y");
  fail_unless_refused (writer, NNC_ERROR_FORMAT, "node 'n' (Relu)", "opset of 'ai.onnx'", NULL);
}
GST_END_TEST

GST_START_TEST (a_newer_opset_and_the_domain_by_its_name_are_read)
{
  OnnxWriter *writer = onnx_writer_new (0);
  g_autoptr (Imported) imported = NULL;

  onnx_writer_opset (writer, "ai.onnx", 99);
  onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
  onnx_writer_node (writer, "n", "ai.onnx::Identity", "x", "y");
  onnx_writer_untyped_output (writer, "y");
  imported = import_writer (writer);
  fail_unless_equals_int (imported->graph->nodes->len, 1);
}
GST_END_TEST

/* --- operators that are not supported ------------------------------------------ */

/* A subgraph: z = op (x). */
static GByteArray *
body (const char *op)
{
  OnnxWriter *writer = onnx_writer_new (0);

  onnx_writer_node (writer, "inner", op, "x", "z");
  onnx_writer_untyped_output (writer, "z");
  return onnx_writer_finish_graph (writer);
}

GST_START_TEST (all_unsupported_operators_are_named_at_once)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_opset (writer, "com.example", 3);
  onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
  onnx_writer_node (writer, "a", "NoSuchOp", "x", "a");
  onnx_writer_node (writer, "b", "com.example::Relu", "a", "b");
  onnx_writer_node (writer, "c", "NoSuchLoop", "b", "c");
  onnx_writer_graph (writer, "body", body ("NoSuchInnerOp"));
  onnx_writer_untyped_output (writer, "c");
  fail_unless_refused (writer, NNC_ERROR_UNSUPPORTED, "4 operators are not supported", "node 'a' (NoSuchOp, opset 15)",
                       "node 'b' (com.example.Relu, opset 3)", "node 'c' (NoSuchLoop, opset 15)",
                       "node 'inner' (NoSuchInnerOp, opset 15)", NULL);
}
GST_END_TEST

GST_START_TEST (a_hundred_unsupported_operators_are_listed)
{
  OnnxWriter *writer = onnx_writer_new (15);
  char outputs[8];

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
  for (guint i = 0; i < 105; i++) {
    g_snprintf (outputs, sizeof outputs, "v%u", i);
    onnx_writer_node (writer, outputs, "NoSuchOp", "x", outputs);
  }
  fail_unless_refused (writer, NNC_ERROR_UNSUPPORTED, "105 operators", "'v99'", "and 5 more", NULL);
}
GST_END_TEST

/* --- subgraphs ------------------------------------------------------------------ */

GST_START_TEST (a_subgraph_gets_outer_values_as_inputs_and_shares_constants)
{
  OnnxWriter *outer_writer = sum (), *writer = onnx_writer_new (0);
  g_autoptr (Imported) outer = NULL;
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) captured = g_ptr_array_new ();
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (NncGraph) graph = NULL;
  g_autoptr (GHashTable) opsets = g_hash_table_new (g_str_hash, g_str_equal);
  NncOnnxModel model = { .opsets = opsets };
  gint64 opset = 15;
  NncOnnxScope scope = { .model = &model, .values = values };
  NncMessage message;
  const NncNode *node;

  g_hash_table_insert (opsets, (gpointer)"", &opset);
  onnx_writer_initializer (outer_writer, "w", NNC_F32, DIMS (2, 3), numbers);
  outer = import_writer (outer_writer);
  g_hash_table_insert (values, (gpointer) "x", (gpointer)imported_value (outer, "x"));
  g_hash_table_insert (values, (gpointer) "w", (gpointer)imported_value (outer, "w"));
  onnx_writer_untyped_input (writer, "own");
  onnx_writer_node (writer, "n", "Add", "x,w", "a");
  onnx_writer_node (writer, "m", "Add", "a,x", "b");
  onnx_writer_untyped_output (writer, "b");
  bytes = onnx_writer_finish_graph (writer);
  message = nnc_message (bytes->data, bytes->len);
  graph = nnc_onnx_read_graph (&model, &scope, &message, captured, NULL);
  fail_unless (graph != NULL);
  fail_unless_equals_int (captured->len, 1);
  fail_unless (captured->pdata[0] == imported_value (outer, "x"));
  fail_unless_equals_int (graph->inputs->len, 2);
  node = graph->nodes->pdata[0];
  fail_unless (node->inputs[0] == graph->inputs->pdata[1]);
  fail_unless (node->inputs[0]->type == NNC_F32);
  fail_unless (node->inputs[1]->constant == imported_value (outer, "w")->constant);
}
GST_END_TEST

static Suite *
onnx_reader_suite (void)
{
  Suite *suite = suite_create ("onnx_reader");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, raw_numbers_stay_in_the_file);
  tcase_add_test (tests, packed_floats_stay_in_the_file);
  tcase_add_test (tests, floats_one_by_one_are_collected);
  tcase_add_test (tests, varints_are_decoded_into_every_type);
  tcase_add_test (tests, a_raw_bool_is_0_or_1);
  tcase_add_test (tests, an_empty_tensor_is_read);
  tcase_add_test (tests, numbers_that_do_not_fit_the_shape_are_refused);
  tcase_add_test (tests, shapes_that_overflow_are_refused);
  tcase_add_test (tests, types_that_do_not_exist_here_are_refused_by_name);
  tcase_add_test (tests, free_dimensions_keep_their_names);
  tcase_add_test (tests, an_initializer_among_the_inputs_is_a_constant);
  tcase_add_test (tests, metadata_is_kept);
  tcase_add_test (tests, nodes_are_put_in_order);
  tcase_add_test (tests, a_node_without_a_name_is_called_after_its_output);
  tcase_add_test (tests, inputs_without_a_type_that_exists_are_refused);
  tcase_add_test (tests, a_value_that_nobody_computes_is_named);
  tcase_add_test (tests, a_value_defined_twice_is_refused);
  tcase_add_test (tests, a_cycle_is_refused);
  tcase_add_test (tests, a_graph_without_output_is_refused);
  tcase_add_test (tests, an_attribute_of_the_wrong_type_is_refused);
  tcase_add_test (tests, a_node_with_too_few_inputs_is_refused);
  tcase_add_test (tests, opsets_below_6_are_refused);
  tcase_add_test (tests, an_operator_whose_opset_is_not_told_is_refused);
  tcase_add_test (tests, a_newer_opset_and_the_domain_by_its_name_are_read);
  tcase_add_test (tests, all_unsupported_operators_are_named_at_once);
  tcase_add_test (tests, a_hundred_unsupported_operators_are_listed);
  tcase_add_test (tests, a_subgraph_gets_outer_values_as_inputs_and_shares_constants);
  return suite;
}

GST_CHECK_MAIN (onnx_reader)
