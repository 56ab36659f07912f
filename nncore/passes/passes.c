/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* passes.c: the list of passes. */
#include "graph.h"
