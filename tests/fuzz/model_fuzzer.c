/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model_fuzzer.c: any bytes as a model: read, planned and run twice, from zeros
 * and from the same bytes as numbers, within limits. The format is told from the bytes, so each format has a fuzzer and
 * a corpus of its own. With clang and libFuzzer:
 *
 *   CC=clang meson setup build.fuzz -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link
 *   ninja -C build.fuzz tests/fuzz/tflite_fuzzer
 *   build.fuzz/tests/fuzz/tflite_fuzzer -max_total_time=600 -timeout=10 FOLDER tests/fuzz/corpus/tflite
 *
 * make_seeds.py writes models of one operator each to begin with: one more folder at the end.
 * What it finds is kept in corpus/FORMAT, which the test `FORMAT fuzz corpus` replays. */
#include "fuzz_target.h"

#include <nncore/nncore.h>
#include <stdlib.h>

#define MEMORY_LIMIT ((gsize)64 << 20)
/* What a run may take: a mutated size is no reason to wait. */
#define WORK_LIMIT ((guint64)1 << 26)
#define MAX_ITERATIONS ((guint64)1 << 10)

/* An error is set exactly when something failed. */
static void
check (gboolean done, const GError *error)
{
  if (done == (error != NULL) || (error && error->domain != NNC_ERROR))
    abort ();
}

static void
fill_inputs (NncSession *session, const uint8_t *data, size_t size)
{
  for (guint i = 0; i < nnc_session_get_n_inputs (session); i++) {
    NncTensor *input = nnc_session_get_input (session, i);
    guint8 *numbers = nnc_tensor_get_data (input);

    for (gsize j = 0; numbers && j < nnc_tensor_get_size (input); j++)
      numbers[j] = data[j % size];
  }
}

/* The second run begins with the states that the first one left. */
static void
run_twice (NncSession *session, const uint8_t *data, size_t size)
{
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;

    check (nnc_session_run (session, &error), error);
    fill_inputs (session, data, size);
  }
  nnc_session_reset (session);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const NncSessionOptions options = { .memory_limit = MEMORY_LIMIT, .max_iterations = MAX_ITERATIONS };
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = nnc_model_new_from_bytes (bytes, "fuzz.model", &error);
  g_autoptr (NncSession) session = model ? nnc_session_new (model, &options, &error) : NULL;

  check (session != NULL, error);
  if (session && nnc_session_get_work (session) <= WORK_LIMIT)
    run_twice (session, data, size);
  return 0;
}
