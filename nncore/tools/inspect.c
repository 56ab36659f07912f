/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inspect.c: what goes into a network, what comes out, and what it takes. */
#include "command.h"
#include "options.h"

static char *
describe (const NncTensor *tensor)
{
  GString *text = g_string_new (nnc_data_type_to_string (nnc_tensor_get_data_type (tensor)));
  guint rank;
  const gint64 *shape = nnc_tensor_get_shape (tensor, &rank);

  g_string_append (text, " [");
  for (guint i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? "," : "", shape[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static void
print_tensor (const char *what, const NncTensor *tensor)
{
  g_autofree char *text = describe (tensor);

  g_print ("%-11s %s: %s\n", what, nnc_tensor_get_name (tensor), text);
}

static void
print_plan (NncSession *session)
{
  g_print ("\n%4s  %-20s %-28s %-22s %12s  %s\n", "step", "operator", "kernel", "output", "MACs", "node");
  for (guint i = 0; i < nnc_session_get_n_steps (session); i++) {
    NncStepInfo step;
    g_autofree char *output = NULL;

    nnc_session_get_step (session, i, &step);
    output = step.output ? describe (step.output) : g_strdup ("");
    g_print ("%4u  %-20s %-28s %-22s %12" G_GUINT64_FORMAT "  %s\n", i, step.op, step.kernel, output, step.macs,
             step.name);
  }
}

gboolean
command_inspect (int argc, char **argv, GError **error)
{
  gboolean plan = FALSE;
  const GOptionEntry entries[] = {
    { "plan", 0, 0, G_OPTION_ARG_NONE, &plan, "Show the steps and their kernels", NULL },
    { 0 },
  };
  g_autofree char *path = options_parse (argc, argv, entries, error);
  g_autoptr (NncModel) model = path ? nnc_model_new_from_file (path, error) : NULL;
  g_autoptr (NncSession) session = model ? nnc_session_new (model, NULL, error) : NULL;

  if (session == NULL)
    return FALSE;
  g_print ("%-11s %s (%s)\n", "model", nnc_model_get_name (model), nnc_model_get_format (model));
  for (guint i = 0; i < nnc_session_get_n_inputs (session); i++)
    print_tensor ("input", nnc_session_get_input (session, i));
  for (guint i = 0; i < nnc_session_get_n_outputs (session); i++)
    print_tensor ("output", nnc_session_get_output (session, i));
  g_print ("%-11s %" G_GUINT64_FORMAT "\n", "parameters", nnc_session_get_n_parameters (session));
  g_print ("%-11s %" G_GUINT64_FORMAT "\n", "MACs", nnc_session_get_macs (session));
  g_print ("%-11s %" G_GSIZE_FORMAT " bytes, at least %" G_GSIZE_FORMAT " are alive at once\n", "arena",
           nnc_session_get_arena_size (session), nnc_session_get_live_peak (session));
  g_print ("%-11s %u\n", "steps", nnc_session_get_n_steps (session));
  if (plan)
    print_plan (session);
  return TRUE;
}
