/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tile.c: the inner loop of convolution and matrix product. */
#include "tile.h"

#include <string.h>

size_t
NNC_ISA (nnc_panels_size) (size_t n, size_t k)
{
  const size_t half = VECTOR_WIDTH / 2;
  return (n + half - 1) / half * half * (k + 1);
}

void
NNC_ISA (nnc_panels_pack) (float *panels, size_t n, size_t k, const float *bias, NncPanelFill fill,
                           const void *user_data)
{
  for (size_t column = 0; column < n; column += TILE_COLUMNS) {
    size_t columns = nnc_panel_columns (n, column), used = n - column < columns ? n - column : columns;
    memset (panels, 0, (used < columns ? k + 1 : 1) * columns * sizeof *panels);
    for (size_t j = 0; bias && j < used; j++)
      panels[j] = bias[column + j];
    fill (user_data, column, used, columns, panels + columns);
    panels += columns * (k + 1);
  }
}

/* n rows of a column. */
static ALWAYS_INLINE void
fill_column (float *to, size_t columns, size_t n, const float *from, ptrdiff_t stride, float factor)
{
  if (from)
    for (size_t i = 0; i < n; i++, to += columns, from += stride)
      *to = *from * factor;
  else
    for (size_t i = 0; i < n; i++, to += columns)
      *to = factor;
}

/* Weights of a column mostly lie together, those of a row far apart: some rows at a time stay in the nearest cache,
 * while the lines that the next columns come from are on their way. */
void
NNC_ISA (nnc_panel_fill) (float *rows, size_t columns, size_t k, size_t n, const NncPanelWeights *weights)
{
  enum { BLOCK = 32, LINE = 16, AHEAD = 8 };
  for (size_t begin = 0; begin < k; begin += BLOCK) {
    size_t block = k - begin < BLOCK ? k - begin : BLOCK;
    for (size_t j = 0; j < n; j++) {
      const float *from = weights->data;
      if (from)
        from += (ptrdiff_t)begin * weights->k_stride + (ptrdiff_t)j * weights->n_stride;
      if (from && j + AHEAD < n)
        for (size_t i = 0; i < block; i += LINE)
          __builtin_prefetch (from + AHEAD * weights->n_stride + (ptrdiff_t)i * weights->k_stride);
      fill_column (rows + begin * columns + j, columns, block, from, weights->k_stride,
                   weights->scale ? weights->scale[j] : 1);
    }
  }
}

/* A row's sums, or the weights that they are multiplied with: some vectors, and half a one or none. */
typedef struct {
  Vector v[2];
  VectorLow low;
} Row;

/* What is constant of a tile. */
typedef struct {
  size_t rows, vectors;
  bool low;
} Shape;

static ALWAYS_INLINE Row
load_row (const float *p, const Shape shape)
{
  Row row = { { vector_zero (), vector_zero () }, vector_low_splat (0) }; /* not that all is used */
  UNROLL for (size_t v = 0; v < shape.vectors; v++) row.v[v] = vector_load (p + v * VECTOR_WIDTH);
  if (shape.low)
    row.low = vector_low_load (p + shape.vectors * VECTOR_WIDTH);
  return row;
}

static ALWAYS_INLINE void
add_product (Row *sum, const float *a, const Row *b, const Shape shape)
{
  if (shape.vectors == 0) {
    sum->low = vector_low_fma (vector_low_splat (*a), b->low, sum->low);
    return;
  }
  const Vector value = vector_splat (*a);
  UNROLL for (size_t v = 0; v < shape.vectors; v++) sum->v[v] = vector_fma (value, b->v[v], sum->v[v]);
  if (shape.low)
    sum->low = vector_low_fma (vector_low (value), b->low, sum->low);
}

/* The last vector is masked. */
static ALWAYS_INLINE void
store_row (float *y, const Row *sum, const Shape shape, size_t n, Vector minimum, Vector maximum)
{
  UNROLL for (size_t v = 0; v < shape.vectors; v++)
  {
    Vector value = vector_clamp (sum->v[v], minimum, maximum);
    if (n >= (v + 1) * VECTOR_WIDTH)
      vector_store (y + v * VECTOR_WIDTH, value);
    else
      vector_store_masked (y + v * VECTOR_WIDTH, vector_mask (n - v * VECTOR_WIDTH), value);
  }
  if (shape.low) {
    const size_t done = shape.vectors * VECTOR_WIDTH, left = n - done;
    const VectorMask mask = vector_mask (left < VECTOR_WIDTH / 2 ? left : VECTOR_WIDTH / 2);
    vector_store_masked (y + done, mask, vector_clamp (vector_from_low (sum->low), minimum, maximum));
  }
}

static ALWAYS_INLINE size_t
shape_columns (const Shape shape)
{
  return shape.vectors * VECTOR_WIDTH + (shape.low ? VECTOR_WIDTH / 2 : 0);
}

