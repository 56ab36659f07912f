/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pages.h: memory for what is large and short-lived, straight from the system and back to it: malloc keeps what was freed
 * for the next one who asks. */
#pragma once

#include <glib.h>

/* Zeros; NULL: there is none. Aligned to 64 bytes at least. */
gpointer nnc_pages_new (gsize size);
/* The size it was made with. */
void nnc_pages_free (gpointer pages, gsize size);
