/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* zip_archive.h: one file out of a ZIP archive that stands at the end of some
 * bytes, as small files are appended to models. */
#pragma once

#include <glib.h>

/* The file's content, made valid UTF-8; NULL: there is no archive, no such file, or it is malformed, compressed in an
 * unknown way, or larger than limit. */
char *nnc_zip_archive_dup_text (const guint8 *data, gsize size, const char *name, gsize limit);