/* `steps` inputs of each row, from k on. */
static ALWAYS_INLINE const float *
add_steps (Row *sums, const float *const *x, size_t k, const float *panel, const Shape shape, const size_t steps)
{
  Row b[4];
  UNROLL for (size_t s = 0; s < steps; s++) b[s] = load_row (panel + s * shape_columns (shape), shape);
  UNROLL for (size_t i = 0; i < shape.rows; i++)
  {
    UNROLL for (size_t s = 0; s < steps; s++) add_product (&sums[i], &x[i][k + s], &b[s], shape);
  }
  return panel + steps * shape_columns (shape);
}

/* The shape is constant wherever this is called: all sums stay in registers. More rows than there are registers to
 * point to them are read a few numbers at a time. */
static ALWAYS_INLINE void
run_tile (const NncTile *tile, const float *panel, size_t column, size_t n, float minimum, float maximum,
          const Shape shape)
{
  const size_t steps = shape.rows <= TILE_ROWS ? 1 : VECTOR_REGISTERS / 8;
  Row sums[TILE_MOST_ROWS];
  UNROLL for (size_t i = 0; i < shape.rows; i++) sums[i] = load_row (panel, shape);
  panel += shape_columns (shape);

  for (size_t run = 0; run < tile->runs; run++) {
    const float *x[TILE_MOST_ROWS];
    if (tile->a)
      UNROLL for (size_t i = 0; i < shape.rows; i++) x[i] = tile->a[run * shape.rows + i];
    else
      UNROLL for (size_t i = 0; i < shape.rows; i++) x[i]
          = tile->x + (ptrdiff_t)run * tile->x_run + (ptrdiff_t)i * tile->x_row;
    size_t k = 0;
    for (; k + steps <= tile->length; k += steps)
      panel = add_steps (sums, x, k, panel, shape, steps);
    for (; steps > 1 && k < tile->length; k++)
      panel = add_steps (sums, x, k, panel, shape, 1);
  }

  const Vector least = vector_splat (minimum), most = vector_splat (maximum);
  UNROLL for (size_t i = 0; i < shape.rows; i++)
  {
    float *y = tile->y_rows ? tile->y_rows[i] : tile->y + (ptrdiff_t)i * tile->y_row;
    store_row (y + column, &sums[i], shape, n - column, least, most);
  }
}

/* One row alone: a single sum a column would wait for itself, so the sum is cut into four. */
static ALWAYS_INLINE void
run_row (const NncTile *tile, const float *panel, size_t column, size_t n, float minimum, float maximum,
         const Shape shape)
{
  enum { PARTS = 4 };
  Row sums[PARTS];
  sums[0] = load_row (panel, shape);
  UNROLL for (size_t part = 1; part < PARTS; part++)
  {
    UNROLL for (size_t v = 0; v < shape.vectors; v++) sums[part].v[v] = vector_zero ();
    sums[part].low = vector_low (vector_zero ());
  }
  panel += shape_columns (shape);

  for (size_t run = 0; run < tile->runs; run++) {
    const float *x = tile->a ? tile->a[run] : tile->x + (ptrdiff_t)run * tile->x_run;
    size_t k = 0;
    for (; k + PARTS <= tile->length; k += PARTS)
      UNROLL for (size_t part = 0; part < PARTS; part++, panel += shape_columns (shape))
      {
        Row b = load_row (panel, shape);
        add_product (&sums[part], &x[k + part], &b, shape);
      }
    for (; k < tile->length; k++, panel += shape_columns (shape)) {
      Row b = load_row (panel, shape);
      add_product (&sums[0], &x[k], &b, shape);
    }
  }

  UNROLL for (size_t v = 0; v < shape.vectors; v++) sums[0].v[v]
      = vector_add (vector_add (sums[0].v[v], sums[1].v[v]), vector_add (sums[2].v[v], sums[3].v[v]));
  if (shape.low) {
    Vector low[PARTS];
    UNROLL for (size_t part = 0; part < PARTS; part++) low[part] = vector_from_low (sums[part].low);
    sums[0].low = vector_low (vector_add (vector_add (low[0], low[1]), vector_add (low[2], low[3])));
  }
  store_row ((tile->y_rows ? tile->y_rows[0] : tile->y) + column, &sums[0], shape, n - column, vector_splat (minimum),
             vector_splat (maximum));
}

/* --- the shapes there are --------------------------------------------------- */

typedef void (*TileRun) (const NncTile *tile, const float *panel, size_t column, size_t n, float minimum,
                         float maximum);

#define DEFINE(name, run, ...)                                                                                         \
  static void name (const NncTile *tile, const float *panel, size_t column, size_t n, float minimum, float maximum)    \
  {                                                                                                                    \
    run (tile, panel, column, n, minimum, maximum, (Shape){ __VA_ARGS__ });                                            \
  }
