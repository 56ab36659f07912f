/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* run.c: computes a network's outputs from .npy files, into .npy files. */
#include "command.h"
#include "npy.h"
#include "options.h"

#include <errno.h>
#include <string.h>

/* --- inputs ------------------------------------------------------------------------- */

/* Of a model's inputs, in its order; those without contents are not given. */
typedef struct {
  NpyArray *arrays;
  guint n;
} Inputs;

static void
inputs_clear (Inputs *inputs)
{
  for (guint i = 0; i < inputs->n; i++)
    g_free (inputs->arrays[i].contents);
  g_free (inputs->arrays);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inputs, inputs_clear)

/* text: NAME=FILE.npy */
static gboolean
read_input (NncModel *model, const char *text, Inputs *inputs, GError **error)
{
  const char *file;
  gint index = options_find_input (model, text, &file);
  guint rank;

  if (index < 0) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT, "'%s' is not NAME=FILE.npy with an input's name", text);
    return FALSE;
  }
  if (inputs->arrays[index].contents) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT, "'%s': the input is given twice", text);
    return FALSE;
  }
  if (!npy_read (file, &inputs->arrays[index], error))
    return FALSE;
  if (nnc_model_get_input_shape (model, (guint)index, &rank) == NULL || rank == inputs->arrays[index].rank)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE, "input '%s' has %u dimensions, the file has %u",
               nnc_model_get_input_name (model, (guint)index), rank, inputs->arrays[index].rank);
  return FALSE;
}

static gboolean
read_inputs (NncModel *model, char **texts, Inputs *inputs, GError **error)
{
  inputs->n = nnc_model_get_n_inputs (model);
  inputs->arrays = g_new0 (NpyArray, inputs->n);
  for (guint i = 0; texts && texts[i]; i++)
    if (!read_input (model, texts[i], inputs, error))
      return FALSE;
  return TRUE;
}

static gboolean
fill_input (NncTensor *input, const NpyArray *array, GError **error)
{
  if (array->type != nnc_tensor_get_data_type (input)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE, "input '%s' is %s, the file has %s", nnc_tensor_get_name (input),
                 nnc_data_type_to_string (nnc_tensor_get_data_type (input)), nnc_data_type_to_string (array->type));
    return FALSE;
  }
  memcpy (nnc_tensor_get_data (input), array->contents + array->offset, nnc_tensor_get_size (input));
  return TRUE;
}

static gboolean
fill_inputs (NncSession *session, const Inputs *inputs, GError **error)
{
  for (guint i = 0; i < inputs->n; i++)
    if (inputs->arrays[i].contents && !fill_input (nnc_session_get_input (session, i), &inputs->arrays[i], error))
      return FALSE;
  return TRUE;
}

/* --- outputs ------------------------------------------------------------------------ */

static gboolean
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_READ, "%s: cannot be made: %s", folder, g_strerror (errno));
  return FALSE;
}

/* Converters make names of whole lists of operators; file systems have 255 bytes for one. */
#define MAX_NAME 200

static gboolean
write_tensor (const char *folder, const char *prefix, const NncTensor *tensor, GError **error)
{
  g_autofree char *name = g_strndup (nnc_tensor_get_name (tensor), MAX_NAME);
  g_autofree char *file = g_strconcat (folder, "/", prefix, g_strdelimit (name, "/:", '_'), ".npy", NULL);

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

/* Of the inputs' shapes. To dump, without passes: they merge tensors, and have images in another order. */
static NncSession *
make_session (NncModel *model, const Inputs *inputs, gboolean dump_all, NncPrecision precision, GError **error)
{
  const char *const disabled[] = { "all", NULL };
  g_autofree const gint64 **shapes = g_new0 (const gint64 *, inputs->n);
  const NncSessionOptions options
      = { .input_shapes = shapes, .disabled_passes = dump_all ? disabled : NULL, .precision = precision };

  for (guint i = 0; i < inputs->n; i++)
    if (inputs->arrays[i].contents)
      shapes[i] = inputs->arrays[i].shape;
  return nnc_session_new (model, &options, error);
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
  g_auto (GStrv) texts = NULL;
  g_autofree char *folder = NULL, *precision_text = NULL;
  NncPrecision precision;
  gboolean dump_all = FALSE;
  const GOptionEntry entries[] = {
    { "input", 'i', 0, G_OPTION_ARG_STRING_ARRAY, &texts, "An input's numbers; zeros without", "NAME=FILE.npy" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &folder, "Where NAME.npy is written for each output", "DIR" },
    { "precision", 0, 0, G_OPTION_ARG_STRING, &precision_text, "What convolutions and matrix products compute in",
      "f32|bf16" },
    { "dump-all", 0, 0, G_OPTION_ARG_NONE, &dump_all,
      "Compute each tensor as the file has it, and write NNNN-NAME.npy, in order", NULL },
    { 0 },
  };
  g_autofree char *path = options_parse (argc, argv, entries, error);
  g_autoptr (NncModel) model = path ? nnc_model_new_from_file (path, error) : NULL;
  g_autoptr (NncSession) session = NULL;
  g_auto (Inputs) inputs = { 0 };

  if (model == NULL || !options_read_precision (precision_text, &precision, error)
      || !read_inputs (model, texts, &inputs, error))
    return FALSE;
  session = make_session (model, &inputs, dump_all, precision, error);
  if (session == NULL)
    return FALSE;
  if (folder == NULL) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_ARGUMENT, "run wants a folder to write to: -o DIR");
    return FALSE;
  }
  return fill_inputs (session, &inputs, error) && make_folder (folder, error)
         && run_network (session, folder, dump_all, error) && write_outputs (session, folder, error);
}
