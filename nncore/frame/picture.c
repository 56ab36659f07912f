/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture.c: from a picture to a tensor. */
#include <nncore/picture.h>
