/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* api.h: marks what the shared library exports; all else is hidden. */
#pragma once

#define NNC_API __attribute__ ((visibility ("default")))
