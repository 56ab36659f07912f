/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orc_available.h: may ORC make code in this process? */
#pragma once

#include <stdbool.h>

/* FALSE where executable memory is refused: ORC 0.4.33 aborts there. Does not touch ORC. */
bool nnc_orc_available (void);
