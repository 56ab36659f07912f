/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_protobuf.c: the bounded cursor and the wire format read over it. */
#include "protobuf.h"
#include "protobuf_writer.h"

#include <gst/check/gstcheck.h>
#include <nncore/error.h>
#include <string.h>

static NncMessage
message_of (const GByteArray *bytes)
{
  return nnc_message (bytes->data, bytes->len);
}

GST_START_TEST (cursor_reads_little_endian)
{
  const guint8 bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
  NncCursor cursor = nnc_cursor (bytes, sizeof bytes);
  guint8 u8;
  guint16 u16;
  guint32 u32;
  guint64 u64;

  fail_unless (nnc_cursor_read_u8 (&cursor, &u8) && u8 == 0x01);
  fail_unless (nnc_cursor_read_u16 (&cursor, &u16) && u16 == 0x0302);
  fail_unless (nnc_cursor_read_u32 (&cursor, &u32) && u32 == 0x07060504);
  fail_unless (nnc_cursor_read_u64 (&cursor, &u64) && u64 == G_GUINT64_CONSTANT (0x0f0e0d0c0b0a0908));
  fail_unless_equals_int (nnc_cursor_remaining (&cursor), 0);
}
GST_END_TEST

GST_START_TEST (cursor_stays_where_it_is_when_a_read_does_not_fit)
{
  const guint8 bytes[] = { 0xff, 0xff, 0xff };
  NncCursor cursor = nnc_cursor (bytes, sizeof bytes), part;
  guint32 u32;
  guint64 u64;

  fail_unless (nnc_cursor_seek (&cursor, 1));
  fail_if (nnc_cursor_read_u32 (&cursor, &u32));
  fail_if (nnc_cursor_read_u64 (&cursor, &u64));
  fail_if (nnc_cursor_read_varint (&cursor, &u64));
  fail_if (nnc_cursor_skip (&cursor, 3));
  fail_if (nnc_cursor_skip (&cursor, G_MAXSIZE));
  fail_if (nnc_cursor_take (&cursor, G_MAXSIZE - 1, &part));
  fail_if (nnc_cursor_seek (&cursor, 4));
  fail_unless_equals_int (cursor.position, 1);
}
GST_END_TEST

GST_START_TEST (cursor_part_ends_where_it_was_cut)
{
  const guint8 bytes[] = { 1, 2, 3, 4 };
  NncCursor cursor = nnc_cursor (bytes, sizeof bytes), part;
  guint8 u8;

  fail_unless (nnc_cursor_take (&cursor, 1, &part));
  fail_unless (nnc_cursor_read_u8 (&part, &u8) && u8 == 1);
  fail_if (nnc_cursor_read_u8 (&part, &u8));
  fail_unless (nnc_cursor_read_u8 (&cursor, &u8) && u8 == 2);
}
GST_END_TEST

GST_START_TEST (varint_carries_64_bits)
{
  const guint64 values[] = { 0, 1, 127, 128, 300, G_MAXUINT32, (guint64)G_MAXINT64, G_MAXUINT64 };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NncCursor cursor;
  guint64 value;

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    protobuf_put_raw_varint (bytes, values[i]);
  cursor = nnc_cursor (bytes->data, bytes->len);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    fail_unless (nnc_cursor_read_varint (&cursor, &value) && value == values[i]);
}
GST_END_TEST

GST_START_TEST (varint_of_eleven_bytes_is_refused)
{
  const guint8 bytes[] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00 };
  NncCursor cursor = nnc_cursor (bytes, sizeof bytes);
  guint64 value;

  fail_if (nnc_cursor_read_varint (&cursor, &value));
}
GST_END_TEST

