/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* classification.c: from scores to classes. */
#include <nncore/classification.h>
