/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* variables.h: a session's state: tensors that persist over its runs, found
 * by name. Used by one thread at a time. */
#pragma once

#include "memory.h"
#include "shape.h"

typedef struct {
  NncTensorDesc desc; /* type NNC_INVALID: not assigned yet */
  gpointer data; /* of the memory */
  gsize capacity;
} NncVariable;

typedef struct _NncVariables NncVariables;

NncVariables *nnc_variables_new (NncMemory *memory);
void nnc_variables_free (NncVariables *variables);
/* No variable is assigned any more. */
void nnc_variables_reset (NncVariables *variables);
/* The number that stands for the variable of this name. */
guint nnc_variables_find (NncVariables *variables, const char *container, const char *name);
/* NULL: no variable has this number. */
const NncVariable *nnc_variables_get (NncVariables *variables, gint64 number);
gboolean nnc_variables_assign (NncVariables *variables, guint number, const NncTensor *value, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncVariables, nnc_variables_free)
