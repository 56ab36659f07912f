/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* planner.c: packed weights kept by key, and the memory of a step. */
#include "planner.h"

#include "pages.h"
#include "thread_pool.h"

#include <stdlib.h>
#include <string.h>

/* Packed weights of a model that is as large come from one piece of memory, by large pages. */
#define SLAB_FROM ((gsize)2 << 20)

struct _NncPackStore {
  gatomicrefcount references;
  GMutex lock;
  GHashTable *packed; /* GBytes -> memory */
  GPtrArray *blocks; /* memory that did not fit into the slab */
  guint8 *slab; /* NULL: none */
  gsize slab_size, slab_used;
  gsize size;
};

/* Packed weights are a little larger than those of the file, or not much smaller. */
static void
make_slab (NncPackStore *store, gsize expected)
{
  store->slab_size = expected + expected / 8;
  store->slab = nnc_pages_new (store->slab_size, expected);
}

NncPackStore *
nnc_pack_store_new (gsize expected)
{
  NncPackStore *store = g_new0 (NncPackStore, 1);

  g_atomic_ref_count_init (&store->references);
  g_mutex_init (&store->lock);
  store->packed = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  store->blocks = g_ptr_array_new_with_free_func (free);
  if (expected >= SLAB_FROM)
    make_slab (store, expected);
  return store;
}

NncPackStore *
nnc_pack_store_ref (NncPackStore *store)
{
  g_atomic_ref_count_inc (&store->references);
  return store;
}

void
nnc_pack_store_unref (NncPackStore *store)
{
  if (!g_atomic_ref_count_dec (&store->references))
    return;
  g_hash_table_unref (store->packed);
  g_ptr_array_unref (store->blocks);
  if (store->slab)
    nnc_pages_free (store->slab, store->slab_size);
  g_mutex_clear (&store->lock);
  g_free (store);
}

/* With the lock held. Aligned to 64 bytes. */
static gpointer
allocate (NncPackStore *store, gsize size)
{
  gpointer block;

  if (size > G_MAXSIZE - 64)
    return NULL;
  size = MAX ((size + 63) & ~(gsize)63, 64);
  if (store->slab && size <= store->slab_size - store->slab_used) {
    block = store->slab + store->slab_used;
    store->slab_used += size;
    return block;
  }
  if (posix_memalign (&block, 64, size) != 0)
    return NULL;
  nnc_pages_advise (block, size);
  g_ptr_array_add (store->blocks, block);
  return block;
}

gconstpointer
nnc_pack_store_get (NncPackStore *store, GBytes *key, gsize size, NncPack pack, gpointer user_data, GError **error)
{
  gpointer packed;

  /* Packing under the lock makes a second session wait for the first one's work instead of doing it again. */
  g_mutex_lock (&store->lock);
  packed = g_hash_table_lookup (store->packed, key);
  if (packed == NULL && (packed = allocate (store, size)) != NULL) {
    pack (packed, user_data);
    g_hash_table_insert (store->packed, g_steal_pointer (&key), packed);
    store->size += size;
  }
  g_mutex_unlock (&store->lock);
  g_clear_pointer (&key, g_bytes_unref);
  if (packed == NULL)
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory for %" G_GSIZE_FORMAT " bytes of packed weights", size);
  return packed;
}

gsize
nnc_pack_store_get_size (NncPackStore *store)
{
  gsize size;

  g_mutex_lock (&store->lock);
  size = store->size;
  g_mutex_unlock (&store->lock);
  return size;
}

void
nnc_params_free (gpointer params, GDestroyNotify clear)
{
  if (params && clear)
    clear (params);
  g_free (params);
}

gpointer
nnc_prepare_params (NncPreparation *prepare, gsize size)
{
  return nnc_prepare_params_full (prepare, size, NULL);
}

