/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* constant.c: immutable numbers, in the file or in memory. */
#include "graph.h"
