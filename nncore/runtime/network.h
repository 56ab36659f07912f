/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* network.h: what a session needs of its model. */
#pragma once

#include "planner.h"
#include "source.h"

#include <nncore/model.h>

NncGraph *nnc_model_get_graph (NncModel *model); /* as the file describes it; not to be changed */
NncSource *nnc_model_get_source (NncModel *model);
void nnc_model_release_source (NncModel *model); /* that a session had acquired, to make itself */
NncPackStore *nnc_model_get_store (NncModel *model);
GList *nnc_model_get_link (NncModel *model); /* for the list of loaded models; data NULL: not in it */
