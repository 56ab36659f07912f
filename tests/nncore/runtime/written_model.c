/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* written_model.c: models written in a test, and what their sessions should compute. */
#include "written_model.h"

#include <gst/check/gstcheck.h>
#include <string.h>

NncModel *
written_model (OnnxWriter *writer)
{
  g_autoptr (GBytes) bytes = onnx_writer_finish (writer);
  g_autoptr (GError) error = NULL;
  NncModel *model = nnc_model_new_from_bytes (bytes, "model", &error);

  fail_if (model == NULL, "%s", error ? error->message : "");
  return model;
}

NncSession *
written_session (OnnxWriter *writer, const NncSessionOptions *options)
{
  g_autoptr (NncModel) model = written_model (writer);
  g_autoptr (GError) error = NULL;
  NncSession *session = nnc_session_new (model, options, &error);

  fail_if (session == NULL, "%s", error ? error->message : "");
  return session;
}

void
set_input (NncSession *session, guint index, gconstpointer numbers)
{
  NncTensor *input = nnc_session_get_input (session, index);

  memcpy (nnc_tensor_get_data (input), numbers, nnc_tensor_get_size (input));
}

void
run (NncSession *session)
{
  g_autoptr (GError) error = NULL;

  fail_unless (nnc_session_run (session, &error), "%s", error ? error->message : "");
}

void
fail_unless_run_fails (NncSession *session, gint code, ...)
{
  g_autoptr (GError) error = NULL;
  const char *text;
  va_list texts;

  fail_if (nnc_session_run (session, &error));
  fail_unless (g_error_matches (error, NNC_ERROR, code), "%s", error->message);
  va_start (texts, code);
  while ((text = va_arg (texts, const char *)))
    fail_unless (strstr (error->message, text) != NULL, "no '%s' in: %s", text, error->message);
  va_end (texts);
}

void
check_output (NncSession *session, guint index, guint rank, const gint64 *shape, const float *wanted)
{
  const NncTensor *output = nnc_session_get_output (session, index);
  const float *found = nnc_tensor_get_data (output);

  fail_unless_equals_int (nnc_tensor_get_data_type (output), NNC_F32);
  fail_unless_equals_int (nnc_tensor_get_rank (output), rank);
  for (guint i = 0; i < rank; i++)
    fail_unless_equals_int64 (nnc_tensor_get_shape (output, NULL)[i], shape[i]);
  for (gsize i = 0; i < nnc_tensor_get_n_elements (output); i++)
    fail_unless_equals_float (found[i], wanted[i]);
}
