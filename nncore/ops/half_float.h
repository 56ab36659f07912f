/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* half_float.h: IEEE 754 binary16, as bits. */
#pragma once

#include <glib.h>

float nnc_half_to_float (guint16 half);
/* Rounds to nearest, ties to even; what is too large becomes infinite. */
guint16 nnc_half_from_float (float value);
