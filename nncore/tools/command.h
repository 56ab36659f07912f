/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* command.h: what the `nncore` program can do. One file a command, one line in nncore.c. */
#pragma once

#include <nncore/nncore.h>

/* argv[0] is the command's name. FALSE with an error: it failed. */
typedef gboolean (*Command) (int argc, char **argv, GError **error);

gboolean command_inspect (int argc, char **argv, GError **error);
gboolean command_run (int argc, char **argv, GError **error);
gboolean command_bench (int argc, char **argv, GError **error);
