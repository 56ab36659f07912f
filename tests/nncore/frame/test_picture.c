/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_picture.c: pictures of every format against the definition, and what the converter refuses. */
#include <gst/check/gstcheck.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "allocation_count.h"
#include "picture_reference.h"

#define N_FORMATS (NNC_PIXEL_XBGR + 1)

static const NncPreprocess plain = { .std = { 1, 1, 1 } };

typedef struct {
  gint width, height; /* of the picture */
  NncRectangle crop; /* width 0: all */
  gint out_width, out_height;
} Case;

static const Case cases[] = {
  { 1, 1, { 0 }, 1, 1 },
  { 1, 1, { 0 }, 5, 3 },
  { 3, 5, { 0 }, 1, 1 },
  { 17, 13, { 0 }, 17, 13 },
  { 16, 12, { 0 }, 8, 6 },
  { 37, 29, { 0 }, 11, 7 },
  { 21, 33, { 0 }, 20, 31 },
  { 9, 7, { 0 }, 31, 24 },
  { 41, 9, { 0 }, 13, 22 },
  { 10, 40, { 0 }, 25, 9 },
  { 33, 27, { 5, 3, 17, 11 }, 17, 11 },
  { 33, 27, { 3, 7, 25, 19 }, 6, 5 },
  { 33, 27, { 31, 25, 1, 1 }, 4, 4 },
  { 33, 27, { 7, 1, 9, 5 }, 23, 17 },
  { 5, 700, { 0 }, 3, 1 },
  { 700, 3, { 0 }, 1, 2 },
  { 301, 3, { 0 }, 5, 2 },
  { 301, 3, { 7, 1, 289, 2 }, 9, 1 },
};

static const char *
describe (const TestPicture *p, const Case *c, const NncTensorSpec *out)
{
  static char text[200];
  g_snprintf (text, sizeof text,
              "format %d matrix %d full %d, %dx%d crop %dx%d+%d+%d to %dx%d type %d layout %d order %d",
              p->format.format, p->format.matrix, p->format.full_range, c->width, c->height, c->crop.width,
              c->crop.height, c->crop.x, c->crop.y, out->width, out->height, out->type, out->layout, out->order);
  return text;
}

static gpointer
convert (const TestPicture *p, const NncTensorSpec *out, const NncPreprocess *how)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NncPictureConverter) converter = nnc_picture_converter_new (&p->format, out, how, &error);
  fail_unless (converter != NULL, "%s", error ? error->message : "no error");
  gpointer tensor = g_malloc0 ((gsize)out->width * (gsize)out->height * 3 * sizeof (float));
  nnc_picture_converter_run (converter, &p->picture, tensor);
  return tensor;
}

static double
element (gconstpointer tensor, const NncTensorSpec *out, gint c, gint x, gint y)
{
  gint n = out->order == NNC_ORDER_GRAY ? 1 : 3;
  gint i = out->layout == NNC_LAYOUT_NHWC ? (y * out->width + x) * n + c : (c * out->height + y) * out->width + x;
  return out->type == NNC_F32 ? (double)((const float *)tensor)[i] : ((const guint8 *)tensor)[i];
}

/* Floats are held to much less than the 2 of 255 that is promised, bytes to their rounding. */
static void
compare (const TestPicture *p, const Case *c, const NncTensorSpec *out)
{
  NncPreprocess how = plain;
  how.crop = c->crop;
  NncRectangle all = { 0, 0, c->width, c->height };
  g_autofree gpointer tensor = convert (p, out, &how);
  for (gint channel = 0; channel < (out->order == NNC_ORDER_GRAY ? 1 : 3); channel++)
    for (gint y = 0; y < out->height; y++)
      for (gint x = 0; x < out->width; x++) {
        double expected = reference_channel (p, out, c->crop.width ? &c->crop : &all, channel, x, y);
        double actual = element (tensor, out, channel, x, y);
        fail_unless (fabs (actual - expected) <= (out->type == NNC_F32 ? .05 : .55), "%s: (%d, %d, %d) is %g, not %g",
                     describe (p, c, out), x, y, channel, actual, expected);
      }
}

