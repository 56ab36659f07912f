/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz_target.h: the function that libFuzzer and our own driver call. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
