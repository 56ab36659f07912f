/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* planner.h: what stands behind nnc_prepare_pack() and nnc_prepare_params(): where
 * packed weights are kept, and what a step owns. Ops do not see it. */
#pragma once

#include "op.h"
#include "thread_pool.h"

/* Packed memory, found by key. Thread-safe; what it returns lives as long as it does. */
typedef struct _NncPackStore NncPackStore;

NncPackStore *nnc_pack_store_new (void);
NncPackStore *nnc_pack_store_ref (NncPackStore *store);
void nnc_pack_store_unref (NncPackStore *store);
/* Takes over key. */
gconstpointer nnc_pack_store_get (NncPackStore *store, GBytes *key, gsize size, NncPack pack, gpointer user_data,
                                  GError **error);
gsize nnc_pack_store_get_size (NncPackStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncPackStore, nnc_pack_store_unref)

/* One step being prepared. */
struct _NncPlanner {
  NncPackStore *store;
  NncConstant *const *constants; /* of each input; NULL where it is computed */
  gpointer params; /* out, g_free() it */
  guint64 consumed; /* out, bit i: input i's numbers are not wanted by run */
};

/* What a run has at hand. */
struct _NncRunContext {
  guint8 *scratch; /* parts * scratch_size bytes, aligned to 64 */
  gsize scratch_size; /* of a part; a multiple of 64 */
  NncThreadPool *pool; /* NULL: one thread */
};
