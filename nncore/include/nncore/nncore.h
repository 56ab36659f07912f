/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nncore.h: everything public of the engine. */
#pragma once

#include <nncore/classification.h>
#include <nncore/error.h>
#include <nncore/model.h>
#include <nncore/picture.h>
#include <nncore/precision.h>
#include <nncore/session.h>
#include <nncore/tensor.h>
