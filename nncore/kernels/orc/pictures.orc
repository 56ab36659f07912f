# SPDX-License-Identifier: LGPL-2.1-or-later
# pictures.orc: sums of rows of bytes, in 16 bits.
# At most 8 vector registers a program: with 9, ORC 0.4.41 makes wrong code on AVX.

# d += x0 + x1 + x2 + x3
.function nnc_orc_add_bytes_4
.dest 2 d uint16_t
.source 1 x0 uint8_t
.source 1 x1 uint8_t
.source 1 x2 uint8_t
.source 1 x3 uint8_t
.temp 2 s
.temp 2 t

convubw s, x0
convubw t, x1
addw s, s, t
convubw t, x2
addw s, s, t
convubw t, x3
addw s, s, t
addw d, d, s

.function nnc_orc_add_bytes_1
.dest 2 d uint16_t
.source 1 x uint8_t
.temp 2 t

convubw t, x
addw d, d, t

# d = d * weight + bias
.function nnc_orc_multiply_words
.dest 2 d uint16_t
.param 2 weight
.param 2 bias
.temp 2 t

mullw t, d, weight
addw d, t, bias

# d += x * weight
.function nnc_orc_add_weighted_bytes
.dest 2 d uint16_t
.source 1 x uint8_t
.param 2 weight
.temp 2 t

convubw t, x
mullw t, t, weight
addw d, d, t

# d += x * weight >> 8, as the upper half of (x << 8) * weight
.function nnc_orc_add_fractions_of_bytes
.dest 2 d uint16_t
.source 1 x uint8_t
.param 2 weight
.temp 2 t

convubw t, x
shlw t, t, 8
mulhuw t, t, weight
addw d, d, t
