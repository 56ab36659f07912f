/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hostile.h: what a broken model may do: run, or be refused by an error that names the file. */
#pragma once

#include <glib.h>

/* Reads, plans and runs it. Returns whether it ran. */
gboolean hostile_survive (GBytes *bytes);
/* Memory of exactly this size, so that a sanitizer sees a read behind its end. */
gboolean hostile_survive_copy (gconstpointer data, gsize size);
/* With all of these texts (NULL-terminated) in the message. Frees bytes. */
void hostile_fail_unless_refused (GBytes *bytes, ...) G_GNUC_NULL_TERMINATED;
/* n copies, each with one to four changes. */
void hostile_survive_mutations (gconstpointer data, gsize size, guint n);
