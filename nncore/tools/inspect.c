/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inspect.c: what goes into a network, what comes out, what it is, and what it takes. */
#include "command.h"
#include "options.h"

#include <string.h>

/* What the file says of an input's or output's dimensions. */
typedef struct {
  const gint64 *(*get_shape) (NncModel *model, guint index, guint *rank);
  const char *(*get_name) (NncModel *model, guint index, guint axis);
} Declared;

static const Declared declared_input = { nnc_model_get_input_shape, nnc_model_get_input_dimension_name };
static const Declared declared_output = { nnc_model_get_output_shape, nnc_model_get_output_dimension_name };

/* --- tensors ---------------------------------------------------------------------- */

/* Without a run nothing is known of what depends on data. */
static gboolean
is_known (const NncTensor *tensor)
{
  return nnc_tensor_get_data (tensor) != NULL;
}

static char *
describe (const NncTensor *tensor)
{
  GString *text = g_string_new (nnc_data_type_to_string (nnc_tensor_get_data_type (tensor)));
  guint rank;
  const gint64 *shape = nnc_tensor_get_shape (tensor, &rank);

  if (!is_known (tensor)) {
    g_string_append (text, " ?");
    return g_string_free (text, FALSE);
  }
  g_string_append (text, " [");
  for (guint i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? "," : "", shape[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

/* "[batch=1,3,?,85]": a free dimension has its name, and the size that all else here is told for, where it is known.
 * tensor: NULL where there is no session. */
static char *
describe_shape (NncModel *model, const Declared *declared, guint index, const NncTensor *tensor)
{
  GString *text = g_string_new ("[");
  guint rank = 0, declared_rank = 0;
  const gint64 *shape = tensor ? nnc_tensor_get_shape (tensor, &rank) : NULL;
  const gint64 *file = declared->get_shape (model, index, &declared_rank);
  gboolean known = tensor && is_known (tensor);

  if (!known && file == NULL)
    g_string_append_c (text, '?');
  rank = known ? rank : declared_rank;
  for (guint i = 0; i < rank; i++) {
    gint64 size = known ? shape[i] : file[i];
    gboolean free = file && i < declared_rank && file[i] < 0;
    const char *name = free ? declared->get_name (model, index, i) : NULL;

    g_string_append_printf (text, "%s%s", i ? "," : "", name ? name : free ? "?" : "");
    if (size >= 0)
      g_string_append_printf (text, "%s%" G_GINT64_FORMAT, free ? "=" : "", size);
  }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static void
print_inputs (NncModel *model, NncSession *session)
{
  for (guint i = 0; i < nnc_model_get_n_inputs (model); i++) {
    const NncTensor *tensor = session ? nnc_session_get_input (session, i) : NULL;
    g_autofree char *shape = describe_shape (model, &declared_input, i, tensor);

    g_print ("%-11s %s: %s %s\n", "input", nnc_model_get_input_name (model, i),
             nnc_data_type_to_string (nnc_model_get_input_data_type (model, i)), shape);
  }
}

static void
print_outputs (NncModel *model, NncSession *session)
{
  for (guint i = 0; i < nnc_session_get_n_outputs (session); i++) {
    const NncTensor *tensor = nnc_session_get_output (session, i);
    g_autofree char *shape = describe_shape (model, &declared_output, i, tensor);

    g_print ("%-11s %s: %s %s\n", "output", nnc_tensor_get_name (tensor),
             nnc_data_type_to_string (nnc_tensor_get_data_type (tensor)), shape);
  }
}

/* --- what it is ----------------------------------------------------------------------- */

typedef struct {
  const char *op;
  guint n;
} OpCount;

static gint
compare_counts (gconstpointer a, gconstpointer b)
{
  return (gint)((const OpCount *)b)->n - (gint)((const OpCount *)a)->n;
}

static void
count_op (GArray *counts, const char *op)
{
  OpCount first = { op, 1 };

  for (guint i = 0; i < counts->len; i++) {
    OpCount *count = &g_array_index (counts, OpCount, i);

    if (g_str_equal (count->op, op)) {
      count->n++;
      return;
    }
  }
  g_array_append_val (counts, first);
}

static void
print_operators (NncSession *session)
{
  g_autoptr (GArray) counts = g_array_new (FALSE, FALSE, sizeof (OpCount));
  guint n = nnc_session_get_n_steps (session), waiting = 0;

  for (guint i = 0; i < n; i++) {
    NncStepInfo step;

    nnc_session_get_step (session, i, &step);
    count_op (counts, step.op);
    waiting += step.waits_for_data ? 1 : 0;
  }
  g_array_sort (counts, compare_counts);
  g_print ("%-11s ", "operators");
  for (guint i = 0; i < counts->len; i++) {
    const OpCount *count = &g_array_index (counts, OpCount, i);

    g_print ("%s%u %s", i ? ", " : "", count->n, count->op);
  }
  g_print ("%s\n%-11s %u, %u of them wait for data\n", counts->len ? "" : "none", "steps", n, waiting);
}

static void
print_model (NncModel *model)
{
  const char *opset = nnc_model_get_metadata (model, "nncore.opset");

  g_print ("%-11s %s (%s%s%s)\n", "model", nnc_model_get_name (model), nnc_model_get_format (model),
           opset ? ", opset " : "", opset ? opset : "");
}

static void
print_sizes (NncSession *session, NncSession *whole)
{
  g_print ("%-11s %" G_GUINT64_FORMAT "\n", "parameters", nnc_session_get_n_parameters (session));
  g_print ("%-11s %" G_GUINT64_FORMAT "\n", "MACs", nnc_session_get_macs (whole));
  g_print ("%-11s %" G_GUINT64_FORMAT " of them\n", "computed", nnc_session_get_macs (session));
  g_print ("%-11s %" G_GSIZE_FORMAT " bytes\n", "weights",
           nnc_model_get_weights_size (nnc_session_get_model (session)));
  g_print ("%-11s %" G_GSIZE_FORMAT " bytes, at least %" G_GSIZE_FORMAT " are alive at once\n", "arena",
           nnc_session_get_arena_size (session), nnc_session_get_live_peak (session));
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
    g_print ("%4u  %-20s %-28s %-22s %12" G_GUINT64_FORMAT "  %s\n", i, step.op,
             step.waits_for_data ? "chosen in each run" : step.kernel, output, step.macs, step.name);
  }
}

/* --- shapes that are asked for ------------------------------------------------------------ */

/* "1,512" or "1x512" -> as many dimensions as the input has */
static gboolean
parse_shape (const char *text, gint64 *shape, guint rank)
{
  g_auto (GStrv) parts = g_strsplit_set (text, ",x", -1);

  if (g_strv_length (parts) != rank)
    return FALSE;
  for (guint i = 0; i < rank; i++)
    if (!g_ascii_string_to_signed (parts[i], 10, 0, G_MAXINT64, &shape[i], NULL))
      return FALSE;
  return TRUE;
}

/* shapes: of each input; those that are not asked for stay NULL. */
static gboolean
read_shapes (NncModel *model, char **texts, gint64 **shapes, GError **error)
{
  for (guint i = 0; texts && texts[i]; i++) {
    const char *text;
    gint index = options_find_input (model, texts[i], &text);
    guint rank;

    if (index < 0 || nnc_model_get_input_shape (model, (guint)index, &rank) == NULL) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT, "'%s' is not NAME=N,N,… with an input's name", texts[i]);
      return FALSE;
    }
    g_free (shapes[index]);
    shapes[index] = g_new0 (gint64, rank + 1);
    if (!parse_shape (text, shapes[index], rank)) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT, "'%s': input '%s' has %u dimensions", texts[i],
                   nnc_model_get_input_name (model, (guint)index), rank);
      return FALSE;
    }
  }
  return TRUE;
}

