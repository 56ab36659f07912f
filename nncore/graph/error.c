/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* error.c: the error domain. */
#include "graph.h"
