/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* options.c: a command's options, and the one model that it is about. */
#include "options.h"

#include <nncore/error.h>
#include <string.h>

char *
options_parse (int argc, char **argv, const GOptionEntry *entries, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("MODEL");
  g_auto (GStrv) rest = g_new0 (char *, argc + 1);

  for (int i = 0; i < argc; i++)
    rest[i] = g_strdup (argv[i]);
  if (entries)
    g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse_strv (context, &rest, error))
    return NULL;
  if (g_strv_length (rest) == 2)
    return g_strdup (rest[1]);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s wants one model, not %u", argv[0],
               g_strv_length (rest) - 1);
  return NULL;
}

gint
options_find_input (NncModel *model, const char *text, const char **value)
{
  const char *equals = strrchr (text, '=');
  g_autofree char *name = equals ? g_strndup (text, (gsize)(equals - text)) : NULL;

  *value = equals ? equals + 1 : NULL;
  for (guint i = 0; name && i < nnc_model_get_n_inputs (model); i++)
    if (g_str_equal (nnc_model_get_input_name (model, i), name))
      return (gint)i;
  return -1;
}

gboolean
options_read_precision (const char *text, NncPrecision *precision, GError **error)
{
  gboolean bf16 = g_strcmp0 (text, "bf16") == 0;

  *precision = bf16 ? NNC_PRECISION_BF16 : NNC_PRECISION_F32;
  if (text == NULL || bf16 || g_str_equal (text, "f32"))
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT, "--precision is f32 or bf16, not '%s'", text);
  return FALSE;
}
