/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* error.c: the error domain. */
#include <nncore/error.h>

G_DEFINE_QUARK (nnc - error - quark, nnc_error)
