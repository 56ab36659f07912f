/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* scale.h: one scale for a whole tensor: real = scale * (stored - zero point). */
#pragma once

#include <glib.h>

typedef struct {
  float scale;
  gint32 zero_point;
} NncScale;