static void
compare_kinds (const NncPictureFormat *format, const Case *c, gint padding, gboolean upside_down)
{
  TestPicture p = test_picture_new (format, padding, upside_down, 7, 99);
  for (gint kind = 0; kind < 12; kind++) {
    NncTensorSpec out = { kind & 1 ? NNC_U8 : NNC_F32, kind & 2 ? NNC_LAYOUT_NCHW : NNC_LAYOUT_NHWC, c->out_width,
                          c->out_height, (NncColorOrder)(kind / 4) };
    compare (&p, c, &out);
  }
  test_picture_clear (&p);
}

GST_START_TEST (every_format_size_and_crop_is_the_definition)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    NncPictureFormat format = { (NncPixelFormat)__i__, cases[i].width, cases[i].height, NNC_MATRIX_BT709, FALSE };
    compare_kinds (&format, &cases[i], (gint)i, i & 1);
  }
}
GST_END_TEST

GST_START_TEST (every_matrix_and_range_is_the_definition)
{
  for (gint kind = 0; kind < 6; kind++) {
    NncPictureFormat format = { (NncPixelFormat)__i__, 17, 13, (NncColorMatrix)(kind / 2), kind & 1 };
    Case whole = { 17, 13, { 0 }, 17, 13 }, smaller = { 17, 13, { 0 }, 5, 4 };
    compare_kinds (&format, &whole, 0, FALSE);
    compare_kinds (&format, &smaller, 0, FALSE);
  }
}
GST_END_TEST

/* Rows summed in 16 bits must not overflow: all white, and many of them. */
GST_START_TEST (thousands_of_white_rows_are_white)
{
  NncPictureFormat format = { NNC_PIXEL_GRAY8, 3, 9001, NNC_MATRIX_BT601, TRUE };
  NncTensorSpec out = { NNC_F32, NNC_LAYOUT_NHWC, 1, 2, NNC_ORDER_GRAY };
  TestPicture p = test_picture_new (&format, 0, FALSE, 1, 0);
  memset (p.memory[0], 255, 3 * 9001);
  g_autofree float *tensor = convert (&p, &out, &plain);
  for (gint i = 0; i < 2; i++)
    fail_unless (fabs ((double)tensor[i] - 255) < .01, "%g", (double)tensor[i]);
  test_picture_clear (&p);
}
GST_END_TEST

GST_START_TEST (bytes_between_rows_change_nothing)
{
  NncPictureFormat format = { (NncPixelFormat)__i__, 19, 15, NNC_MATRIX_BT601, FALSE };
  NncTensorSpec out = { NNC_F32, NNC_LAYOUT_NHWC, 7, 20, NNC_ORDER_RGB };
  gsize size = 7 * 20 * 3 * sizeof (float);
  TestPicture tight = test_picture_new (&format, 0, FALSE, 3, 0), wide = tight;
  g_autofree gpointer expected = convert (&tight, &out, &plain);
  for (gint filler = 0; filler < 256; filler += 255) {
    gint stride = 100000;
    for (gint plane = 0; plane < 3 && tight.memory[plane]; plane++) {
      gint rows = tight.rows[plane], used = tight.picture.strides[plane];
      wide.memory[plane] = g_malloc ((gsize)stride * (gsize)rows);
      memset (wide.memory[plane], filler, (gsize)stride * (gsize)rows);
      for (gint y = 0; y < rows; y++)
        memcpy (wide.memory[plane] + y * stride, tight.memory[plane] + y * used, (gsize)used);
      wide.picture.planes[plane] = wide.memory[plane];
      wide.picture.strides[plane] = stride;
    }
    g_autofree gpointer actual = convert (&wide, &out, &plain);
    fail_unless (memcmp (actual, expected, size) == 0, "format %d, filler %d", __i__, filler);
    test_picture_clear (&wide);
  }
  test_picture_clear (&tight);
}
GST_END_TEST

