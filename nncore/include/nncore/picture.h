/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture.h: from a video frame to a network's input tensor. */
#pragma once

#include <glib-object.h>
#include <nncore/api.h>
#include <nncore/error.h>
#include <nncore/tensor.h>

G_BEGIN_DECLS

/**
 * NncPixelFormat:
 *
 * Memory layouts of a picture, named as GStreamer names them: the letters are
 * the order of the bytes in memory; x is a byte that is not read.
 */
typedef enum {
  NNC_PIXEL_GRAY8,
  NNC_PIXEL_I420,
  NNC_PIXEL_NV12,
  NNC_PIXEL_NV21,
  NNC_PIXEL_YUY2,
  NNC_PIXEL_UYVY,
  NNC_PIXEL_YVYU,
  NNC_PIXEL_VYUY,
  NNC_PIXEL_YV12,
  NNC_PIXEL_Y42B,
  NNC_PIXEL_NV16,
  NNC_PIXEL_NV61,
  NNC_PIXEL_Y444,
  NNC_PIXEL_NV24,
  NNC_PIXEL_RGB,
  NNC_PIXEL_BGR,
  NNC_PIXEL_RGBX,
  NNC_PIXEL_BGRX,
  NNC_PIXEL_XRGB,
  NNC_PIXEL_XBGR,
} NncPixelFormat;

/**
 * NncColorMatrix:
 * @NNC_MATRIX_BT601: ITU-R BT.601 (SD video, JPEG)
 * @NNC_MATRIX_BT709: ITU-R BT.709 (HD video)
 * @NNC_MATRIX_BT2020: ITU-R BT.2020, non-constant luminance (UHD video)
 *
 * How Y'CbCr relates to R'G'B'. Not used for RGB formats.
 */
typedef enum {
  NNC_MATRIX_BT601,
  NNC_MATRIX_BT709,
  NNC_MATRIX_BT2020,
} NncColorMatrix;

/**
 * NncPictureFormat:
 * @format: the layout in memory
 * @width: in pixels, at least 1; odd sizes are right
 * @height: in pixels, at least 1
 * @matrix: how colour is encoded
 * @full_range: %TRUE for 0..255, %FALSE for 16..235 (luma) and 16..240 (chroma)
 */
typedef struct {
  NncPixelFormat format;
  gint width;
  gint height;
  NncColorMatrix matrix;
  gboolean full_range;
} NncPictureFormat;

/**
 * NncPicture:
 * @planes: the first byte of each plane
 * @strides: bytes from one row to the next, of each plane; may be negative
 *
 * Where a picture's pixels lie. Read only; the memory stays the caller's.
 */
typedef struct {
  const guint8 *planes[3];
  gint strides[3];
} NncPicture;

/**
 * NncRectangle:
 *
 * A part of a picture, in pixels.
 */
typedef struct {
  gint x, y, width, height;
} NncRectangle;

/**
 * NncTensorLayout:
 * @NNC_LAYOUT_NHWC: channels of a pixel lie together
 * @NNC_LAYOUT_NCHW: a plane a channel
 */
typedef enum {
  NNC_LAYOUT_NHWC,
  NNC_LAYOUT_NCHW,
} NncTensorLayout;

/**
 * NncColorOrder:
 * @NNC_ORDER_RGB: channel 0 is red
 * @NNC_ORDER_BGR: channel 0 is blue
 * @NNC_ORDER_GRAY: one channel, luma in full range
 */
typedef enum {
  NNC_ORDER_RGB,
  NNC_ORDER_BGR,
  NNC_ORDER_GRAY,
} NncColorOrder;

/**
 * NncTensorSpec:
 * @type: %NNC_U8 or %NNC_F32
 * @layout: where the channels lie
 * @width: in pixels
 * @height: in pixels
 * @order: meaning (and number, 1 or 3) of the channels
 *
 * The tensor that a picture is to become.
 */
typedef struct {
  NncDataType type;
  NncTensorLayout layout;
  gint width;
  gint height;
  NncColorOrder order;
} NncTensorSpec;

/**
 * NncPreprocess:
 * @crop: the part of the picture to take; a width of 0 takes all of it
 * @mean: subtracted from each channel's 0..255 value
 * @std: each channel is then divided by this; finite, not 0
 *
 * What happens between pixel and tensor: out = (pixel - mean) / std. For a
 * tensor of %NNC_U8 mean and std must be 0 and 1. Scaling averages over the
 * area when it shrinks and is bilinear when it enlarges, pixel centres at
 * half-integers.
 */
typedef struct {
  NncRectangle crop;
  float mean[3];
  float std[3];
} NncPreprocess;

/**
 * NncPictureConverter:
 *
 * Turns pictures of one format into tensors of one kind. Converting
 * allocates nothing. Used by one thread at a time.
 */
typedef struct _NncPictureConverter NncPictureConverter;

NNC_API NncPictureConverter *nnc_picture_converter_new (const NncPictureFormat *in, const NncTensorSpec *out,
                                                        const NncPreprocess *how, GError **error);
NNC_API void nnc_picture_converter_free (NncPictureConverter *converter);
NNC_API void nnc_picture_converter_run (NncPictureConverter *converter, const NncPicture *picture, gpointer tensor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncPictureConverter, nnc_picture_converter_free)

G_END_DECLS