/* disabled: passes to leave out, or NULL. */
static NncSession *
make_session (NncModel *model, char **texts, const char *const *disabled, NncPrecision precision, GError **error)
{
  guint n = nnc_model_get_n_inputs (model);
  g_autofree gint64 **shapes = g_new0 (gint64 *, n + 1);
  const NncSessionOptions options
      = { .input_shapes = (const gint64 *const *)shapes, .disabled_passes = disabled, .precision = precision };
  NncSession *session = read_shapes (model, texts, shapes, error) ? nnc_session_new (model, &options, error) : NULL;

  for (guint i = 0; i < n; i++)
    g_free (shapes[i]);
  return session;
}

/* Computes all that the network's own shapes say, also what nobody reads. */
static NncSession *
make_whole_session (NncModel *model, char **texts, NncPrecision precision, GError **error)
{
  const char *const disabled[] = { "trim_outputs", NULL };

  return make_session (model, texts, disabled, precision, error);
}

/* --- the command ----------------------------------------------------------------------------- */

gboolean
command_inspect (int argc, char **argv, GError **error)
{
  gboolean plan = FALSE;
  g_auto (GStrv) shapes = NULL;
  g_autofree char *precision_text = NULL;
  NncPrecision precision;
  const GOptionEntry entries[] = {
    { "plan", 0, 0, G_OPTION_ARG_NONE, &plan, "Show the steps and their kernels", NULL },
    { "shape", 's', 0, G_OPTION_ARG_STRING_ARRAY, &shapes, "An input's shape; free dimensions are 1 without",
      "NAME=N,N,…" },
    { "precision", 0, 0, G_OPTION_ARG_STRING, &precision_text, "What convolutions and matrix products compute in",
      "f32|bf16" },
    { 0 },
  };
  g_autofree char *path = options_parse (argc, argv, entries, error);
  g_autoptr (NncModel) model = path ? nnc_model_new_from_file (path, error) : NULL;
  g_autoptr (NncSession) session = NULL, whole = NULL;

  if (model == NULL || !options_read_precision (precision_text, &precision, error))
    return FALSE;
  print_model (model);
  session = make_session (model, shapes, NULL, precision, error);
  print_inputs (model, session);
  whole = session ? make_whole_session (model, shapes, precision, error) : NULL;
  if (whole == NULL)
    return FALSE;
  print_outputs (model, session);
  print_operators (session);
  print_sizes (session, whole);
  if (plan)
    print_plan (session);
  return TRUE;
}
