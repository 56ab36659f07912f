/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeinput.h: which tensor a network wants a picture as. */
#pragma once

#include <nncore/nncore.h>

G_BEGIN_DECLS

gboolean gst_edge_input_is_sized (NncModel *model);
NncSession *gst_edge_input_new_session (NncModel *model, const NncSessionOptions *options, gint width, gint height,
                                        GError **error);
gboolean gst_edge_input_describe (NncSession *session, NncColorOrder order, NncTensorSpec *spec, GError **error);

G_END_DECLS
