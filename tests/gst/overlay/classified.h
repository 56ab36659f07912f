/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* classified.h: buffers that carry results, as edgeclassify would write them. */
#pragma once

#include "gstedgeresults.h"

/* Adds a result of the classes, labels[0..n) all with the same probability. */
void classified_add (GstBuffer *buffer, const char *const *labels, guint n, double probability);

/* Adds a result of one class. */
void classified_add_one (GstBuffer *buffer, const char *label, double probability);
