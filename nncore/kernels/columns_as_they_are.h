/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* columns_as_they_are.h: kernels of columns that take all of them, and pack nothing. */
#pragma once

#include "kernel_list.h"

static bool
accepts_all (const NncColumns *columns)
{
  return true;
}

static size_t
no_size (const NncColumns *columns)
{
  return 0;
}

static void
pack_nothing (const NncColumns *columns, void *packed)
{
}

#define COLUMNS_AS_THEY_ARE(run)                                                                                       \
  {                                                                                                                    \
    accepts_all, no_size, pack_nothing, run                                                                            \
  }
