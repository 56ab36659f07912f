/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sort_keys.c: order among numbers of any type, and the first of many by a heap. */
#include "sort_keys.h"

#include "float8.h"

#include <string.h>

/* The bits of a float of `bits` bits, the first of which is the sign. */
static guint64
float_key (guint64 value, guint bits, guint64 infinity)
{
  guint64 sign = G_GUINT64_CONSTANT (1) << (bits - 1), magnitude = value & (sign - 1);

  if (magnitude > infinity)
    return G_MAXUINT64; /* NaN */
  return value & sign ? sign - magnitude : sign + magnitude;
}

static guint64
float8_key (NncDataType type, guint8 element)
{
  float value = nnc_float8_to_float (type, element);
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return float_key (bits, 32, 0x7f800000);
}

static guint64
signed_key (gint64 value)
{
  return (guint64)value ^ (G_GUINT64_CONSTANT (1) << 63);
}

guint64
nnc_sort_key (NncDataType type, gconstpointer element)
{
  switch (type) {
  case NNC_F32:
    return float_key (*(const guint32 *)element, 32, 0x7f800000);
  case NNC_F16:
    return float_key (*(const guint16 *)element, 16, 0x7c00);
  case NNC_F64:
    return float_key (*(const guint64 *)element, 64, G_GUINT64_CONSTANT (0x7ff0000000000000));
  case NNC_I8:
    return signed_key (*(const gint8 *)element);
  case NNC_I16:
    return signed_key (*(const gint16 *)element);
  case NNC_I32:
    return signed_key (*(const gint32 *)element);
  case NNC_I64:
    return signed_key (*(const gint64 *)element);
  case NNC_U16:
    return *(const guint16 *)element;
  case NNC_U32:
    return *(const guint32 *)element;
  case NNC_U64:
    return *(const guint64 *)element;
  case NNC_F8E4M3FN:
  case NNC_F8E4M3FNUZ:
  case NNC_F8E5M2:
  case NNC_F8E5M2FNUZ:
    return float8_key (type, *(const guint8 *)element);
  default:
    return *(const guint8 *)element;
  }
}

typedef struct {
  NncComesBefore before;
  gconstpointer user_data;
} Order;

static gboolean
comes_before (const Order *order, gsize a, gsize b)
{
  return order->before (a, b, order->user_data);
}

/* In a heap each comes after the two below it; the last of all is on top. */
static void
sift_down (gsize *heap, gsize n, gsize at, const Order *order)
{
  gsize moved = heap[at];

  for (gsize below = 2 * at + 1; below < n; below = 2 * at + 1) {
    if (below + 1 < n && comes_before (order, heap[below], heap[below + 1]))
      below++;
    if (!comes_before (order, moved, heap[below]))
      break;
    heap[at] = heap[below];
    at = below;
  }
  heap[at] = moved;
}

void
nnc_sort_first (gsize *indices, gsize n, gsize k, NncComesBefore before, gconstpointer user_data)
{
  const Order order = { before, user_data };

  if (k == 0)
    return;
  for (gsize i = 0; i < k; i++)
    indices[i] = i;
  for (gsize i = k / 2; i-- > 0;)
    sift_down (indices, k, i, &order);
  for (gsize i = k; i < n; i++) {
    if (!comes_before (&order, i, indices[0]))
      continue;
    indices[0] = i;
    sift_down (indices, k, 0, &order);
  }
  for (gsize last = k; last-- > 1;) {
    gsize top = indices[0];

    indices[0] = indices[last];
    indices[last] = top;
    sift_down (indices, last, 0, &order);
  }
}
