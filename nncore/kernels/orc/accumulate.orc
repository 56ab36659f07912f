# SPDX-License-Identifier: LGPL-2.1-or-later
# accumulate.orc: sums of products, the inner loops of convolution and matrix product.
# At most 8 vector registers a program: with 9, ORC 0.4.41 makes wrong code on AVX.

# d += sum over k of x[k] * b[k]: four rows of weights, each times one number
.function nnc_orc_accumulate_4
.dest 4 d float
.source 4 b0 float
.source 4 b1 float
.source 4 b2 float
.source 4 b3 float
.floatparam 4 x0
.floatparam 4 x1
.floatparam 4 x2
.floatparam 4 x3
.temp 4 sum
.temp 4 t

mulf sum, b0, x0
mulf t, b1, x1
addf sum, sum, t
mulf t, b2, x2
addf sum, sum, t
mulf t, b3, x3
addf sum, sum, t
addf d, d, sum

# d += sum over taps of x[tap] * b[tap]: one, or a row of three, of a depthwise window
.function nnc_orc_depthwise_1
.dest 4 d float
.source 4 x0 float
.source 4 b0 float
.temp 4 t

mulf t, x0, b0
addf d, d, t

.function nnc_orc_depthwise_3
.dest 4 d float
.source 4 x0 float
.source 4 b0 float
.source 4 x1 float
.source 4 b1 float
.source 4 x2 float
.source 4 b2 float
.temp 4 sum
.temp 4 t

mulf sum, x0, b0
mulf t, x1, b1
addf sum, sum, t
mulf t, x2, b2
addf sum, sum, t
addf d, d, sum
