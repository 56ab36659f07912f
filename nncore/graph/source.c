/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* source.c: the bytes of a model file and its data files, read when they are wanted. */
#include "source.h"

#include "beneath.h"
#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A model file may be at most this large. */
#define MAX_FILE_BYTES ((gsize)1 << 36)

struct _NncSource {
  gatomicrefcount references;
  char *path; /* NULL: bytes given by the caller, kept */
  char
      *location; /* of a data file: the end of its path, which lies below the model file's folder; NULL: a model file */
  struct stat identity; /* of the file, when it was read first; st_ino 0: not read yet */
  GPtrArray *data_files; /* NncSource, of a model file */
  GMutex lock; /* of a model file's, and of its data files' bytes and paths */
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

static gboolean
is_same_file (const struct stat *a, const struct stat *b)
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
  if (is_same_file (&source->identity, now))
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_READ, "%s: was changed after the model had been loaded from it",
               source->path);
  return FALSE;
}

/* The model file may be a link to anywhere; a data file has to lie where it is named. */
static int
open_file (const NncSource *source, GError **error)
{
  g_autofree char *folder = NULL;
  int file;

  if (source->location) {
    folder = g_strndup (source->path, strlen (source->path) - strlen (source->location) - 1);
    return nnc_open_beneath (folder, source->location, error);
  }
  file = open (source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* never hang on a pipe */
  if (file < 0)
    error_from_errno (error, source->path, "cannot be opened");
  return file;
}

static void
drop_data (NncSource *source)
{
  if (source->data)
    nnc_pages_free (g_steal_pointer (&source->data), source->size);
}

/* size: the file's. */
static gboolean
read_into_pages (NncSource *source, int file, gsize size, GError **error)
{
  source->size = size;
  source->data = nnc_pages_new (size, G_MAXSIZE);
  if (source->data == NULL) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "%s: no memory for its %" G_GSIZE_FORMAT " bytes", source->path,
                 size);
    return FALSE;
  }
  if (read_all (file, source->path, source->data, size, error))
    return TRUE;
  drop_data (source);
  return FALSE;
}

static gboolean
read_file (NncSource *source, GError **error)
{
  int file = open_file (source, error);
  struct stat now;
  gboolean done = FALSE;

  if (file < 0)
    return FALSE;
  if (fstat (file, &now) < 0)
    error_from_errno (error, source->path, "cannot be read");
  else if (check_identity (source, &now, error))
    done = read_into_pages (source, file, (gsize)now.st_size, error);
  close (file);
  return done;
}

static NncSource *
source_new (void)
{
  NncSource *source = g_new0 (NncSource, 1);

  g_atomic_ref_count_init (&source->references);
  g_mutex_init (&source->lock);
  source->data_files = g_ptr_array_new_with_free_func ((GDestroyNotify)nnc_source_unref);
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
  g_ptr_array_unref (source->data_files);
  g_clear_pointer (&source->bytes, g_bytes_unref);
  g_mutex_clear (&source->lock);
  drop_data (source);
  g_free (source->location);
  g_free (source->path);
  g_free (source);
}

/* --- its bytes ------------------------------------------------------------------- */

static void
drop_bytes (NncSource *source)
{
  drop_data (source);
  for (guint i = 0; i < source->data_files->len; i++)
    drop_bytes (source->data_files->pdata[i]);
}

static gboolean
read_bytes (NncSource *source, GError **error)
{
  gboolean ready = source->bytes || read_file (source, error);

  for (guint i = 0; ready && i < source->data_files->len; i++)
    ready = read_file (source->data_files->pdata[i], error);
  if (!ready)
    drop_bytes (source);
  return ready;
}

gboolean
nnc_source_acquire (NncSource *source, GError **error)
{
  gboolean ready;

  g_mutex_lock (&source->lock);
  ready = source->users > 0 || read_bytes (source, error);
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
    drop_bytes (source);
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

/* --- its files ------------------------------------------------------------------- */

/* Of the data file at this location beside a model file. */
static char *
path_beside (const char *path, const char *location)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return g_strconcat (folder, "/", location, NULL);
}

static void
set_path (NncSource *source, const char *path)
{
  g_free (source->path);
  source->path = g_strdup (path);
}

void
nnc_source_set_path (NncSource *source, const char *path)
{
  g_mutex_lock (&source->lock);
  set_path (source, path);
  for (guint i = 0; i < source->data_files->len; i++) {
    NncSource *data_file = source->data_files->pdata[i];
    g_autofree char *beside = path_beside (path, data_file->location);

    set_path (data_file, beside);
  }
  g_mutex_unlock (&source->lock);
}

static NncSource *
find_data_file (const NncSource *source, const char *location)
{
  for (guint i = 0; i < source->data_files->len; i++) {
    NncSource *data_file = source->data_files->pdata[i];

    if (strcmp (data_file->location, location) == 0)
      return data_file;
  }
  return NULL;
}

/* With the lock held. location: taken over. */
static NncSource *
read_data_file (NncSource *source, char *location, GError **error)
{
  g_autoptr (NncSource) data_file = source_new ();

  data_file->location = location;
  data_file->path = path_beside (source->path, location);
  if (!read_file (data_file, error))
    return NULL;
  g_ptr_array_add (source->data_files, data_file);
  return g_steal_pointer (&data_file);
}

NncSource *
nnc_source_get_data_file (NncSource *source, const char *location, GError **error)
{
  g_autofree char *normal = nnc_location_normalize (location, error);
  NncSource *data_file;

  if (normal == NULL)
    return NULL;
  if (source->path == NULL) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_NOT_FOUND,
                 "file '%s' cannot be found: the model comes from memory, which has no folder", location);
    return NULL;
  }
  g_mutex_lock (&source->lock);
  data_file = find_data_file (source, normal);
  if (data_file == NULL)
    data_file = read_data_file (source, g_steal_pointer (&normal), error);
  g_mutex_unlock (&source->lock);
  return data_file;
}

gboolean
nnc_source_is_same (const NncSource *a, const NncSource *b)
{
  if (!is_same_file (&a->identity, &b->identity) || a->data_files->len != b->data_files->len)
    return FALSE;
  for (guint i = 0; i < a->data_files->len; i++) {
    const NncSource *data_file = a->data_files->pdata[i];
    const NncSource *other = find_data_file (b, data_file->location);

    if (other == NULL || !is_same_file (&data_file->identity, &other->identity))
      return FALSE;
  }
  return TRUE;
}

static gboolean
data_file_is_beside (const NncSource *data_file, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int file = nnc_open_beneath (folder, data_file->location, NULL);
  struct stat now;
  gboolean is_same;

  if (file < 0)
    return FALSE;
  is_same = fstat (file, &now) == 0 && is_same_file (&data_file->identity, &now);
  close (file);
  return is_same;
}

gboolean
nnc_source_is_at (NncSource *source, const char *path)
{
  struct stat now;
  gboolean is_same = stat (path, &now) == 0 && is_same_file (&source->identity, &now);

  for (guint i = 0; is_same && i < source->data_files->len; i++)
    is_same = data_file_is_beside (source->data_files->pdata[i], path);
  return is_same;
}
