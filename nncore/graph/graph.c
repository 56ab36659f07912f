/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph.c: building and rewriting a network. */
#include "graph.h"
