/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* detection_post_process.c: DetectionPostProcess: of boxes [1,B,4…] relative to anchors [B,4], with scores [1,B,C] of
 * attribute num_classes classes, the last of C, those that no better one overlaps by more than nms_iou_threshold, with
 * scores of nms_score_threshold or more, the best first. Outputs, for n = max_detections * max_classes_per_detection
 * (1) places: boxes [1,n,4] as (top, left, bottom, right), classes [1,n], scores [1,n], and [1], how many there are; 0
 * behind them. All are f32.
 *
 * A box and its anchor are (y, x, h, w), the centre and the size: y / y_scale * anchor h + anchor y, and likewise x;
 * exp (h / h_scale) * anchor h, and likewise w.
 *
 * With use_regular_nms (0) boxes are only compared with those of their class, detections_per_class (100) of which are
 * kept. Otherwise each counts by its best class, and is given max_classes_per_detection of its best classes. */
#include "op_inputs.h"
#include "sort_keys.h"

#include <math.h>
#include <string.h>

enum { ENCODINGS, SCORES, ANCHORS, N_INPUTS };
enum { BOXES, CLASSES, CLASS_SCORES, COUNT, N_OUTPUTS };

typedef struct {
  float top, left, bottom, right;
} Box;

/* What was found: this class of this box. */
typedef struct {
  float score;
  guint32 class;
  gsize box;
} Detection;

typedef struct {
  gsize n_boxes, n_numbers; /* numbers of an encoded box */
  gsize n_scores, n_classes; /* of a box: columns, and the last of them */
  gsize max_detections, classes_per_detection, detections_per_class;
  gboolean regular;
  float score_threshold, iou_threshold;
  float scale[4];
} Params;

/* The scratch. */
typedef struct {
  Detection *detections; /* max_detections */
  gsize *order, *chosen; /* n_boxes each */
  gsize *classes; /* n_classes */
  Box *boxes; /* n_boxes */
  float *scores; /* n_boxes: what they are chosen by */
} Work;

/* --- before a run --------------------------------------------------------------------- */

static gboolean
check_shapes (const NncInference *inference, GError **error)
{
  const NncTensorDesc *encodings = &inference->inputs[ENCODINGS]->desc, *scores = &inference->inputs[SCORES]->desc;
  const NncTensorDesc *anchors = &inference->inputs[ANCHORS]->desc;

  for (guint i = 0; i < N_INPUTS; i++)
    if (!nnc_input_check_type (inference->inputs, i, NNC_F32, error))
      return FALSE;
  if (encodings->rank != 3 || encodings->shape[0] != 1 || encodings->shape[2] < 4 || scores->rank != 3
      || scores->shape[0] != 1 || scores->shape[1] != encodings->shape[1] || anchors->rank != 2
      || anchors->shape[0] != encodings->shape[1] || anchors->shape[1] != 4) {
    g_autofree char *e = nnc_desc_to_string (encodings), *s = nnc_desc_to_string (scores),
                    *a = nnc_desc_to_string (anchors);
    return nnc_op_error (error, "boxes are %s, scores %s, anchors %s; [1,B,4], [1,B,C] and [B,4] are right", e, s, a);
  }
  return TRUE;
}

static gboolean
get_number (const NncNode *node, const char *name, gint64 otherwise, gint64 minimum, gint64 maximum, gsize *number,
            GError **error)
{
  gint64 value = nnc_node_get_int (node, name, otherwise);

  *number = (gsize)value;
  return (value >= minimum && value <= maximum)
         || nnc_op_error (error,
                          "%s is %" G_GINT64_FORMAT ", which is not in [%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT "]",
                          name, value, minimum, maximum);
}

static gboolean
get_scales (const NncNode *node, float scale[4], GError **error)
{
  static const char *const names[4] = { "y_scale", "x_scale", "h_scale", "w_scale" };

  for (guint i = 0; i < 4; i++) {
    scale[i] = nnc_node_get_float (node, names[i], 0);
    if (!(scale[i] > 0))
      return nnc_op_error (error, "%s is %g, which is not above 0", names[i], (double)scale[i]);
  }
  return TRUE;
}

