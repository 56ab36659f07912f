# SPDX-License-Identifier: LGPL-2.1-or-later
# pixels.orc: bytes to normalized floats; scale and offset repeat every pixel.
# At most 8 vector registers a program: with 9, ORC 0.4.41 makes wrong code on AVX.

.function nnc_orc_normalize_u8
.dest 4 d float
.source 1 x uint8_t
.source 4 scale float
.source 4 offset float
.temp 2 w
.temp 4 l
.temp 4 f

convubw w, x
convuwl l, w
convlf f, l
mulf f, f, scale
addf d, f, offset