/* A copy of a row that ends (or begins) where a page that cannot be read begins (or ends). */
static guint8 *
guarded_row (const guint8 *row, gsize n, gboolean at_end)
{
  gsize page = (gsize)sysconf (_SC_PAGESIZE);
  guint8 *pages = mmap (NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  fail_unless (pages != MAP_FAILED && n <= page);
  guint8 *copy = pages + page + (at_end ? page - n : 0);
  memcpy (copy, row, n);
  fail_unless (mprotect (pages, page, PROT_NONE) == 0 && mprotect (pages + 2 * page, page, PROT_NONE) == 0);
  return copy;
}

/* A picture of one row, so that all around it is forbidden: reading there ends the process. */
static void
convert_guarded (const NncPictureFormat *format, const NncTensorSpec *out)
{
  TestPicture p = test_picture_new (format, 0, FALSE, 3, 0), guarded = p;
  g_autofree gpointer expected = convert (&p, out, &plain);
  gsize page = (gsize)sysconf (_SC_PAGESIZE), size = (gsize)out->width * (gsize)out->height * 3;
  for (gint at_end = 0; at_end < 2; at_end++) {
    for (gint plane = 0; plane < 3 && p.memory[plane]; plane++)
      guarded.picture.planes[plane] = guarded_row (p.memory[plane], (gsize)p.picture.strides[plane], at_end);
    g_autofree gpointer actual = convert (&guarded, out, &plain);
    fail_unless (memcmp (actual, expected, size * nnc_data_type_get_size (out->type)) == 0, "format %d",
                 format->format);
    for (gint plane = 0; plane < 3 && p.memory[plane]; plane++)
      munmap ((gpointer)(((guintptr)guarded.picture.planes[plane] & ~(page - 1)) - page), 3 * page);
  }
  test_picture_clear (&p);
}

GST_START_TEST (bytes_outside_of_rows_are_not_read)
{
  static const gint widths[] = { 19, 64, 301 };
  for (gsize i = 0; i < G_N_ELEMENTS (widths); i++) {
    NncPictureFormat format = { (NncPixelFormat)__i__, widths[i], 1, NNC_MATRIX_BT601, FALSE };
    NncTensorSpec scaled = { NNC_F32, NNC_LAYOUT_NHWC, 7, 3, NNC_ORDER_RGB },
                  unscaled = { NNC_U8, NNC_LAYOUT_NHWC, widths[i], 1, NNC_ORDER_RGB };
    convert_guarded (&format, &scaled);
    convert_guarded (&format, &unscaled);
  }
}
GST_END_TEST

GST_START_TEST (unscaled_gray_is_exactly_the_formula)
{
  NncPictureFormat format = { NNC_PIXEL_GRAY8, 28, 28, NNC_MATRIX_BT601, TRUE };
  NncTensorSpec out = { NNC_F32, NNC_LAYOUT_NHWC, 28, 28, NNC_ORDER_GRAY };
  NncPreprocess how = { .mean = { 72.9404f }, .std = { 90.0212f } };
  TestPicture p = test_picture_new (&format, 4, FALSE, 5, 0);
  g_autofree float *tensor = convert (&p, &out, &how);
  for (gint i = 0; i < 784; i++) {
    float expected = ((float)p.memory[0][i / 28 * 32 + i % 28] - how.mean[0]) / how.std[0];
    fail_unless (memcmp (&tensor[i], &expected, sizeof expected) == 0, "[%d] is %.9g, not %.9g", i, (double)tensor[i],
                 (double)expected);
  }
  test_picture_clear (&p);
}
GST_END_TEST

GST_START_TEST (each_channel_has_its_mean_and_std)
{
  NncPictureFormat format = { NNC_PIXEL_BGRX, 9, 6, NNC_MATRIX_BT601, TRUE };
  NncPreprocess how = { .mean = { 10, 20, 30 }, .std = { 2, -4, 8 } };
  TestPicture p = test_picture_new (&format, 0, FALSE, 5, 0);
  for (gint layout = 0; layout < 2; layout++) {
    NncTensorSpec out = { NNC_F32, (NncTensorLayout)layout, 9, 6, NNC_ORDER_RGB };
    g_autofree float *tensor = convert (&p, &out, &how);
    for (gint i = 0; i < 9 * 6 * 3; i++) {
      gint c = i % 3, pixel = i / 3;
      double expected = ((double)p.memory[0][pixel * 4 + 2 - c] - (double)how.mean[c]) / (double)how.std[c];
      fail_unless (fabs (element (tensor, &out, c, pixel % 9, pixel / 9) - expected) < 1e-4);
    }
  }
  test_picture_clear (&p);
}
GST_END_TEST

GST_START_TEST (running_allocates_nothing)
{
  NncPictureFormat format = { (NncPixelFormat)__i__, 640, 480, NNC_MATRIX_BT601, FALSE };
  NncTensorSpec out = { NNC_F32, NNC_LAYOUT_NCHW, 96, 700, NNC_ORDER_RGB };
  TestPicture p = test_picture_new (&format, 0, FALSE, 5, 0);
  g_autofree float *tensor = g_new (float, 96 * 700 * 3);
  g_autoptr (NncPictureConverter) converter = nnc_picture_converter_new (&format, &out, &plain, NULL);
  gsize count = allocation_count (), live = allocation_live_bytes ();

  if (allocations_are_counted ()) {
    for (guint i = 0; i < 20; i++)
      nnc_picture_converter_run (converter, &p.picture, tensor);
    fail_unless_equals_uint64 (allocation_count () - count, 0);
    fail_unless_equals_uint64 (allocation_live_bytes (), live);
  }
  test_picture_clear (&p);
}
GST_END_TEST

static void
refuses (const NncPictureFormat *in, const NncTensorSpec *out, const NncPreprocess *how, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NncPictureConverter) converter = nnc_picture_converter_new (in, out, how, &error);
  fail_unless (converter == NULL, "accepted; should be refused with: %s", words);
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_ARGUMENT) && strstr (error->message, words),
               "\"%s\" lacks \"%s\"", error->message, words);
}

