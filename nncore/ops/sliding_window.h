/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sliding_window.h: from the attributes of a convolution or pooling to the
 * window that kernels know, with every number checked. */
#pragma once

#include "kernel.h"
#include "op.h"

/* How many spatial axes an image can have. */
#define NNC_MAX_SPATIAL (NNC_MAX_RANK - 2)

/* Windows along one spatial axis. */
typedef struct {
  gint64 in, kernel, stride, dilation, pad_begin, pad_end, out;
} NncWindowAxis;

/* x: [N,…,C] of rank 3 and more. kernel: [rank - 2] sizes. Reads the attributes that nnc_window_set() reads. */
gboolean nnc_window_read_axes (NncWindowAxis axes[NNC_MAX_SPATIAL], const NncNode *node, const NncTensorDesc *x,
                               const gint64 *kernel, GError **error);
/* x: [N,H,W,C] or [N,W,C], the latter as a picture of one row. kernel: [rank - 2] sizes. Reads strides, dilations,
 * pads, auto_pad, ceil_mode and output_limit. */
gboolean nnc_window_set (NncWindow *window, const NncNode *node, const NncTensorDesc *x, const gint64 *kernel,
                         gint64 out_channels, GError **error);
/* What comes out: [N,OH,OW,O] or [N,OW,O]. */
gboolean nnc_window_get_output (const NncWindow *window, NncDataType type, guint rank, NncTensorDesc *desc,
                                GError **error);
/* For reach(): what the windows over input 0 read of it. kernel: [rank - 2] sizes. */
gboolean nnc_window_get_reach (const NncNode *node, const gint64 *kernel, gint64 reach[NNC_MAX_RANK]);
/* Which rows each row reads; without its function. */
NncRowWise nnc_window_rows (const NncWindow *window);
/* Multiply-accumulates, or comparisons. */
guint64 nnc_window_count_work (const NncWindow *window);
