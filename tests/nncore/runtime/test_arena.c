/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_arena.c: tensors share memory when, and only when, they live at different times. */
#include "arena.h"

#include <gst/check/gstcheck.h>

GST_START_TEST (blocks_of_different_times_share_memory)
{
  NncArenaBlock blocks[] = { { .size = 256, .first = 0, .last = 1 }, { .size = 256, .first = 2, .last = 3 } };
  gsize total;

  fail_unless (nnc_arena_place (blocks, G_N_ELEMENTS (blocks), &total));
  fail_unless_equals_uint64 (total, 256);
}
GST_END_TEST

GST_START_TEST (blocks_alive_together_never_overlap)
{
  NncArenaBlock blocks[64];
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  gsize total;

  for (guint round = 0; round < 100; round++) {
    for (guint i = 0; i < G_N_ELEMENTS (blocks); i++) {
      guint first = (guint)g_rand_int_range (random, 0, 40);
      blocks[i] = (NncArenaBlock){ .size = (gsize)g_rand_int_range (random, 0, 5000),
                                   .first = first,
                                   .last = first + (guint)g_rand_int_range (random, 0, 10) };
    }
    fail_unless (nnc_arena_place (blocks, G_N_ELEMENTS (blocks), &total));
    for (guint i = 0; i < G_N_ELEMENTS (blocks); i++) {
      fail_unless_equals_uint64 (blocks[i].offset % 64, 0);
      fail_unless (blocks[i].offset + blocks[i].size <= total);
      for (guint j = 0; j < i; j++) {
        gboolean together = blocks[i].first <= blocks[j].last && blocks[j].first <= blocks[i].last;
        gboolean overlap = blocks[i].offset < blocks[j].offset + blocks[j].size
                           && blocks[j].offset < blocks[i].offset + blocks[i].size;
        fail_if (together && overlap);
      }
    }
  }
}
GST_END_TEST

GST_START_TEST (the_live_peak_is_the_largest_sum_of_a_step)
{
  /* step 0: 100; 1: 100 + 30; 2: 30 + 70 + 60; 3: 60 */
  const NncArenaBlock blocks[] = { { .size = 100, .first = 0, .last = 1 },
                                   { .size = 30, .first = 1, .last = 2 },
                                   { .size = 70, .first = 2, .last = 2 },
                                   { .size = 60, .first = 2, .last = 3 } };

  fail_unless_equals_uint64 (nnc_arena_live_peak (blocks, G_N_ELEMENTS (blocks), 4), 160);
  fail_unless_equals_uint64 (nnc_arena_live_peak (blocks, G_N_ELEMENTS (blocks), 2), 130);
  fail_unless_equals_uint64 (nnc_arena_live_peak (blocks, 0, 4), 0);
}
GST_END_TEST

GST_START_TEST (sizes_that_overflow_are_refused)
{
  NncArenaBlock blocks[] = { { .size = G_MAXSIZE - 1 }, { .size = G_MAXSIZE / 2 } };
  gsize total;

  fail_if (nnc_arena_place (blocks, 1, &total));
  fail_if (nnc_arena_place (blocks, 2, &total));
}
GST_END_TEST

static Suite *
arena_suite (void)
{
  Suite *suite = suite_create ("arena");
  TCase *tcase = tcase_create ("arena");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, blocks_of_different_times_share_memory);
  tcase_add_test (tcase, blocks_alive_together_never_overlap);
  tcase_add_test (tcase, the_live_peak_is_the_largest_sum_of_a_step);
  tcase_add_test (tcase, sizes_that_overflow_are_refused);
  return suite;
}

GST_CHECK_MAIN (arena)
