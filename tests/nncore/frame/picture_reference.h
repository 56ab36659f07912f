/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture_reference.h: the conversion as it is defined, in double precision and as slowly as can be. */
#pragma once

#include <nncore/picture.h>

/* A picture in memory of its own, with bytes between the rows that belong to no pixel. */
typedef struct {
  NncPictureFormat format;
  NncPicture picture;
  guint8 *memory[3];
  gint rows[3];
} TestPicture;

/* padding: bytes after each row; upside_down: strides are negative. The
 * pixels are random by seed, the padding has the value filler. */
TestPicture test_picture_new (const NncPictureFormat *format, gint padding, gboolean upside_down, guint32 seed,
                              guint8 filler);
void test_picture_clear (TestPicture *picture);

/* Channel c, 0..255, of pixel (x, y) of the tensor. */
double reference_channel (const TestPicture *picture, const NncTensorSpec *out, const NncRectangle *crop, gint c,
                          gint x, gint y);