static gboolean
read_params (const NncNode *node, const NncTensorDesc *encodings, const NncTensorDesc *scores, Params *params,
             GError **error)
{
  *params = (Params){
    .n_boxes = (gsize)encodings->shape[1],
    .n_numbers = (gsize)encodings->shape[2],
    .n_scores = (gsize)scores->shape[2],
    .regular = nnc_node_get_int (node, "use_regular_nms", 0) != 0,
    .score_threshold = nnc_node_get_float (node, "nms_score_threshold", 0),
    .iou_threshold = nnc_node_get_float (node, "nms_iou_threshold", 1),
  };
  return get_number (node, "num_classes", 0, 1, scores->shape[2], &params->n_classes, error)
         && get_number (node, "max_detections", 0, 0, G_MAXINT32, &params->max_detections, error)
         && get_number (node, "max_classes_per_detection", 1, 1, G_MAXINT32, &params->classes_per_detection, error)
         && get_number (node, "detections_per_class", 100, 0, G_MAXINT32, &params->detections_per_class, error)
         && get_scales (node, params->scale, error);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  gint64 shape[3] = { 1, 0, 4 };
  Params params;

  if (!check_shapes (inference, error)
      || !read_params (inference->node, &inference->inputs[ENCODINGS]->desc, &inference->inputs[SCORES]->desc, &params,
                       error))
    return FALSE;
  shape[1] = (gint64)(params.max_detections * params.classes_per_detection);
  for (guint i = 0; i < inference->n_outputs; i++)
    if (!nnc_desc_set (&inference->outputs[i], NNC_F32, i == BOXES ? 3 : i == COUNT ? 1 : 2, shape, error))
      return FALSE;
  return TRUE;
}

/* --- boxes ------------------------------------------------------------------------------ */

static Box
decode_box (const float *box, const float *anchor, const float scale[4])
{
  float y = (float)((double)box[0] / (double)scale[0] * (double)anchor[2] + (double)anchor[0]);
  float x = (float)((double)box[1] / (double)scale[1] * (double)anchor[3] + (double)anchor[1]);
  float half_height = (float)(.5 * exp ((double)box[2] / (double)scale[2]) * (double)anchor[2]);
  float half_width = (float)(.5 * exp ((double)box[3] / (double)scale[3]) * (double)anchor[3]);

  return (Box){ y - half_height, x - half_width, y + half_height, x + half_width };
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
  float height = fmaxf (fminf (a.bottom, b.bottom) - fmaxf (a.top, b.top), 0);
  float width = fmaxf (fminf (a.right, b.right) - fmaxf (a.left, b.left), 0);
  float area_a = area (a), area_b = area (b), both = height * width;

  return area_a <= 0 || area_b <= 0 ? 0 : both / (area_a + area_b - both);
}

/* --- the choice ----------------------------------------------------------------------------- */

static gboolean
comes_before (gsize a, gsize b, gconstpointer user_data)
{
  const float *scores = user_data;

  return scores[a] == scores[b] ? a < b : scores[a] > scores[b];
}

static gboolean
is_suppressed (const Params *params, const Work *work, gsize box, gsize n_chosen)
{
  for (gsize i = 0; i < n_chosen; i++)
    if (overlap (work->boxes[work->chosen[i]], work->boxes[box]) > params->iou_threshold)
      return TRUE;
  return FALSE;
}

/* By work->scores, into work->chosen. A NaN is no score. */
static gsize
choose (const Params *params, const Work *work, gsize max)
{
  gsize n = 0, n_chosen = 0;

  for (gsize i = 0; i < params->n_boxes; i++)
    if (!(work->scores[i] >= params->score_threshold))
      work->scores[i] = -INFINITY;
    else
      n++;
  nnc_sort_first (work->order, params->n_boxes, n, comes_before, work->scores);
  for (gsize i = 0; i < n && n_chosen < max; i++)
    if (!is_suppressed (params, work, work->order[i], n_chosen))
      work->chosen[n_chosen++] = work->order[i];
  return n_chosen;
}

static void
write_detection (const NncStep *step, const Work *work, gsize place, Detection detection)
{
  if (step->outputs[BOXES])
    ((Box *)step->outputs[BOXES]->data)[place] = work->boxes[detection.box];
  if (step->n_outputs > CLASSES && step->outputs[CLASSES])
    ((float *)step->outputs[CLASSES]->data)[place] = (float)detection.class;
  if (step->n_outputs > CLASS_SCORES && step->outputs[CLASS_SCORES])
    ((float *)step->outputs[CLASS_SCORES]->data)[place] = detection.score;
}

/* Scores of the classes alone. */
static const float *
scores_of (const NncStep *step, const Params *params, gsize box)
{
  return (const float *)step->inputs[SCORES]->data + box * params->n_scores + (params->n_scores - params->n_classes);
}

