# SPDX-License-Identifier: LGPL-2.1-or-later
# pool.orc: maximum and sum of the pixels of a window, all channels of a pixel at once.
# At most 8 vector registers a program: with 9, ORC 0.4.41 makes wrong code on AVX.

.function nnc_orc_maximum_4
.dest 4 d float
.source 4 x0 float
.source 4 x1 float
.source 4 x2 float
.source 4 x3 float
.temp 4 t

maxf t, x0, x1
maxf t, t, x2
maxf d, t, x3

.function nnc_orc_sum_4
.dest 4 d float
.source 4 x0 float
.source 4 x1 float
.source 4 x2 float
.source 4 x3 float
.temp 4 t

addf t, x0, x1
addf t, t, x2
addf d, t, x3
