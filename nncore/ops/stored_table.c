/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_table.c: y = f (x) on stored numbers, by a table of every x there is: 256, or 65,536 of 16 bits. */
#include "stored_table.h"

#include "interpolated_table.h"
#include "op_inputs.h"

#include <math.h>

typedef struct {
  gint16 y[1]; /* by x - the smallest there is; as many as there are */
} Params;

#define LOOP(name, x_type, y_type, first)                                                                              \
  static gboolean name (const NncStep *step, NncRunContext *context, GError **error)                                   \
  {                                                                                                                    \
    const gint16 *table = ((const Params *)step->params)->y;                                                           \
    const x_type *x = step->inputs[0]->data;                                                                           \
    y_type *y = step->outputs[0]->data;                                                                                \
    gsize n = nnc_desc_n_elements (&step->outputs[0]->desc);                                                           \
    for (gsize i = 0; i < n; i++)                                                                                      \
      y[i] = (y_type)table[x[i] - (first)];                                                                            \
    return TRUE;                                                                                                       \
  }

LOOP (run_i8_i8, gint8, gint8, G_MININT8)
LOOP (run_i8_u8, gint8, guint8, G_MININT8)
LOOP (run_i8_i16, gint8, gint16, G_MININT8)
LOOP (run_u8_i8, guint8, gint8, 0)
LOOP (run_u8_u8, guint8, guint8, 0)
LOOP (run_u8_i16, guint8, gint16, 0)
LOOP (run_i16_i8, gint16, gint8, G_MININT16)
LOOP (run_i16_u8, gint16, guint8, G_MININT16)
LOOP (run_i16_i16, gint16, gint16, G_MININT16)

/* By NncStored. */
static const NncRun runs[3][3] = {
  { run_i8_i8, run_i8_u8, run_i8_i16 },
  { run_u8_i8, run_u8_u8, run_u8_i16 },
  { run_i16_i8, run_i16_u8, run_i16_i16 },
};

gboolean
nnc_stored_table_prepare (NncPreparation *prepare, NncStoredFunction function, gconstpointer user_data, GError **error)
{
  NncDataType from = prepare->inputs[0]->desc.type, to = prepare->outputs[0]->desc.type;
  gint32 minimum, maximum;
  Params *params;

  if (!nnc_type_is_stored (from) || !nnc_type_is_stored (to))
    return nnc_op_unsupported (error, "%s from %s is not supported", nnc_data_type_to_string (to),
                               nnc_data_type_to_string (from));
  nnc_stored_limits (from, &minimum, &maximum);
  params = nnc_prepare_params (prepare, (gsize)(maximum - minimum + 1) * sizeof (gint16));
  for (gint32 x = minimum; x <= maximum; x++)
    params->y[x - minimum] = (gint16)function (x, user_data);
  prepare->run = runs[nnc_stored_of (from)][nnc_stored_of (to)];
  prepare->kernel = "stored_table";
  return TRUE;
}

/* --- real functions ------------------------------------------------------------------ */

typedef struct {
  NncRealFunction function;
  NncScale x, y;
  gint32 minimum, maximum;
} Real;

static gint32
real_function (gint32 x, gconstpointer user_data)
{
  const Real *real = user_data;
  float y = real->function (real->x.scale * (float)(x - real->x.zero_point));
  float stored = roundf (y * (1 / real->y.scale)) + (float)real->y.zero_point;

  return stored < (float)real->minimum ? real->minimum : stored > (float)real->maximum ? real->maximum : (gint32)stored;
}

static gint32
interpolate (gint32 x, gconstpointer user_data)
{
  return nnc_interpolated_table_get (user_data, x);
}

gboolean
nnc_stored_real_prepare (NncPreparation *prepare, NncRealFunction function, GError **error)
{
  NncDataType type = prepare->outputs[0]->desc.type;
  Real real = { .function = function };

  if (!nnc_node_get_input_scale (prepare->node, 0, &real.x, error)
      || !nnc_node_get_output_scale (prepare->node, 0, &real.y, error))
    return FALSE;
  if (prepare->inputs[0]->desc.type == NNC_I16 && type == NNC_I16) {
    NncInterpolatedTable table;

    nnc_interpolated_table_fill (&table, function, real.x, real.y);
    return nnc_stored_table_prepare (prepare, interpolate, &table, error);
  }
  nnc_stored_limits (type, &real.minimum, &real.maximum);
  return nnc_stored_table_prepare (prepare, real_function, &real, error);
}

/* --- another scale ------------------------------------------------------------------- */

typedef struct {
  NncFixedPoint factor;
  gint32 x_zero_point, y_zero_point, minimum, maximum;
} Rescale;

static gint32
rescale (gint32 x, gconstpointer user_data)
{
  const Rescale *scale = user_data;

  return nnc_clamp_int (
      nnc_add_zero_point (nnc_multiply_twice (x - scale->x_zero_point, scale->factor), scale->y_zero_point),
      scale->minimum, scale->maximum);
}

gboolean
nnc_stored_rescale_prepare (NncPreparation *prepare, gint32 minimum, gint32 maximum, gboolean in_float, GError **error)
{
  NncScale x, y;
  Rescale scale = { .minimum = minimum, .maximum = maximum };

  if (!nnc_node_get_input_scale (prepare->node, 0, &x, error)
      || !nnc_node_get_output_scale (prepare->node, 0, &y, error))
    return FALSE;
  scale.factor = nnc_fixed_point (in_float ? (double)(x.scale / y.scale) : (double)x.scale / (double)y.scale);
  scale.x_zero_point = x.zero_point;
  scale.y_zero_point = y.zero_point;
  return nnc_stored_table_prepare (prepare, rescale, &scale, error);
}
