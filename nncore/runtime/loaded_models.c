/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* loaded_models.c: living models by the identity of their files. */
#include "loaded_models.h"

#include "network.h"

/* Also guards the step from the last reference to none: who finds a model can still take a reference. */
static GMutex lock;
static GQueue models = G_QUEUE_INIT; /* of NncModel, by links of their own: nothing is left when the last one goes */

/* A reference to each. */
static GPtrArray *
list_models (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)nnc_model_unref);

  g_mutex_lock (&lock);
  for (GList *link = models.head; link; link = link->next)
    g_ptr_array_add (list, nnc_model_ref (link->data));
  g_mutex_unlock (&lock);
  return list;
}

/* The path it was loaded by may be a link that is gone by the time the file is read again. */
static NncModel *
reopen (NncModel *model, const char *path)
{
  nnc_source_set_path (nnc_model_get_source (model), path);
  return nnc_model_ref (model);
}

/* Looks at files, which may take its time, without the lock. */
NncModel *
nnc_loaded_models_find (const char *path)
{
  g_autoptr (GPtrArray) list = list_models ();

  for (guint i = 0; i < list->len; i++)
    if (nnc_source_is_at (nnc_model_get_source (list->pdata[i]), path))
      return reopen (list->pdata[i], path);
  return NULL;
}

/* With the lock held. */
static NncModel *
find_same (NncModel *model)
{
  for (GList *link = models.head; link; link = link->next)
    if (nnc_source_is_same (nnc_model_get_source (link->data), nnc_model_get_source (model)))
      return link->data;
  return NULL;
}

NncModel *
nnc_loaded_models_add (NncModel *take, const char *path)
{
  GList *link = nnc_model_get_link (take);
  NncModel *model;

  g_mutex_lock (&lock);
  model = find_same (take);
  if (model) {
    model = reopen (model, path);
  } else {
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
