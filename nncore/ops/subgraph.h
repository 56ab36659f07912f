/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* subgraph.h: graphs inside of nodes: the bodies of If, Loop, Scan, …
 *
 * A body is an attribute NAME of its node. It has inputs of its own, and
 * after them one for each value that it reads from around it: attribute
 * NAME_captures lists which of the node's inputs those are. */
#pragma once

#include "op.h"

/* --- for infer: copies, since the model's graph stays as it is --------------------- */

/* A body with n_own inputs of its own and at least n_outputs outputs. Its captured inputs are described like the
 * node's, as far as those are known; its own are not. NULL with an error: the node has no such body. */
NncGraph *nnc_subgraph_copy (const NncNode *node, const char *name, guint n_own, guint n_outputs, GError **error);
/* desc->type may be NNC_INVALID: not known. constant: or NULL. */
void nnc_subgraph_set_input (NncGraph *body, guint i, const NncTensorDesc *desc, NncConstant *constant);
const NncTensorDesc *nnc_subgraph_get_output (const NncGraph *body, guint i);

/* --- for prepare and run ------------------------------------------------------------ */

/* A body with a plan of its own. */
typedef struct _NncBody NncBody;

/* Takes over the described, not inferred, graph. name: its attribute's. n_own_inputs: how many inputs of the node are
 * not there for captured values only. */
NncBody *nnc_body_new (NncPreparation *prepare, const char *name, NncGraph *graph, guint n_own_inputs, GError **error);
void nnc_body_free (NncBody *body);
/* Captured values are those of the step, until the end. */
gboolean nnc_body_begin (NncBody *body, const NncStep *step, GError **error);
/* An input of its own is this tensor, until another is bound. */
gboolean nnc_body_bind (NncBody *body, guint i, const NncTensor *tensor, GError **error);
gboolean nnc_body_run (NncBody *body, NncRunContext *context, GError **error);
/* Valid until the next run, or the end. */
const NncTensor *nnc_body_get_output (NncBody *body, guint i);
/* What is known of it without a run; type NNC_INVALID: nothing. */
void nnc_body_describe_output (NncBody *body, guint i, NncTensorDesc *desc);
/* Makes an output of the step a copy of this tensor; output NULL: nobody wants it. */
gboolean nnc_run_copy_output (NncRunContext *context, NncTensor *output, const NncTensor *from, GError **error);
void nnc_body_end (NncBody *body);
guint64 nnc_body_get_macs (NncBody *body);
guint64 nnc_body_get_other_work (NncBody *body);
