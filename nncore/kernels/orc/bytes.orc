# SPDX-License-Identifier: LGPL-2.1-or-later
# bytes.orc: stored numbers of 8 bits: to floats, which hold sums of their products exactly up to 2^24, and back to integers;
# and their maximum.
# At most 8 vector registers a program: with 9, ORC 0.4.41 makes wrong code on AVX.

# d = x - zero
.function nnc_orc_reals_of_s8
.dest 4 d float
.source 1 x int8_t
.floatparam 4 zero
.temp 2 w
.temp 4 l
.temp 4 f

convsbw w, x
convswl l, w
convlf f, l
subf d, f, zero

.function nnc_orc_reals_of_u8
.dest 4 d float
.source 1 x uint8_t
.floatparam 4 zero
.temp 2 w
.temp 4 l
.temp 4 f

convubw w, x
convuwl l, w
convlf f, l
subf d, f, zero

# d += s, an integer
.function nnc_orc_add_integers
.dest 4 d int32_t
.source 4 s float
.temp 4 l

convfl l, s
addl d, d, l

.function nnc_orc_maximum_s8_4
.dest 1 d int8_t
.source 1 x0 int8_t
.source 1 x1 int8_t
.source 1 x2 int8_t
.source 1 x3 int8_t
.temp 1 t

maxsb t, x0, x1
maxsb t, t, x2
maxsb d, t, x3

.function nnc_orc_maximum_u8_4
.dest 1 d uint8_t
.source 1 x0 uint8_t
.source 1 x1 uint8_t
.source 1 x2 uint8_t
.source 1 x3 uint8_t
.temp 1 t

maxub t, x0, x1
maxub t, t, x2
maxub d, t, x3

.function nnc_orc_clip_s8
.dest 1 d int8_t
.source 1 x int8_t
.param 1 minimum
.param 1 maximum
.temp 1 t

maxsb t, x, minimum
minsb d, t, maximum

.function nnc_orc_clip_u8
.dest 1 d uint8_t
.source 1 x uint8_t
.param 1 minimum
.param 1 maximum
.temp 1 t

maxub t, x, minimum
minub d, t, maximum
