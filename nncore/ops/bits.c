/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bits.c: y = f (a, b) with broadcasting, of bools, and of integers bit by bit. BitShift: by b bits to where attribute
 * direction ("LEFT", "RIGHT") says; bits that are shifted out are lost. */
#include "elementwise_binary.h"

#include <string.h>

/* For bits it does not matter which type holds them. */
#define OPERATION(op, of_types, expression)                                                                            \
  NNC_BINARY_LOOP (op##_any, guint64, guint64, expression)                                                             \
  NNC_BINARY_OP (op, 0, .types = of_types, .loops = { [NNC_I64] = op##_any, [NNC_U64] = op##_any })

OPERATION (And, NNC_TYPE_BIT (NNC_BOOL), a &b)
OPERATION (Or, NNC_TYPE_BIT (NNC_BOOL), a | b)
OPERATION (Xor, NNC_TYPE_BIT (NNC_BOOL), a ^ b)
OPERATION (BitwiseAnd, NNC_TYPES_INTEGER, a &b)
OPERATION (BitwiseOr, NNC_TYPES_INTEGER, a | b)
OPERATION (BitwiseXor, NNC_TYPES_INTEGER, a ^ b)

/* --- shifts ---------------------------------------------------------------------- */

NNC_BINARY_LOOP (shift_left, guint64, guint64, b < 64 ? a << b : 0)
NNC_BINARY_LOOP (shift_right, guint64, guint64, b < 64 ? a >> b : 0)

static const NncBinaryFunction left = { .types = NNC_TYPES_UNSIGNED, .loops = { [NNC_U64] = shift_left } };
static const NncBinaryFunction right = { .types = NNC_TYPES_UNSIGNED, .loops = { [NNC_U64] = shift_right } };

/* NULL with an error: there is no such direction. */
static const NncBinaryFunction *
find_shift (const NncNode *node, GError **error)
{
  const char *direction = nnc_node_get_string (node, "direction", "");

  if (strcmp (direction, "LEFT") == 0)
    return &left;
  if (strcmp (direction, "RIGHT") == 0)
    return &right;
  nnc_op_error (error, "attribute 'direction' is '%s', 'LEFT' and 'RIGHT' are right", direction);
  return NULL;
}

static gboolean
infer_BitShift (NncInference *inference, GError **error)
{
  const NncBinaryFunction *function = find_shift (inference->node, error);

  return function && nnc_binary_infer (inference, function, error);
}

static gboolean
prepare_BitShift (NncPreparation *prepare, GError **error)
{
  const NncBinaryFunction *function = find_shift (prepare->node, error);

  return function && nnc_binary_prepare (prepare, function, error);
}

NNC_BINARY_OP_BY (BitShift, 0)
