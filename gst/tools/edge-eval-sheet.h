/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-sheet.h: a contact sheet: small pictures of frames that were classified right, and of some that were not.
 */
#pragma once
#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * EvalAnswer:
 * @is_right: whether it is the true class
 * @truth: the true class
 * @truth_name: its name
 * @name: the class that was answered; "other" where it is none
 * @probability: of the answer
 */
typedef struct {
  gboolean is_right;
  guint truth;
  const char *truth_name;
  const char *name;
  double probability;
} EvalAnswer;

typedef struct _EvalSheet EvalSheet;

EvalSheet *eval_sheet_new (void);
void eval_sheet_free (EvalSheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EvalSheet, eval_sheet_free)

/* How many right, and how many wrong answers are kept: the first of each true class, and at most so many together. */
#define EVAL_SHEET_PER_CLASS 3u
#define EVAL_SHEET_PER_KIND 30u

/* Keeps a small copy of the frame where there is room for it. From any thread. */
void eval_sheet_add (EvalSheet *sheet, GstCaps *caps, GstBuffer *frame, const EvalAnswer *answer);

/* FALSE with an error that names @path, also where no frame could be read. */
gboolean eval_sheet_write_png (EvalSheet *sheet, const char *path, GError **error);

G_END_DECLS
