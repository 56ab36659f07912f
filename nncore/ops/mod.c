/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mod.c: Mod: y = what remains of a divided by b, with broadcasting: with the sign of b, or with attribute fmod (0) 1
 * of a. An integer divided by 0 is an error of the run. */
#include "elementwise_binary.h"

#include <tgmath.h>

static gint64
remainder_signed (gint64 a, gint64 b, gboolean *possible)
{
  if (b == 0)
    *possible = FALSE;
  return b == 0 || b == -1 ? 0 : a % b; /* the least number divided by -1 does not fit */
}

static gint64
modulo_signed (gint64 a, gint64 b, gboolean *possible)
{
  gint64 rest = remainder_signed (a, b, possible);

  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

static guint64
remainder_unsigned (guint64 a, guint64 b, gboolean *possible)
{
  if (b == 0)
    *possible = FALSE;
  return b == 0 ? 0 : a % b;
}

static double
modulo_float (double a, double b)
{
  double rest = fmod (a, b);

  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

NNC_BINARY_LOOPS (modulo, modulo_signed (a, b, &possible), remainder_unsigned (a, b, &possible), modulo_float (a, b))
NNC_BINARY_LOOPS (remainder, remainder_signed (a, b, &possible), remainder_unsigned (a, b, &possible), fmod (a, b))

static const NncBinaryFunction modulo
    = { .types = NNC_TYPES_NUMBER, NNC_BINARY_LOOPS_OF (modulo), .failure = "an integer is divided by 0" };
static const NncBinaryFunction remainder_of_a
    = { .types = NNC_TYPES_NUMBER, NNC_BINARY_LOOPS_OF (remainder), .failure = "an integer is divided by 0" };

static const NncBinaryFunction *
find_function (const NncNode *node)
{
  return nnc_node_get_int (node, "fmod", 0) ? &remainder_of_a : &modulo;
}

static gboolean
infer_Mod (NncInference *inference, GError **error)
{
  return nnc_binary_infer (inference, find_function (inference->node), error);
}

static gboolean
prepare_Mod (NncPreparation *prepare, GError **error)
{
  return nnc_binary_prepare (prepare, find_function (prepare->node), error);
}

NNC_BINARY_OP_BY (Mod, 0)
