/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model.c: a network as its file describes it. */
#include "graph.h"
