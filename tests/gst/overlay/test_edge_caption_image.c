/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_caption_image.c: what a caption looks like, and that it stays inside the frame. */
#include "classified.h"
#include "gstedgecaptionimage.h"

#include <gst/check/gstcheck.h>
#include <string.h>

/* -------------------------------------------------------------- scaffolding */

typedef struct {
  GstVideoOverlayRectangle *rectangle; /* NULL: nothing was drawn */
  gint x, y, width, height;
  GstBuffer *pixels; /* BGRA, premultiplied */
  GstMapInfo map;
} Image;

static Image
draw (const char *const *labels, guint n, const char *font, GstEdgePosition position, guint width, guint height)
{
  GstEdgeCaptionStyle style
      = { .font = pango_font_description_from_string (font), .position = position, .opacity = 0.6 };
  PangoContext *context = gst_edge_caption_new_context ();
  g_autoptr (GstEdgeCaption) caption = gst_edge_caption_new ();
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  Image image = { 0 };

  classified_add (buffer, labels, n, 0.97);
  gst_edge_caption_update (caption, buffer, n);
  image.rectangle = gst_edge_caption_draw (caption, &style, context, width, height);
  pango_font_description_free (style.font);
  g_object_unref (context);
  if (image.rectangle == NULL)
    return image;
  gst_video_overlay_rectangle_get_render_rectangle (image.rectangle, &image.x, &image.y, (guint *)&image.width,
                                                    (guint *)&image.height);
  image.pixels
      = gst_video_overlay_rectangle_get_pixels_raw (image.rectangle, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  fail_unless (gst_buffer_map (image.pixels, &image.map, GST_MAP_READ));
  fail_unless_equals_uint64 (image.map.size, (guint64)image.width * image.height * 4);
  return image;
}

static Image
draw_one (const char *label, guint width, guint height)
{
  return draw (&label, 1, "Sans Bold", GST_EDGE_POSITION_TOP_LEFT, width, height);
}

static void
clear_image (Image *image)
{
  if (image->rectangle == NULL)
    return;
  gst_buffer_unmap (image->pixels, &image->map);
  gst_video_overlay_rectangle_unref (image->rectangle);
}

static guint8
green_at (const Image *image, gint x, gint y)
{
  return image->map.data[(y * image->width + x) * 4 + 1];
}

static gboolean
row_has_text (const Image *image, gint y)
{
  for (gint x = 0; x < image->width; x++) {
    if (green_at (image, x, y) > 200)
      return TRUE;
  }
  return FALSE;
}

/* From the first row with light pixels to the last. */
static gint
get_text_height (const Image *image)
{
  gint first = 0, last = image->height - 1;

  while (first < last && !row_has_text (image, first))
    first++;
  while (last > first && !row_has_text (image, last))
    last--;
  return last - first + 1;
}

static void
check_inside (const Image *image, guint width, guint height)
{
  fail_unless (image->x >= 0 && image->y >= 0, "at %d,%d", image->x, image->y);
  fail_unless (image->x + image->width <= (gint)width, "%d+%d of %u columns", image->x, image->width, width);
  fail_unless (image->y + image->height <= (gint)height, "%d+%d of %u rows", image->y, image->height, height);
}

/* --------------------------------------------------------------------- tests */

GST_START_TEST (letters_are_as_high_as_can_be_read_and_scale_with_the_frame)
{
  static const guint heights[] = { 240, 320, 720, 1080, 2160 };

  for (guint i = 0; i < G_N_ELEMENTS (heights); i++) {
    Image image = draw_one ("H", 2 * heights[i], heights[i]);
    gint height = get_text_height (&image);

    fail_unless (height >= (gint)heights[i] / 36 && height >= 7, "%d pixels of %u", height, heights[i]);
    fail_unless (height <= (gint)heights[i] / 20, "%d pixels of %u", height, heights[i]);
    clear_image (&image);
  }
}
GST_END_TEST

GST_START_TEST (text_is_light_on_a_dark_translucent_background)
{
  Image image = draw_one ("H", 640, 480);
  const guint8 *middle_left = &image.map.data[(image.height / 2 * image.width + 1) * 4];
  gboolean light = FALSE;

  fail_unless_equals_int (middle_left[1], 0);
  fail_unless_equals_int (middle_left[3], 153); /* 0.6 of 255 */
  for (gint y = 0; y < image.height; y++)
    for (gint x = 0; x < image.width; x++)
      light |= green_at (&image, x, y) == 255;
  fail_unless (light);
  clear_image (&image);
}
GST_END_TEST

GST_START_TEST (nothing_leaves_a_frame_of_any_size)
{
  static const char *const labels[]
      = { "a label that is too long for most frames, by far", "b", "c", "d", "e", "f", "g" };

  for (guint width = 1; width < 1500; width += 1 + width / 2)
    for (guint height = 1; height < 1500; height += 1 + height / 2)
      for (guint position = GST_EDGE_POSITION_TOP_LEFT; position <= GST_EDGE_POSITION_BOTTOM_RIGHT; position++) {
        Image image = draw (labels, G_N_ELEMENTS (labels), "Sans Bold", (GstEdgePosition)position, width, height);

        if (image.rectangle)
          check_inside (&image, width, height);
        fail_unless (image.rectangle != NULL || height < 20 || width == 1, "nothing on %ux%u", width, height);
        clear_image (&image);
      }
}
GST_END_TEST

GST_START_TEST (a_corner_is_where_the_image_stands)
{
  for (guint position = GST_EDGE_POSITION_TOP_LEFT; position <= GST_EDGE_POSITION_BOTTOM_RIGHT; position++) {
    const char *label = "cat";
    Image image = draw (&label, 1, "Sans", (GstEdgePosition)position, 640, 480);
    gboolean right = position == GST_EDGE_POSITION_TOP_RIGHT || position == GST_EDGE_POSITION_BOTTOM_RIGHT;
    gboolean bottom = position == GST_EDGE_POSITION_BOTTOM_LEFT || position == GST_EDGE_POSITION_BOTTOM_RIGHT;

    fail_unless ((image.x > 320) == right && (image.x + image.width < 320) == !right);
    fail_unless ((image.y > 240) == bottom && (image.y + image.height < 240) == !bottom);
    clear_image (&image);
  }
}
GST_END_TEST

GST_START_TEST (a_long_label_is_cut_and_its_percentage_is_not)
{
  Image brief = draw_one ("shoe", 320, 320);
  Image wordy = draw_one ("a shoe of which there is far too much to say than fits on a line", 320, 320);
  gint columns = 40; /* about the percentage's */

  check_inside (&wordy, 320, 320);
  fail_unless (wordy.width > 280 && brief.width < 160, "%d and %d", wordy.width, brief.width);
  fail_unless_equals_int (brief.height, wordy.height);
  for (gint y = 0; y < brief.height; y++)
    fail_unless_equals_int (memcmp (&brief.map.data[((y + 1) * brief.width - columns) * 4],
                                    &wordy.map.data[((y + 1) * wordy.width - columns) * 4], (gsize)columns * 4),
                            0);
  clear_image (&brief);
  clear_image (&wordy);
}
GST_END_TEST

GST_START_TEST (labels_are_text_and_not_markup)
{
  Image plain = draw_one ("x", 1280, 720), tagged = draw_one ("<b>x</b>", 1280, 720),
        escaped = draw_one ("&amp;", 1280, 720), ampersand = draw_one ("&", 1280, 720);

  fail_unless (tagged.width > plain.width + 100, "%d and %d", tagged.width, plain.width);
  fail_unless (escaped.width > ampersand.width + 50, "%d and %d", escaped.width, ampersand.width);
  clear_image (&plain);
  clear_image (&tagged);
  clear_image (&escaped);
  clear_image (&ampersand);
}
GST_END_TEST

GST_START_TEST (any_bytes_can_be_a_label)
{
  static const char *const labels[]
      = { "",           "\xff\xfe\x80", "two\nlines\r\n", "tab\there", "\xc3", "\xe2\x80\xaeright to left",
          "猫 кот قطة", "\x01\x1b[31m", "\xe2\x80\xa8" };
  Image one = draw_one ("x", 640, 480);
  g_autofree char *endless = g_strnfill (1 << 20, 'w');
  Image image = draw_one (endless, 640, 480);

  check_inside (&image, 640, 480);
  clear_image (&image);
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++) {
    image = draw_one (labels[i], 640, 480);
    check_inside (&image, 640, 480);
    fail_unless_equals_int (image.height, one.height);
    clear_image (&image);
  }
  clear_image (&one);
}
GST_END_TEST

