/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* row_tiles.c: runs steps after each other a few rows at a time. For each tile of rows of the last step's output, the
 * steps before it are asked, from the last to the first, for the rows that are read and are not there yet. Rows that
 * the next tile reads, too, are moved to the begin of the buffer: nothing is computed twice, but at the borders of
 * parts, which threads run. */
#include "row_tiles.h"

#include "planner.h"
#include "step_work.h"

#include <string.h>

/* Rows between steps take at most this many bytes together, where they can. */
#define BUFFER_SIZE ((gsize)320 << 10)

typedef struct {
  NncRowWise rows;
  gpointer params;
  GDestroyNotify clear;
  const char *kernel;
  gsize images, in_height, out_height;
  gsize in_row, out_row; /* bytes */
  gsize buffered; /* rows of its output, unless it is the last */
  gsize buffer; /* where they begin in a part's memory */
} Stage;

struct _NncRowTiles {
  GArray *stages; /* of Stage */
  NncTensor **inputs, **outputs; /* of the first, of the last */
  guint n_inputs, n_outputs;
  const NncNode *node; /* the last */
  guint64 macs, other_work;
  gsize scratch; /* the largest; behind it, Held of each step, then buffers */
  gsize rows; /* of the last step's output that are computed at a time */
  guint parts;
  char *kernel;
};

static void
stage_clear (gpointer data)
{
  Stage *stage = data;

  nnc_params_free (stage->params, stage->clear);
}

NncRowTiles *
nnc_row_tiles_new (void)
{
  NncRowTiles *tiles = g_new0 (NncRowTiles, 1);

  tiles->stages = g_array_new (FALSE, FALSE, sizeof (Stage));
  g_array_set_clear_func (tiles->stages, stage_clear);
  return tiles;
}

static void
clear_tiles (gpointer data)
{
  NncRowTiles *tiles = data;

  g_array_unref (tiles->stages);
  g_free (tiles->inputs);
  g_free (tiles->outputs);
  g_free (tiles->kernel);
}

void
nnc_row_tiles_free (NncRowTiles *tiles)
{
  clear_tiles (tiles);
  g_free (tiles);
}

/* Bytes of a row of an image [N,H,W,C]. */
static gsize
row_size (const NncTensorDesc *desc)
{
  return nnc_desc_size (desc) / (gsize)(desc->shape[0] * desc->shape[1]);
}

void
nnc_row_tiles_add (NncRowTiles *tiles, NncStep *step, const NncRowWise *rows, gsize scratch)
{
  const NncTensorDesc *x = &step->inputs[0]->desc, *y = &step->outputs[0]->desc;
  Stage stage = {
    .rows = *rows,
    .params = g_steal_pointer (&step->params),
    .clear = step->clear,
    .kernel = step->kernel,
    .images = (gsize)y->shape[0],
    .in_height = (gsize)x->shape[1],
    .out_height = (gsize)y->shape[1],
    .in_row = row_size (x),
    .out_row = row_size (y),
  };

  if (tiles->stages->len == 0) {
    tiles->inputs = g_steal_pointer (&step->inputs);
    tiles->n_inputs = step->n_inputs;
  }
  g_free (tiles->outputs);
  tiles->outputs = g_steal_pointer (&step->outputs);
  tiles->n_outputs = step->n_outputs;
  tiles->node = step->node;
  tiles->macs += step->macs;
  tiles->other_work += step->other_work;
  tiles->scratch = MAX (tiles->scratch, nnc_round_up_64 (scratch));
  g_array_append_val (tiles->stages, stage);
  g_clear_pointer (&step->inputs, g_free);
}

/* --- running ------------------------------------------------------------------ */

/* Rows [begin, end) of a step's output, in its buffer, the first at its begin. */
typedef struct {
  gsize begin, end;
} Held;

/* Images that one part computes. */
typedef struct {
  const Stage *stages;
  guint n;
  guint8 *memory; /* of the part */
  const guint8 *x;
  guint8 *y;
  gsize image;
  Held *held; /* of each step but the last */
} Walk;

/* Where row 0 of the first image would be, if the buffer were a part of such images. It is nowhere, and no such row is
 * touched: an address as a number. */
static guint8 *
outer_origin (const Walk *walk, guint index)
{
  const Stage *stage = &walk->stages[index];
  gsize rows = walk->image * stage->out_height + walk->held[index].begin;

  return (guint8 *)((guintptr)(walk->memory + stage->buffer) - rows * stage->out_row);
}

static void compute_rows (Walk *walk, guint index, gsize begin, gsize end);

/* Sees to it that rows [begin, end) of a step's output are in its buffer; begin never goes back. */
static void
hold_rows (Walk *walk, guint index, gsize begin, gsize end)
{
  const Stage *stage = &walk->stages[index];
  guint8 *buffer = walk->memory + stage->buffer;
  Held *held = &walk->held[index];
  gsize first = MAX (begin, held->end);

  if (held->end > begin && begin > held->begin)
    memmove (buffer, buffer + (begin - held->begin) * stage->out_row, (held->end - begin) * stage->out_row);
  *held = (Held){ begin, MAX (end, held->end) };
  if (first < end)
    compute_rows (walk, index, first, end);
}

