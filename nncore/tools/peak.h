/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* peak.h: how many multiply-adds this core can do. */
#pragma once

/* Numbers that kernels multiply. */
typedef enum { PEAK_FLOATS, PEAK_BYTES, PEAK_BF16, PEAK_N_KINDS } PeakKind;

/* In 10^9 a second, by a loop of some 20 us on the core that calls. */
double peak_measure (PeakKind kind);

/* What a kernel multiplies, by its name. */
PeakKind peak_kind_of (const char *kernel);
