/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stacked_output.h: an output of a loop that has one slice an iteration. */
#pragma once

#include "op.h"

typedef struct {
  NncTensor *output; /* NULL: nobody wants it */
  gint64 axis; /* along which slices are stacked; negative: from the end of the output's */
  gboolean backwards; /* the first slice comes last */
  gint64 length; /* how many there will be; -1: not known, then axis is 0 and they come forwards */
  gint64 n; /* how many there are */
  NncTensorDesc slice;
  gpointer grown; /* slices, while length is not known */
  gsize capacity; /* bytes */
} NncStackedOutput;

/* All but n, slice, grown, capacity are set. */
gboolean nnc_stacked_output_add (NncStackedOutput *stack, NncRunContext *context, const NncTensor *slice,
                                 GError **error);
/* slice: what one would have looked like, for when there was none. */
gboolean nnc_stacked_output_finish (NncStackedOutput *stack, NncRunContext *context, const NncTensorDesc *slice,
                                    GError **error);
/* Gives back what is grown, after a failure too. */
void nnc_stacked_output_end (NncStackedOutput *stack, NncRunContext *context);
/* n slices along axis. */
gboolean nnc_stacked_desc (const NncTensorDesc *slice, gint64 axis, gint64 n, NncTensorDesc *stacked, GError **error);
