/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgelabels.h: the names of a network's classes, as a property gives them. */
#pragma once

#include <nncore/nncore.h>

G_BEGIN_DECLS

NncLabels *gst_edge_labels_new (const char *property, guint n, GError **error);

G_END_DECLS
