/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_tflite_reader.c: what TFLite files become, and what is refused with
 * which words. Numbers of operators, options and fields are the schema's. */
#include "imported.h"
#include "tflite_writer.h"

#include <gst/check/gstcheck.h>
#include <math.h>
#include <string.h>

enum { ADD = 0, CONV_2D = 3, DEPTHWISE_CONV_2D = 4, FULLY_CONNECTED = 9 };
enum { STRIDED_SLICE = 45, LSH_PROJECTION = 15 };
enum { CONV_OPTIONS = 1, DEPTHWISE_OPTIONS = 2, FULLY_CONNECTED_OPTIONS = 8, ADD_OPTIONS = 11, SLICE_OPTIONS = 32 };

static Imported *
import_tflite (TfliteWriter *writer)
{
  return import_bytes (tflite_writer_finish (writer));
}

static Imported *
import_good (TfliteWriter *writer)
{
  Imported *imported = import_tflite (writer);

  fail_unless (imported->graph != NULL, "%s", imported->error ? imported->error->message : "");
  return imported;
}

static void
fail_unless_tflite_refused (TfliteWriter *writer, gint code, const char *text)
{
  g_autoptr (Imported) imported = import_tflite (writer);

  fail_unless (imported->graph == NULL);
  fail_unless (g_error_matches (imported->error, NNC_ERROR, code), "code %d: %s", imported->error->code,
               imported->error->message);
  fail_unless (strstr (imported->error->message, text) != NULL, "no '%s' in: %s", text, imported->error->message);
}

/* z = x + y, f32 [2,3] */
static TfliteWriter *
addition (void)
{
  TfliteWriter *writer = tflite_writer_new ();
  guint x = tflite_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  guint y = tflite_writer_input (writer, "y", NNC_F32, DIMS (2, 3));
  guint z = tflite_writer_tensor (writer, "z", NNC_F32, DIMS (2, 3));

  tflite_writer_node (writer, ADD, DIMS (x, y), DIMS (z));
  tflite_writer_output (writer, z);
  return writer;
}

/* --- what becomes of it ------------------------------------------------------------------- */

GST_START_TEST (inputs_and_outputs_keep_names_types_and_shapes)
{
  g_autoptr (Imported) imported = import_good (addition ());
  const NncGraph *graph = imported->graph;
  const NncValue *x = graph->inputs->pdata[0], *z = graph->outputs->pdata[0];

  fail_unless (graph->inputs->len == 2 && graph->outputs->len == 1);
  fail_unless_equals_string (x->name, "x");
  fail_unless_equals_string (z->name, "z");
  fail_unless (x->type == NNC_F32 && x->rank == 2 && x->shape[1] == 3);
  fail_unless (imported_node (imported, "Add", 0)->outputs[0] == z);
}
GST_END_TEST

GST_START_TEST (a_free_dimension_of_the_signature_is_free)
{
  TfliteWriter *writer = addition ();
  static const gint32 signature[] = { -1, 3 };
  const NncValue *value;
  g_autoptr (Imported) imported = NULL;

  fb_set_vector (tflite_writer_get_last_tensor (writer), 7, 4, 2, signature);
  imported = import_good (writer);
  value = imported->graph->outputs->pdata[0];
  fail_unless (value->shape[0] == -1 && value->shape[1] == 3);
}
GST_END_TEST

GST_START_TEST (numbers_stay_in_the_file)
{
  static const float numbers[] = { 1, 2, 3 };
  TfliteWriter *writer = tflite_writer_new ();
  guint x = tflite_writer_input (writer, "x", NNC_F32, DIMS (3));
  guint c = tflite_writer_constant (writer, "c", NNC_F32, DIMS (3), numbers);
  guint y = tflite_writer_tensor (writer, "y", NNC_F32, DIMS (3));
  g_autoptr (Imported) imported = NULL;
  const NncConstant *constant;

  tflite_writer_node (writer, ADD, DIMS (x, c), DIMS (y));
  tflite_writer_output (writer, y);
  imported = import_good (writer);
  constant = imported_value (imported, "c")->constant;
  fail_unless (constant && constant->source == imported->source);
  fail_unless (memcmp (nnc_constant_get_data (constant), numbers, sizeof numbers) == 0);
}
GST_END_TEST

