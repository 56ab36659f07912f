/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arena.h: memory for kernel tests: reproducible numbers, any alignment, and
 * guards that show a write outside. */
#pragma once

#include <stdint.h>
#include <string.h>

/* A stretch of n floats, `shift` bytes off 64-byte alignment, with guards before and behind. */
typedef struct {
  guint8 *memory;
  float *data;
  gsize bytes;
} Arena;

#define ARENA_GUARD 256
#define ARENA_FILL 0xa5

static inline Arena
arena_new (gsize n, gsize shift)
{
  Arena a = { .bytes = n * sizeof (float) };
  a.memory = g_aligned_alloc (1, a.bytes + 2 * ARENA_GUARD + 64, 64);
  memset (a.memory, ARENA_FILL, a.bytes + 2 * ARENA_GUARD + 64);
  a.data = (float *)(gpointer)(a.memory + ARENA_GUARD + shift);
  return a;
}

static inline guint32
arena_random (guint32 *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

/* Values from -range to range; stored bytewise, for bytes may lie at any shift. */
static inline Arena
arena_new_random (gsize n, gsize shift, guint32 seed, float range)
{
  Arena a = arena_new (n, shift);
  for (gsize i = 0; i < n; i++) {
    float value = ((float)arena_random (&seed) / (1 << 23) - 1) * range;
    memcpy ((guint8 *)a.data + i * sizeof (float), &value, sizeof (float));
  }
  return a;
}

static inline gboolean
arena_guards_whole (const Arena *a)
{
  const guint8 *begin = (const guint8 *)a->data, *end = begin + a->bytes;
  for (const guint8 *p = a->memory; p < a->memory + a->bytes + 2 * ARENA_GUARD + 64; p++)
    if ((p < begin || p >= end) && *p != ARENA_FILL)
      return FALSE;
  return TRUE;
}

static inline void
arena_free (Arena *a)
{
  g_aligned_free (a->memory);
  a->memory = NULL;
}
