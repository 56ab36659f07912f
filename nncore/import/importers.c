/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* importers.c: the list of file formats. */
#include "graph.h"
