/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* importers.c: the list of file formats. */
#include "importer.h"
#include "onnx_model.h"
#include "tflite_model.h"

static const NncImporter *const importers[] = {
  &nnc_tflite_importer, /* has a magic number, which ONNX has not */
  &nnc_onnx_importer,
};

NncGraph *
nnc_import (NncSource *source, GHashTable *metadata, const char **format, GError **error)
{
  gsize size;
  const guint8 *data = nnc_source_get_data (source, &size);

  for (gsize i = 0; i < G_N_ELEMENTS (importers); i++) {
    if (importers[i]->probe (data, size)) {
      *format = importers[i]->name;
      return importers[i]->read (source, metadata, error);
    }
  }
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
               "%" G_GSIZE_FORMAT " bytes that are no model of a format that is supported (ONNX, TFLite)", size);
  return NULL;
}