/* Each box by its best class. Returns how many boxes there are. */
static gsize
detect_boxes (const NncStep *step, const Params *params, const Work *work)
{
  gsize n_classes = MIN (params->classes_per_detection, params->n_classes), n;

  for (gsize box = 0; box < params->n_boxes; box++) {
    const float *scores = scores_of (step, params, box);

    work->scores[box] = scores[0];
    for (gsize i = 1; i < params->n_classes; i++)
      work->scores[box] = fmaxf (work->scores[box], scores[i]);
  }
  n = choose (params, work, params->max_detections);
  for (gsize i = 0; i < n; i++) {
    const float *scores = scores_of (step, params, work->chosen[i]);

    nnc_sort_first (work->classes, params->n_classes, n_classes, comes_before, scores);
    for (gsize j = 0; j < n_classes; j++)
      write_detection (step, work, i * params->classes_per_detection + j,
                       (Detection){ scores[work->classes[j]], (guint32)work->classes[j], work->chosen[i] });
  }
  return n;
}

/* Behind those that are as good. Where there are max already the last goes, or this one. */
static void
insert (Detection *detections, gsize *n, gsize max, Detection detection)
{
  gsize at = *n;

  while (at > 0 && detections[at - 1].score < detection.score)
    at--;
  if (at == max)
    return;
  *n = MIN (*n + 1, max);
  memmove (&detections[at + 1], &detections[at], (*n - 1 - at) * sizeof *detections);
  detections[at] = detection;
}

/* Each class by itself. Returns how many there are. */
static gsize
detect_classes (const NncStep *step, const Params *params, const Work *work)
{
  gsize n = 0;

  for (gsize class = 0; class < params->n_classes; class ++) {
    gsize n_chosen;

    for (gsize box = 0; box < params->n_boxes; box++)
      work->scores[box] = scores_of (step, params, box)[class];
    n_chosen = choose (params, work, params->detections_per_class);
    for (gsize i = 0; i < n_chosen; i++)
      insert (work->detections, &n, params->max_detections,
              (Detection){ work->scores[work->chosen[i]], (guint32) class, work->chosen[i] });
  }
  for (gsize i = 0; i < n; i++)
    write_detection (step, work, i, work->detections[i]);
  return n;
}

/* --- a run --------------------------------------------------------------------------------- */

/* How many detections can be kept at all. */
static gsize
n_kept (const Params *params)
{
  return params->regular ? MIN (params->max_detections, params->n_boxes * params->n_classes) : 0;
}

static Work
cut_scratch (const Params *params, gpointer scratch)
{
  Work work = { .detections = scratch };

  work.order = (gsize *)(work.detections + n_kept (params));
  work.chosen = work.order + params->n_boxes;
  work.classes = work.chosen + params->n_boxes;
  work.boxes = (Box *)(work.classes + params->n_classes);
  work.scores = (float *)(work.boxes + params->n_boxes);
  return work;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *encodings = step->inputs[ENCODINGS]->data, *anchors = step->inputs[ANCHORS]->data;
  Work work = cut_scratch (params, nnc_run_scratch (context, 0));
  gsize n;

  for (guint i = 0; i < step->n_outputs; i++)
    if (step->outputs[i])
      memset (step->outputs[i]->data, 0, nnc_desc_size (&step->outputs[i]->desc));
  for (gsize i = 0; i < params->n_boxes; i++)
    work.boxes[i] = decode_box (encodings + i * params->n_numbers, anchors + 4 * i, params->scale);
  n = params->regular ? detect_classes (step, params, &work) : detect_boxes (step, params, &work);
  if (step->n_outputs > COUNT && step->outputs[COUNT])
    *(float *)step->outputs[COUNT]->data = (float)n;
  return TRUE;
}

static gboolean
prepare_detection_post_process (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);

  if (!read_params (prepare->node, &prepare->inputs[ENCODINGS]->desc, &prepare->inputs[SCORES]->desc, params, error))
    return FALSE;
  prepare->scratch = n_kept (params) * sizeof (Detection)
                     + params->n_boxes * (2 * sizeof (gsize) + sizeof (Box) + sizeof (float))
                     + params->n_classes * sizeof (gsize);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_DetectionPostProcess = {
  .name = "DetectionPostProcess",
  .min_inputs = N_INPUTS,
  .max_inputs = N_INPUTS,
  .max_outputs = N_OUTPUTS,
  .infer = infer,
  .prepare = prepare_detection_post_process,
};
