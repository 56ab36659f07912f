/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_translate.h: from one node of the file to nodes of the graph, in our
 * vocabulary, which is ONNX's with channels last, as they are in TFLite. */
#pragma once

#include "op.h"
#include "tflite_model.h"

/* A node being translated. */
typedef struct {
  NncTfliteModel *model;
  NncGraph *graph;
  gsize graph_index; /* in the file */
  const NncTfliteOperatorCode *code;
  const NncTfliteOperator *operator;
  NncTable options; /* of the operator; perhaps absent */
  NncVector custom_options; /* bytes */
  const char *label; /* the first output's name */
  NncValue **inputs; /* NULL: absent */
  NncValue **outputs;
  guint n_inputs, n_outputs;
} NncTfliteTranslation;

/* Adds nodes or constants to the graph. Errors are without the node's name. */
typedef gboolean (*NncTfliteTranslate) (NncTfliteTranslation *translation, GError **error);

/* An operator of TFLite. */
struct _NncTfliteOperator {
  const char *name;
  const char *op; /* of ours, that it becomes; NULL: the translator knows */
  guint options_type; /* of the union BuiltinOptions; 0: none */
  guint min_inputs;
  gint activation; /* the options' field with the fused activation, or -1 */
  NncTfliteTranslate translate;
  gboolean real; /* stored numbers are widened before it, and its result stored again */
};

/* The names of builtin operators; NULL: there is none with this number. */
const char *nnc_tflite_builtin_name (gint64 number);
/* NULL: it is not supported. */
const NncTfliteOperator *nnc_tflite_operator_find (const char *name);

/* --- for translators ----------------------------------------------------------- */

/* Input i; NULL: absent. */
NncValue *nnc_tflite_input (const NncTfliteTranslation *translation, guint i);
gint64 nnc_tflite_option (const NncTfliteTranslation *translation, guint field, guint size, gint64 otherwise);

/* A value between nodes, "label:suffix", with the type and quantization of `like`, its shape unknown. */
NncValue *nnc_tflite_new_value (NncTfliteTranslation *translation, const char *suffix, const NncValue *like);
/* A constant i64 [n]. */
NncValue *nnc_tflite_new_ints (NncTfliteTranslation *translation, const char *suffix, const gint64 *values, guint n);
NncValue *nnc_tflite_new_float (NncTfliteTranslation *translation, const char *suffix, float value);
/* A constant f32 [n]. */
NncValue *nnc_tflite_new_floats (NncTfliteTranslation *translation, const char *suffix, const float *values, guint n);
/* The numbers of a constant i32 or i64 vector, at most max. */
gboolean nnc_tflite_get_ints (const NncValue *value, const char *what, gint64 *values, guint max, guint *n,
                              GError **error);

/* Adds a node of our op, which exists. */
NncNode *nnc_tflite_emit (NncTfliteTranslation *translation, const char *op, NncValue *const *inputs, guint n_inputs,
                          NncValue *const *outputs, guint n_outputs);
/* One input, one output. */
NncNode *nnc_tflite_emit_unary (NncTfliteTranslation *translation, const char *op, NncValue *input, NncValue *output);
/* A Clip, of stored numbers, too; maximum: perhaps INFINITY. */
void nnc_tflite_emit_clip (NncTfliteTranslation *translation, NncValue *input, NncValue *output, float minimum,
                           float maximum);
/* A node of operator->op with the node's own inputs; its output goes through the fused activation. NULL with an error:
 * the activation is not supported. */
NncNode *nnc_tflite_emit_activated (NncTfliteTranslation *translation, const char *op, NncValue *const *inputs,
                                    guint n_inputs, GError **error);
/* Translates, or notes in model that it is not supported. */
gboolean nnc_tflite_translate_node (NncTfliteTranslation *translation, GError **error);

G_GNUC_PRINTF (2, 3) gboolean nnc_tflite_unsupported (GError **error, const char *format, ...);

/* Translators. */
gboolean nnc_tflite_translate_plain (NncTfliteTranslation *translation, GError **error);
/* tflite_windows.c */
gboolean nnc_tflite_translate_convolution (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_depthwise (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_transposed_convolution (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_pooling (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_l2_pool (NncTfliteTranslation *translation, GError **error);
/* tflite_dense.c */
gboolean nnc_tflite_translate_fully_connected (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_batch_mat_mul (NncTfliteTranslation *translation, GError **error);
/* tflite_hybrid.c */
/* Whether a layer has real inputs, and weights in 8 bits. */
gboolean nnc_tflite_is_hybrid (const NncValue *x, const NncValue *weights);
/* Such a layer, of x, weights and a bias or NULL: a node of op, HybridConv or HybridMatMul, which is
 * returned. */
NncNode *nnc_tflite_emit_hybrid (NncTfliteTranslation *translation, const char *op, NncValue *const *inputs,
                                 gboolean asymmetric, const char *order, GError **error);
/* tflite_activations.c */
gboolean nnc_tflite_translate_relu (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_leaky_relu (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_softmax (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_log_softmax (NncTfliteTranslation *translation, GError **error);
/* tflite_elementwise.c */
gboolean nnc_tflite_translate_squared_difference (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_square (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_floor_div (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_comparison (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_not_equal (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_add_n (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_gelu (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_l2_normalization (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_select (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_local_response (NncTfliteTranslation *translation, GError **error);
/* tflite_choices.c */
gboolean nnc_tflite_translate_arg_extreme (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_top_k (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_where (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_shape (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_rank (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_embedding_lookup (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_gather (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_reverse (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_reverse_sequence (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_cumsum (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_one_hot (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_zeros_like (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_scatter_nd (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_fill (NncTfliteTranslation *translation, GError **error);
/* tflite_pictures.c */
gboolean nnc_tflite_translate_resize (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_depth_space (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_space_to_batch (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_batch_to_space (NncTfliteTranslation *translation, GError **error);
/* tflite_detection.c */
gboolean nnc_tflite_translate_detection (NncTfliteTranslation *translation, GError **error);
/* tflite_quantize.c */
/* What the stored numbers stand for; x itself where it has no scale. */
NncValue *nnc_tflite_real (NncTfliteTranslation *translation, NncValue *x);
/* Inputs and outputs become what the stored numbers stand for. */
void nnc_tflite_make_real (NncTfliteTranslation *translation);
gboolean nnc_tflite_translate_quantize (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_dequantize (NncTfliteTranslation *translation, GError **error);
/* tflite_shapes.c */
gboolean nnc_tflite_translate_reshape (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_squeeze (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_expand_dims (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_transpose (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_concatenation (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_pad (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_mirror_pad (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_reduce (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_cast (NncTfliteTranslation *translation, GError **error);
/* tflite_slices.c */
gboolean nnc_tflite_translate_slice (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_strided_slice (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_split (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_split_v (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_unpack (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_pack (NncTfliteTranslation *translation, GError **error);
/* tflite_recurrent.c */
gboolean nnc_tflite_translate_sequence_lstm (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_sequence_rnn (NncTfliteTranslation *translation, GError **error);
/* tflite_svdf.c */
gboolean nnc_tflite_translate_svdf (NncTfliteTranslation *translation, GError **error);
/* tflite_control_flow.c */
gboolean nnc_tflite_translate_if (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_while (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_call_once (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_var_handle (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_read_variable (NncTfliteTranslation *translation, GError **error);
gboolean nnc_tflite_translate_assign_variable (NncTfliteTranslation *translation, GError **error);
