/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeclassify.h: the element that names what is on a frame. */
#pragma once

#include "gstedgeinference.h"

G_BEGIN_DECLS

#define GST_TYPE_EDGE_CLASSIFY (gst_edge_classify_get_type ())
G_DECLARE_FINAL_TYPE (GstEdgeClassify, gst_edge_classify, GST, EDGE_CLASSIFY, GstEdgeInference)

GST_ELEMENT_REGISTER_DECLARE (edgeclassify)

G_END_DECLS
