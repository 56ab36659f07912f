/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantization.c: scales, zero points and factors of ops on stored numbers. */
#include "quantization.h"

#include "op_inputs.h"

#include <math.h>
#include <string.h>

gboolean
nnc_node_is_quantized (const NncNode *node, NncDataType type)
{
  return nnc_type_is_stored (type) && node->outputs[0] && node->outputs[0]->quantization;
}

static gboolean
get_scale (const NncQuantization *quantization, const char *what, guint i, NncScale *scale, GError **error)
{
  if (quantization == NULL || quantization->n != 1)
    return nnc_op_unsupported (error, "%s %u has %u scales, 1 is supported", what, i,
                               quantization ? quantization->n : 0);
  *scale = (NncScale){ quantization->scale[0], quantization->zero_point[0] };
  return scale->scale > 0
         || nnc_op_error (error, "%s %u has the scale %g, above 0 is right", what, i, (double)scale->scale);
}

gboolean
nnc_node_get_input_scale (const NncNode *node, guint i, NncScale *scale, GError **error)
{
  return get_scale (i < node->n_inputs && node->inputs[i] ? node->inputs[i]->quantization : NULL, "input", i, scale,
                    error);
}

gboolean
nnc_node_get_output_scale (const NncNode *node, guint i, NncScale *scale, GError **error)
{
  return get_scale (node->outputs[i] ? node->outputs[i]->quantization : NULL, "output", i, scale, error);
}

gboolean
nnc_node_get_rounding (const NncNode *node, NncRounding *rounding, GError **error)
{
  const char *name = nnc_node_get_string (node, "rounding", "twice");

  *rounding = strcmp (name, "once") == 0 ? NNC_ROUND_ONCE : NNC_ROUND_TWICE;
  return *rounding == NNC_ROUND_ONCE || strcmp (name, "twice") == 0
         || nnc_op_unsupported (error, "attribute 'rounding' is '%s', 'twice' and 'once' are known", name);
}

void
nnc_stored_limits (NncDataType type, gint32 *minimum, gint32 *maximum)
{
  *minimum = type == NNC_I8 ? G_MININT8 : type == NNC_U8 ? 0 : G_MININT16;
  *maximum = type == NNC_I8 ? G_MAXINT8 : type == NNC_U8 ? G_MAXUINT8 : G_MAXINT16;
}

NncStored
nnc_stored_of (NncDataType type)
{
  return type == NNC_I8 ? NNC_STORED_I8 : type == NNC_U8 ? NNC_STORED_U8 : NNC_STORED_I16;
}

gint32
nnc_stored_from_real (float real, NncScale scale, NncDataType type)
{
  float rounded = roundf (real / scale.scale);
  gint32 minimum, maximum;

  nnc_stored_limits (type, &minimum, &maximum);
  if (!(rounded > (float)(minimum - scale.zero_point)))
    return minimum;
  if (rounded >= (float)(maximum - scale.zero_point))
    return maximum;
  return (gint32)rounded + scale.zero_point;
}

gboolean
nnc_node_get_stored_clamp (const NncNode *node, NncDataType type, gint32 *minimum, gint32 *maximum, GError **error)
{
  float low, high;
  NncScale scale;

  if (!nnc_node_get_output_scale (node, 0, &scale, error))
    return FALSE;
  nnc_node_get_clamp (node, &low, &high);
  *minimum = nnc_stored_from_real (low, scale, type);
  *maximum = nnc_stored_from_real (high, scale, type);
  return TRUE;
}

NncFixedPoint
nnc_fixed_point (double factor)
{
  int shift;
  double fraction = frexp (MIN (factor, G_MAXINT32), &shift);
  gint64 multiplier = (gint64)round (fraction * 2147483648.0);

  if (multiplier == (gint64)1 << 31) {
    multiplier /= 2;
    shift++;
  }
  /* Too small to leave anything of 32 bits. */
  if (!(factor > 0) || shift < -31)
    return (NncFixedPoint){ 0, 0 };
  return (NncFixedPoint){ (gint32)multiplier, MIN (shift, 30) };
}

gboolean
nnc_infer_same_f32_or_stored (NncInference *inference, GError **error)
{
  if (!nnc_node_is_quantized (inference->node, inference->inputs[0]->desc.type))
    return nnc_infer_same_f32 (inference, error);
  return nnc_infer_same (inference, error);
}
