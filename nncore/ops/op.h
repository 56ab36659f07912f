/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* op.h: what an operator is. One file an op, one line in ops.inc.
 *
 * An op answers three questions. `infer`: which types and shapes come out of
 * these types and shapes (and of the numbers, where they are known)?
 * `prepare`: for these shapes, which kernel, which packed weights, how much
 * scratch? `run`: compute. All three see the same NncTensors, so an op whose
 * output shapes depend on data can be asked again while a network runs. */
#pragma once

#include "graph.h"

#include <nncore/precision.h>

typedef enum {
  NNC_OP_ELEMENTWISE = 1 << 0, /* output[i] depends on inputs' [i] alone, after broadcasting */
  NNC_OP_IN_PLACE = 1 << 1, /* run may write output 0 over input 0 when type and shape are equal */
  NNC_OP_VIEW = 1 << 2, /* output 0 has input 0's bytes in input 0's order: no prepare, no run */
  NNC_OP_EFFECT = 1 << 3, /* random, or state: never folded, merged or dropped */
  NNC_OP_SHAPE_ONLY = 1 << 5, /* reads the shapes of its inputs and not their numbers */
  NNC_OP_PERMUTE_ALL = 1 << 6, /* permute() speaks of every input, not of input 0 alone */
  NNC_OP_CLAMP = 1 << 7, /* honours the float attributes clamp_minimum and clamp_maximum: a fused Relu or Clip */
  /* Output shapes depend on the numbers in some input, constant or not. prepare sees the numbers of every input that
   * are known by then, and must not pack them. */
  NNC_OP_DATA_SHAPE = 1 << 4,
  /* Has attributes that are graphs (subgraph.h). infer and prepare are asked once, also while inputs are not known yet
   * (their type is NNC_INVALID); run makes the outputs that infer left open. */
  NNC_OP_SUBGRAPH = 1 << 8,
  /* Computes f32, and does not know f16, or better not: nnc_graph_infer() puts Casts around it where an input is f16.
   */
  NNC_OP_F32 = 1 << 9,
  /* Of f32 and at most 4 dimensions, output 0 may be a slice of something wider along its last axis: what is one element further along any other
   * is as far as its strides say, which prepare sees. */
  NNC_OP_STRIDED = 1 << 10,
} NncOpTraits;

#define NNC_OP_MAX_OUTPUTS 16

/* What `infer` is told, and where it answers. An output whose type is left NNC_INVALID depends on numbers that are not
 * known, or, where all are, on more computing than infer should do: then run makes it by nnc_run_make_output(). */
typedef struct {
  const NncNode *node;
  guint n_inputs, n_outputs;
  const NncTensor *const *inputs; /* [i] NULL: absent; ->data NULL: numbers not known */
  NncTensorDesc *outputs;
} NncInference;

typedef struct _NncPlanner NncPlanner;
typedef struct _NncStep NncStep;
typedef struct _NncRunContext NncRunContext;

/* Computes one step. FALSE with an error only for what the numbers make impossible. */
typedef gboolean (*NncRun) (const NncStep *step, NncRunContext *context, GError **error);

/* How a step from [N,H,W,C] to [N,H,W,C] is run a few rows at a time: `run` computes output rows [begin, end) of all
 * there are in its N images, each of which is the same to the bit whatever begin and end are. Row r of an image reads
 * `extent` rows of input 0 from r * stride - padding on, as far as there are any. x and y are where row 0 of the first
 * image is, or would be: other rows than those are not touched. */
typedef struct {
  void (*run) (gconstpointer params, gconstpointer x, gpointer y, gpointer scratch, gsize begin, gsize end);
  gsize stride, padding, extent;
} NncRowWise;

/* What `prepare` is told, and what it decides: run, and what of params, scratch, kernel it needs. */
typedef struct {
  NncPlanner *planner;
  const NncNode *node;
  guint n_inputs, n_outputs;
  const NncTensor *const *inputs; /* ->data: set for constants; may have any strides */
  const NncTensor *const *outputs; /* all contiguous, unless the op is STRIDED */
  guint threads; /* how many pieces a step may be cut into */
  NncPrecision precision; /* see precision.h */
  NncRun run;
  NncRowWise rows; /* rows.run NULL: it cannot be run by rows */
  gpointer params; /* by nnc_prepare_params() */
  gsize scratch; /* bytes a part, aligned to 64, shared between steps */
  const char *kernel; /* static; for people */
  guint64 macs; /* multiply-accumulates; for people */
  guint64 other_work; /* operations that are none, and take as long: what a pooling compares, a resize weighs */
} NncPreparation;

