/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* loaded_models.h: the models that were loaded from files and are still in
 * use, so that a file which several callers open is read and packed once.
 * Models are known here and not kept: the last one to use a model frees it. */
#pragma once

#include <nncore/model.h>

/* A new reference to the living model of the file at this path, if that is as it was when it was read; or
 * NULL. */
NncModel *nnc_loaded_models_find (const char *path);
/* Takes over a model that was just loaded. Returns it, or a reference to the one that another thread has loaded from
 * the same file meanwhile. */
NncModel *nnc_loaded_models_add (NncModel *take, const char *path);
/* Gives up one of the model's references. TRUE: it was the last, nobody finds the model any more, it is to be freed. */
gboolean nnc_loaded_models_drop (NncModel *model, gatomicrefcount *references);
