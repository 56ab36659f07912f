/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* source.c: the bytes of a model file, read when they are wanted. */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A model file may be at most this large. */
#define MAX_FILE_BYTES ((gsize)1 << 36)

struct _NncSource {
  gatomicrefcount references;
  char *path; /* NULL: bytes given by the caller, kept */
  struct stat identity; /* of the file, when it was read first; st_ino 0: not read yet */
  GMutex lock;
  guint users; /* acquired and not released */
  guint8 *data;
  gsize size;
  GBytes *bytes; /* the caller's */
};

static gboolean
error_from_errno (GError **error, const char *path, const char *what)
{
  int number = errno;

  g_set_error (error, NNC_ERROR, number == ENOENT || number == ENOTDIR ? NNC_ERROR_NOT_FOUND : NNC_ERROR_READ,
               "%s: %s: %s", path, what, g_strerror (number));
  return FALSE;
}

static gboolean
read_all (int file, const char *path, guint8 *data, gsize size, GError **error)
{
  for (gsize done = 0; done < size;) {
    ssize_t n = read (file, data + done, size - done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return error_from_errno (error, path, "cannot be read");
    if (n == 0) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_READ, "%s: ends after %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes",
                   path, done, size);
      return FALSE;
    }
    done += (gsize)n;
  }
  return TRUE;
}

const struct stat *
nnc_source_get_identity (const NncSource *source)
{
  return &source->identity;
}

gboolean
nnc_is_same_file (const struct stat *a, const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size
         && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static gboolean
check_identity (NncSource *source, const struct stat *now, GError **error)
{
  if (!S_ISREG (now->st_mode)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_NOT_FOUND, "%s: is not a regular file", source->path);
    return FALSE;
  }
  if (now->st_size == 0 || (gsize)now->st_size > MAX_FILE_BYTES) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
                 "%s: has %" G_GINT64_FORMAT " bytes, between 1 and %" G_GSIZE_FORMAT " are supported", source->path,
                 (gint64)now->st_size, MAX_FILE_BYTES);
    return FALSE;
  }
  if (source->identity.st_ino == 0) {
    source->identity = *now;
    return TRUE;
  }
  if (nnc_is_same_file (&source->identity, now))
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_READ, "%s: was changed after the model had been loaded from it",
               source->path);
  return FALSE;
}

static gboolean
read_file (NncSource *source, GError **error)
{
  int file = open (source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* never hang on a pipe */
  struct stat now;
  gboolean done = FALSE;

  if (file < 0)
    return error_from_errno (error, source->path, "cannot be opened");
  if (fstat (file, &now) < 0) {
    error_from_errno (error, source->path, "cannot be read");
  } else if (check_identity (source, &now, error)) {
    source->size = (gsize)now.st_size;
    source->data = g_try_malloc (source->size);
    if (source->data == NULL)
      g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "%s: no memory for its %" G_GSIZE_FORMAT " bytes", source->path,
                   source->size);
    else
      done = read_all (file, source->path, source->data, source->size, error);
  }
  close (file);
  if (!done)
    g_clear_pointer (&source->data, g_free);
  return done;
}

static NncSource *
source_new (void)
{
  NncSource *source = g_new0 (NncSource, 1);

  g_atomic_ref_count_init (&source->references);
  g_mutex_init (&source->lock);
  return source;
}

NncSource *
nnc_source_new_from_file (const char *path, GError **error)
{
  g_autoptr (NncSource) source = source_new ();

  source->path = g_strdup (path);
  /* Stays acquired for the caller's first look into it. */
  return nnc_source_acquire (source, error) ? g_steal_pointer (&source) : NULL;
}

NncSource *
nnc_source_new_from_bytes (GBytes *bytes)
{
  NncSource *source = source_new ();

  source->bytes = g_bytes_ref (bytes);
  source->users = 1;
  return source;
}

NncSource *
nnc_source_ref (NncSource *source)
{
  g_atomic_ref_count_inc (&source->references);
  return source;
}

void
nnc_source_unref (NncSource *source)
{
  if (!g_atomic_ref_count_dec (&source->references))
    return;
  g_clear_pointer (&source->bytes, g_bytes_unref);
  g_mutex_clear (&source->lock);
  g_free (source->data);
  g_free (source->path);
  g_free (source);
}

gboolean
nnc_source_acquire (NncSource *source, GError **error)
{
  gboolean ready;

  g_mutex_lock (&source->lock);
  ready = source->bytes || source->data || read_file (source, error);
  if (ready)
    source->users++;
  g_mutex_unlock (&source->lock);
  return ready;
}

void
nnc_source_release (NncSource *source)
{
  g_mutex_lock (&source->lock);
  if (--source->users == 0)
    g_clear_pointer (&source->data, g_free);
  g_mutex_unlock (&source->lock);
}

void
nnc_source_set_path (NncSource *source, const char *path)
{
  g_mutex_lock (&source->lock);
  g_free (source->path);
  source->path = g_strdup (path);
  g_mutex_unlock (&source->lock);
}

const guint8 *
nnc_source_get_data (NncSource *source, gsize *size)
{
  if (source->bytes)
    return g_bytes_get_data (source->bytes, size);
  *size = source->size;
  return source->data;
}
