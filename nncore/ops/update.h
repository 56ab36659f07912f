/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* update.h: what the Scatter ops do where a number is already: attribute reduction (none, add, mul, max, min). */
#pragma once

#include "op.h"

typedef enum { NNC_UPDATE_NONE, NNC_UPDATE_ADD, NNC_UPDATE_MUL, NNC_UPDATE_MAX, NNC_UPDATE_MIN } NncUpdate;

/* FALSE with an error: there is no such reduction, or none of this type. */
gboolean nnc_update_read (const NncNode *node, NncDataType type, NncUpdate *update, GError **error);
/* y[i] = y[i] and x[i], for n numbers. */
void nnc_update (NncUpdate update, NncDataType type, gpointer y, gconstpointer x, gsize n);
