/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* options.h: a command's options, and the one model that it is about. */
#pragma once

#include <glib.h>

/* Reads options; what is left must be one model's path, which is returned; free it. */
char *options_parse (int argc, char **argv, const GOptionEntry *entries, GError **error);
