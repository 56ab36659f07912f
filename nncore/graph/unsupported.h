/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unsupported.h: collects all that a network asks for and the engine lacks, so that one error names it. */
#pragma once

#include <nncore/error.h>

/* Zeroed: nothing yet. */
typedef struct {
  GString *list; /* "node 'a' (Foo, opset 15), …" */
  guint n;
} NncUnsupported;

void nnc_unsupported_note (NncUnsupported *unsupported, const char *what);
/* Where the error says that something is unsupported it is noted and cleared: TRUE, and the caller may go on. */
gboolean nnc_unsupported_take (NncUnsupported *unsupported, GError **error);
/* FALSE with an error that names all, where there is any. */
gboolean nnc_unsupported_finish (NncUnsupported *unsupported, GError **error);
void nnc_unsupported_clear (NncUnsupported *unsupported);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NncUnsupported, nnc_unsupported_clear)
