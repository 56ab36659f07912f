/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture_check.h: what a converter is asked for, checked before it is made. */
#pragma once

#include <nncore/picture.h>

/* crop: the part that is taken, never empty. */
gboolean nnc_picture_check (const NncPictureFormat *in, const NncTensorSpec *out, const NncPreprocess *how,
                            NncRectangle *crop, GError **error);
