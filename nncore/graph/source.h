/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* source.h: the bytes of a model file. Constants point into them. When all
 * weights are packed a file's bytes are dropped; they are read again, from a
 * file that must be the same, when a packing is asked for that nobody made yet.
 * A file is read and never mapped: a mapped one that shrinks kills the process. */
#pragma once

#include "graph.h"

#include <sys/stat.h>

/* Both come acquired. */
NncSource *nnc_source_new_from_file (const char *path, GError **error);
NncSource *nnc_source_new_from_bytes (GBytes *bytes);
NncSource *nnc_source_ref (NncSource *source);
void nnc_source_unref (NncSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncSource, nnc_source_unref)

/* Between acquire and release the bytes stay where they are. They are read
 * when they are not in memory, and a file's are dropped by the last release.
 * Thread-safe; calls nest. */
gboolean nnc_source_acquire (NncSource *source, GError **error);
void nnc_source_release (NncSource *source);

/* Its file when it was read first; all zero for bytes. */
const struct stat *nnc_source_get_identity (const NncSource *source);
/* Whether both tell of one file with one content, as far as the file system says. */
gboolean nnc_is_same_file (const struct stat *a, const struct stat *b);
/* Another path to its file: from now on the file is read again by this one, which was seen to work last. */
void nnc_source_set_path (NncSource *source, const char *path);

/* While acquired. */
const guint8 *nnc_source_get_data (NncSource *source, gsize *size);
