/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dynamic_fake_quantize.h: numbers as they would be after being stored in 8 bits. */
#pragma once

#include <glib.h>

/* n numbers as what is stored less the zero point, on the scale that is returned; y may be x. */
float nnc_dynamic_quantize (float *y, const float *x, gsize n, gboolean asymmetric);
/* n numbers on one scale, found from them; y may be x. */
void nnc_dynamic_fake_quantize (float *y, const float *x, gsize n, gboolean asymmetric);
