#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The C lines of docs/metadata.md compile and print the label of a frame that edgeclassify has classified.
#     metadata_snippet_runs.sh SOURCE_ROOT
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
model=$1/models/fashion-cnn

{
  cat <<'BEFORE'
#include <gst/gst.h>

static void
read_buffer (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
BEFORE
  sed -n '/^```c$/,/^```$/p' "$1/docs/metadata.md" | grep -v '^```'
  cat <<'AFTER'
}

int
main (int argc, char **argv)
{
  GstElement *pipeline, *sink;
  GstMessage *end;

  gst_init (&argc, &argv);
  pipeline = gst_parse_launch (argv[1], NULL);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_signal_connect (sink, "handoff", G_CALLBACK (read_buffer), NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  end = gst_bus_timed_pop_filtered (gst_element_get_bus (pipeline), 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return end == NULL || GST_MESSAGE_TYPE (end) != GST_MESSAGE_EOS;
}
AFTER
} >"$folder/read.c"
${CC:-cc} -Wall -Werror "$folder/read.c" -o "$folder/read" $(pkg-config --cflags --libs gstreamer-1.0)
"$folder/read" "videotestsrc num-buffers=3 ! edgeclassify model=$model/fashion-cnn.onnx labels=$model/labels.txt ! \
  fakesink name=sink signal-handoffs=true" >"$folder/labels"
cat "$folder/labels"
[ "$(grep -cxFf "$model/labels.txt" "$folder/labels")" -eq 3 ]
