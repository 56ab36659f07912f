/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* color_model.h: a network whose answer can be told by looking: its scores are
 * the means of a picture's red, green and blue, over 255. */
#pragma once

#include <nncore/nncore.h>

typedef struct {
  NncTensorLayout layout;
  NncDataType type;
  gint64 batch, height, width; /* below 0: left free */
} ColorModel;

#define COLOR_LABELS "red,green,blue"

/* Writes it to a new file, whose name is returned: remove it by color_model_remove(). */
char *color_model_write (const ColorModel *model);
/* The usual one: f32, [1,8,8,3]. */
char *color_model_write_usual (void);
/* The usual one, whose scores go through products with 1.01, which bf16 rounds to 1.0078125, over 2. */
char *color_model_write_inexact (void);
void color_model_remove (char *path);
