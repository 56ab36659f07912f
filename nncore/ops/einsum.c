/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* einsum.c: Einsum: attribute equation "ij,jk->ik" names the axes of every input and of the output: y[i][k] = the sum
 * over j, which the output does not name, of a[i][j] * b[j][k]. "…" as three dots are axes without names, broadcast.
 * Without an arrow the output has the names that stand once, in the order of the alphabet. */
#include "op_inputs.h"
#include "step_work.h"
#include "wide.h"

#include <string.h>

#define MAX_OPERANDS 8
#define MAX_LABELS 24 /* axes with different names */
#define UNNAMED 128 /* the label of unnamed axis i, from the right, is UNNAMED + i */

typedef struct {
  guint n_operands;
  guint n_outer, n; /* labels: those of y first, in its order */
  guint8 labels[MAX_LABELS];
  guint counts[MAX_LABELS]; /* how often the equation's left side has them */
  gint64 sizes[MAX_LABELS];
  gint64 strides[MAX_OPERANDS][MAX_LABELS]; /* elements; 0 where it lacks the axis or is broadcast */
  gsize offsets[MAX_OPERANDS + 1]; /* of widened operands, and y, in scratch */
} Equation;

/* --- reading ------------------------------------------------------------------- */

static guint
find_label (const Equation *equation, guint8 label)
{
  guint i = 0;

  while (i < equation->n && equation->labels[i] != label)
    i++;
  return i;
}

/* An axis of an operand. */
static gboolean
add_axis (Equation *equation, guint operand, guint8 label, gint64 size, gint64 stride, GError **error)
{
  guint i = find_label (equation, label);

  if (i == MAX_LABELS)
    return nnc_op_unsupported (error, "attribute 'equation' has over %u names", MAX_LABELS);
  if (i == equation->n) {
    equation->labels[equation->n++] = label;
    equation->sizes[i] = size;
  }
  if (equation->sizes[i] == 1)
    equation->sizes[i] = size;
  if (size != 1 && size != equation->sizes[i])
    return nnc_op_error (
        error, "an axis of input %u has size %" G_GINT64_FORMAT ", of another with its name %" G_GINT64_FORMAT, operand,
        size, equation->sizes[i]);
  equation->counts[i]++;
  equation->strides[operand][i] += size == 1 ? 0 : stride;
  return TRUE;
}

/* The axes of an operand from its term, which is n characters. */
static gboolean
read_term (Equation *equation, guint operand, const char *term, gsize n, const NncTensorDesc *x, GError **error)
{
  gint64 strides[NNC_MAX_RANK], size = (gint64)nnc_data_type_get_size (x->type);
  guint axis = 0, n_names = 0;

  nnc_desc_contiguous_strides (x, strides);
  for (gsize i = 0; i < n; i++)
    n_names += g_ascii_isalpha (term[i]) ? 1 : 0;
  for (gsize i = 0; i < n; i++) {
    gboolean dots = n - i >= 3 && strncmp (term + i, "...", 3) == 0;
    guint n_axes = dots ? (x->rank >= n_names ? x->rank - n_names : 0) : 1;

    if (!dots && !g_ascii_isalpha (term[i]))
      return nnc_op_error (error, "attribute 'equation' has '%c', which is no name", term[i]);
    if (axis + n_axes > x->rank)
      break;
    for (guint j = 0; j < n_axes; j++, axis++)
      if (!add_axis (equation, operand, dots ? (guint8)(UNNAMED + n_axes - 1 - j) : (guint8)term[i], x->shape[axis],
                     strides[axis] / size, error))
        return FALSE;
    i += dots ? 2 : 0;
  }
  if (axis == x->rank && (n_names == x->rank || memchr (term, '.', n)))
    return TRUE;
  return nnc_op_error (error, "attribute 'equation' names %u axes of input %u, which has %u", n_names, operand,
                       x->rank);
}

