/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* error.h: the one error domain of the engine. */
#pragma once

#include <glib.h>
#include <nncore/api.h>

G_BEGIN_DECLS

/**
 * NNC_ERROR:
 *
 * The error domain of every function of nncore that takes a #GError.
 */
#define NNC_ERROR (nnc_error_quark ())

/**
 * NncError:
 * @NNC_ERROR_NOT_FOUND: the file is not there, or is not a regular file
 * @NNC_ERROR_READ: the file could not be read
 * @NNC_ERROR_FORMAT: the file is malformed: the message names the place
 * @NNC_ERROR_UNSUPPORTED: well-formed, but asks for what the engine lacks
 * @NNC_ERROR_SHAPE: types or shapes do not fit each other
 * @NNC_ERROR_ARGUMENT: the caller asked for something that does not exist
 * @NNC_ERROR_MEMORY: memory was refused, or a limit on it was reached
 * @NNC_ERROR_DATA: a value met while running makes the result undefined
 *   (an index outside its axis)
 * @NNC_ERROR_CANCELLED: the run was cancelled by nnc_session_cancel()
 * @NNC_ERROR_LIMIT: a bound on the work was reached (iterations, nesting)
 *
 * What kind of thing went wrong. Messages name the file, the node with its
 * operator, and the numbers that do not agree.
 */
typedef enum {
  NNC_ERROR_NOT_FOUND,
  NNC_ERROR_READ,
  NNC_ERROR_FORMAT,
  NNC_ERROR_UNSUPPORTED,
  NNC_ERROR_SHAPE,
  NNC_ERROR_ARGUMENT,
  NNC_ERROR_MEMORY,
  NNC_ERROR_DATA,
  NNC_ERROR_CANCELLED,
  NNC_ERROR_LIMIT,
} NncError;

NNC_API GQuark nnc_error_quark (void);

G_END_DECLS