/* Zeroed memory that lives as long as the step. */
gpointer nnc_prepare_params (NncPreparation *prepare, gsize size);
/* The same; clear is called before the memory is freed. */
gpointer nnc_prepare_params_full (NncPreparation *prepare, gsize size, GDestroyNotify clear);
/* The number of a variable of the session's, by container and name; see variables.h. */
gboolean nnc_prepare_variable (NncPreparation *prepare, const char *container, const char *name, guint *number,
                               GError **error);

/* Writes packed numbers; not called when another session has packed the same already. */
typedef void (*NncPack) (gpointer packed, gpointer user_data);

/* Memory aligned to 64 bytes, kept by the model and shared by sessions, found again by what went into it:
 * the kernel's name, the constants (by input index; G_MAXUINT for none), and further bytes (sizes, folded scales).
 * The inputs named are not wanted by run, and their numbers are dropped. NULL with an error when memory is refused. */
gconstpointer nnc_prepare_pack (NncPreparation *prepare, const char *kernel, const guint *inputs, guint n_inputs,
                                gconstpointer key, gsize key_size, gsize packed_size, NncPack pack, gpointer user_data,
                                GError **error);
/* Input i was read during prepare, and run does not want its numbers. */
void nnc_prepare_consume (NncPreparation *prepare, guint input);

struct _NncStep {
  NncRun run;
  gpointer params;
  NncTensor **inputs; /* contiguous, unless they lie in the output already: Concat */
  NncTensor **outputs; /* contiguous, unless the op is STRIDED */
  guint n_inputs, n_outputs;
  const NncNode *node;
  const char *kernel;
  guint64 macs, other_work;
  GDestroyNotify clear; /* of params, or NULL */
};

/* Memory for an output whose shape infer left open. Where it has a place already, it must be of this type and shape. */
gboolean nnc_run_make_output (NncRunContext *context, NncTensor *output, const NncTensorDesc *desc, GError **error);
/* Counts an iteration of a loop. FALSE: the run was cancelled, or all its loops together have had too many. */
gboolean nnc_run_iterate (NncRunContext *context, GError **error);

/* Scratch of a part of this run (0 where it is not cut), as large as the step asked for. */
gpointer nnc_run_scratch (NncRunContext *context, guint part);

/* Calls part (0..n-1) once each, on as many threads as the session has, and returns when all are done. */
typedef void (*NncPart) (gpointer user_data, guint part);
void nnc_run_parallel (NncRunContext *context, guint n, NncPart part, gpointer user_data);

struct _NncOp {
  const char *name;
  guint traits; /* NncOpTraits */
  guint min_inputs, max_inputs, max_outputs;
  gboolean (*infer) (NncInference *inference, GError **error);
  gboolean (*prepare) (NncPreparation *prepare, GError **error);
  /* Rewrites the node for permuted data: axis i of its new input 0 (of every input, with NNC_OP_PERMUTE_ALL) is what
   * was axis permutation[i], and its outputs, of the same rank, will be permuted alike. Constants that hold axes are
   * replaced by new ones in the graph. FALSE: it cannot, and nothing was changed. NULL: it cannot; elementwise ops need
   * none. */
  gboolean (*permute) (NncGraph *graph, NncNode *node, const guint *permutation, guint rank);
  /* How many elements input 0 has, along each of its axes, up to the last that is read. Where it has fewer than the
   * desc says, but as many as these, the outputs are the same. An op that answers this is also asked to compute less:
   * the attribute output_limit holds the most it need compute along each axis between the first and the last. FALSE, or
   * NULL: all may be read. */
  gboolean (*reach) (const NncNode *node, gint64 reach[NNC_MAX_RANK]);
};

/* Whether it, or a node of its subgraphs, has the trait EFFECT. */
gboolean nnc_node_has_effect (const NncNode *node);

/* By the name in our vocabulary; NULL when there is none. */
const NncOp *nnc_op_find (const char *name);
const NncOp *const *nnc_ops (guint *n);

G_GNUC_PRINTF (3, 4) void nnc_op_set_error (GError **error, NncError code, const char *format, ...);
static inline gboolean
nnc_op_failed (void)
{
  return FALSE;
}
/* Errors of an op say what does not fit; the planner puts file, node and op before it. They are FALSE, and the compiler
 * sees that: it then knows what is set where a check went well. */
#define nnc_op_error(error, ...) (nnc_op_set_error (error, NNC_ERROR_SHAPE, __VA_ARGS__), nnc_op_failed ())
/* The same for what is right, and what the engine lacks. */
#define nnc_op_unsupported(error, ...) (nnc_op_set_error (error, NNC_ERROR_UNSUPPORTED, __VA_ARGS__), nnc_op_failed ())