gpointer
nnc_prepare_params_full (NncPreparation *prepare, gsize size, GDestroyNotify clear)
{
  nnc_params_free (prepare->planner->params, prepare->planner->clear_params);
  prepare->planner->params = g_malloc0 (size);
  prepare->planner->clear_params = clear;
  prepare->params = prepare->planner->params;
  return prepare->params;
}

gboolean
nnc_prepare_variable (NncPreparation *prepare, const char *container, const char *name, guint *number, GError **error)
{
  NncVariables *variables = prepare->planner->variables;

  if (variables == NULL)
    return nnc_op_error (error, "there are no variables outside of a session");
  *number = nnc_variables_find (variables, container, name);
  return TRUE;
}

void
nnc_prepare_consume (NncPreparation *prepare, guint input)
{
  if (input < 64)
    prepare->planner->consumed |= G_GUINT64_CONSTANT (1) << input;
}

gconstpointer
nnc_prepare_pack (NncPreparation *prepare, const char *kernel, const guint *inputs, guint n_inputs, gconstpointer key,
                  gsize key_size, gsize packed_size, NncPack pack, gpointer user_data, GError **error)
{
  GByteArray *all = g_byte_array_new ();

  /* Every part says its length, so that no two lists of parts make the same key. */
  g_byte_array_append (all, (const guint8 *)kernel, strlen (kernel) + 1);
  g_byte_array_append (all, (const guint8 *)&key_size, sizeof key_size);
  g_byte_array_append (all, key, key_size);
  g_byte_array_append (all, (const guint8 *)&packed_size, sizeof packed_size);
  for (guint i = 0; i < n_inputs; i++) {
    const NncConstant *constant = inputs[i] == G_MAXUINT ? NULL : prepare->planner->constants[inputs[i]];
    guint8 present = constant != NULL;

    g_byte_array_append (all, &present, 1);
    if (constant) {
      nnc_constant_append_key (constant, all);
      nnc_prepare_consume (prepare, inputs[i]);
    }
  }
  return nnc_pack_store_get (prepare->planner->store, g_byte_array_free_to_bytes (all), packed_size, pack, user_data,
                             error);
}

gpointer
nnc_run_scratch (NncRunContext *context, guint part)
{
  return context->scratch + part * context->scratch_size;
}

void
nnc_run_parallel (NncRunContext *context, guint n, NncPart part, gpointer user_data)
{
  if (context->pool && n > 1) {
    nnc_thread_pool_run (context->pool, n, part, user_data);
    return;
  }
  for (guint i = 0; i < n; i++)
    part (user_data, i);
}

gboolean
nnc_run_make_output (NncRunContext *context, NncTensor *output, const NncTensorDesc *desc, GError **error)
{
  gpointer data;

  if (output->data) {
    g_autofree char *made = NULL, *planned = NULL;

    if (nnc_desc_equal (&output->desc, desc))
      return TRUE;
    made = nnc_desc_to_string (desc);
    planned = nnc_desc_to_string (&output->desc);
    return nnc_op_error (error, "an output is %s, it was to be %s", made, planned);
  }
  data = nnc_memory_take (context->memory, nnc_desc_size (desc), error);
  if (data == NULL)
    return FALSE;
  output->data = data;
  output->desc = *desc;
  nnc_desc_contiguous_strides (desc, output->strides);
  return TRUE;
}

gboolean
nnc_run_check_cancelled (const NncRunContext *context, GError **error)
{
  if (context->cancelled == NULL || !g_atomic_int_get (context->cancelled))
    return TRUE;
  g_set_error_literal (error, NNC_ERROR, NNC_ERROR_CANCELLED, "the run was cancelled");
  return FALSE;
}

gboolean
nnc_run_iterate (NncRunContext *context, GError **error)
{
  if (!nnc_run_check_cancelled (context, error))
    return FALSE;
  if (context->iterations && *context->iterations == 0) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_LIMIT,
                         "loops went around more often than a run may (NncSessionOptions.max_iterations)");
    return FALSE;
  }
  if (context->iterations)
    (*context->iterations)--;
  return TRUE;
}
