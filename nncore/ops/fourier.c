/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fourier.c: the discrete Fourier transform. */
#include "fourier.h"

#include <math.h>

void
nnc_fourier_fill_roots (double *roots, gsize n)
{
  for (gsize k = 0; k < n; k++) {
    roots[2 * k] = cos (2 * G_PI * (double)k / (double)n);
    roots[2 * k + 1] = sin (2 * G_PI * (double)k / (double)n);
  }
}

/* sum += x * e^(sign 2 pi j k / n) */
static void
add_turned (double *sum, const double *x, const double *root, double sign)
{
  sum[0] += x[0] * root[0] - sign * x[1] * root[1];
  sum[1] += x[1] * root[0] + sign * x[0] * root[1];
}

static void
transform_any (const double *roots, gsize n, double sign, const double *x, double *y)
{
  for (gsize k = 0; k < n; k++) {
    double sum[2] = { 0 };

    for (gsize i = 0, at = 0; i < n; i++, at = at + k < n ? at + k : at + k - n)
      add_turned (sum, x + 2 * i, roots + 2 * at, sign);
    y[2 * k] = sum[0];
    y[2 * k + 1] = sum[1];
  }
}

/* x into y, by indices whose bits are reversed. */
static void
reverse_bits (gsize n, const double *x, double *y)
{
  for (gsize i = 0, reversed = 0; i < n; i++) {
    gsize bit = n >> 1;

    y[2 * reversed] = x[2 * i];
    y[2 * reversed + 1] = x[2 * i + 1];
    for (; bit && (reversed & bit); bit >>= 1)
      reversed ^= bit;
    reversed |= bit;
  }
}

/* Pairs of transforms of half the size, from 1 up. */
static void
transform_power_of_two (const double *roots, gsize n, double sign, const double *x, double *y)
{
  reverse_bits (n, x, y);
  for (gsize half = 1; half < n; half *= 2)
    for (gsize begin = 0; begin < n; begin += 2 * half)
      for (gsize i = 0; i < half; i++) {
        double *a = y + 2 * (begin + i), *b = a + 2 * half, turned[2] = { 0 };

        add_turned (turned, b, roots + 2 * (i * (n / (2 * half))), sign);
        b[0] = a[0] - turned[0];
        b[1] = a[1] - turned[1];
        a[0] += turned[0];
        a[1] += turned[1];
      }
}

void
nnc_fourier_transform (const double *roots, gsize n, gboolean inverse, const double *x, double *y)
{
  double sign = inverse ? 1 : -1;

  if ((n & (n - 1)) == 0)
    transform_power_of_two (roots, n, sign, x, y);
  else
    transform_any (roots, n, sign, x, y);
  for (gsize i = 0; inverse && i < 2 * n; i++)
    y[i] /= (double)n;
}
