/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* variables.c: tensors that persist over a session's runs. */
#include "variables.h"

#include <string.h>

struct _NncVariables {
  NncMemory *memory;
  GHashTable *numbers; /* length of container, container, name -> number */
  GArray *variables; /* of NncVariable */
};

NncVariables *
nnc_variables_new (NncMemory *memory)
{
  NncVariables *variables = g_new0 (NncVariables, 1);

  variables->memory = nnc_memory_ref (memory);
  variables->numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  variables->variables = g_array_new (FALSE, TRUE, sizeof (NncVariable));
  return variables;
}

void
nnc_variables_free (NncVariables *variables)
{
  for (guint i = 0; i < variables->variables->len; i++) {
    const NncVariable *variable = &g_array_index (variables->variables, NncVariable, i);

    if (variable->data)
      nnc_memory_give (variables->memory, variable->data);
  }
  g_array_unref (variables->variables);
  g_hash_table_unref (variables->numbers);
  nnc_memory_unref (variables->memory);
  g_free (variables);
}

void
nnc_variables_reset (NncVariables *variables)
{
  for (guint i = 0; i < variables->variables->len; i++)
    g_array_index (variables->variables, NncVariable, i).desc.type = NNC_INVALID;
}

guint
nnc_variables_find (NncVariables *variables, const char *container, const char *name)
{
  g_autofree char *key = g_strdup_printf ("%" G_GSIZE_FORMAT ":%s%s", strlen (container), container, name);
  gpointer number;

  if (!g_hash_table_lookup_extended (variables->numbers, key, NULL, &number)) {
    number = GUINT_TO_POINTER (variables->variables->len);
    g_hash_table_insert (variables->numbers, g_steal_pointer (&key), number);
    g_array_set_size (variables->variables, variables->variables->len + 1);
  }
  return GPOINTER_TO_UINT (number);
}

const NncVariable *
nnc_variables_get (NncVariables *variables, gint64 number)
{
  if (number < 0 || number >= (gint64)variables->variables->len)
    return NULL;
  return &g_array_index (variables->variables, NncVariable, number);
}

gboolean
nnc_variables_assign (NncVariables *variables, guint number, const NncTensor *value, GError **error)
{
  NncVariable *variable = &g_array_index (variables->variables, NncVariable, number);
  gsize size = nnc_desc_size (&value->desc);

  if (variable->data == NULL || size > variable->capacity) {
    gpointer data = nnc_memory_take (variables->memory, size, error);

    if (data == NULL)
      return FALSE;
    if (variable->data)
      nnc_memory_give (variables->memory, variable->data);
    variable->data = data;
    variable->capacity = size;
  }
  if (size > 0)
    memcpy (variable->data, value->data, size);
  variable->desc = value->desc;
  return TRUE;
}
