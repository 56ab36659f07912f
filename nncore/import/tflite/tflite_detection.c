/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_detection.c: the custom operator TFLite_Detection_PostProcess; its options are a FlexBuffer. */
#include "flexbuffer.h"
#include "tflite_translate.h"

#include <math.h>

#define N_INPUTS 3

typedef struct {
  const char *name;
  gboolean integer;
} Option;

static const Option options[] = {
  { "max_detections", TRUE },     { "max_classes_per_detection", TRUE },
  { "num_classes", TRUE },        { "detections_per_class", TRUE },
  { "use_regular_nms", TRUE },    { "nms_score_threshold", FALSE },
  { "nms_iou_threshold", FALSE }, { "y_scale", FALSE },
  { "x_scale", FALSE },           { "h_scale", FALSE },
  { "w_scale", FALSE },
};

static gboolean
set_option (NncNode *node, const NncFlexMap *map, const Option *option, GError **error)
{
  double number = NAN;

  if (!nnc_flex_map_get_number (map, option->name, &number)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "its option %s is malformed", option->name);
    return FALSE;
  }
  if (isnan (number))
    return TRUE;
  if (option->integer && !(fabs (number) <= G_MAXINT32)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "its option %s is %g", option->name, number);
    return FALSE;
  }
  if (option->integer)
    nnc_node_set_int (node, option->name, (gint64)number);
  else
    nnc_node_set_float (node, option->name, (float)number);
  return TRUE;
}

/* Boxes, scores and anchors may be stored in 8 bits. */
gboolean
nnc_tflite_translate_detection (NncTfliteTranslation *translation, GError **error)
{
  const NncVector *bytes = &translation->custom_options;
  NncValue *inputs[N_INPUTS];
  NncFlexMap map;
  NncNode *node;

  if (bytes->n == 0 || !nnc_flex_map_read (bytes->file->data + bytes->position, bytes->n, &map)) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "its options are no map of the FlexBuffers format");
    return FALSE;
  }
  for (guint i = 0; i < N_INPUTS; i++)
    inputs[i] = nnc_tflite_real (translation, translation->inputs[i]);
  node = nnc_tflite_emit (translation, translation->operator->op, inputs, N_INPUTS, translation->outputs,
                          translation->n_outputs);
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    if (!set_option (node, &map, &options[i], error))
      return FALSE;
  return TRUE;
}
