/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture_peer_libyuv.c: libyuv's own functions one after another: box filter, colour at the tensor's size, floats. */
#include <libyuv.h>

#include "picture_peers.h"

struct _PicturePeer {
  NncPictureFormat format;
  gint side;
  guint8 *scaled, *rgb, *i422; /* the last for YUY2, which libyuv cannot scale */
};

static PicturePeer *
peer_open (const NncPictureFormat *format, gint side)
{
  NncPixelFormat f = format->format;
  if (f != NNC_PIXEL_NV12 && f != NNC_PIXEL_I420 && f != NNC_PIXEL_BGRX && f != NNC_PIXEL_YUY2)
    return NULL;
  PicturePeer *peer = g_new0 (PicturePeer, 1);
  peer->format = *format;
  peer->side = side;
  peer->scaled = g_malloc ((gsize)side * (gsize)side * 4);
  peer->rgb = g_malloc ((gsize)side * (gsize)side * 3);
  peer->i422 = g_malloc ((gsize)format->width * (gsize)format->height * 2);
  return peer;
}

/* Y', Cb and Cr of their own planes, chroma half as wide and as high in the end. */
static void
scale_planes (PicturePeer *peer, const guint8 *const planes[3], const gint strides[3], gint chroma_height)
{
  gint side = peer->side, half = (side + 1) / 2, width = peer->format.width;
  guint8 *cb = peer->scaled + side * side, *cr = cb + half * half;
  ScalePlane (planes[0], strides[0], width, peer->format.height, peer->scaled, side, side, side, kFilterBox);
  ScalePlane (planes[1], strides[1], width / 2, chroma_height, cb, half, half, half, kFilterBox);
  ScalePlane (planes[2], strides[2], width / 2, chroma_height, cr, half, half, half, kFilterBox);
  /* R, G, B in memory: Cb and Cr change places, and so do their coefficients. */
  I420ToRGB24Matrix (peer->scaled, side, cr, half, cb, half, peer->rgb, 3 * side, &kYvuH709Constants, side, side);
}

static void
run_nv12 (PicturePeer *peer, const NncPicture *p)
{
  gint side = peer->side, half = (side + 1) / 2;
  guint8 *chroma = peer->scaled + side * side;
  NV12Scale (p->planes[0], p->strides[0], p->planes[1], p->strides[1], peer->format.width, peer->format.height,
             peer->scaled, side, chroma, 2 * half, side, side, kFilterBox);
  NV12ToRAWMatrix (peer->scaled, side, chroma, 2 * half, peer->rgb, 3 * side, &kYuvH709Constants, side, side);
}

static void
run_yuy2 (PicturePeer *peer, const NncPicture *p)
{
  gint width = peer->format.width, height = peer->format.height;
  guint8 *cb = peer->i422 + width * height, *cr = cb + width / 2 * height;
  YUY2ToI422 (p->planes[0], p->strides[0], peer->i422, width, cb, width / 2, cr, width / 2, width, height);
  scale_planes (peer, (const guint8 *const[3]){ peer->i422, cb, cr }, (const gint[3]){ width, width / 2, width / 2 },
                height);
}

static void
run_bgrx (PicturePeer *peer, const NncPicture *p)
{
  gint side = peer->side;
  ARGBScale (p->planes[0], p->strides[0], peer->format.width, peer->format.height, peer->scaled, 4 * side, side, side,
             kFilterBox);
  ARGBToRAW (peer->scaled, 4 * side, peer->rgb, 3 * side, side, side);
}

static void
peer_run (PicturePeer *peer, const NncPicture *picture, float *tensor)
{
  if (peer->format.format == NNC_PIXEL_NV12)
    run_nv12 (peer, picture);
  else if (peer->format.format == NNC_PIXEL_YUY2)
    run_yuy2 (peer, picture);
  else if (peer->format.format == NNC_PIXEL_BGRX)
    run_bgrx (peer, picture);
  else
    scale_planes (peer, picture->planes, picture->strides, peer->format.height / 2);
  ByteToFloat (peer->rgb, tensor, 1, 3 * peer->side * peer->side);
}

static void
peer_close (PicturePeer *peer)
{
  g_free (peer->scaled);
  g_free (peer->rgb);
  g_free (peer->i422);
  g_free (peer);
}

const PicturePeerClass picture_peer_libyuv = { "libyuv", peer_open, peer_run, peer_close };
