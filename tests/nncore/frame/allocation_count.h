/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* allocation_count.h: counts allocations; the program is linked with --wrap for each of the allocating functions. */
#pragma once

#include <stddef.h>

/* Allocations since the program began. */
size_t allocation_count (void);
