/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* recurrent_activation.h: the functions that a recurrent layer puts its gates
 * through, by the names of ONNX's attribute `activations`. */
#pragma once

#include "kernel.h"
#include "op.h"

typedef struct {
  NncUnaryF32 apply;
  float p[2]; /* alpha, beta */
} NncRecurrentActivation;

/* Reads n functions from position first of the node's list; where it has none, those named by defaults (a list with
 * commas between). Alphas and betas go, in their order, to the functions that have one. */
gboolean nnc_recurrent_get_activations (const NncNode *node, const char *defaults, guint first, guint n,
                                        NncRecurrentActivation *activations, GError **error);
/* Whether the node's list is as long as it must be, and of names that are known. */
gboolean nnc_recurrent_check_activations (const NncNode *node, guint n, GError **error);
/* Whether it is the function of a slot. */
gboolean nnc_recurrent_activation_is (const NncRecurrentActivation *activation, NncSlot slot);
