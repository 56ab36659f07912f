/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgelabels.c: labels from a file, from the property's own text, or made up. */
#include "gstedgelabels.h"

#include <string.h>

/* "0", "1", …: what classes without names are called. */
static NncLabels *
number_labels (guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%u\n", i);
  return nnc_labels_new_from_text (text->str, (gssize)text->len, NULL);
}

static NncLabels *
split_labels (const char *property, GError **error)
{
  g_autofree char *lines = g_strdup (property);

  if (strchr (lines, '\n') == NULL)
    g_strdelimit (lines, ",", '\n');
  return nnc_labels_new_from_text (lines, -1, error);
}

/* A file that exists is meant; else a text with a comma or a line break is the labels themselves. */
static NncLabels *
read_labels (const char *property, GError **error)
{
  if (!g_file_test (property, G_FILE_TEST_EXISTS) && strpbrk (property, ",\n") != NULL)
    return split_labels (property, error);
  return nnc_labels_new_from_file (property, error);
}

/**
 * gst_edge_labels_new:
 * @property: (nullable): a file of one name a line, or the names with commas or line breaks between
 * @n: how many classes there are, at least 1
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): @n names, their numbers where @property
 *   is %NULL or empty; %NULL with @error set where they cannot be read or are not @n
 */
NncLabels *
gst_edge_labels_new (const char *property, guint n, GError **error)
{
  g_autoptr (NncLabels) labels = NULL;

  if (property == NULL || *property == '\0')
    return number_labels (n);
  labels = read_labels (property, error);
  if (labels == NULL || nnc_labels_get_n (labels) == n)
    return g_steal_pointer (&labels);
  g_set_error (error, NNC_ERROR, NNC_ERROR_ARGUMENT, "%s: there are %u labels, and the network has %u classes",
               property, nnc_labels_get_n (labels), n);
  return NULL;
}
