/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pages.h: memory for what is large. */
#pragma once

#include <glib.h>

/* Before it is touched: the system need not bring it by small pages. */
void nnc_pages_advise (gpointer memory, gsize size);

/* Straight from the system and back to it: malloc would keep what was freed. Zeros, aligned to 64 bytes at least; NULL:
 * there is none. large: how much of it is sure to be touched; G_MAXSIZE: all, for a while. */
gpointer nnc_pages_new (gsize size, gsize large);
/* The size it was made with. */
void nnc_pages_free (gpointer pages, gsize size);