GST_START_TEST (lines_that_do_not_fit_are_left_out)
{
  static const char *const labels[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o",
                                        "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "0", "1", "2", "3" };
  Image some = draw (labels, 10, "Sans", GST_EDGE_POSITION_TOP_LEFT, 640, 480);
  Image all = draw (labels, G_N_ELEMENTS (labels), "Sans", GST_EDGE_POSITION_TOP_LEFT, 640, 480);

  check_inside (&all, 640, 480);
  fail_unless (all.height > some.height && all.height > 400, "%d", all.height);
  clear_image (&some);
  clear_image (&all);
}
GST_END_TEST

GST_START_TEST (a_font_with_a_size_has_that_size_in_pixels_as_far_as_it_fits)
{
  const char *label = "H";
  Image small = draw (&label, 1, "Sans 10", GST_EDGE_POSITION_TOP_LEFT, 1920, 1080);
  Image large = draw (&label, 1, "Sans 100", GST_EDGE_POSITION_TOP_LEFT, 1920, 1080);
  Image absurd = draw (&label, 1, "Sans 1000000", GST_EDGE_POSITION_TOP_LEFT, 1920, 1080);

  fail_unless (get_text_height (&small) >= 6 && get_text_height (&small) <= 9);
  fail_unless (get_text_height (&large) >= 65 && get_text_height (&large) <= 85);
  fail_unless (absurd.rectangle == NULL); /* not a line fits */
  clear_image (&small);
  clear_image (&large);
}
GST_END_TEST

GST_START_TEST (no_lines_are_no_image)
{
  Image image = draw (NULL, 0, "Sans", GST_EDGE_POSITION_TOP_LEFT, 640, 480);

  fail_unless (image.rectangle == NULL);
}
GST_END_TEST

static Suite *
edge_caption_image_suite (void)
{
  Suite *suite = suite_create ("edge_caption_image");
  TCase *tests = tcase_create ("image");

  suite_add_tcase (suite, tests);
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, letters_are_as_high_as_can_be_read_and_scale_with_the_frame);
  tcase_add_test (tests, text_is_light_on_a_dark_translucent_background);
  tcase_add_test (tests, nothing_leaves_a_frame_of_any_size);
  tcase_add_test (tests, a_corner_is_where_the_image_stands);
  tcase_add_test (tests, a_long_label_is_cut_and_its_percentage_is_not);
  tcase_add_test (tests, labels_are_text_and_not_markup);
  tcase_add_test (tests, any_bytes_can_be_a_label);
  tcase_add_test (tests, lines_that_do_not_fit_are_left_out);
  tcase_add_test (tests, a_font_with_a_size_has_that_size_in_pixels_as_far_as_it_fits);
  tcase_add_test (tests, no_lines_are_no_image);
  return suite;
}

GST_CHECK_MAIN (edge_caption_image)
