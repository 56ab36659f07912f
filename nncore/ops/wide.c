/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wide.c: numbers on their way to a type that arithmetic is written for, and back. */
#include "wide.h"

#include "op_inputs.h"
#include "step_work.h"

gboolean
nnc_input_check_types (const NncTensor *const *inputs, guint i, guint types, GError **error)
{
  if (inputs[i] == NULL || (types & NNC_TYPE_BIT (inputs[i]->desc.type)))
    return TRUE;
  return nnc_op_unsupported (error, "input %u: type %s is not supported", i,
                             nnc_data_type_to_string (inputs[i]->desc.type));
}

NncDataType
nnc_wide_type (NncDataType type)
{
  static const NncDataType wide[] = {
    [NNC_INVALID] = NNC_INVALID, [NNC_F32] = NNC_F32,      [NNC_F16] = NNC_F32,        [NNC_F64] = NNC_F64,
    [NNC_I8] = NNC_I64,          [NNC_U8] = NNC_U64,       [NNC_I16] = NNC_I64,        [NNC_U16] = NNC_U64,
    [NNC_I32] = NNC_I64,         [NNC_U32] = NNC_U64,      [NNC_I64] = NNC_I64,        [NNC_U64] = NNC_U64,
    [NNC_BOOL] = NNC_U64,        [NNC_F8E4M3FN] = NNC_F32, [NNC_F8E4M3FNUZ] = NNC_F32, [NNC_F8E5M2] = NNC_F32,
    [NNC_F8E5M2FNUZ] = NNC_F32,
  };

  return wide[type];
}

gsize
nnc_wide_scratch_size (const NncTensorDesc *desc)
{
  NncDataType wide = nnc_wide_type (desc->type);

  return wide == desc->type ? 0 : nnc_round_up_64 (nnc_desc_n_elements (desc) * nnc_data_type_get_size (wide));
}

gconstpointer
nnc_wide_read (const NncTensor *tensor, gpointer scratch)
{
  NncDataType type = tensor->desc.type, wide = nnc_wide_type (type);

  if (wide == type)
    return tensor->data;
  nnc_convert (wide, scratch, type, tensor->data, nnc_desc_n_elements (&tensor->desc));
  return scratch;
}

gpointer
nnc_wide_output (const NncTensor *tensor, gpointer scratch)
{
  return nnc_wide_type (tensor->desc.type) == tensor->desc.type ? tensor->data : scratch;
}

void
nnc_wide_finish (const NncTensor *tensor, gconstpointer scratch)
{
  NncDataType type = tensor->desc.type, wide = nnc_wide_type (type);

  if (wide != type)
    nnc_convert (type, tensor->data, wide, scratch, nnc_desc_n_elements (&tensor->desc));
}

void
nnc_wide_map (NncWideMap map, gconstpointer user_data, NncDataType y_wide, const NncTensor *y, NncDataType x_wide,
              const NncTensor *x)
{
  NncDataType y_type = y->desc.type, x_type = x->desc.type;
  gsize n = nnc_desc_n_elements (&y->desc), x_size = nnc_data_type_get_size (x_type);
  gsize y_size = nnc_data_type_get_size (y_type);
  gsize piece = x_type == x_wide && y_type == y_wide ? n : NNC_WIDE_PIECE;
  guint64 x_piece[NNC_WIDE_PIECE], y_piece[NNC_WIDE_PIECE];

  for (gsize i = 0; i < n; i += piece) {
    gsize count = MIN (piece, n - i);
    const guint8 *from = (const guint8 *)x->data + i * x_size;
    guint8 *to = (guint8 *)y->data + i * y_size;

    if (x_type != x_wide)
      nnc_convert (x_wide, x_piece, x_type, from, count);
    map (y_type == y_wide ? to : (gpointer)y_piece, x_type == x_wide ? from : (gconstpointer)x_piece, count, user_data);
    if (y_type != y_wide)
      nnc_convert (y_type, to, y_wide, y_piece, count);
  }
}
