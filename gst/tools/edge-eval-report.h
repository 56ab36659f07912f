/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-report.h: what an evaluation found, and how it is printed. */
#pragma once
#include "edge-eval-labels.h"
#include "edge-eval-metrics.h"
#include "edge-eval-results.h"

G_BEGIN_DECLS

/**
 * EvalReport:
 * @results: (element-type EvalResult): of each frame
 * @network: has the names of the network's classes
 * @stats: the classifying element's statistics
 * @truth: (nullable): the true class of each frame
 * @confusion: (nullable): where there is a truth
 * @names: (nullable): names of the confusion's classes
 */
typedef struct {
  GPtrArray *results;
  EvalResults *network;
  GstStructure *stats;
  const EvalTruth *truth;
  EvalConfusion *confusion;
  char **names;
} EvalReport;

/**
 * eval_report_new:
 * @stats: (transfer full): the classifying element's statistics
 * @truth: (nullable): the true classes
 * @truth_path: (nullable): where they are from, for errors
 *
 * Returns: (transfer full): a report on @results, to be freed before them and @truth; %NULL with both numbers in @error
 *   where there are not as many true classes as results
 */
EvalReport *eval_report_new (EvalResults *results, GstStructure *stats, const EvalTruth *truth, const char *truth_path,
                             GError **error);
void eval_report_free (EvalReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EvalReport, eval_report_free)

/* A time in the element's statistics, in microseconds; @name: "p50", "p95", "p99". */
double eval_report_get_microseconds (const EvalReport *report, const char *name);

/* A line a class, and the sum as the last one. (transfer full) */
char *eval_report_to_text (const EvalReport *report);

G_END_DECLS