GST_START_TEST (sizes_and_crops_outside_are_refused_with_numbers)
{
  NncPictureFormat in = { NNC_PIXEL_RGB, 20, 10, NNC_MATRIX_BT601, TRUE }, empty = in, huge = in;
  NncTensorSpec out = { NNC_F32, NNC_LAYOUT_NHWC, 4, 4, NNC_ORDER_RGB }, none = out;
  NncPreprocess right = plain, low = plain, overflow = plain;
  empty.height = 0, huge.width = 32769, none.width = -1;
  right.crop = (NncRectangle){ 15, 0, 6, 10 };
  low.crop = (NncRectangle){ 0, -1, 6, 5 };
  overflow.crop = (NncRectangle){ G_MAXINT, 0, 6, 5 };
  refuses (&empty, &out, &plain, "20x0");
  refuses (&huge, &out, &plain, "32769x10");
  refuses (&in, &none, &plain, "-1x4");
  refuses (&in, &out, &right, "6x10 pixels at (15, 0) is not inside a picture of 20x10");
  refuses (&in, &out, &low, "(0, -1)");
  refuses (&in, &out, &overflow, "is not inside");
}
GST_END_TEST

GST_START_TEST (kinds_and_normalizations_that_cannot_be_are_refused)
{
  NncPictureFormat in = { NNC_PIXEL_RGB, 20, 10, NNC_MATRIX_BT601, TRUE }, unknown = in;
  NncTensorSpec out = { NNC_F32, NNC_LAYOUT_NHWC, 4, 4, NNC_ORDER_RGB }, bytes = out, wide = out;
  NncPreprocess zero = plain, nan = plain, infinite = plain, shifted = plain;
  unknown.format = (NncPixelFormat)99;
  bytes.type = NNC_U8, wide.type = NNC_I64;
  zero.std[2] = 0, nan.mean[1] = NAN, infinite.std[0] = INFINITY, shifted.mean[0] = 3;
  refuses (&unknown, &out, &plain, "pixel format 99");
  refuses (&in, &wide, &plain, "u8 or f32");
  refuses (&in, &out, &zero, "channel 2");
  refuses (&in, &out, &nan, "channel 1");
  refuses (&in, &out, &infinite, "channel 0");
  refuses (&in, &bytes, &shifted, "mean 3");
}
GST_END_TEST

static Suite *
picture_suite (void)
{
  Suite *s = suite_create ("picture");
  TCase *tc = tcase_create ("general");
  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, every_format_size_and_crop_is_the_definition, 0, N_FORMATS);
  tcase_add_loop_test (tc, every_matrix_and_range_is_the_definition, 0, N_FORMATS);
  tcase_add_test (tc, thousands_of_white_rows_are_white);
  tcase_add_loop_test (tc, bytes_between_rows_change_nothing, 0, N_FORMATS);
  tcase_add_loop_test (tc, bytes_outside_of_rows_are_not_read, 0, N_FORMATS);
  tcase_add_test (tc, unscaled_gray_is_exactly_the_formula);
  tcase_add_test (tc, each_channel_has_its_mean_and_std);
  tcase_add_loop_test (tc, running_allocates_nothing, 0, N_FORMATS);
  tcase_add_test (tc, sizes_and_crops_outside_are_refused_with_numbers);
  tcase_add_test (tc, kinds_and_normalizations_that_cannot_be_are_refused);
  return s;
}

GST_CHECK_MAIN (picture)
