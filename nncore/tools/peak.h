/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* peak.h: how many multiply-adds of floats this core can do. */
#pragma once

/* In 10^9 a second, by a loop of some 20 us on the core that calls. */
double peak_measure (void);
