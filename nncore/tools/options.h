/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* options.h: a command's options, and the one model that it is about. */
#pragma once

#include <nncore/model.h>
#include <nncore/precision.h>

/* Reads options; what is left must be one model's path, which is returned; free it. */
char *options_parse (int argc, char **argv, const GOptionEntry *entries, GError **error);
/* text: "NAME=VALUE" of an input. Returns which it is, or -1; *value is inside of the text. */
gint options_find_input (NncModel *model, const char *text, const char **value);
/* text: "f32" or "bf16"; NULL is f32. */
gboolean options_read_precision (const char *text, NncPrecision *precision, GError **error);
