/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unscaled.h: pictures of the tensor's size whose bytes are its values, each by itself. */
#pragma once

#include "color.h"

typedef struct _NncUnscaled NncUnscaled;
struct _NncUnscaled {
  /* pixels: the first pixel that is wanted. NULL: this picture takes the long way. */
  void (*run) (const NncUnscaled *self, const guint8 *pixels, gint stride, gpointer tensor);
  gint width, height;
  float values[256]; /* of each byte, for one channel of floats */
};

void nnc_unscaled_init (NncUnscaled *self, const NncPictureFormat *in, const NncTensorSpec *out,
                        const NncPreprocess *how);
