/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_flexbuffer.c: a map of numbers is read, whatever its bytes are. */
#include "flexbuffer.h"

#include <gst/check/gstcheck.h>

/* { "a": 5 (an integer), "f": 0.5 (a float), "n": -2 (an integer) }, all 4 bytes wide. */
static const guint8 whole[] = {
  'a',        0,          'f',        0,    'n',  0, /* the keys */
  3,          7,          6,          5, /* how many they are; then how far back each is */
  3,          0,          0,          0,    1,    0,
  0,          0,          3,          0,    0,    0, /* the way back to the keys, their width, how many values */
  5,          0,          0,          0,    0,    0,
  0,          0x3f,       0xfe,       0xff, 0xff, 0xff, /* the values */
  1 << 2 | 2, 3 << 2 | 2, 1 << 2 | 2, /* their types */
  15,         9 << 2 | 2, 1, /* the way back to the values, the root's type and width */
};

GST_START_TEST (a_map_of_numbers_is_read)
{
  NncFlexMap map;
  double number = 7;

  fail_unless (nnc_flex_map_read (whole, sizeof whole, &map));
  fail_unless (nnc_flex_map_get_number (&map, "a", &number) && number == 5);
  fail_unless (nnc_flex_map_get_number (&map, "f", &number) && number == 0.5);
  fail_unless (nnc_flex_map_get_number (&map, "n", &number) && number == -2);
  fail_unless (nnc_flex_map_get_number (&map, "b", &number) && number == -2);
}
GST_END_TEST

GST_START_TEST (what_is_no_map_is_refused)
{
  static const guint8 number[] = { 5, 1 << 2, 1 };
  NncFlexMap map;

  fail_unless (!nnc_flex_map_read (number, sizeof number, &map));
  fail_unless (!nnc_flex_map_read (number, 0, &map));
}
GST_END_TEST

/* Each byte is changed to each value, and the file ends anywhere: a sanitizer sees what is read outside. */
GST_START_TEST (malformed_bytes_are_never_followed_outside)
{
  static const char *const keys[] = { "a", "f", "n", "none" };

  for (gsize size = 0; size <= sizeof whole; size++) {
    for (gsize at = 0; at < size; at++) {
      for (guint value = 0; value < 256; value++) {
        g_autofree guint8 *bytes = g_memdup2 (whole + sizeof whole - size, size);
        NncFlexMap map;
        double number;

        bytes[at] = (guint8)value;
        for (guint i = 0; nnc_flex_map_read (bytes, size, &map) && i < G_N_ELEMENTS (keys); i++)
          nnc_flex_map_get_number (&map, keys[i], &number);
      }
    }
  }
}
GST_END_TEST

static Suite *
flexbuffer_suite (void)
{
  Suite *suite = suite_create ("flexbuffer");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, a_map_of_numbers_is_read);
  tcase_add_test (tests, what_is_no_map_is_refused);
  tcase_add_test (tests, malformed_bytes_are_never_followed_outside);
  return suite;
}

GST_CHECK_MAIN (flexbuffer)
