/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* written_model.h: models written in a test, and what their sessions should compute. */
#pragma once

#include "onnx_writer.h"

#include <nncore/nncore.h>

/* Ends the writer's model; fails the test when it is refused. */
NncModel *written_model (OnnxWriter *writer);
/* The same, with a session. */
NncSession *written_session (OnnxWriter *writer, const NncSessionOptions *options);
void set_input (NncSession *session, guint index, gconstpointer numbers);
/* Fails the test when there is an error. */
void run (NncSession *session);
/* Expects an error of this code, with all of these texts (NULL-terminated) in the message. */
void fail_unless_run_fails (NncSession *session, gint code, ...) G_GNUC_NULL_TERMINATED;
/* An f32 output of this shape, with these numbers. */
void check_output (NncSession *session, guint index, guint rank, const gint64 *shape, const float *wanted);
