/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_flatbuffer.c: the FlatBuffers format, whole and broken. */
#include "flatbuffer.h"

#include "flatbuffer_writer.h"

#include <gst/check/gstcheck.h>
#include <nncore/error.h>
#include <string.h>

static NncFlatbuffer
open_bytes (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return nnc_flatbuffer (data, size);
}

/* A table with one of everything. */
static GBytes *
one_of_everything (void)
{
  static const gint32 ints[] = { 5, -6, 7 };
  static const float floats[] = { 0.5f, -2 };
  FbTable *root = fb_table (), *child = fb_table ();

  fb_set_int (root, 0, 1, -3);
  fb_set_int (root, 1, 8, G_MININT64);
  fb_set_float (root, 2, 1.25f);
  fb_set_string (root, 3, "text");
  fb_set_vector (root, 4, 4, 3, ints);
  fb_set_vector (root, 5, 4, 2, floats);
  fb_set_int (child, 0, 4, 42);
  fb_set_table (root, 6, child);
  for (gint i = 0; i < 3; i++) {
    child = fb_table ();
    fb_set_int (child, 0, 2, 100 + i);
    fb_add_table (root, 7, child);
  }
  return fb_finish (root, "TEST");
}

GST_START_TEST (fields_are_what_was_written)
{
  g_autoptr (GBytes) bytes = one_of_everything ();
  NncFlatbuffer file = open_bytes (bytes);
  NncTable root = nnc_flatbuffer_root (&file), child = nnc_table_get_table (&root, 6);
  NncVector ints = nnc_table_get_vector (&root, 4, 4), floats = nnc_table_get_vector (&root, 5, 4);
  NncVector tables = nnc_table_get_vector (&root, 7, 4);
  g_autofree char *text = nnc_table_dup_string (&root, 3);

  fail_unless_equals_int (nnc_table_get_int (&root, 0, 1, 0), -3);
  fail_unless_equals_int (nnc_table_get_uint (&root, 0, 1, 0), 253);
  fail_unless_equals_int64 (nnc_table_get_int (&root, 1, 8, 0), G_MININT64);
  fail_unless_equals_float (nnc_table_get_float (&root, 2, 0), 1.25);
  fail_unless_equals_string (text, "text");
  fail_unless (ints.n == 3 && nnc_vector_get_int (&ints, 1) == -6 && nnc_vector_get_int (&ints, 3) == 0);
  fail_unless (floats.n == 2 && nnc_vector_get_float (&floats, 1) == -2);
  fail_unless_equals_int (nnc_table_get_int (&child, 0, 4, 0), 42);
  fail_unless_equals_int (tables.n, 3);
  child = nnc_vector_get_table (&tables, 2);
  fail_unless_equals_int (nnc_table_get_int (&child, 0, 2, 0), 102);
  fail_unless (nnc_flatbuffer_finish (&file, NULL));
}
GST_END_TEST

GST_START_TEST (absent_fields_have_their_defaults)
{
  g_autoptr (GBytes) bytes = fb_finish (fb_table (), NULL);
  NncFlatbuffer file = open_bytes (bytes);
  NncTable root = nnc_flatbuffer_root (&file), child = nnc_table_get_table (&root, 0);
  NncVector vector = nnc_table_get_vector (&root, 1, 4);
  NncTable element = nnc_vector_get_table (&vector, 0);
  g_autofree char *text = nnc_table_dup_string (&child, 2);

  fail_if (nnc_table_has (&root, 3));
  fail_unless_equals_int (nnc_table_get_int (&root, 0, 4, 7), 7);
  fail_unless_equals_int (nnc_table_get_int (&root, 1000, 4, 8), 8);
  fail_unless_equals_int (nnc_table_get_int (&child, 0, 4, 9), 9);
  fail_unless_equals_int (nnc_table_get_int (&element, 0, 4, 10), 10);
  fail_unless_equals_string (text, "");
  fail_unless (vector.n == 0);
  fail_unless (nnc_flatbuffer_finish (&file, NULL));
}
GST_END_TEST

