/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* replay_corpus.c: calls a fuzz target with every file of the folders given:
 * past findings, as an ordinary test. */
#include "fuzz_target.h"

#include <glib.h>

static gboolean
replay_file (const char *path)
{
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, &error)) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  LLVMFuzzerTestOneInput ((const uint8_t *)data, size);
  return TRUE;
}

/* How many files; -1: something could not be read. */
static gint
replay_folder (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) directory = g_dir_open (folder, 0, &error);
  const char *name;
  gint n = 0;

  if (directory == NULL) {
    g_printerr ("%s\n", error->message);
    return -1;
  }
  while ((name = g_dir_read_name (directory))) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (!replay_file (path))
      return -1;
    n++;
  }
  return n;
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    gint n = replay_folder (argv[i]);

    if (n <= 0) {
      g_printerr ("%s: no file was replayed\n", argv[i]);
      return 1;
    }
    g_print ("%s: %d files\n", argv[i], n);
  }
  return argc > 1 ? 0 : 1;
}
