/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-json.h: a report as one JSON object. docs/edge-eval.md tells its fields. */
#pragma once
#include "edge-eval-report.h"

G_BEGIN_DECLS

/* Appends a JSON string; what is not UTF-8 in @string is replaced. */
void eval_json_append_string (GString *json, const char *string);

/* (transfer full) */
char *eval_report_to_json (const EvalReport *report);

G_END_DECLS
