/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* classified_frame.h: buffers as a classifier leaves them. */
#pragma once
#include <gst/gst.h>

/* A frame of which "classifier" said that it is @index, called @label; of nothing where @label is NULL. */
GstBuffer *make_classified_frame (guint64 frame, guint index, const char *label, double probability);
