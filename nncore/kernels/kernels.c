/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernels.c: the list of kernels, and the choice among them. */
#include "kernel.h"
