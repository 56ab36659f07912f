/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_binary.h: the factors of operations on two stored numbers. */
#pragma once

#include "quantization.h"

/* Reads scales from node. */
gboolean nnc_stored_binary_set (NncStoredArithmetic *arithmetic, const NncNode *node, NncStoredOperation operation,
                                NncDataType type, GError **error);
