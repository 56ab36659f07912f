/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgeinput.c: reads a network's input shape as that of a picture: which
 * dimension is height, width, channels, and what to give those that are free. */
#include "gstedgeinput.h"

/* Where a picture's dimensions are in a shape. */
typedef struct {
  guint height, width, channels;
  NncTensorLayout layout;
} Axes;

static gboolean
is_channels (gint64 dimension)
{
  return dimension == 1 || dimension == 3;
}

/* [batch,] height, width, channels or [batch,] channels, height, width; the second where both could be meant. */
static gboolean
find_axes (const gint64 *shape, guint rank, Axes *axes)
{
  guint first = rank - 3;

  if (rank < 3 || rank > 4 || (rank == 4 && shape[0] > 1))
    return FALSE;
  if (is_channels (shape[first]))
    *axes = (Axes){ first + 1, first + 2, first, NNC_LAYOUT_NCHW };
  else if (is_channels (shape[first + 2]))
    *axes = (Axes){ first, first + 1, first + 2, NNC_LAYOUT_NHWC };
  else
    return FALSE;
  return TRUE;
}

static gboolean
check_input (NncModel *model, Axes *axes, const gint64 **shape, guint *rank, GError **error)
{
  guint n = nnc_model_get_n_inputs (model);
  g_autoptr (GString) text = g_string_new (NULL);

  if (n != 1) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "%s: has %u inputs, a network for pictures has 1",
                 nnc_model_get_name (model), n);
    return FALSE;
  }
  *shape = nnc_model_get_input_shape (model, 0, rank);
  if (*shape && find_axes (*shape, *rank, axes))
    return TRUE;
  for (guint i = 0; *shape && i < *rank; i++) {
    if ((*shape)[i] < 0)
      g_string_append_printf (text, "%s?", i ? "," : "");
    else
      g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? "," : "", (*shape)[i]);
  }
  g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED,
               "%s: the input is [%s], a picture is [1,height,width,channels] or [1,channels,height,width] with 1 or 3"
               " channels",
               nnc_model_get_name (model), text->str);
  return FALSE;
}

/**
 * gst_edge_input_is_sized:
 * @model: a model
 *
 * Returns: whether it says itself how high and wide its pictures are, or takes none at all
 */
gboolean
gst_edge_input_is_sized (NncModel *model)
{
  const gint64 *shape;
  guint rank;
  Axes axes;

  return !check_input (model, &axes, &shape, &rank, NULL) || (shape[axes.height] >= 0 && shape[axes.width] >= 0);
}

/**
 * gst_edge_input_new_session:
 * @model: a model
 * @options: how to run it
 * @width: in pixels, where the model leaves it free
 * @height: the same
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): a session that takes one picture, or
 *   %NULL with @error set, where the model's input is not one or a session cannot be made
 */
NncSession *
gst_edge_input_new_session (NncModel *model, const NncSessionOptions *options, gint width, gint height, GError **error)
{
  NncSessionOptions shaped = *options;
  gint64 shape[NNC_MAX_RANK];
  const gint64 *const shapes[] = { shape };
  const gint64 *declared;
  guint rank;
  Axes axes;

  if (!check_input (model, &axes, &declared, &rank, error))
    return NULL;
  for (guint i = 0; i < rank; i++)
    shape[i] = declared[i] >= 0 ? declared[i] : i == axes.height ? height : i == axes.width ? width : 1;
  shaped.input_shapes = shapes;
  return nnc_session_new (model, &shaped, error);
}

/**
 * gst_edge_input_describe:
 * @session: a session of gst_edge_input_new_session()
 * @order: what the channels are where there are three
 * @spec: (out caller-allocates): the tensor it takes
 * @error: return location for a #GError
 *
 * Returns: %FALSE with @error set where the tensor's type is not one a picture can become
 */
gboolean
gst_edge_input_describe (NncSession *session, NncColorOrder order, NncTensorSpec *spec, GError **error)
{
  const NncTensor *input = nnc_session_get_input (session, 0);
  NncDataType type = nnc_tensor_get_data_type (input);
  guint rank;
  const gint64 *shape = nnc_tensor_get_shape (input, &rank), *declared;
  Axes axes;

  if (type != NNC_F32 && type != NNC_U8) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "%s: input '%s' is %s, a picture becomes f32 or u8",
                 nnc_model_get_name (nnc_session_get_model (session)), nnc_tensor_get_name (input),
                 nnc_data_type_to_string (type));
    return FALSE;
  }
  if (!check_input (nnc_session_get_model (session), &axes, &declared, &rank, error))
    return FALSE;
  *spec = (NncTensorSpec){ .type = type,
                           .layout = axes.layout,
                           .width = (gint)MIN (shape[axes.width], G_MAXINT),
                           .height = (gint)MIN (shape[axes.height], G_MAXINT),
                           .order = shape[axes.channels] == 1 ? NNC_ORDER_GRAY : order };
  return TRUE;
}
