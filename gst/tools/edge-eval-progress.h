/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-progress.h: a line on the terminal that says how far it is; nothing where there is no terminal. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* "[####      ] 4000 of 10000 frames"; without a bar where @total is 0, unknown. (transfer full) */
char *eval_progress_format (guint64 done, guint64 total);

void eval_progress_show (guint64 done, guint64 total);
/* Leaves an empty line to write on. */
void eval_progress_clear (void);

G_END_DECLS