/* The label becomes the next of the output. */
static gboolean
move_to_output (Equation *equation, guint8 label, GError **error)
{
  guint i = find_label (equation, label), to = equation->n_outer;

  if (i == equation->n || i < to)
    return nnc_op_error (error, "attribute 'equation' has '%c' in the output %s", label < UNNAMED ? label : '.',
                         i < to ? "twice" : "alone");
#define SWAP(array)                                                                                                    \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    __typeof__ (array[0]) number = array[i];                                                                           \
    array[i] = array[to];                                                                                              \
    array[to] = number;                                                                                                \
  }                                                                                                                    \
  G_STMT_END
  SWAP (equation->labels);
  SWAP (equation->counts);
  SWAP (equation->sizes);
  for (guint o = 0; o < equation->n_operands; o++)
    SWAP (equation->strides[o]);
#undef SWAP
  equation->n_outer++;
  return TRUE;
}

static gboolean
move_unnamed_to_output (Equation *equation, GError **error)
{
  for (guint i = NNC_MAX_RANK; i-- > 0;)
    if (find_label (equation, (guint8)(UNNAMED + i)) < equation->n
        && !move_to_output (equation, (guint8)(UNNAMED + i), error))
      return FALSE;
  return TRUE;
}

static gboolean
read_output (Equation *equation, const char *output, GError **error)
{
  for (; *output; output++) {
    gboolean dots = strncmp (output, "...", 3) == 0;

    if (!dots && !g_ascii_isalpha (*output))
      return nnc_op_error (error, "attribute 'equation' has '%c', which is no name", *output);
    if (!(dots ? move_unnamed_to_output (equation, error) : move_to_output (equation, (guint8)*output, error)))
      return FALSE;
    output += dots ? 2 : 0;
  }
  return TRUE;
}

static gboolean
imply_output (Equation *equation, GError **error)
{
  if (!move_unnamed_to_output (equation, error))
    return FALSE;
  for (guint label = 'A'; label <= 'z'; label++) {
    guint i = find_label (equation, (guint8)label);

    if (i < equation->n && equation->counts[i] == 1 && !move_to_output (equation, (guint8)label, error))
      return FALSE;
  }
  return TRUE;
}

/* Without spaces; free it. */
static char *
get_equation (const NncNode *node)
{
  const char *given = nnc_node_get_string (node, "equation", "");
  GString *text = g_string_new (NULL);

  for (; *given; given++)
    if (*given != ' ')
      g_string_append_c (text, *given);
  return g_string_free (text, FALSE);
}

static gboolean
read_equation (Equation *equation, const NncNode *node, const NncTensor *const *inputs, guint n_inputs, GError **error)
{
  g_autofree char *text = get_equation (node);
  char *arrow = strstr (text, "->");
  g_auto (GStrv) terms = NULL;

  memset (equation, 0, sizeof *equation);
  equation->n_operands = n_inputs;
  if (arrow)
    *arrow = '\0';
  terms = g_strsplit (text, ",", -1);
  /* No term at all is one without names. */
  if (n_inputs > MAX_OPERANDS)
    return nnc_op_unsupported (error, "has %u inputs, at most %u are supported", n_inputs, MAX_OPERANDS);
  if (MAX (g_strv_length (terms), 1) != n_inputs)
    return nnc_op_error (error, "attribute 'equation' has %u terms, there are %u inputs", g_strv_length (terms),
                         n_inputs);
  for (guint i = 0; i < n_inputs; i++) {
    const char *term = terms[i] ? terms[i] : "";

    if (inputs[i] == NULL || inputs[i]->desc.type != inputs[0]->desc.type)
      return nnc_op_error (error, "input %u is %s, input 0 is %s", i,
                           inputs[i] ? nnc_data_type_to_string (inputs[i]->desc.type) : "absent",
                           nnc_data_type_to_string (inputs[0]->desc.type));
    if (!read_term (equation, i, term, strlen (term), &inputs[i]->desc, error))
      return FALSE;
  }
  return arrow ? read_output (equation, arrow + 2, error) : imply_output (equation, error);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  Equation equation;

  return nnc_input_check_types (inference->inputs, 0, NNC_TYPES_NUMBER, error)
         && read_equation (&equation, inference->node, inference->inputs, inference->n_inputs, error)
         && nnc_desc_set (&inference->outputs[0], inference->inputs[0]->desc.type, equation.n_outer, equation.sizes,
                          error);
}

/* --- computing ----------------------------------------------------------------- */

