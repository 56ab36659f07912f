/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bench_overlay.c: what a 1080p frame costs in edgeoverlay, from push to pull: with text that stays (blended into the
 * pixels, or attached as a composition), with text that changes each frame, and without any. */
#include "gstedgeresults.h"

#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <time.h>

#define WIDTH 1920
#define HEIGHT 1080
#define FRAMES 301

static const char *formats[] = { "I420", "NV12", "YUY2", "UYVY", "RGB", "BGRx", "GRAY8", "I420_10LE" };

typedef enum { NO_TEXT, SAME_TEXT, NEW_TEXT } Text;

static void
add_results (GstBuffer *buffer, guint number)
{
  char label[32];
  const GstEdgeClass classes[3] = { { .index = 0, .label = label, .probability = 0.97 },
                                    { .index = 1, .label = "Sneaker", .probability = 0.02 },
                                    { .index = 2, .label = "Pullover", .probability = 0.01 } };
  const GstEdgeClassification classification = { .element = "bench",
                                                 .model = "bench.onnx",
                                                 .region = GST_EDGE_WHOLE_FRAME,
                                                 .classes = classes,
                                                 .n_classes = G_N_ELEMENTS (classes) };

  g_snprintf (label, sizeof (label), "Ankle boot %u", number);
  gst_edge_results_add_classification (buffer, &classification);
}

static int
compare (const void *a, const void *b)
{
  GstClockTime x = *(const GstClockTime *)a, y = *(const GstClockTime *)b;

  return (x > y) - (x < y);
}

/* The processor's time in this thread, which is the streaming thread: other programs do not count. */
static GstClockTime
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return GST_TIMESPEC_TO_TIME (time);
}

/* The median of what a frame took, in microseconds; each is made before its time begins. */
static double
measure (const char *format, gboolean composed, Text text)
{
  GstHarness *harness = gst_harness_new ("edgeoverlay");
  g_autofree char *caps
      = g_strdup_printf ("video/x-raw, format=%s, width=%d, height=%d, framerate=30/1", format, WIDTH, HEIGHT);
  GstClockTime times[FRAMES];
  GstVideoInfo info;

  if (composed)
    gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  gst_harness_set_src_caps_str (harness, caps);
  gst_video_info_set_format (&info, gst_video_format_from_string (format), WIDTH, HEIGHT);
  for (guint i = 0; i < FRAMES; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
    GstClockTime begin;

    gst_buffer_memset (buffer, 0, 128, info.size);
    if (text != NO_TEXT)
      add_results (buffer, text == NEW_TEXT ? i : 0);
    begin = now ();
    gst_harness_push (harness, buffer);
    times[i] = now () - begin;
    gst_buffer_unref (gst_harness_pull (harness));
  }
  gst_harness_teardown (harness);
  qsort (times, FRAMES, sizeof (times[0]), compare);
  return (double)times[FRAMES / 2] / 1000.0;
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  gst_edge_results_register ();
  g_print ("1080p, three lines, median microseconds of %d frames\n", FRAMES);
  g_print ("%-10s %10s %10s %10s %10s\n", "format", "no text", "attached", "blended", "redrawn");
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    g_print ("%-10s %10.1f %10.1f %10.1f %10.1f\n", formats[i], measure (formats[i], FALSE, NO_TEXT),
             measure (formats[i], TRUE, SAME_TEXT), measure (formats[i], FALSE, SAME_TEXT),
             measure (formats[i], FALSE, NEW_TEXT));
  return 0;
}