GST_START_TEST (fields_come_in_order_with_their_values)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NncMessage message;
  NncField field;
  gint64 number = 0;
  float real = 0;
  g_autofree char *text = NULL;

  protobuf_put_varint (bytes, 3, (guint64)-5);
  protobuf_put_float (bytes, 4, 1.5f);
  protobuf_put_string (bytes, 5, "five");
  message = message_of (bytes);
  fail_unless (nnc_message_next (&message, &field) && field.number == 3);
  fail_unless (nnc_field_get_int (&message, &field, &number) && number == -5);
  fail_unless (nnc_message_next (&message, &field) && field.number == 4);
  fail_unless (nnc_field_get_float (&message, &field, &real) && real == 1.5f);
  fail_unless (nnc_message_next (&message, &field) && field.number == 5);
  fail_unless (nnc_field_get_string (&message, &field, &text));
  fail_unless_equals_string (text, "five");
  fail_if (nnc_message_next (&message, &field));
  fail_unless (nnc_message_finish (&message, NULL));
}
GST_END_TEST

GST_START_TEST (text_becomes_valid_utf8)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *text = NULL;
  NncMessage message;
  NncField field;

  protobuf_put_bytes (bytes, 1, "a\xff\0b", 4);
  message = message_of (bytes);
  fail_unless (nnc_message_next (&message, &field));
  fail_unless (nnc_field_get_string (&message, &field, &text));
  fail_unless (g_utf8_validate (text, -1, NULL));
  fail_unless (g_str_has_prefix (text, "a") && g_str_has_suffix (text, "b"));
}
GST_END_TEST

GST_START_TEST (groups_are_skipped)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NncMessage message;
  NncField field;

  protobuf_put_tag (bytes, 9, NNC_WIRE_GROUP_START);
  protobuf_put_varint (bytes, 1, 7);
  protobuf_put_tag (bytes, 2, NNC_WIRE_GROUP_START);
  protobuf_put_tag (bytes, 2, NNC_WIRE_GROUP_END);
  protobuf_put_tag (bytes, 9, NNC_WIRE_GROUP_END);
  protobuf_put_varint (bytes, 6, 8);
  message = message_of (bytes);
  fail_unless (nnc_message_next (&message, &field));
  fail_unless_equals_int (field.number, 6);
  fail_unless_equals_int (field.integer, 8);
}
GST_END_TEST

GST_START_TEST (repeated_numbers_are_read_packed_and_one_by_one)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  GByteArray *packed = g_byte_array_new ();
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (gint64));
  NncMessage message;
  NncField field;

  protobuf_put_varint (bytes, 8, 1);
  protobuf_put_raw_varint (packed, 200);
  protobuf_put_raw_varint (packed, (guint64)-3);
  protobuf_take_message (bytes, 8, packed);
  message = message_of (bytes);
  while (nnc_message_next (&message, &field))
    nnc_field_append_ints (&message, &field, values);
  fail_unless (nnc_message_finish (&message, NULL));
  fail_unless_equals_int (values->len, 3);
  fail_unless (g_array_index (values, gint64, 0) == 1 && g_array_index (values, gint64, 1) == 200
               && g_array_index (values, gint64, 2) == -3);
}
GST_END_TEST

/* Walks a message to its end and expects it to be refused. */
static void
fail_unless_malformed (const GByteArray *bytes, gint code)
{
  NncMessage message = message_of (bytes);
  g_autoptr (GError) error = NULL;
  NncField field;

  while (nnc_message_next (&message, &field))
    ;
  fail_if (nnc_message_finish (&message, &error));
  fail_unless (g_error_matches (error, NNC_ERROR, code));
}

GST_START_TEST (a_length_beyond_the_end_is_malformed)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  protobuf_put_tag (bytes, 1, NNC_WIRE_BYTES);
  protobuf_put_raw_varint (bytes, G_MAXUINT64);
  fail_unless_malformed (bytes, NNC_ERROR_FORMAT);
}
GST_END_TEST

GST_START_TEST (field_number_zero_is_malformed)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  protobuf_put_varint (bytes, 0, 1);
  fail_unless_malformed (bytes, NNC_ERROR_FORMAT);
}
GST_END_TEST

