/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pass_effect.c: what one pass does to a network. */
#include "pass_effect.h"

#include <gst/check/gstcheck.h>
#include <math.h>
#include <nncore/nncore.h>

void
pass_effect_fill (float *numbers, gsize n, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  for (gsize i = 0; i < n; i++)
    numbers[i] = (float)g_rand_double_range (random, 0.1, 1) * (g_rand_boolean (random) ? 1 : -1);
}

static NncSession *
run (NncModel *model, const char *disabled)
{
  const char *disabled_passes[] = { disabled, NULL };
  NncSessionOptions options = { .disabled_passes = disabled_passes };
  g_autoptr (GError) error = NULL;
  NncSession *session = nnc_session_new (model, &options, &error);

  fail_unless (session != NULL, "%s", error ? error->message : "");
  for (guint i = 0; i < nnc_session_get_n_inputs (session); i++) {
    NncTensor *input = nnc_session_get_input (session, i);
    pass_effect_fill (nnc_tensor_get_data (input), nnc_tensor_get_n_elements (input), 100 + i);
  }
  fail_unless (nnc_session_run (session, &error), "%s", error ? error->message : "");
  return session;
}

static gboolean
same_shape (const NncTensor *a, const NncTensor *b)
{
  guint rank, other_rank;
  const gint64 *shape = nnc_tensor_get_shape (a, &rank), *other = nnc_tensor_get_shape (b, &other_rank);

  return rank == other_rank && memcmp (shape, other, rank * sizeof *shape) == 0;
}

static void
compare (const NncTensor *a, const NncTensor *b)
{
  const float *x = nnc_tensor_get_data ((NncTensor *)a), *y = nnc_tensor_get_data ((NncTensor *)b);
  gsize n = nnc_tensor_get_n_elements (a);
  float largest = 0;

  fail_unless_equals_string (nnc_tensor_get_name (a), nnc_tensor_get_name (b));
  fail_unless (same_shape (a, b), "%s has another shape with the pass", nnc_tensor_get_name (a));
  for (gsize i = 0; i < n; i++)
    largest = isfinite (y[i]) ? MAX (largest, fabsf (y[i])) : largest;
  fail_unless (largest > 0, "all of %s is 0", nnc_tensor_get_name (a));
  for (gsize i = 0; i < n; i++) /* equal infinities have no difference */
    fail_unless (memcmp (&x[i], &y[i], sizeof *x) == 0 || fabsf (x[i] - y[i]) <= 1e-5f * largest,
                 "%s[%" G_GSIZE_FORMAT "] is %g with the pass and %g without", nnc_tensor_get_name (a), i, (double)x[i],
                 (double)y[i]);
}

static char *
list_steps (NncSession *session)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < nnc_session_get_n_steps (session); i++) {
    NncStepInfo step;

    nnc_session_get_step (session, i, &step);
    g_ptr_array_add (names, (gpointer)step.op);
  }
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **)names->pdata);
}

char *
pass_effect_work (GBytes *network, const char *pass, guint64 *macs, guint64 *macs_without)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = nnc_model_new_from_bytes (network, "network", &error);
  g_autoptr (NncSession) with = NULL, without = NULL;

  fail_unless (model != NULL, "%s", error ? error->message : "");
  g_bytes_unref (network);
  with = run (model, NULL);
  without = run (model, pass);
  for (guint i = 0; i < nnc_session_get_n_outputs (with); i++)
    compare (nnc_session_get_output (with, i), nnc_session_get_output (without, i));
  *macs = nnc_session_get_macs (with);
  *macs_without = nnc_session_get_macs (without);
  return list_steps (with);
}

char *
pass_effect_steps (GBytes *network, const char *pass)
{
  guint64 macs, macs_without;

  return pass_effect_work (network, pass, &macs, &macs_without);
}