/* The sum over the labels from `label` on, with operands where they are for those before. */

#define SUM(name, type, sum_type)                                                                                      \
  static sum_type name (const Equation *e, guint label, const type *const *operands)                                   \
  {                                                                                                                    \
    const type *at[MAX_OPERANDS];                                                                                      \
    sum_type sum = 0, product = 1;                                                                                     \
    if (label == e->n) {                                                                                               \
      for (guint o = 0; o < e->n_operands; o++)                                                                        \
        product *= (sum_type)*operands[o];                                                                             \
      return product;                                                                                                  \
    }                                                                                                                  \
    for (guint o = 0; o < e->n_operands; o++)                                                                          \
      at[o] = operands[o];                                                                                             \
    for (gint64 i = 0; i < e->sizes[label]; i++) {                                                                     \
      sum += name (e, label + 1, at);                                                                                  \
      for (guint o = 0; o < e->n_operands; o++)                                                                        \
        at[o] += e->strides[o][label];                                                                                 \
    }                                                                                                                  \
    return sum;                                                                                                        \
  }                                                                                                                    \
  /* The output's labels from `label` on. Returns where y goes on. */                                                  \
  static type *name##_all (const Equation *e, guint label, const type *const *operands, type *y)                       \
  {                                                                                                                    \
    const type *at[MAX_OPERANDS];                                                                                      \
    if (label == e->n_outer) {                                                                                         \
      *y = (type)name (e, label, operands);                                                                            \
      return y + 1;                                                                                                    \
    }                                                                                                                  \
    for (guint o = 0; o < e->n_operands; o++)                                                                          \
      at[o] = operands[o];                                                                                             \
    for (gint64 i = 0; i < e->sizes[label]; i++) {                                                                     \
      y = name##_all (e, label + 1, at, y);                                                                            \
      for (guint o = 0; o < e->n_operands; o++)                                                                        \
        at[o] += e->strides[o][label];                                                                                 \
    }                                                                                                                  \
    return y;                                                                                                          \
  }

SUM (sum_f32, float, double)
SUM (sum_f64, double, double)
SUM (sum_u64, guint64, guint64) /* signed ones, too: they wrap around alike */

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Equation *equation = step->params;
  guint8 *scratch = nnc_run_scratch (context, 0);
  gconstpointer operands[MAX_OPERANDS];
  const NncTensor *y = step->outputs[0];
  gpointer to = nnc_wide_output (y, scratch + equation->offsets[step->n_inputs]);

  for (guint i = 0; i < step->n_inputs; i++)
    operands[i] = nnc_wide_read (step->inputs[i], scratch + equation->offsets[i]);
  switch (nnc_wide_type (y->desc.type)) {
  case NNC_F32:
    sum_f32_all (equation, 0, (const float *const *)operands, to);
    break;
  case NNC_F64:
    sum_f64_all (equation, 0, (const double *const *)operands, to);
    break;
  default:
    sum_u64_all (equation, 0, (const guint64 *const *)operands, to);
  }
  nnc_wide_finish (y, scratch + equation->offsets[step->n_inputs]);
  return TRUE;
}

static gboolean
prepare_einsum (NncPreparation *prepare, GError **error)
{
  Equation *equation = nnc_prepare_params (prepare, sizeof *equation);
  gsize factors[MAX_LABELS];

  if (!read_equation (equation, prepare->node, prepare->inputs, prepare->n_inputs, error))
    return FALSE;
  for (guint i = 0; i < prepare->n_inputs; i++) {
    equation->offsets[i] = prepare->scratch;
    prepare->scratch += nnc_wide_scratch_size (&prepare->inputs[i]->desc);
  }
  equation->offsets[prepare->n_inputs] = prepare->scratch;
  prepare->scratch += nnc_wide_scratch_size (&prepare->outputs[0]->desc);
  for (guint i = 0; i < equation->n; i++)
    factors[i] = (gsize)equation->sizes[i];
  prepare->macs = nnc_count_work (factors, equation->n);
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_Einsum = {
  .name = "Einsum",
  .min_inputs = 1,
  .max_inputs = MAX_OPERANDS,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_einsum,
};