/* Files of over 2 GB have numbers behind the tables, at an offset from the file's beginning. */
GST_START_TEST (numbers_may_lie_behind_the_tables)
{
  static const float numbers[] = { 4, 5, 6 };
  TfliteWriter *writer = addition ();
  FbTable *buffer = fb_table ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (Imported) imported = NULL;
  GByteArray *whole = g_byte_array_new ();
  guint c = tflite_writer_tensor (writer, "far", NNC_F32, DIMS (3));
  gsize size;
  const guint8 *data;
  static const guint8 mark[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
  guint64 offset;

  fb_set_int (tflite_writer_get_last_tensor (writer), 2, 4, 1);
  memcpy (&offset, mark, 8);
  fb_set_int (buffer, 1, 8, (gint64)offset);
  fb_set_int (buffer, 2, 8, sizeof numbers);
  fb_add_table (tflite_writer_get_model (writer), 4, buffer);
  tflite_writer_output (writer, c);
  bytes = tflite_writer_finish (writer);
  data = g_bytes_get_data (bytes, &size);
  g_byte_array_append (whole, data, (guint)size);
  for (gsize i = 0; i + 8 < size; i++)
    if (memcmp (data + i, mark, 8) == 0) {
      offset = GUINT64_TO_LE ((guint64)size);
      memcpy (whole->data + i, &offset, 8);
    }
  g_byte_array_append (whole, (const guint8 *)numbers, sizeof numbers);
  imported = import_bytes (g_byte_array_free_to_bytes (whole));
  fail_unless (imported->graph != NULL, "%s", imported->error ? imported->error->message : "");
  fail_unless (memcmp (nnc_constant_get_data (imported_value (imported, "far")->constant), numbers, sizeof numbers)
               == 0);
}
GST_END_TEST

GST_START_TEST (quantization_is_on_the_value)
{
  static const float scales[] = { 0.5f, 0.25f };
  static const gint64 zero_points[] = { 3, -4 };
  TfliteWriter *writer = addition ();
  g_autoptr (Imported) imported = NULL;
  const NncQuantization *quantization;
  guint q = tflite_writer_input (writer, "q", NNC_I8, DIMS (5, 2));

  tflite_writer_quantize (writer, 2, scales, zero_points, 1);
  tflite_writer_output (writer, q);
  imported = import_good (writer);
  quantization = imported_value (imported, "q")->quantization;
  fail_unless (quantization && quantization->n == 2 && quantization->axis == 1);
  fail_unless (quantization->scale[1] == 0.25f && quantization->zero_point[1] == -4);
}
GST_END_TEST

GST_START_TEST (a_fused_activation_becomes_a_clamp)
{
  TfliteWriter *writer = addition ();
  g_autoptr (Imported) imported = NULL;
  const NncNode *node;

  fb_set_int (tflite_writer_options (writer, ADD_OPTIONS), 0, 1, 3);
  imported = import_good (writer);
  node = imported_node (imported, "Add", 0);
  fail_unless (nnc_node_get_float (node, "clamp_minimum", -1) == 0);
  fail_unless (nnc_node_get_float (node, "clamp_maximum", -1) == 6);
}
GST_END_TEST

GST_START_TEST (a_fused_tanh_becomes_a_node)
{
  TfliteWriter *writer = addition ();
  g_autoptr (Imported) imported = NULL;

  fb_set_int (tflite_writer_options (writer, ADD_OPTIONS), 0, 1, 4);
  imported = import_good (writer);
  fail_unless (imported_node (imported, "Tanh", 0)->inputs[0] == imported_node (imported, "Add", 0)->outputs[0]);
  fail_unless_equals_string (imported_node (imported, "Tanh", 0)->outputs[0]->name, "z");
}
GST_END_TEST

/* A convolution of x [1,9,8,6] by w. */
static TfliteWriter *
convolution (guint builtin, guint kind, guint rank, const gint64 *shape, FbTable **options)
{
  static const float weights[4 * 3 * 3 * 6];
  TfliteWriter *writer = tflite_writer_new ();
  guint x = tflite_writer_input (writer, "x", NNC_F32, DIMS (1, 9, 8, 6));
  guint w = tflite_writer_constant (writer, "w", NNC_F32, rank, shape, weights);
  guint y = tflite_writer_tensor (writer, "y", NNC_F32, DIMS (1, 5, 8, 4));

  tflite_writer_node (writer, builtin, DIMS (x, w), DIMS (y));
  *options = tflite_writer_options (writer, kind);
  fb_set_int (*options, 0, 1, 0);
  fb_set_int (*options, 1, 4, 1);
  fb_set_int (*options, 2, 4, 2);
  tflite_writer_output (writer, y);
  return writer;
}

GST_START_TEST (a_convolution_reads_strides_height_first)
{
  static const gint64 strides[] = { 2, 1 }, dilations[] = { 3, 1 };
  FbTable *options;
  TfliteWriter *writer = convolution (CONV_2D, CONV_OPTIONS, DIMS (4, 3, 3, 6), &options);
  g_autoptr (Imported) imported = NULL;
  const NncNode *node;

  fb_set_int (options, 5, 4, 3);
  imported = import_good (writer);
  node = imported_node (imported, "Conv", 0);
  fail_unless (node_ints_equal (node, "strides", 2, strides) && node_ints_equal (node, "dilations", 2, dilations));
  fail_unless_equals_string (nnc_node_get_string (node, "auto_pad", ""), "SAME_UPPER");
  fail_unless_equals_int (nnc_node_get_int (node, "group", 0), 1);
}
GST_END_TEST

GST_START_TEST (weights_for_fewer_channels_make_groups)
{
  FbTable *options;
  g_autoptr (Imported) imported = import_good (convolution (CONV_2D, CONV_OPTIONS, DIMS (4, 3, 3, 3), &options));

  fail_unless_equals_int (nnc_node_get_int (imported_node (imported, "Conv", 0), "group", 0), 2);
}
GST_END_TEST

GST_START_TEST (a_depthwise_convolution_has_a_group_a_channel)
{
  FbTable *options;
  g_autoptr (Imported) imported
      = import_good (convolution (DEPTHWISE_CONV_2D, DEPTHWISE_OPTIONS, DIMS (1, 3, 3, 6), &options));
  static const gint64 permutation[] = { 3, 1, 2, 0 };

  fail_unless_equals_int (nnc_node_get_int (imported_node (imported, "Conv", 0), "group", 0), 6);
  fail_unless (node_ints_equal (imported_node (imported, "Transpose", 0), "perm", 4, permutation));
}
GST_END_TEST

GST_START_TEST (a_dense_layer_is_a_product_of_rows)
{
  static const float weights[4 * 6];
  static const gint64 rows[] = { -1, 6 }, shape[] = { 2, 3, 4 };
  TfliteWriter *writer = tflite_writer_new ();
  guint x = tflite_writer_input (writer, "x", NNC_F32, DIMS (2, 3, 6));
  guint w = tflite_writer_constant (writer, "w", NNC_F32, DIMS (4, 6), weights);
  guint y = tflite_writer_tensor (writer, "y", NNC_F32, DIMS (2, 3, 4));
  g_autoptr (Imported) imported = NULL;

  tflite_writer_node (writer, FULLY_CONNECTED, DIMS (x, w, -1), DIMS (y));
  fb_set_int (tflite_writer_options (writer, FULLY_CONNECTED_OPTIONS), 2, 1, TRUE);
  tflite_writer_output (writer, y);
  imported = import_good (writer);
  fail_unless_equals_int (imported_node (imported, "Gemm", 0)->n_inputs, 2);
  fail_unless_equals_int (nnc_node_get_int (imported_node (imported, "Gemm", 0), "transB", 0), 1);
  fail_unless (value_ints_equal (imported_value (imported, "y:shape"), 2, rows)
               || value_ints_equal (imported_value (imported, "y:shape"), 3, shape));
}
GST_END_TEST

/* y = x[:, -1, newaxis, ::2] of x [4,5,6] */
GST_START_TEST (a_strided_slice_drops_and_inserts_axes)
{
  static const gint32 begins[] = { 0, -1, 0, 0 }, ends[] = { 0, 0, 0, 0 }, strides[] = { 1, 1, 1, 2 };
  static const gint64 dropped[] = { 1 }, inserted[] = { 1 }, axes[] = { 0, 1, 2 }, begin[] = { 0, -1, 0 };
  TfliteWriter *writer = tflite_writer_new ();
  guint x = tflite_writer_input (writer, "x", NNC_F32, DIMS (4, 5, 6));
  guint b = tflite_writer_constant (writer, "b", NNC_I32, DIMS (4), begins);
  guint e = tflite_writer_constant (writer, "e", NNC_I32, DIMS (4), ends);
  guint s = tflite_writer_constant (writer, "s", NNC_I32, DIMS (4), strides);
  guint y = tflite_writer_tensor (writer, "y", NNC_F32, DIMS (4, 1, 3));
  g_autoptr (Imported) imported = NULL;
  const NncNode *slice;
  FbTable *options;

  tflite_writer_node (writer, STRIDED_SLICE, DIMS (x, b, e, s), DIMS (y));
  options = tflite_writer_options (writer, SLICE_OPTIONS);
  fb_set_int (options, 0, 4, 1 | 8);
  fb_set_int (options, 1, 4, 1 | 8);
  fb_set_int (options, 3, 4, 4);
  fb_set_int (options, 4, 4, 2);
  tflite_writer_output (writer, y);
  imported = import_good (writer);
  slice = imported_node (imported, "Slice", 0);
  fail_unless (value_ints_equal (slice->inputs[3], 3, axes) && value_ints_equal (slice->inputs[1], 3, begin));
  fail_unless (value_ints_equal (imported_node (imported, "Squeeze", 0)->inputs[1], 1, dropped));
  fail_unless (value_ints_equal (imported_node (imported, "Unsqueeze", 0)->inputs[1], 1, inserted));
}
GST_END_TEST

/* --- metadata ------------------------------------------------------------------------------- */

/* A ZIP archive with one stored file, as appended to a model. */
static void
append_archive (GByteArray *file, const char *name, const char *text)
{
  guint8 local[30] = { 'P', 'K', 3, 4 }, entry[46] = { 'P', 'K', 1, 2 }, end[22] = { 'P', 'K', 5, 6 };
  guint32 size = (guint32)strlen (text), start;

  local[26] = entry[28] = (guint8)strlen (name);
  local[18] = local[22] = entry[20] = entry[24] = (guint8)size;
  g_byte_array_append (file, local, sizeof local);
  g_byte_array_append (file, (const guint8 *)name, (guint)strlen (name));
  g_byte_array_append (file, (const guint8 *)text, size);
  start = file->len;
  g_byte_array_append (file, entry, sizeof entry);
  g_byte_array_append (file, (const guint8 *)name, (guint)strlen (name));
  end[10] = 1;
  end[12] = (guint8)(file->len - start);
  end[16] = (guint8)(sizeof local + strlen (name) + size);
  g_byte_array_append (file, end, sizeof end);
}

static GBytes *
metadata (void)
{
  static const float mean[] = { 127.5f, 0.1f, 3 }, std[] = { 128 };
  FbTable *root = fb_table (), *graph = fb_table (), *input = fb_table (), *output = fb_table (), *unit = fb_table ();
  FbTable *options = fb_table (), *file = fb_table ();

  fb_set_string (root, 0, "a name");
  fb_set_string (root, 1, "what it does");
  fb_add_table (root, 3, graph);
  fb_add_table (graph, 2, input);
  fb_add_table (graph, 3, output);
  fb_add_table (input, 4, unit);
  fb_set_int (unit, 0, 1, 1);
  fb_set_table (unit, 1, options);
  fb_set_vector (options, 0, 4, 3, mean);
  fb_set_vector (options, 1, 4, 1, std);
  fb_set_string (output, 0, "scores");
  fb_add_table (output, 6, file);
  fb_set_string (file, 0, "labels.txt");
  fb_set_int (file, 2, 1, 2);
  return fb_finish (root, "M001");
}

static void
fail_unless_says (const Imported *imported, const char *key, const char *text)
{
  fail_unless_equals_string (g_hash_table_lookup (imported->metadata, key), text);
}

GST_START_TEST (metadata_and_label_files_are_found)
{
  TfliteWriter *writer = addition ();
  FbTable *entry = fb_table ();
  g_autoptr (GBytes) inner = metadata (), outer = NULL;
  g_autoptr (Imported) imported = NULL;
  GByteArray *file = g_byte_array_new ();

  fb_set_string (entry, 0, "TFLITE_METADATA");
  fb_set_int (entry, 1, 4, tflite_writer_buffer (writer, g_bytes_get_data (inner, NULL), g_bytes_get_size (inner)));
  fb_add_table (tflite_writer_get_model (writer), 6, entry);
  outer = tflite_writer_finish (writer);
  g_byte_array_append (file, g_bytes_get_data (outer, NULL), (guint)g_bytes_get_size (outer));
  append_archive (file, "labels.txt", "cat\ndog\n");
  imported = import_bytes (g_byte_array_free_to_bytes (file));
  fail_unless (imported->graph != NULL, "%s", imported->error ? imported->error->message : "");
  fail_unless_says (imported, "name", "a name");
  fail_unless_says (imported, "description", "what it does");
  fail_unless_says (imported, "input.0.mean", "127.5 0.100000001 3");
  fail_unless_says (imported, "input.0.std", "128");
  fail_unless_says (imported, "output.0.name", "scores");
  fail_unless_says (imported, "output.0.labels", "cat\ndog\n");
  fail_unless_says (imported, "input.0.labels", NULL);
}
GST_END_TEST

/* --- what is refused -------------------------------------------------------------------------- */

GST_START_TEST (everything_unsupported_is_named_at_once)
{
  TfliteWriter *writer = addition ();
  guint a = tflite_writer_tensor (writer, "a", NNC_F32, DIMS (1)),
        b = tflite_writer_tensor (writer, "b", NNC_F32, DIMS (1));
  g_autoptr (Imported) imported = NULL;

  tflite_writer_node (writer, LSH_PROJECTION, DIMS (0, 1), DIMS (a));
  tflite_writer_node (writer, 9999, DIMS (a), DIMS (b));
  imported = import_tflite (writer);
  fail_unless (imported->graph == NULL);
  fail_unless (strstr (imported->error->message, "2 operators are not supported: node 'a' (LSH_PROJECTION, version "
                                                 "1), node 'b' (builtin 9999, version 1)"),
               "%s", imported->error->message);
}
GST_END_TEST

GST_START_TEST (options_of_another_operator_are_refused)
{
  TfliteWriter *writer = addition ();

  tflite_writer_options (writer, CONV_OPTIONS);
  fail_unless_tflite_refused (writer, NNC_ERROR_FORMAT, "node 'z' (ADD): its options are of kind 1 instead of 11");
}
GST_END_TEST

GST_START_TEST (tensors_that_do_not_exist_are_refused)
{
  TfliteWriter *node = addition (), *output = addition ();

  tflite_writer_node (node, ADD, DIMS (0, 77), DIMS (2));
  fail_unless_tflite_refused (node, NNC_ERROR_FORMAT, "operator 1: tensor 77 does not exist, there are 3");
  tflite_writer_output (output, 5);
  fail_unless_tflite_refused (output, NNC_ERROR_FORMAT, "tensor 5");
}
GST_END_TEST

GST_START_TEST (a_tensor_written_twice_is_refused)
{
  TfliteWriter *node = addition (), *input = addition ();

  tflite_writer_node (node, ADD, DIMS (0, 1), DIMS (2));
  fail_unless_tflite_refused (node, NNC_ERROR_FORMAT, "'z'");
  tflite_writer_node (input, ADD, DIMS (0, 1), DIMS (0));
  fail_unless_tflite_refused (input, NNC_ERROR_FORMAT, "'x'");
}
GST_END_TEST

GST_START_TEST (a_tensor_from_nowhere_is_refused)
{
  TfliteWriter *writer = addition ();
  guint a = tflite_writer_tensor (writer, "a", NNC_F32, DIMS (2, 3)),
        b = tflite_writer_tensor (writer, "b", NNC_F32, DIMS (2, 3));

  tflite_writer_node (writer, ADD, DIMS (0, a), DIMS (b));
  tflite_writer_output (writer, b);
  fail_unless_tflite_refused (writer, NNC_ERROR_FORMAT, "tensor 'a' is read");
}
GST_END_TEST

GST_START_TEST (a_cycle_is_refused)
{
  TfliteWriter *writer = tflite_writer_new ();
  guint x = tflite_writer_input (writer, "x", NNC_F32, DIMS (2));
  guint a = tflite_writer_tensor (writer, "a", NNC_F32, DIMS (2)),
        b = tflite_writer_tensor (writer, "b", NNC_F32, DIMS (2));

  tflite_writer_node (writer, ADD, DIMS (x, b), DIMS (a));
  tflite_writer_node (writer, ADD, DIMS (x, a), DIMS (b));
  tflite_writer_output (writer, b);
  fail_unless_tflite_refused (writer, NNC_ERROR_FORMAT, "cycle");
}
GST_END_TEST

GST_START_TEST (numbers_of_the_wrong_size_are_refused)
{
  TfliteWriter *few = addition (), *elsewhere = addition ();
  static const float numbers[2];

  tflite_writer_output (few, tflite_writer_constant (few, "few", NNC_F32, DIMS (2), numbers));
  fb_set_int (tflite_writer_get_last_tensor (few), 1, 1, 4); /* i64 */
  fail_unless_tflite_refused (few, NNC_ERROR_FORMAT, "tensor 'few'");
  tflite_writer_output (elsewhere, tflite_writer_tensor (elsewhere, "far", NNC_F32, DIMS (2)));
  fb_set_int (tflite_writer_get_last_tensor (elsewhere), 2, 4, 3);
  fail_unless_tflite_refused (elsewhere, NNC_ERROR_FORMAT, "buffer 3, there are 1");
}
GST_END_TEST

GST_START_TEST (quantization_that_does_not_fit_is_refused)
{
  static const float scales[] = { 1, 2 }, bad[] = { INFINITY };
  static const gint64 zero_points[] = { 0, 0 };
  static const gint64 outside[] = { 128 }, shifted[] = { 1 };
  TfliteWriter *axis = addition (), *infinite = addition (), *zero = addition (), *wide = addition ();

  tflite_writer_tensor (axis, "q", NNC_I8, DIMS (5, 2));
  tflite_writer_quantize (axis, 2, scales, zero_points, 0);
  fail_unless_tflite_refused (axis, NNC_ERROR_FORMAT, "2 scales along axis 0");
  tflite_writer_tensor (infinite, "q", NNC_I8, DIMS (5, 2));
  tflite_writer_quantize (infinite, 1, bad, zero_points, 0);
  fail_unless_tflite_refused (infinite, NNC_ERROR_FORMAT, "scale");
  tflite_writer_tensor (zero, "q", NNC_I8, DIMS (5, 2));
  tflite_writer_quantize (zero, 1, scales, outside, 0);
  fail_unless_tflite_refused (zero, NNC_ERROR_FORMAT, "zero point 128, -128 to 127");
  tflite_writer_tensor (wide, "q", NNC_I16, DIMS (5, 2));
  tflite_writer_quantize (wide, 1, scales, shifted, 0);
  fail_unless_tflite_refused (wide, NNC_ERROR_FORMAT, "zero point 1, 0 to 0");
}
GST_END_TEST

GST_START_TEST (another_version_of_the_format_is_refused)
{
  TfliteWriter *writer = addition ();

  fb_set_int (tflite_writer_get_model (writer), 0, 4, 2);
  fail_unless_tflite_refused (writer, NNC_ERROR_UNSUPPORTED, "version 2");
}
GST_END_TEST

static Suite *
tflite_reader_suite (void)
{
  Suite *suite = suite_create ("tflite_reader");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, inputs_and_outputs_keep_names_types_and_shapes);
  tcase_add_test (tests, a_free_dimension_of_the_signature_is_free);
  tcase_add_test (tests, numbers_stay_in_the_file);
  tcase_add_test (tests, numbers_may_lie_behind_the_tables);
  tcase_add_test (tests, quantization_is_on_the_value);
  tcase_add_test (tests, a_fused_activation_becomes_a_clamp);
  tcase_add_test (tests, a_fused_tanh_becomes_a_node);
  tcase_add_test (tests, a_convolution_reads_strides_height_first);
  tcase_add_test (tests, weights_for_fewer_channels_make_groups);
  tcase_add_test (tests, a_depthwise_convolution_has_a_group_a_channel);
  tcase_add_test (tests, a_dense_layer_is_a_product_of_rows);
  tcase_add_test (tests, a_strided_slice_drops_and_inserts_axes);
  tcase_add_test (tests, metadata_and_label_files_are_found);
  tcase_add_test (tests, everything_unsupported_is_named_at_once);
  tcase_add_test (tests, options_of_another_operator_are_refused);
  tcase_add_test (tests, tensors_that_do_not_exist_are_refused);
  tcase_add_test (tests, a_tensor_written_twice_is_refused);
  tcase_add_test (tests, a_tensor_from_nowhere_is_refused);
  tcase_add_test (tests, a_cycle_is_refused);
  tcase_add_test (tests, numbers_of_the_wrong_size_are_refused);
  tcase_add_test (tests, quantization_that_does_not_fit_is_refused);
  tcase_add_test (tests, another_version_of_the_format_is_refused);
  return suite;
}

GST_CHECK_MAIN (tflite_reader)
