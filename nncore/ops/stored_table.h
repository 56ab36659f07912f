/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_table.h: y = f (x) on stored numbers, by a table of every x there is. */
#pragma once

#include "quantization.h"

typedef gint32 (*NncStoredFunction) (gint32 x, gconstpointer user_data);
typedef float (*NncRealFunction) (float x);

/* From input 0's type to output 0's; both stored. What function returns fits the latter. */
gboolean nnc_stored_table_prepare (NncPreparation *prepare, NncStoredFunction function, gconstpointer user_data,
                                   GError **error);
/* The real function on the scales of input 0 and output 0, as TFLite makes such tables: of every number of 8 bits, and
 * interpolated of 16. */
gboolean nnc_stored_real_prepare (NncPreparation *prepare, NncRealFunction function, GError **error);
/* From one scale to another, within [minimum, maximum], by a factor that was computed in float (in_float) or double. */
gboolean nnc_stored_rescale_prepare (NncPreparation *prepare, gint32 minimum, gint32 maximum, gboolean in_float,
                                     GError **error);
