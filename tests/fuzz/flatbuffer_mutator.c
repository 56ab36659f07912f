/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flatbuffer_mutator.c: how libFuzzer changes a TFLite model. A byte that is
 * inserted moves everything behind it away from its offsets, and all that
 * such a file reaches are the checks of offsets; so most changes here keep the
 * size: a field's number becomes another, a field goes missing, an offset points
 * to where another one does. */
#include <stdint.h>
#include <string.h>

#include "fuzz_target.h"

#define MAX_TRIES 64

size_t LLVMFuzzerMutate (uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator (uint8_t *data, size_t size, size_t max_size, unsigned int seed);

/* A field that is there: where its offset stands in the vtable, and its bytes in the table. */
typedef struct {
  size_t entry;
  size_t position;
} Field;

static uint32_t
next_random (uint32_t *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static uint32_t
load (const uint8_t *data, size_t position, size_t size)
{
  uint32_t value = 0;

  memcpy (&value, data + position, size);
  return value;
}

/* Looks at any position: what reads like a table nearly always is one. */
static int
table_at (const uint8_t *data, size_t size, size_t position, size_t *vtable, size_t *n_fields)
{
  int64_t start = (int64_t)position - (int32_t)load (data, position, 4);
  size_t vtable_size, table_size;

  if (start < 0 || start > (int64_t)size - 4)
    return 0;
  vtable_size = load (data, (size_t)start, 2);
  table_size = load (data, (size_t)start + 2, 2);
  if (vtable_size < 6 || vtable_size % 2 || vtable_size > size - (size_t)start || table_size < 5
      || table_size > size - position)
    return 0;
  *vtable = (size_t)start;
  *n_fields = (vtable_size - 4) / 2;
  return 1;
}

static int
find_field (const uint8_t *data, size_t size, uint32_t *state, Field *field)
{
  for (int i = 0; i < MAX_TRIES; i++) {
    size_t begin = next_random (state) % (size / 4), vtable, n, offset;

    /* The next table from there on: small ones are found as easily as large ones. */
    for (; begin * 4 + 8 <= size && !table_at (data, size, begin * 4, &vtable, &n); begin++)
      ;
    if (begin * 4 + 8 > size)
      continue;
    field->entry = vtable + 4 + 2 * (next_random (state) % n);
    offset = load (data, field->entry, 2);
    field->position = begin * 4 + offset;
    if (offset >= 4 && field->position + 8 <= size)
      return 1;
  }
  return 0;
}

static void
store_number (uint8_t *data, size_t position, uint32_t *state)
{
  static const int64_t numbers[]
      = { 0,   1,   2,    3,     4,       5,         -1,        -2,        7,         8,
          127, 128, -128, 65535, 1 << 16, INT32_MAX, INT32_MIN, 1LL << 40, 1LL << 62, INT64_MIN };
  int64_t number = numbers[next_random (state) % (sizeof numbers / sizeof *numbers)];
  static const size_t sizes[] = { 1, 1, 4, 4, 4, 8 };

  memcpy (data + position, &number, sizes[next_random (state) % 6]);
}

/* An element of the vector that the field points to, if it is one. */
static size_t
element_of (const uint8_t *data, size_t size, size_t position, uint32_t *state)
{
  size_t target = position + load (data, position, 4), n;

  if (target + 8 > size)
    return position;
  n = load (data, target, 4);
  if (n == 0 || n > (size - target - 4) / 4)
    return target;
  target += 4 + 4 * (next_random (state) % (n < 16 ? n : 16));
  return target + 8 <= size ? target : position;
}

static void
redirect (uint8_t *data, size_t size, const Field *field, uint32_t *state)
{
  Field other;
  uint32_t offset;
  size_t target;

  if (!find_field (data, size, state, &other))
    return;
  target = other.position + load (data, other.position, 4);
  offset = (uint32_t)(target - field->position);
  if (target < size && target > field->position)
    memcpy (data + field->position, &offset, 4);
}

size_t
LLVMFuzzerCustomMutator (uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
  uint32_t state = seed;
  Field field, other;

  if (size < 16 || next_random (&state) % 8 == 0 || !find_field (data, size, &state, &field))
    return LLVMFuzzerMutate (data, size, max_size);
  switch (next_random (&state) % 8) {
  case 0:
  case 1:
    store_number (data, field.position, &state);
    break;
  case 2:
  case 3:
  case 4:
    store_number (data, element_of (data, size, field.position, &state), &state);
    break;
  case 5: /* another table's number */
    if (find_field (data, size, &state, &other))
      memmove (data + field.position, data + other.position, 4);
    break;
  case 6:
    redirect (data, size, &field, &state);
    break;
  default: /* the field goes missing */
    memset (data + field.entry, 0, 2);
  }
  return size;
}