#define DEFINE_ROWS(name, ...)                                                                                         \
  DEFINE (name##_alone, run_row, 1, __VA_ARGS__)                                                                       \
  DEFINE (name##_1, run_tile, 1, __VA_ARGS__)                                                                          \
  DEFINE (name##_2, run_tile, 2, __VA_ARGS__)                                                                          \
  DEFINE (name##_3, run_tile, 3, __VA_ARGS__)                                                                          \
  DEFINE (name##_4, run_tile, 4, __VA_ARGS__)                                                                          \
  DEFINE (name##_5, run_tile, 5, __VA_ARGS__)                                                                          \
  DEFINE (name##_6, run_tile, 6, __VA_ARGS__)
#define ROWS(name) name##_alone, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6
#define DEFINE_TO_8(name, ...)                                                                                         \
  DEFINE (name##_7, run_tile, 7, __VA_ARGS__)                                                                          \
  DEFINE (name##_8, run_tile, 8, __VA_ARGS__)
#define TO_8(name) name##_7, name##_8
#define DEFINE_TO_12(name, ...)                                                                                        \
  DEFINE_TO_8 (name, __VA_ARGS__)                                                                                      \
  DEFINE (name##_9, run_tile, 9, __VA_ARGS__)                                                                          \
  DEFINE (name##_10, run_tile, 10, __VA_ARGS__)                                                                        \
  DEFINE (name##_11, run_tile, 11, __VA_ARGS__)                                                                        \
  DEFINE (name##_12, run_tile, 12, __VA_ARGS__)
#define TO_12(name) TO_8 (name), name##_9, name##_10, name##_11, name##_12
#define DEFINE_TO_16(name, ...)                                                                                        \
  DEFINE_TO_12 (name, __VA_ARGS__)                                                                                     \
  DEFINE (name##_13, run_tile, 13, __VA_ARGS__)                                                                        \
  DEFINE (name##_14, run_tile, 14, __VA_ARGS__)                                                                        \
  DEFINE (name##_15, run_tile, 15, __VA_ARGS__)                                                                        \
  DEFINE (name##_16, run_tile, 16, __VA_ARGS__)
#define TO_16(name) TO_12 (name), name##_13, name##_14, name##_15, name##_16

/* Of half a vector of columns and so on. */
DEFINE_ROWS (half, 0, true)
DEFINE_ROWS (one, 1, false)
DEFINE_ROWS (one_half, 1, true)
DEFINE_ROWS (two, 2, false)
#if VECTOR_REGISTERS == 32
DEFINE_TO_16 (half, 0, true)
DEFINE_TO_16 (one, 1, false)
DEFINE_TO_8 (one_half, 1, true)
DEFINE_TO_8 (two, 2, false)
#define ROWS_FEW(name) ROWS (name), TO_16 (name)
#define ROWS_MANY(name) ROWS (name), TO_8 (name)
#else
DEFINE_TO_12 (half, 0, true)
DEFINE_TO_12 (one, 1, false)
#define ROWS_FEW(name) ROWS (name), TO_12 (name)
#define ROWS_MANY(name) ROWS (name)
#endif

/* By halves of a vector less one, and by rows; 0: a row alone. */
static const TileRun runs[4][TILE_MOST_ROWS + 1]
    = { { ROWS_FEW (half) }, { ROWS_FEW (one) }, { ROWS_MANY (one_half) }, { ROWS_MANY (two) } };

void
NNC_ISA (nnc_tile_run) (const NncTile *tile, const float *panel, size_t column, size_t n, float minimum, float maximum)
{
  const size_t halves = nnc_panel_columns (n, column) / (VECTOR_WIDTH / 2);
  runs[halves - 1][tile->alone ? 0 : tile->rows](tile, panel, column, n, minimum, maximum);
}

/* In tiles of nearly the same size. */
void
NNC_ISA (nnc_panel_run) (const NncProduct *product, const float *a, const float *panel, size_t column, float *y,
                         size_t begin, size_t end)
{
  const size_t most = nnc_tile_most_rows (product->n), rows = end - begin, n_tiles = (rows + most - 1) / most;
  NncTile tile
      = { .runs = 1, .length = product->k, .x_row = product->a_row, .y_row = product->y_row, .alone = product->m == 1 };
  for (size_t t = 0, row = begin; t < n_tiles; t++, row += tile.rows) {
    tile.rows = begin + rows * (t + 1) / n_tiles - row;
    tile.x = a + (ptrdiff_t)row * product->a_row;
    tile.y = y + (ptrdiff_t)row * product->y_row;
    NNC_ISA (nnc_tile_run) (&tile, panel, column, product->n, product->minimum, product->maximum);
  }
}
