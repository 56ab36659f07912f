/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantization.h: ops on stored numbers: real = scale * (stored - zero point),
 * with scale and zero point on the values. The attribute rounding says how sums
 * become stored numbers: "twice", which an absent one means, or "once" (fixed_point.h). */
#pragma once

#include "fixed_point.h"
#include "op.h"
#include "scale.h"

/* Whether the type is one that quantized numbers are stored in. */
static inline gboolean
nnc_type_is_stored (NncDataType type)
{
  return type == NNC_I8 || type == NNC_U8 || type == NNC_I16;
}

/* Whether the node computes on stored numbers: its output 0 has a quantization, and its type is one of theirs. */
gboolean nnc_node_is_quantized (const NncNode *node, NncDataType type);
/* The scale of input or output i. FALSE with an error: it has none, one an axis, or one that is not above 0. */
gboolean nnc_node_get_input_scale (const NncNode *node, guint i, NncScale *scale, GError **error);
gboolean nnc_node_get_output_scale (const NncNode *node, guint i, NncScale *scale, GError **error);

/* The attribute rounding. */
gboolean nnc_node_get_rounding (const NncNode *node, NncRounding *rounding, GError **error);
/* The smallest and largest number of a type. */
void nnc_stored_limits (NncDataType type, gint32 *minimum, gint32 *maximum);
NncStored nnc_stored_of (NncDataType type);
/* The fused activation, as stored numbers of output 0. */
gboolean nnc_node_get_stored_clamp (const NncNode *node, NncDataType type, gint32 *minimum, gint32 *maximum,
                                    GError **error);
/* A factor of any size from 0 up, to 31 bits. */
NncFixedPoint nnc_fixed_point (double factor);

/* stored <- round (real / scale) + zero point, half away from zero, within the type's limits. */
gint32 nnc_stored_from_real (float real, NncScale scale, NncDataType type);

/* Number i of an array of a stored type, and its writing. */
static inline gint32
nnc_stored_get (gconstpointer data, NncDataType type, gsize i)
{
  return type == NNC_I8   ? ((const gint8 *)data)[i]
         : type == NNC_U8 ? ((const guint8 *)data)[i]
                          : ((const gint16 *)data)[i];
}

static inline void
nnc_stored_set (gpointer data, NncDataType type, gsize i, gint32 value)
{
  if (type == NNC_I8)
    ((gint8 *)data)[i] = (gint8)value;
  else if (type == NNC_U8)
    ((guint8 *)data)[i] = (guint8)value;
  else
    ((gint16 *)data)[i] = (gint16)value;
}

/* Output 0 is described like input 0, which is f32 or a stored type. */
gboolean nnc_infer_same_f32_or_stored (NncInference *inference, GError **error);
