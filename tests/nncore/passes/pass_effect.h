/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pass_effect.h: what one pass does to a network: which steps are left, and that the outputs stay what they were. */
#pragma once

#include <glib.h>

/* The operators of the steps with every pass, with a blank between. Fails the test where an output of the network with
 * `pass` off differs from that with every pass by more than 1e-5 of its largest. Takes over the network, whose inputs
 * are f32 and have known shapes. Free it. */
char *pass_effect_steps (GBytes *network, const char *pass);
/* The same, and the multiply-accumulates with every pass, and with `pass` off. */
char *pass_effect_work (GBytes *network, const char *pass, guint64 *macs, guint64 *macs_without);

/* n numbers between -1 and 1, none of them near 0. */
void pass_effect_fill (float *numbers, gsize n, guint32 seed);
