/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* beneath.c: files that another file names, in whose folder they have to lie. */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <nncore/error.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *
nnc_location_normalize (const char *location, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (location, "/", -1);
  g_autoptr (GString) normal = g_string_new (NULL);

  for (guint i = 0; *location != '/' && parts[i]; i++) {
    if (strcmp (parts[i], "..") == 0) {
      g_string_truncate (normal, 0);
      break;
    }
    if (*parts[i] && strcmp (parts[i], ".") != 0)
      g_string_append_printf (normal, "%s%s", normal->len ? "/" : "", parts[i]);
  }
  if (normal->len > 0)
    return g_string_free (g_steal_pointer (&normal), FALSE);
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "location '%s' does not lie in the folder of the model file",
               location);
  return NULL;
}

static void
close_quietly (int file)
{
  int number = errno;

  close (file);
  errno = number;
}

/* What a part of the way may not be, or NULL. */
static const char *
find_problem (int part, gboolean is_last)
{
  struct stat status;

  if (fstat (part, &status) < 0)
    return NULL;
  if (S_ISLNK (status.st_mode))
    return "is, or lies behind, a symbolic link, which is not followed";
  return is_last && !S_ISREG (status.st_mode) ? "is not a regular file" : NULL;
}

/* The folder or, as the last part, the file of this name. It is looked at before it is opened: a device may act when it
 * is. -1: there is a problem, or errno says why. */
static int
open_part (int folder, const char *name, gboolean is_last, const char **problem)
{
  int part = openat (folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), file = -1;

  if (part < 0)
    return -1;
  *problem = find_problem (part, is_last);
  if (*problem == NULL && !is_last)
    return part;
  if (*problem == NULL)
    file = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  close_quietly (part);
  return file;
}

int
nnc_open_beneath (const char *folder, const char *location, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (location, "/", -1);
  int at = open (folder, O_PATH | O_DIRECTORY | O_CLOEXEC), number;
  const char *problem = NULL;

  for (guint i = 0; at >= 0 && parts[i]; i++) {
    int next = open_part (at, parts[i], parts[i + 1] == NULL, &problem);

    close_quietly (at);
    at = next;
  }
  number = errno;
  if (at < 0 && problem)
    g_set_error (error, NNC_ERROR, NNC_ERROR_NOT_FOUND, "%s/%s: %s", folder, location, problem);
  else if (at < 0)
    g_set_error (error, NNC_ERROR, number == ENOENT || number == ENOTDIR ? NNC_ERROR_NOT_FOUND : NNC_ERROR_READ,
                 "%s/%s: cannot be opened: %s", folder, location, g_strerror (number));
  return at;
}
