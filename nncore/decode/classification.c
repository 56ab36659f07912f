/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* classification.c: from scores to the most probable classes. */
#include <math.h>
#include <nncore/classification.h>

/* How far the sum of a distribution may be from 1: f16 and u8 scores are rounded. */
#define SUM_TOLERANCE 0.01

static gboolean
is_distribution (const float *scores, guint n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++) {
    if (!(scores[i] >= 0 && scores[i] <= 1))
      return FALSE;
    sum += scores[i];
  }
  return fabs (sum - 1) <= SUM_TOLERANCE;
}

static void
softmax (float *scores, guint n)
{
  float largest = -INFINITY;
  double sum = 0;

  for (guint i = 0; i < n; i++)
    largest = MAX (largest, scores[i]);
  for (guint i = 0; i < n; i++) {
    /* The largest may be infinite, and infinity less itself is no number. */
    scores[i] = scores[i] == largest ? 1 : expf (scores[i] - largest);
    sum += scores[i];
  }
  for (guint i = 0; i < n; i++)
    scores[i] = (float)(scores[i] / sum);
}

/**
 * nnc_scores_activate:
 * @scores: (array length=n) (inout): a network's scores; probabilities on return
 * @n: how many, one a class
 * @activation: what to do with them
 *
 * Turns scores into probabilities, in place.
 */
void
nnc_scores_activate (float *scores, guint n, NncActivation activation)
{
  if (activation == NNC_ACTIVATION_AUTO)
    activation = is_distribution (scores, n) ? NNC_ACTIVATION_NONE : NNC_ACTIVATION_SOFTMAX;
  if (activation == NNC_ACTIVATION_SOFTMAX)
    softmax (scores, n);
  for (guint i = 0; activation == NNC_ACTIVATION_SIGMOID && i < n; i++)
    scores[i] = 1 / (1 + expf (-scores[i]));
}

/**
 * nnc_scores_top:
 * @probabilities: (array length=n): one a class
 * @n: how many
 * @threshold: classes below it are left out
 * @top: (out caller-allocates) (array length=k): filled in, the most probable first
 * @k: the most to find
 *
 * Finds the most probable classes. Of equals the lower index comes first; what
 * is not a number is never found.
 *
 * Returns: how many of @top are filled in
 */
guint
nnc_scores_top (const float *probabilities, guint n, float threshold, NncClass *top, guint k)
{
  guint found = 0;

  for (guint i = 0; k > 0 && i < n; i++) {
    float probability = probabilities[i];
    guint at;

    if (!(probability >= threshold) || (found == k && probability <= top[k - 1].probability))
      continue;
    found = MIN (found + 1, k);
    for (at = found - 1; at > 0 && top[at - 1].probability < probability; at--)
      top[at] = top[at - 1];
    top[at] = (NncClass){ .index = i, .probability = probability };
  }
  return found;
}
