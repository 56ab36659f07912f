/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_model.h: the importer of ONNX files. */
#pragma once

#include "importer.h"

extern const NncImporter nnc_onnx_importer;
