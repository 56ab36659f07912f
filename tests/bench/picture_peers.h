/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture_peers.h: what else makes an RGB tensor of a picture: libyuv alone, and GStreamer's converter. */
#pragma once

#include <nncore/picture.h>

typedef struct _PicturePeer PicturePeer;

/* One way from pictures of a format to side x side pixels of floats, NHWC, 0..255. */
typedef struct {
  const char *name;
  /* NULL where this way does not know the format */
  PicturePeer *(*open) (const NncPictureFormat *format, gint side);
  void (*run) (PicturePeer *peer, const NncPicture *picture, float *tensor);
  void (*close) (PicturePeer *peer);
} PicturePeerClass;

extern const PicturePeerClass picture_peer_libyuv; /* ScalePlane's box, then colour, then ByteToFloat */
extern const PicturePeerClass picture_peer_gstreamer; /* GstVideoConverter with its default filter, then ByteToFloat */