static void
compute_rows (Walk *walk, guint index, gsize begin, gsize end)
{
  const Stage *stage = &walk->stages[index];
  gsize top = begin * stage->rows.stride, bottom = (end - 1) * stage->rows.stride + stage->rows.extent;
  gsize first = top > stage->rows.padding ? top - stage->rows.padding : 0;
  gsize last = MIN (bottom > stage->rows.padding ? bottom - stage->rows.padding : 0, stage->in_height);
  gboolean is_last = index + 1 == walk->n;

  if (index > 0)
    hold_rows (walk, index - 1, MIN (first, stage->in_height), MAX (last, MIN (first, stage->in_height)));
  stage->rows.run (stage->params, index > 0 ? outer_origin (walk, index - 1) : walk->x,
                   is_last ? walk->y : outer_origin (walk, index), walk->memory,
                   walk->image * stage->out_height + begin, walk->image * stage->out_height + end);
}

typedef struct {
  const NncRowTiles *tiles;
  NncRunContext *context;
} Work;

/* Rows of one image. */
static void
walk_rows (Walk *walk, gsize begin, gsize end, gsize at_a_time)
{
  memset (walk->held, 0, walk->n * sizeof *walk->held);
  for (gsize row = begin; row < end; row += at_a_time)
    compute_rows (walk, walk->n - 1, row, MIN (row + at_a_time, end));
}

static void
run_part (gpointer user_data, guint part)
{
  const Work *work = user_data;
  const NncRowTiles *tiles = work->tiles;
  guint8 *memory = nnc_run_scratch (work->context, part);
  Walk walk = { .stages = (const Stage *)tiles->stages->data,
                .n = tiles->stages->len,
                .memory = memory,
                .x = tiles->inputs[0]->data,
                .y = tiles->outputs[0]->data,
                .held = (Held *)(gpointer)(memory + tiles->scratch) };
  const Stage *last = &walk.stages[walk.n - 1];
  gsize height = last->out_height, rows = last->images * height;
  gsize begin = nnc_part_begin (rows, part, tiles->parts), end = nnc_part_begin (rows, part + 1, tiles->parts);

  while (begin < end) {
    gsize first = begin % height, n = MIN (height - first, end - begin);

    walk.image = begin / height;
    walk_rows (&walk, first, first + n, tiles->rows);
    begin += n;
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  Work work = { step->params, context };

  nnc_run_parallel (context, work.tiles->parts, run_part, &work);
  return TRUE;
}

/* --- how many rows at a time ------------------------------------------------------ */

/* Sets how much of each step is buffered where the last computes `rows` rows at a time. FALSE: more bytes than there
 * can be. size: what they take together. */
static gboolean
size_buffers (NncRowTiles *tiles, gsize rows, gsize *size)
{
  Stage *stages = (Stage *)tiles->stages->data;

  *size = tiles->scratch + nnc_round_up_64 (tiles->stages->len * sizeof (Held));
  for (guint i = tiles->stages->len - 1; i > 0; i--) {
    const NncRowWise *reads = &stages[i].rows;
    Stage *before = &stages[i - 1];
    gsize bytes;

    /* Heights and windows have 31 bits. */
    rows = MIN ((rows - 1) * reads->stride + reads->extent, before->out_height);
    before->buffered = rows;
    before->buffer = *size;
    if (!nnc_size_mul (rows, before->out_row, &bytes) || bytes > G_MAXSIZE / 2
        || !nnc_size_add (*size, nnc_round_up_64 (bytes), size))
      return FALSE;
  }
  return TRUE;
}

/* As many as the buffers have room for, in tiles of nearly the same size; at least 1. */
static gboolean
choose_rows (NncRowTiles *tiles, gsize *size)
{
  const Stage *last = &g_array_index (tiles->stages, Stage, tiles->stages->len - 1);
  gsize rows = 1, n;

  while (rows < last->out_height && size_buffers (tiles, rows + 1, size) && *size - tiles->scratch <= BUFFER_SIZE)
    rows++;
  n = (last->out_height + rows - 1) / rows;
  tiles->rows = (last->out_height + n - 1) / n;
  return size_buffers (tiles, tiles->rows, size);
}

static guint
count_parts (const NncRowTiles *tiles, guint threads)
{
  const Stage *last = &g_array_index (tiles->stages, Stage, tiles->stages->len - 1);
  const NncPreparation prepare = { .macs = tiles->macs, .other_work = tiles->other_work, .threads = threads };

  return nnc_prepare_parts (&prepare, last->images * last->out_height);
}

/* For people: how many steps, and each kernel once. */
static char *
name_kernels (const NncRowTiles *tiles)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *joined = NULL;

  for (guint i = 0; i < tiles->stages->len; i++) {
    const char *name = g_array_index (tiles->stages, Stage, i).kernel;

    if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
      g_ptr_array_add (names, (gpointer)name);
  }
  g_ptr_array_add (names, NULL);
  joined = g_strjoinv ("+", (char **)names->pdata);
  return g_strdup_printf ("%u by rows: %s", tiles->stages->len, joined);
}

gboolean
nnc_row_tiles_finish (NncRowTiles *tiles, guint threads, NncStep *step, gsize *scratch, GError **error)
{
  if (!choose_rows (tiles, scratch)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory for rows of images");
    return FALSE;
  }
  tiles->parts = count_parts (tiles, threads);
  tiles->kernel = name_kernels (tiles);
  *step = (NncStep){
    .run = run,
    .params = tiles,
    .clear = clear_tiles,
    .inputs = g_memdup2 (tiles->inputs, (tiles->n_inputs + 1) * sizeof *tiles->inputs),
    .outputs = g_memdup2 (tiles->outputs, (tiles->n_outputs + 1) * sizeof *tiles->outputs),
    .n_inputs = tiles->n_inputs,
    .n_outputs = tiles->n_outputs,
    .node = tiles->node,
    .kernel = tiles->kernel,
    .macs = tiles->macs,
    .other_work = tiles->other_work,
  };
  return TRUE;
}
