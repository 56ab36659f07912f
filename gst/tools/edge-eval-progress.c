/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-progress.c: draws the progress bar over itself, on standard error. */
#include "edge-eval-progress.h"

#include <unistd.h>

#define WIDTH 40 /* characters */
#define CLEAR_LINE "\r\033[K"

char *
eval_progress_format (guint64 done, guint64 total)
{
  char bar[WIDTH + 1] = { 0 };
  guint filled;

  if (total == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " frames", done);
  filled = (guint)((double)MIN (done, total) / (double)total * WIDTH);
  for (guint i = 0; i < WIDTH; i++)
    bar[i] = i < filled ? '#' : ' ';
  return g_strdup_printf ("[%s] %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " frames", bar, done, total);
}

void
eval_progress_show (guint64 done, guint64 total)
{
  g_autofree char *line = NULL;

  if (!isatty (STDERR_FILENO))
    return;
  line = eval_progress_format (done, total);
  g_printerr (CLEAR_LINE "%s", line);
}

void
eval_progress_clear (void)
{
  if (isatty (STDERR_FILENO))
    g_printerr (CLEAR_LINE);
}
