/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orc_available.c: may ORC make code in this process? */
#include "orc_available.h"

#include <pthread.h>
#include <sys/mman.h>

static bool available;

static void
probe (void)
{
  void *page = mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  available = page != MAP_FAILED;
  if (available)
    munmap (page, 4096);
}

bool
nnc_orc_available (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once (&once, probe);
  return available;
}
