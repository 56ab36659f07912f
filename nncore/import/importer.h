/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* importer.h: from a file's bytes to a graph. One file a format, one line in
 * importers.c; nothing behind this knows a file format. */
#pragma once

#include "op.h"
#include "source.h"

typedef struct {
  const char *name; /* "ONNX" */
  /* Whether the bytes look like this format; they are not checked further. */
  gboolean (*probe) (const guint8 *data, gsize size);
  /* Builds a graph, in order and checked. metadata: from string to string, filled. The source is acquired. */
  NncGraph *(*read) (NncSource *source, GHashTable *metadata, GError **error);
} NncImporter;

/* Reads the source by the importer that recognizes it; *format is its name. */
NncGraph *nnc_import (NncSource *source, GHashTable *metadata, const char **format, GError **error);
