/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bytes.h: vectors of bytes, and of sums of bytes, of each instruction set: BYTES of the former, LANES of the latter. */
#pragma once

#include "vector.h"

#if defined __AVX512F__
#include "bytes_avx512.h"
#elif defined __AVX2__
#include "bytes_avx2.h"
#else
#include "bytes_neon.h"
#endif
