/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* run.c: computes a network's outputs from .npy files, into .npy files. */
#include "command.h"
#include "npy.h"
#include "options.h"

#include <errno.h>
#include <string.h>

static gboolean
set_input (NncSession *session, guint index, const NpyArray *array, GError **error)
{
  const NncTensor *input = nnc_session_get_input (session, index);
  guint rank;
  const gint64 *shape = nnc_tensor_get_shape (input, &rank);

  if (array->type != nnc_tensor_get_data_type (input)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE, "input '%s' is %s, the file has %s", nnc_tensor_get_name (input),
                 nnc_data_type_to_string (nnc_tensor_get_data_type (input)), nnc_data_type_to_string (array->type));
    return FALSE;
  }
  if ((rank != array->rank || memcmp (shape, array->shape, rank * sizeof *shape) != 0)
      && !nnc_session_reshape (session, index, array->shape, array->rank, error))
    return FALSE;
  return TRUE;
}

static gboolean
fill_input (NncSession *session, guint index, const NpyArray *array, GError **error)
{
  NncTensor *input = nnc_session_get_input (session, index);
  gsize size = array->length - array->offset;

  /* An input that is named twice has the shape of the last. */
  if (nnc_tensor_get_size (input) != size) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT,
                 "input '%s' is given twice, in %" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT " bytes",
                 nnc_tensor_get_name (input), size, nnc_tensor_get_size (input));
    return FALSE;
  }
  memcpy (nnc_tensor_get_data (input), array->contents + array->offset, size);
  return TRUE;
}

/* Reshapes first and fills later: reshaping one input moves the memory of all. */
static gboolean
set_inputs (NncSession *session, char **inputs, gboolean fill, GError **error)
{
  for (guint i = 0; inputs && inputs[i]; i++) {
    const char *equals = strrchr (inputs[i], '=');
    g_autofree char *name = equals ? g_strndup (inputs[i], (gsize)(equals - inputs[i])) : NULL;
    gint index = name ? nnc_session_find_input (session, name) : -1;
    NpyArray array;
    gboolean set;

    if (index < 0) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT, "'%s' is not NAME=FILE.npy with an input's name", inputs[i]);
      return FALSE;
    }
    if (!npy_read (equals + 1, &array, error))
      return FALSE;
    set = fill ? fill_input (session, (guint)index, &array, error) : set_input (session, (guint)index, &array, error);
    g_free (array.contents);
    if (!set)
      return FALSE;
  }
  return TRUE;
}

static gboolean
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_READ, "%s: cannot be made: %s", folder, g_strerror (errno));
  return FALSE;
}

static gboolean
write_tensor (const char *folder, const char *prefix, const NncTensor *tensor, GError **error)
{
  g_autofree char *name = g_strdelimit (g_strdup (nnc_tensor_get_name (tensor)), "/:", '_');
  g_autofree char *file = g_strconcat (folder, "/", prefix, name, ".npy", NULL);

  return npy_write (file, tensor, error);
}

static gboolean
write_outputs (NncSession *session, const char *folder, GError **error)
{
  for (guint i = 0; i < nnc_session_get_n_outputs (session); i++)
    if (!write_tensor (folder, "", nnc_session_get_output (session, i), error))
      return FALSE;
  return TRUE;
}

/* --- all tensors -------------------------------------------------------------------- */

typedef struct {
  const char *folder;
  guint n; /* tensors so far */
} Dump;

static gboolean
dump_tensor (const NncTensor *tensor, gpointer user_data, GError **error)
{
  Dump *dump = user_data;
  g_autofree char *prefix = g_strdup_printf ("%04u-", dump->n++);

  return write_tensor (dump->folder, prefix, tensor, error);
}

static gboolean
run_network (NncSession *session, const char *folder, gboolean dump_all, GError **error)
{
  Dump dump = { .folder = folder };

  return dump_all ? nnc_session_run_traced (session, dump_tensor, &dump, error) : nnc_session_run (session, error);
}

gboolean
command_run (int argc, char **argv, GError **error)
{
  g_auto (GStrv) inputs = NULL;
  g_autofree char *folder = NULL;
  gboolean dump_all = FALSE;
  const GOptionEntry entries[] = {
    { "input", 'i', 0, G_OPTION_ARG_STRING_ARRAY, &inputs, "An input's numbers; zeros without", "NAME=FILE.npy" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &folder, "Where NAME.npy is written for each output", "DIR" },
    { "dump-all", 0, 0, G_OPTION_ARG_NONE, &dump_all, "Write NNNN-NAME.npy for each tensor, as they are computed",
      NULL },
    { 0 },
  };
  g_autofree char *path = options_parse (argc, argv, entries, error);
  g_autoptr (NncModel) model = path ? nnc_model_new_from_file (path, error) : NULL;
  g_autoptr (NncSession) session = model ? nnc_session_new (model, NULL, error) : NULL;

  if (session == NULL)
    return FALSE;
  if (folder == NULL) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_ARGUMENT, "run wants a folder to write to: -o DIR");
    return FALSE;
  }
  return set_inputs (session, inputs, FALSE, error) && set_inputs (session, inputs, TRUE, error)
         && make_folder (folder, error) && run_network (session, folder, dump_all, error)
         && write_outputs (session, folder, error);
}
