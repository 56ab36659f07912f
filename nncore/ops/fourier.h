/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fourier.h: the discrete Fourier transform of n complex numbers, in double. */
#pragma once

#include <glib.h>

/* Roots of unity, [n][2]: cos and sin of 2 pi k / n. */
void nnc_fourier_fill_roots (double *roots, gsize n);

/* y[k] = sum over i of x[i] e^(-2 pi j i k / n); inverse: with +, and divided by n. x, y: [n][2], apart. n >= 1. Powers
 * of two take time by n log n, others by n^2. */
void nnc_fourier_transform (const double *roots, gsize n, gboolean inverse, const double *x, double *y);
