/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* loaded_models.c: living models by the identity of their file. */
#include "loaded_models.h"

#include "network.h"

#include <sys/stat.h>

/* Also guards the step from the last reference to none: who finds a model can still take a reference. */
static GMutex lock;
static GQueue models = G_QUEUE_INIT; /* of NncModel, by links of their own: nothing is left when the last one goes */

/* With the lock held. */
static NncModel *
find (const struct stat *file, const char *path)
{
  for (GList *link = models.head; link; link = link->next) {
    NncSource *source = nnc_model_get_source (link->data);

    if (!nnc_is_same_file (nnc_source_get_identity (source), file))
      continue;
    /* The path it was loaded by may be a link that is gone by the time the file is read again. */
    nnc_source_set_path (source, path);
    return nnc_model_ref (link->data);
  }
  return NULL;
}

NncModel *
nnc_loaded_models_find (const char *path)
{
  struct stat file;
  NncModel *model;

  if (stat (path, &file) < 0)
    return NULL;
  g_mutex_lock (&lock);
  model = find (&file, path);
  g_mutex_unlock (&lock);
  return model;
}

NncModel *
nnc_loaded_models_add (NncModel *take, const char *path)
{
  GList *link = nnc_model_get_link (take);
  NncModel *model;

  g_mutex_lock (&lock);
  model = find (nnc_source_get_identity (nnc_model_get_source (take)), path);
  if (model == NULL) {
    link->data = take;
    g_queue_push_tail_link (&models, link);
  }
  g_mutex_unlock (&lock);
  if (model == NULL)
    return take;
  nnc_model_unref (take);
  return model;
}

gboolean
nnc_loaded_models_drop (NncModel *model, gatomicrefcount *references)
{
  GList *link = nnc_model_get_link (model);
  gboolean last;

  g_mutex_lock (&lock);
  last = g_atomic_ref_count_dec (references);
  if (last && link->data) /* not one from bytes, or that lost against another thread's */
    g_queue_unlink (&models, link);
  g_mutex_unlock (&lock);
  return last;
}
