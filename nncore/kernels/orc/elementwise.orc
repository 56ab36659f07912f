# SPDX-License-Identifier: LGPL-2.1-or-later
# elementwise.orc: activations and arithmetic. maxf and minf keep NaN.
# At most 8 vector registers a program: with 9, ORC 0.4.41 makes wrong code on AVX.

.function nnc_orc_relu
.dest 4 d float
.source 4 x float
.const 4 zero 0x00000000

maxf d, zero, x

.function nnc_orc_leaky_relu
.dest 4 d float
.source 4 x float
.floatparam 4 alpha
.const 4 zero 0x00000000
.temp 4 t
.temp 4 u

minf t, zero, x
mulf t, t, alpha
maxf u, zero, x
addf d, u, t

.function nnc_orc_clip
.dest 4 d float
.source 4 x float
.floatparam 4 minimum
.floatparam 4 maximum
.temp 4 t

maxf t, minimum, x
minf d, maximum, t

.function nnc_orc_hard_sigmoid
.dest 4 d float
.source 4 x float
.floatparam 4 alpha
.floatparam 4 beta
.const 4 zero 0x00000000
.const 4 one 0x3f800000
.temp 4 t

mulf t, x, alpha
addf t, t, beta
maxf t, zero, t
minf d, one, t

.function nnc_orc_hard_swish
.dest 4 d float
.source 4 x float
.const 4 sixth 0x3e2aaaab
.const 4 half 0x3f000000
.const 4 zero 0x00000000
.const 4 one 0x3f800000
.temp 4 t

mulf t, x, sixth
addf t, t, half
maxf t, zero, t
minf t, one, t
mulf d, x, t

.function nnc_orc_sqrt
.dest 4 d float
.source 4 x float

sqrtf d, x

.function nnc_orc_add
.dest 4 d float
.source 4 a float
.source 4 b float

addf d, a, b

.function nnc_orc_add_scalar
.dest 4 d float
.source 4 x float
.floatparam 4 p

addf d, x, p

.function nnc_orc_sub
.dest 4 d float
.source 4 a float
.source 4 b float

subf d, a, b

.function nnc_orc_sub_scalar
.dest 4 d float
.source 4 x float
.floatparam 4 p

subf d, x, p

.function nnc_orc_mul
.dest 4 d float
.source 4 a float
.source 4 b float

mulf d, a, b

.function nnc_orc_mul_scalar
.dest 4 d float
.source 4 x float
.floatparam 4 p

mulf d, x, p

.function nnc_orc_div
.dest 4 d float
.source 4 a float
.source 4 b float

divf d, a, b

.function nnc_orc_div_scalar
.dest 4 d float
.source 4 x float
.floatparam 4 p

divf d, x, p

.function nnc_orc_scalar_sub
.dest 4 d float
.source 4 x float
.floatparam 4 p

subf d, p, x

.function nnc_orc_scalar_div
.dest 4 d float
.source 4 x float
.floatparam 4 p

divf d, p, x
