/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* recurrent_activation.c: names to functions. Those that networks use have kernels; the others are written here. */
#include "recurrent_activation.h"

#include <math.h>

static void
affine (float *y, const float *x, size_t n, const float *p)
{
  for (size_t i = 0; i < n; i++)
    y[i] = p[0] * x[i] + p[1];
}

static void
thresholded_relu (float *y, const float *x, size_t n, const float *p)
{
  for (size_t i = 0; i < n; i++)
    y[i] = x[i] >= p[0] ? x[i] : 0.0f;
}

static void
scaled_tanh (float *y, const float *x, size_t n, const float *p)
{
  for (size_t i = 0; i < n; i++)
    y[i] = p[0] * tanhf (p[1] * x[i]);
}

static void
elu (float *y, const float *x, size_t n, const float *p)
{
  for (size_t i = 0; i < n; i++)
    y[i] = x[i] < 0.0f ? p[0] * expm1f (x[i]) : x[i];
}

static void
softsign (float *y, const float *x, size_t n, const float *p)
{
  for (size_t i = 0; i < n; i++)
    y[i] = x[i] / (1.0f + fabsf (x[i]));
}

static void
softplus (float *y, const float *x, size_t n, const float *p)
{
  for (size_t i = 0; i < n; i++)
    y[i] = log1pf (expf (-fabsf (x[i]))) + (x[i] > 0.0f ? x[i] : 0.0f);
}

#define NO_SLOT NNC_N_SLOTS

static const struct {
  const char *name;
  NncSlot slot; /* or NO_SLOT, and a function */
  NncUnaryF32 function;
  guint n_parameters; /* 1: alpha; 2: alpha and beta */
  float p[2]; /* where the node gives none */
} functions[] = {
  { "Sigmoid", NNC_SLOT_sigmoid_f32, NULL, 0, { 0 } },
  { "Tanh", NNC_SLOT_tanh_f32, NULL, 0, { 0 } },
  { "Relu", NNC_SLOT_relu_f32, NULL, 0, { 0 } },
  { "LeakyRelu", NNC_SLOT_leaky_relu_f32, NULL, 1, { 0.01f } },
  { "HardSigmoid", NNC_SLOT_hard_sigmoid_f32, NULL, 2, { 0.2f, 0.5f } },
  { "Affine", NO_SLOT, affine, 2, { 1.0f, 0.0f } },
  { "ThresholdedRelu", NO_SLOT, thresholded_relu, 1, { 1.0f } },
  { "ScaledTanh", NO_SLOT, scaled_tanh, 2, { 1.0f, 1.0f } },
  { "Elu", NO_SLOT, elu, 1, { 1.0f } },
  { "Softsign", NO_SLOT, softsign, 0, { 0 } },
  { "Softplus", NO_SLOT, softplus, 0, { 0 } },
};

/* An index into functions, or G_MAXUINT. ONNX has it that the names' case does not matter. */
static guint
find_function (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (g_ascii_strcasecmp (functions[i].name, name) == 0)
      return i;
  return G_MAXUINT;
}

/* The next number of a list attribute, where there is one. */
static void
take_number (const NncAttribute *list, guint *next, float *number)
{
  if (list && list->kind == NNC_ATTRIBUTE_FLOATS && *next < list->n)
    *number = list->floats[(*next)++];
}

gboolean
nnc_recurrent_check_activations (const NncNode *node, guint n, GError **error)
{
  const char *text = nnc_node_get_string (node, "activations", NULL);
  g_auto (GStrv) names = text ? g_strsplit (text, ",", -1) : NULL;

  if (names == NULL)
    return TRUE;
  if (g_strv_length (names) != n)
    return nnc_op_error (error, "'activations' has %u names, %u are right", g_strv_length (names), n);
  for (guint i = 0; i < n; i++)
    if (find_function (names[i]) == G_MAXUINT)
      return nnc_op_error (error, "activation '%s' is not known", names[i]);
  return TRUE;
}

gboolean
nnc_recurrent_get_activations (const NncNode *node, const char *defaults, guint first, guint n,
                               NncRecurrentActivation *activations, GError **error)
{
  const char *text = nnc_node_get_string (node, "activations", NULL);
  const NncAttribute *alphas = nnc_node_get_attribute (node, "activation_alpha");
  const NncAttribute *betas = nnc_node_get_attribute (node, "activation_beta");
  g_auto (GStrv) names = g_strsplit (text ? text : defaults, ",", -1);
  guint alpha = 0, beta = 0;

  if (text == NULL)
    first = 0;
  if (g_strv_length (names) < first + n)
    return nnc_op_error (error, "'activations' has %u names, %u are wanted", g_strv_length (names), first + n);
  for (guint i = 0; i < first + n; i++) {
    guint function = find_function (names[i]);
    NncRecurrentActivation activation;

    if (function == G_MAXUINT)
      return nnc_op_error (error, "activation '%s' is not known", names[i]);
    activation.apply = functions[function].slot == NO_SLOT ? functions[function].function
                                                           : nnc_kernel_find (functions[function].slot)->unary;
    activation.p[0] = functions[function].p[0];
    activation.p[1] = functions[function].p[1];
    if (functions[function].n_parameters >= 1)
      take_number (alphas, &alpha, &activation.p[0]);
    if (functions[function].n_parameters >= 2)
      take_number (betas, &beta, &activation.p[1]);
    if (i >= first)
      activations[i - first] = activation;
  }
  return TRUE;
}

gboolean
nnc_recurrent_activation_is (const NncRecurrentActivation *activation, NncSlot slot)
{
  return activation->apply == nnc_kernel_find (slot)->unary;
}
