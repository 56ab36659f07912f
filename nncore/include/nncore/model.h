/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model.h: a network as its file describes it, shared by sessions. */
#pragma once

#include <glib-object.h>
#include <nncore/api.h>
#include <nncore/error.h>
#include <nncore/tensor.h>

G_BEGIN_DECLS

/**
 * NncModel:
 *
 * A network: its graph and its weights, packed for this processor when a
 * session first asks for them. Immutable to its users and safe to share
 * between threads; reference-counted.
 */
typedef struct _NncModel NncModel;

#define NNC_TYPE_MODEL (nnc_model_get_type ())
NNC_API GType nnc_model_get_type (void) G_GNUC_CONST;

NNC_API NncModel *nnc_model_new_from_file (const char *path, GError **error);
NNC_API NncModel *nnc_model_new_from_bytes (GBytes *bytes, const char *name, GError **error);
NNC_API NncModel *nnc_model_ref (NncModel *model);
NNC_API void nnc_model_unref (NncModel *model);

NNC_API const char *nnc_model_get_name (NncModel *model);
NNC_API const char *nnc_model_get_format (NncModel *model);
NNC_API const char *nnc_model_get_metadata (NncModel *model, const char *key);
NNC_API guint nnc_model_get_n_inputs (NncModel *model);
NNC_API const char *nnc_model_get_input_name (NncModel *model, guint index);
NNC_API NncDataType nnc_model_get_input_data_type (NncModel *model, guint index);
NNC_API const gint64 *nnc_model_get_input_shape (NncModel *model, guint index, guint *rank);
NNC_API const char *nnc_model_get_input_dimension_name (NncModel *model, guint index, guint axis);
NNC_API const gint64 *nnc_model_get_output_shape (NncModel *model, guint index, guint *rank);
NNC_API const char *nnc_model_get_output_dimension_name (NncModel *model, guint index, guint axis);
NNC_API gsize nnc_model_get_weights_size (NncModel *model);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncModel, nnc_model_unref)

G_END_DECLS
