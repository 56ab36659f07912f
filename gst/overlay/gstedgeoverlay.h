/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeoverlay.h: the element that draws classes and their probabilities. */
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_EDGE_OVERLAY (gst_edge_overlay_get_type ())
G_DECLARE_FINAL_TYPE (GstEdgeOverlay, gst_edge_overlay, GST, EDGE_OVERLAY, GstBaseTransform)
GST_ELEMENT_REGISTER_DECLARE (edgeoverlay)

G_END_DECLS
