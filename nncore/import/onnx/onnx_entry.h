/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_entry.h: StringStringEntryProto, a key with its value. */
#pragma once

#include "protobuf.h"

/* Reads message to its end. key, value: (out): free them, on failure too; "" where the entry has none. */
gboolean nnc_onnx_read_entry (NncMessage *message, char **key, char **value, GError **error);