/* Everything that a reader of one_of_everything() asks for. */
static gboolean
read_all (gconstpointer data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size); /* of this size, for a sanitizer to see */
  NncFlatbuffer file = nnc_flatbuffer (copy, size);
  NncTable root = nnc_flatbuffer_root (&file), child;
  NncVector vector;

  nnc_table_get_int (&root, 0, 1, 0);
  nnc_table_get_int (&root, 1, 8, 0);
  nnc_table_get_float (&root, 2, 0);
  g_free (nnc_table_dup_string (&root, 3));
  for (guint field = 4; field < 6; field++) {
    vector = nnc_table_get_vector (&root, field, 4);
    for (gsize i = 0; i < vector.n; i++)
      nnc_vector_get_int (&vector, i);
  }
  child = nnc_table_get_table (&root, 6);
  nnc_table_get_int (&child, 0, 4, 0);
  vector = nnc_table_get_vector (&root, 7, 4);
  for (gsize i = 0; i < vector.n && file.problem == NULL; i++) {
    child = nnc_vector_get_table (&vector, i);
    nnc_table_get_int (&child, 0, 2, 0);
  }
  return nnc_flatbuffer_finish (&file, NULL);
}

GST_START_TEST (a_file_cut_at_every_byte_is_refused)
{
  g_autoptr (GBytes) bytes = one_of_everything ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  fail_unless (read_all (data, size));
  for (gsize i = 0; i < size; i++)
    fail_if (read_all (data, i), "read %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes", i, size);
}
GST_END_TEST

GST_START_TEST (every_byte_at_its_extremes_is_survived)
{
  static const guint8 extremes[] = { 0, 1, 0x7f, 0x80, 0xff };
  g_autoptr (GBytes) bytes = one_of_everything ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autofree guint8 *copy = g_memdup2 (data, size);
  guint refused = 0;

  for (gsize i = 0; i < size; i++) {
    for (guint j = 0; j < G_N_ELEMENTS (extremes); j++) {
      copy[i] = extremes[j];
      refused += !read_all (copy, size);
    }
    copy[i] = data[i];
  }
  fail_unless (refused > 100, "%u", refused);
}
GST_END_TEST

/* A list whose elements are all one table, of 60 kB. */
GST_START_TEST (a_part_used_a_thousand_times_is_refused)
{
  g_autoptr (GError) error = NULL;
  FbTable *root = fb_table (), *child = fb_table ();
  g_autofree guint8 *payload = g_malloc0 (60000);
  GBytes *bytes;
  NncFlatbuffer opened;
  NncTable table;
  NncVector list;
  gsize size, first;
  guint8 *data;

  fb_set_vector (child, 0, 4, 15000, payload);
  fb_add_table (root, 0, child);
  for (guint i = 1; i < 1000; i++)
    fb_add_table (root, 0, fb_table ());
  bytes = fb_finish (root, NULL);
  data = g_bytes_unref_to_data (bytes, &size);
  opened = nnc_flatbuffer (data, size);
  table = nnc_flatbuffer_root (&opened);
  list = nnc_table_get_vector (&table, 0, 4);
  first = list.position + (gsize)nnc_vector_get_int (&list, 0);
  for (gsize i = 0; i < list.n; i++) {
    guint32 offset = GUINT32_TO_LE ((guint32)(first - list.position - 4 * i));
    memcpy (data + list.position + 4 * i, &offset, 4);
  }
  for (gsize i = 0; i < list.n; i++) {
    NncTable element = nnc_vector_get_table (&list, i);
    nnc_table_get_vector (&element, 0, 4);
  }
  fail_if (nnc_flatbuffer_finish (&opened, &error));
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_LIMIT), "%s", error->message);
  g_free (data);
}
GST_END_TEST

static Suite *
flatbuffer_suite (void)
{
  Suite *suite = suite_create ("flatbuffer");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, fields_are_what_was_written);
  tcase_add_test (tests, absent_fields_have_their_defaults);
  tcase_add_test (tests, a_file_cut_at_every_byte_is_refused);
  tcase_add_test (tests, every_byte_at_its_extremes_is_survived);
  tcase_add_test (tests, a_part_used_a_thousand_times_is_refused);
  return suite;
}

GST_CHECK_MAIN (flatbuffer)