GST_START_TEST (wire_types_6_and_7_are_malformed)
{
  for (guint type = 6; type <= 7; type++) {
    g_autoptr (GByteArray) bytes = g_byte_array_new ();

    protobuf_put_tag (bytes, 1, type);
    protobuf_put_raw_varint (bytes, 0);
    fail_unless_malformed (bytes, NNC_ERROR_FORMAT);
  }
}
GST_END_TEST

GST_START_TEST (a_group_that_does_not_match_is_malformed)
{
  g_autoptr (GByteArray) unopened = g_byte_array_new ();
  g_autoptr (GByteArray) other = g_byte_array_new ();
  g_autoptr (GByteArray) unclosed = g_byte_array_new ();

  protobuf_put_tag (unopened, 1, NNC_WIRE_GROUP_END);
  fail_unless_malformed (unopened, NNC_ERROR_FORMAT);
  protobuf_put_tag (other, 1, NNC_WIRE_GROUP_START);
  protobuf_put_tag (other, 2, NNC_WIRE_GROUP_END);
  fail_unless_malformed (other, NNC_ERROR_FORMAT);
  protobuf_put_tag (unclosed, 1, NNC_WIRE_GROUP_START);
  fail_unless_malformed (unclosed, NNC_ERROR_FORMAT);
}
GST_END_TEST

GST_START_TEST (groups_nested_20000_deep_are_malformed)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (guint i = 0; i < 20000; i++)
    protobuf_put_tag (bytes, 1, NNC_WIRE_GROUP_START);
  fail_unless_malformed (bytes, NNC_ERROR_FORMAT);
}
GST_END_TEST

GST_START_TEST (a_field_of_another_wire_type_is_malformed)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NncMessage message;
  NncField field;
  gint64 number;

  protobuf_put_string (bytes, 1, "text");
  message = message_of (bytes);
  fail_unless (nnc_message_next (&message, &field));
  fail_if (nnc_field_get_int (&message, &field, &number));
  fail_if (nnc_message_next (&message, &field));
  fail_if (nnc_message_finish (&message, NULL));
}
GST_END_TEST

GST_START_TEST (messages_nested_too_deep_are_a_limit_error)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  NncMessage message, inner;
  NncField field;
  guint depth = 0;

  for (guint i = 0; i < 200; i++) {
    GByteArray *outer = g_byte_array_new ();
    protobuf_take_message (outer, 1, bytes);
    bytes = outer;
  }
  message = message_of (bytes);
  while (nnc_message_next (&message, &field) && nnc_field_get_message (&message, &field, &inner)) {
    message = inner;
    depth++;
  }
  fail_if (nnc_message_finish (&message, &error));
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_LIMIT));
  fail_unless (depth < 200);
  g_byte_array_unref (bytes);
}
GST_END_TEST

static Suite *
protobuf_suite (void)
{
  Suite *suite = suite_create ("protobuf");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, cursor_reads_little_endian);
  tcase_add_test (tests, cursor_stays_where_it_is_when_a_read_does_not_fit);
  tcase_add_test (tests, cursor_part_ends_where_it_was_cut);
  tcase_add_test (tests, varint_carries_64_bits);
  tcase_add_test (tests, varint_of_eleven_bytes_is_refused);
  tcase_add_test (tests, fields_come_in_order_with_their_values);
  tcase_add_test (tests, text_becomes_valid_utf8);
  tcase_add_test (tests, groups_are_skipped);
  tcase_add_test (tests, repeated_numbers_are_read_packed_and_one_by_one);
  tcase_add_test (tests, a_length_beyond_the_end_is_malformed);
  tcase_add_test (tests, field_number_zero_is_malformed);
  tcase_add_test (tests, wire_types_6_and_7_are_malformed);
  tcase_add_test (tests, a_group_that_does_not_match_is_malformed);
  tcase_add_test (tests, groups_nested_20000_deep_are_malformed);
  tcase_add_test (tests, a_field_of_another_wire_type_is_malformed);
  tcase_add_test (tests, messages_nested_too_deep_are_a_limit_error);
  return suite;
}

GST_CHECK_MAIN (protobuf)
