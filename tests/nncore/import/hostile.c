/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hostile.c: what a broken model may do: run, or be refused by an error that names the file. */
#include "hostile.h"

#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>
#include <string.h>

/* Enough for every model here that is not broken. */
#define MEMORY_LIMIT ((gsize)64 << 20)

static gboolean
load_and_run (GBytes *bytes, GError **error)
{
  const NncSessionOptions options = { .memory_limit = MEMORY_LIMIT };
  g_autoptr (NncModel) model = nnc_model_new_from_bytes (bytes, "hostile.model", error);
  g_autoptr (NncSession) session = model ? nnc_session_new (model, &options, error) : NULL;

  return session && nnc_session_run (session, error);
}

gboolean
hostile_survive (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  gboolean ran = load_and_run (bytes, &error);

  fail_unless (ran == (error == NULL));
  fail_unless (error == NULL || (error->domain == NNC_ERROR && strstr (error->message, "hostile.model")), "%s",
               error ? error->message : "");
  return ran;
}

gboolean
hostile_survive_copy (gconstpointer data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  return hostile_survive (bytes);
}

void
hostile_fail_unless_refused (GBytes *bytes, ...)
{
  g_autoptr (GError) error = NULL;
  const char *text;
  va_list texts;

  fail_if (load_and_run (bytes, &error));
  fail_unless (error && error->domain == NNC_ERROR);
  fail_unless (strstr (error->message, "hostile.model") != NULL, "%s", error->message);
  va_start (texts, bytes);
  while ((text = va_arg (texts, const char *)))
    fail_unless (strstr (error->message, text) != NULL, "no '%s' in: %s", text, error->message);
  va_end (texts);
  g_bytes_unref (bytes);
}

/* One to four changes: another byte, a flipped bit, bytes lost, bytes twice, or a number that is extreme. */
static void
mutate (GRand *random, GByteArray *bytes)
{
  guint n = (guint)g_rand_int_range (random, 1, 5);

  for (guint i = 0; i < n && bytes->len > 16; i++) {
    guint at = (guint)g_rand_int_range (random, 0, (gint32)bytes->len - 8);
    guint length = (guint)g_rand_int_range (random, 1, 8);

    switch (g_rand_int_range (random, 0, 5)) {
    case 0:
      bytes->data[at] = (guint8)g_rand_int (random);
      break;
    case 1:
      bytes->data[at] ^= (guint8)(1 << (length - 1));
      break;
    case 2:
      g_byte_array_remove_range (bytes, at, length);
      break;
    case 3:
      memmove (bytes->data + at, bytes->data + g_rand_int_range (random, 0, (gint32)bytes->len - 8), length);
      break;
    default:
      memset (bytes->data + at, 0xff, length);
    }
  }
}

void
hostile_survive_mutations (gconstpointer data, gsize size, guint n)
{
  guint ran = 0;

  for (guint seed = 0; seed < n; seed++) {
    g_autoptr (GRand) random = g_rand_new_with_seed (seed);
    g_autoptr (GByteArray) bytes = g_byte_array_append (g_byte_array_new (), data, (guint)size);

    mutate (random, bytes);
    ran += hostile_survive_copy (bytes->data, bytes->len);
  }
  GST_INFO ("%u of %u ran", ran, n);
}
