/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* non_max_suppression.c: NonMaxSuppression: of boxes [N,B,4] with scores [N,C,B], for each image and class, those that
 * no box with a higher score overlaps by more than iou_threshold; at most max_output of them (input 2; 0 where it is
 * absent), only with scores above score_threshold. y: [n,3] i64: image, class, box. Boxes are two corners (y, x, y, x),
 * or with center_point_box=1 centre and size (x, y, width, height). */
#include "op_inputs.h"
#include "sort_keys.h"
#include "stacked_output.h"

#include <math.h>

enum { BOXES, SCORES, MAX_OUTPUT, IOU_THRESHOLD, SCORE_THRESHOLD, N_INPUTS };

static gboolean
check_single (const NncInference *inference, guint i, NncDataType type, GError **error)
{
  if (i >= inference->n_inputs || inference->inputs[i] == NULL)
    return TRUE;
  if (!nnc_input_check_type (inference->inputs, i, type, error))
    return FALSE;
  if (nnc_desc_n_elements (&inference->inputs[i]->desc) != 1)
    return nnc_op_error (error, "input %u has %" G_GSIZE_FORMAT " elements instead of 1", i,
                         nnc_desc_n_elements (&inference->inputs[i]->desc));
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *boxes = &inference->inputs[BOXES]->desc, *scores = &inference->inputs[SCORES]->desc;

  inference->outputs[0].type = NNC_INVALID;
  if (!nnc_input_check_type (inference->inputs, BOXES, NNC_F32, error)
      || !nnc_input_check_type (inference->inputs, SCORES, NNC_F32, error))
    return FALSE;
  if (boxes->rank != 3 || scores->rank != 3 || boxes->shape[2] != 4 || boxes->shape[0] != scores->shape[0]
      || boxes->shape[1] != scores->shape[2]) {
    g_autofree char *b = nnc_desc_to_string (boxes), *s = nnc_desc_to_string (scores);
    return nnc_op_error (error, "boxes are %s, scores %s, [N,B,4] and [N,C,B] are right", b, s);
  }
  return check_single (inference, MAX_OUTPUT, NNC_I64, error) && check_single (inference, IOU_THRESHOLD, NNC_F32, error)
         && check_single (inference, SCORE_THRESHOLD, NNC_F32, error);
}

typedef struct {
  float top, left, bottom, right;
} Box;

static Box
read_box (const float *numbers, gboolean center)
{
  if (center)
    return (Box){ numbers[1] - numbers[3] / 2, numbers[0] - numbers[2] / 2, numbers[1] + numbers[3] / 2,
                  numbers[0] + numbers[2] / 2 };
  return (Box){ fminf (numbers[0], numbers[2]), fminf (numbers[1], numbers[3]), fmaxf (numbers[0], numbers[2]),
                fmaxf (numbers[1], numbers[3]) };
}

static float
area (Box box)
{
  return (box.bottom - box.top) * (box.right - box.left);
}

/* Intersection over union. */
static float
overlap (Box a, Box b)
{
  float height = fminf (a.bottom, b.bottom) - fmaxf (a.top, b.top);
  float width = fminf (a.right, b.right) - fmaxf (a.left, b.left);
  float both = height > 0 && width > 0 ? height * width : 0, either = area (a) + area (b) - both;

  return both > 0 && either > 0 ? both / either : 0;
}

/* The boxes and scores of a class of an image. */
typedef struct {
  const float *boxes, *scores;
  gsize n;
  gboolean center;
  gint64 max_output;
  float iou_threshold, score_threshold;
  gsize *order, *chosen; /* n each */
} Candidates;

static gboolean
comes_before (gsize a, gsize b, gconstpointer user_data)
{
  const float *scores = user_data;

  return scores[a] == scores[b] ? a < b : scores[a] > scores[b];
}

static gboolean
is_suppressed (const Candidates *candidates, gsize box, gsize n_chosen)
{
  Box one = read_box (candidates->boxes + 4 * box, candidates->center);

  for (gsize i = 0; i < n_chosen; i++)
    if (overlap (one, read_box (candidates->boxes + 4 * candidates->chosen[i], candidates->center))
        > candidates->iou_threshold)
      return TRUE;
  return FALSE;
}

static gsize
choose (const Candidates *candidates)
{
  gsize n_chosen = 0;

  nnc_sort_first (candidates->order, candidates->n, candidates->n, comes_before, candidates->scores);
  for (gsize i = 0; i < candidates->n && (gint64)n_chosen < candidates->max_output; i++) {
    gsize box = candidates->order[i];

    if (candidates->scores[box] > candidates->score_threshold && !is_suppressed (candidates, box, n_chosen))
      candidates->chosen[n_chosen++] = box;
  }
  return n_chosen;
}

static gboolean
add_chosen (NncStackedOutput *stack, NncRunContext *context, const Candidates *candidates, gint64 image, gint64 class,
            GError **error)
{
  gsize n = choose (candidates);

  for (gsize i = 0; i < n; i++) {
    gint64 row[] = { image, class, (gint64)candidates->chosen[i] };
    const NncTensor slice = { .desc = { NNC_I64, 1, { 3 } }, .data = row };

    if (!nnc_stacked_output_add (stack, context, &slice, error))
      return FALSE;
  }
  return TRUE;
}

static const NncTensor *
optional (const NncStep *step, guint i)
{
  return i < step->n_inputs ? step->inputs[i] : NULL;
}

static float
optional_number (const NncStep *step, guint i, float otherwise)
{
  const NncTensor *tensor = optional (step, i);

  return tensor ? *(const float *)tensor->data : otherwise;
}

static gboolean
run_all (const NncStep *step, NncRunContext *context, NncStackedOutput *stack, GError **error)
{
  const NncTensorDesc *shape = &step->inputs[SCORES]->desc; /* [N,C,B] */
  const NncTensorDesc slice = { NNC_I64, 1, { 3 } };
  const NncTensor *max_output = optional (step, MAX_OUTPUT);
  gsize n = (gsize)shape->shape[2], *scratch = nnc_run_scratch (context, 0);
  Candidates candidates = {
    .boxes = step->inputs[BOXES]->data,
    .scores = step->inputs[SCORES]->data,
    .n = n,
    .center = nnc_node_get_int (step->node, "center_point_box", 0) != 0,
    .max_output = max_output ? *(const gint64 *)max_output->data : 0,
    .iou_threshold = optional_number (step, IOU_THRESHOLD, 0),
    .score_threshold = optional_number (step, SCORE_THRESHOLD, -INFINITY),
    .order = scratch,
    .chosen = scratch + n,
  };

  for (gint64 image = 0; image < shape->shape[0]; image++, candidates.boxes += 4 * n)
    for (gint64 class = 0; class < shape->shape[1]; class ++, candidates.scores += n)
      if (!add_chosen (stack, context, &candidates, image, class, error))
        return FALSE;
  return nnc_stacked_output_finish (stack, context, &slice, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  NncStackedOutput stack = { .output = step->outputs[0], .length = -1 };
  gboolean done = run_all (step, context, &stack, error);

  nnc_stacked_output_end (&stack, context);
  return done;
}

static gboolean
prepare_non_max_suppression (NncPreparation *prepare, GError **error)
{
  prepare->scratch = 2 * (gsize)prepare->inputs[BOXES]->desc.shape[1] * sizeof (gsize);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_NonMaxSuppression = {
  .name = "NonMaxSuppression",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 2,
  .max_inputs = N_INPUTS,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_non_max_suppression,
};
