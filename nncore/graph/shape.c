/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* shape.c: shapes and checked sizes. */
#include "shape.h"
