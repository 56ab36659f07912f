/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.c: names of classes. */
#include <nncore/classification.h>
