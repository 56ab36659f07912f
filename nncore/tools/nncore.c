/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nncore.c: the `nncore` program: looks at networks, runs and times them. */
#include "command.h"

#include <string.h>

static const struct {
  const char *name, *usage;
  Command run;
} commands[] = {
  { "inspect", "inspect [--plan] [--precision f32|bf16] [-s NAME=N,N,…] MODEL", command_inspect },
  { "run", "run [--dump-all] [--precision f32|bf16] MODEL [-i NAME=FILE.npy …] -o DIR", command_run },
  { "bench", "bench [--json] [--profile] [--threads T] [--precision f32|bf16] [--seconds S] MODEL", command_bench },
};

static int
print_usage (void)
{
  g_printerr ("usage:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_printerr ("  nncore %s\n", commands[i].usage);
  return 2;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++) {
    if (strcmp (argv[1], commands[i].name) != 0)
      continue;
    if (commands[i].run (argc - 1, argv + 1, &error))
      return 0;
    g_printerr ("nncore: %s\n", error->message);
    return 1;
  }
  return print_usage ();
}
