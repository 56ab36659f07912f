/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* attributes.c: named facts about a node. */
#include "graph.h"
