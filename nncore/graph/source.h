/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* source.h: the bytes of a model file, and of the data files beside it that it
 * names. Constants point into them. When the first session has packed its weights the bytes are
 * dropped; they are read again, from files that must be the same, when a
 * packing is asked for that nobody made yet. A file is read and never mapped:
 * a mapped one that shrinks kills the process. */
#pragma once

#include "graph.h"

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

/* The data file at a location below the model file's folder, read when it is asked for first. The source is acquired;
 * the data file is acquired and released with it, and belongs to it. While the model is imported only. */
NncSource *nnc_source_get_data_file (NncSource *source, const char *location, GError **error);

/* Whether the file at this path, and the data files beside that, are those that were read, as far as the file system
 * says. */
gboolean nnc_source_is_at (NncSource *source, const char *path);
/* Whether both were read from the same files. */
gboolean nnc_source_is_same (const NncSource *a, const NncSource *b);
/* Another path to its file: from now on the files are read again by this one, which was seen to work last. */
void nnc_source_set_path (NncSource *source, const char *path);

/* While acquired. */
const guint8 *nnc_source_get_data (NncSource *source, gsize *size);
