/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_translate.h: from one node of the file to nodes of the graph, in our
 * vocabulary: ONNX's names and newest forms, channels last. */
#pragma once

#include "onnx_graph.h"
#include "onnx_node.h"
#include "op.h"

typedef struct _NncOnnxOperator NncOnnxOperator;

/* A node being translated. */
typedef struct {
  NncOnnxScope *scope;
  const NncOnnxOperator *operator;
  const NncOnnxNode *node; /* in the file */
  gint64 opset;
  GPtrArray *inputs; /* NncValue, NULL where absent; ends with one that is not */
  GPtrArray *outputs; /* likewise */
  NncNode draft; /* its attributes, checked: what nnc_onnx_emit_draft() gives to a node */
} NncOnnxTranslation;

/* Adds nodes or constants to the graph. Errors are without the node's name. */
typedef gboolean (*NncOnnxTranslate) (NncOnnxTranslation *translation, GError **error);

/* An operator of ONNX. */
struct _NncOnnxOperator {
  const char *name;
  const char *op; /* of ours, that it becomes; NULL: no node */
  const char *attributes; /* "axis=int pads=ints": all that it may have in any opset */
  NncOnnxTranslate translate;
};

/* NULL: there is none. */
const NncOnnxOperator *nnc_onnx_operator_find (const char *domain, const char *name);
/* NNC_ONNX_UNDEFINED: it has no such attribute. */
NncOnnxAttributeType nnc_onnx_operator_get_attribute_type (const NncOnnxOperator *operator, const char * name);

/* Translates a node, or notes in scope->model that it is not supported. */
gboolean nnc_onnx_translate_node (NncOnnxScope *scope, const NncOnnxNode *node, GError **error);

/* --- for translators ----------------------------------------------------------- */

/* Input or output i; NULL: absent. */
NncValue *nnc_onnx_input (const NncOnnxTranslation *translation, guint i);
NncValue *nnc_onnx_output (const NncOnnxTranslation *translation, guint i);
/* A value between nodes: "node:suffix". */
NncValue *nnc_onnx_new_value (NncOnnxTranslation *translation, const char *suffix);
/* Constants: i64 [n], f32 [n], and f32 []. */
NncValue *nnc_onnx_new_ints (NncOnnxTranslation *translation, const char *suffix, const gint64 *values, guint n);
NncValue *nnc_onnx_new_floats (NncOnnxTranslation *translation, const char *suffix, const float *values, guint n);
NncValue *nnc_onnx_new_float (NncOnnxTranslation *translation, const char *suffix, float value);

/* Adds a node of our op, without attributes. NULL with an error: the op does not exist. */
NncNode *nnc_onnx_emit (NncOnnxTranslation *translation, const char *op, NncValue *const *inputs, guint n_inputs,
                        NncValue *const *outputs, guint n_outputs, GError **error);
/* Adds a node of operator->op with the draft's attributes, which are moved. */
NncNode *nnc_onnx_emit_draft (NncOnnxTranslation *translation, NncValue *const *inputs, guint n_inputs,
                              NncValue *const *outputs, guint n_outputs, GError **error);
/* The draft with the node's own inputs and outputs: a translator itself. */
gboolean nnc_onnx_translate_plain (NncOnnxTranslation *translation, GError **error);

G_GNUC_PRINTF (2, 3) gboolean nnc_onnx_unsupported (GError **error, const char *format, ...);

/* onnx_rank.c: what can be said about a value's rank while the file is read; -1: nothing. Only where an operator's
 * layout depends on it; inference finds out for certain. */
void nnc_onnx_note_ranks (NncNode *node);

/* Translators that are not plain: onnx_channels_last.c, onnx_upgrade.c, onnx_constant.c, onnx_simplify.c,
 * onnx_control_flow.c, onnx_decompose.c, onnx_broadcast.c. */
gboolean nnc_onnx_translate_broadcast (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_prelu (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_convolution (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_pooling (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_image (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_clip (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_pad (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_scan (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_slice (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_axes (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_split (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_top_k (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_softmax (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_constant (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_cast (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_dropout (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_batch_normalization (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_cast_like (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_chain (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_mean (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_dtype (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_mean_variance_normalization (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_normalization (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_grid_sample (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_resize (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_roi_align (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_upsample (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_attention (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_qlinear_unary (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_qlinear_pooling (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_qlinear_concat (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_qlinear_conv (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_qlinear_mat_mul (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_qgemm (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_quantize_linear (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_fused_conv (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_fused_mat_mul (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_typed (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_dft (NncOnnxTranslation *translation, GError **error);
gboolean nnc_onnx_translate_softmax_loss (NncOnnxTranslation *translation, GError **error);
