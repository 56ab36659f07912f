/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* table.c: Table: y[i] = table[x[i]] of numbers of 8 bits; the table's first number is that of the smallest x. */
#include "op_inputs.h"
#include "step_work.h"
#include "wide.h"

enum { X, TABLE };

#define TABLE_SIZE 256

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const guint types = NNC_TYPE_BIT (NNC_I8) | NNC_TYPE_BIT (NNC_U8);

  return nnc_input_check_types (inputs, X, types, error) && nnc_input_check_types (inputs, TABLE, types, error)
         && nnc_input_check_vector (inputs, TABLE, TABLE_SIZE, error)
         && nnc_desc_set (&inference->outputs[0], inputs[TABLE]->desc.type, inputs[X]->desc.rank, inputs[X]->desc.shape,
                          error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const guint8 *x = step->inputs[X]->data, *table = step->inputs[TABLE]->data;
  guint8 *y = step->outputs[0]->data, flip = step->inputs[X]->desc.type == NNC_I8 ? 0x80 : 0;
  gsize n = nnc_desc_n_elements (&step->outputs[0]->desc);

  for (gsize i = 0; i < n; i++)
    y[i] = table[x[i] ^ flip];
  return TRUE;
}

static gboolean
prepare_table (NncPreparation *prepare, GError **error)
{
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return TRUE;
}

const NncOp nnc_op_Table = {
  .name = "Table",
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_table,
  .permute = permute,
};
