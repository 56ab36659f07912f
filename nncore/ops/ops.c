/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ops.c: the list of operators. */
#include "op.h"
