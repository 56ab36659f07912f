/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model_fuzzer.c: any bytes as a model: read, planned and run once, within
 * limits. The format is told from the bytes, so each format has a fuzzer and a
 * corpus of its own. With clang and libFuzzer:
 *
 *   CC=clang meson setup build.fuzz -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link
 *   ninja -C build.fuzz tests/fuzz/tflite_fuzzer
 *   build.fuzz/tests/fuzz/tflite_fuzzer -max_total_time=600 -timeout=10 FOLDER tests/fuzz/corpus/tflite
 *
 * make_seeds.py writes ONNX models of one operator each to begin with: one more folder at the end.
 * What it finds is kept in corpus/FORMAT, which the test `FORMAT fuzz corpus` replays. */
#include "fuzz_target.h"

#include <nncore/nncore.h>
#include <stdlib.h>

#define MEMORY_LIMIT ((gsize)64 << 20)
/* What a run may take: a mutated size is no reason to wait. */
#define WORK_LIMIT ((guint64)1 << 26)

/* An error is set exactly when something failed. */
static void
check (gboolean done, const GError *error)
{
  if (done == (error != NULL) || (error && error->domain != NNC_ERROR))
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const NncSessionOptions options = { .memory_limit = MEMORY_LIMIT };
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = nnc_model_new_from_bytes (bytes, "fuzz.model", &error);
  g_autoptr (NncSession) session = model ? nnc_session_new (model, &options, &error) : NULL;

  check (session != NULL, error);
  if (session && nnc_session_get_work (session) <= WORK_LIMIT)
    check (nnc_session_run (session, &error), error);
  return 0;
}
