/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* source.c: the bytes of a model file. */
#include "graph.h"
