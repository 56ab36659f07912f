/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unsupported.c: one error for all that is not supported. */
#include "unsupported.h"

/* How many things an error names; of the others it says how many they are. */
#define MAX_LISTED 100

void
nnc_unsupported_note (NncUnsupported *unsupported, const char *what)
{
  if (unsupported->list == NULL)
    unsupported->list = g_string_new (NULL);
  if (unsupported->n++ < MAX_LISTED)
    g_string_append_printf (unsupported->list, "%s%s", unsupported->list->len ? ", " : "", what);
}

gboolean
nnc_unsupported_take (NncUnsupported *unsupported, GError **error)
{
  if (error == NULL || !g_error_matches (*error, NNC_ERROR, NNC_ERROR_UNSUPPORTED))
    return FALSE;
  nnc_unsupported_note (unsupported, (*error)->message);
  g_clear_error (error);
  return TRUE;
}

gboolean
nnc_unsupported_finish (NncUnsupported *unsupported, GError **error)
{
  guint unlisted = unsupported->n - MIN (unsupported->n, MAX_LISTED);
  g_autofree char *more = unlisted ? g_strdup_printf (", and %u more", unlisted) : g_strdup ("");

  if (unsupported->n == 0)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "%u %s not supported: %s%s", unsupported->n,
               unsupported->n == 1 ? "operator is" : "operators are", unsupported->list->str, more);
  return FALSE;
}

void
nnc_unsupported_clear (NncUnsupported *unsupported)
{
  if (unsupported->list)
    g_string_free (g_steal_pointer (&unsupported->list), TRUE);
}
