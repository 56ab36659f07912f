/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* beneath.h: files that another file names, in whose folder they have to lie. */
#pragma once

#include <glib.h>

/* `location` without parts that say nothing, as "./a//b" is "a/b"; NULL with error set where it is absolute, empty or
 * goes up by "..". */
char *nnc_location_normalize (const char *location, GError **error);

/* Opens the regular file at a normalized location below the folder, for reading. Symbolic links are not followed,
 * wherever they lead: a walk from folder to folder, each opened by the one before, cannot be led out of them, on any
 * kernel and whatever is renamed meanwhile. Returns -1 with error set. */
int nnc_open_beneath (const char *folder, const char *location, GError **error);
