/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* constant.c: immutable numbers, in the model's file or in memory of their own. */
#include "source.h"

#include <string.h>

static NncConstant *
constant_new (const NncTensorDesc *desc)
{
  NncConstant *constant = g_new0 (NncConstant, 1);

  g_atomic_ref_count_init (&constant->references);
  constant->desc = *desc;
  nnc_desc_contiguous_strides (desc, constant->strides);
  return constant;
}

NncConstant *
nnc_constant_new_from_source (NncSource *source, gsize offset, gsize size, const NncTensorDesc *desc, GError **error)
{
  NncConstant *constant;
  gsize wanted = nnc_desc_size (desc), file_size, end;

  nnc_source_get_data (source, &file_size);
  if (!nnc_size_add (offset, size, &end) || end > file_size) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
                 "%" G_GSIZE_FORMAT " bytes of numbers at %" G_GSIZE_FORMAT
                 " do not lie inside a file of %" G_GSIZE_FORMAT " bytes",
                 size, offset, file_size);
    return NULL;
  }
  if (size != wanted) {
    g_autofree char *text = nnc_desc_to_string (desc);
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
                 "%s has %" G_GSIZE_FORMAT " bytes of numbers instead of %" G_GSIZE_FORMAT, text, size, wanted);
    return NULL;
  }
  constant = constant_new (desc);
  constant->source = nnc_source_ref (source);
  constant->offset = offset;
  return constant;
}

NncConstant *
nnc_constant_new_take (gpointer data, const NncTensorDesc *desc)
{
  NncConstant *constant = constant_new (desc);

  constant->bytes = g_bytes_new_take (data, nnc_desc_size (desc));
  constant->data = data;
  return constant;
}

NncConstant *
nnc_constant_new_view (NncConstant *constant, const NncTensorDesc *desc, const gint64 *strides)
{
  NncConstant *view = constant_new (desc);

  view->source = constant->source ? nnc_source_ref (constant->source) : NULL;
  view->offset = constant->offset;
  view->bytes = constant->bytes ? g_bytes_ref (constant->bytes) : NULL;
  view->data = constant->data;
  for (guint i = 0; i < desc->rank; i++)
    view->strides[i] = strides[i];
  return view;
}

NncConstant *
nnc_constant_new_resident (NncConstant *constant, gconstpointer data)
{
  NncConstant *resident = constant_new (&constant->desc);

  resident->bytes = g_bytes_new_static (data, nnc_desc_size (&constant->desc));
  resident->data = data;
  resident->checksum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, resident->bytes);
  return resident;
}

NncConstant *
nnc_constant_ref (NncConstant *constant)
{
  g_atomic_ref_count_inc (&constant->references);
  return constant;
}

void
nnc_constant_unref (NncConstant *constant)
{
  if (!g_atomic_ref_count_dec (&constant->references))
    return;
  g_clear_pointer (&constant->source, nnc_source_unref);
  g_clear_pointer (&constant->bytes, g_bytes_unref);
  g_free (constant->checksum);
  g_free (constant);
}

const void *
nnc_constant_get_data (const NncConstant *constant)
{
  gsize size;

  if (constant->source)
    return nnc_source_get_data (constant->source, &size) + constant->offset;
  return constant->data;
}

/* n elements that lie `stride` bytes apart. */
static guint8 *
copy_elements (guint8 *to, const guint8 *from, gint64 stride, gint64 n, gsize size)
{
  for (gint64 i = 0; i < n; i++, from += stride, to += size)
    if (size == 4)
      memcpy (to, from, 4);
    else
      memcpy (to, from, size);
  return to;
}

/* The axes from `axis` on, of a constant that has one at least. */
static guint8 *
copy_strided (const NncConstant *constant, guint8 *to, const guint8 *from, guint axis)
{
  const NncTensorDesc *desc = &constant->desc;

  if (axis + 1 == desc->rank)
    return copy_elements (to, from, constant->strides[axis], desc->shape[axis], nnc_data_type_get_size (desc->type));
  for (gint64 i = 0; i < desc->shape[axis]; i++)
    to = copy_strided (constant, to, from + i * constant->strides[axis], axis + 1);
  return to;
}

NncConstant *
nnc_constant_flatten (NncConstant *constant, GError **error)
{
  gsize size = nnc_desc_size (&constant->desc);
  gboolean contiguous = nnc_strides_are_contiguous (&constant->desc, constant->strides);
  guint8 *copy = g_try_malloc (MAX (size, 1));

  if (copy == NULL) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory for a constant of %" G_GSIZE_FORMAT " bytes", size);
    return NULL;
  }
  if (size > 0 && contiguous)
    memcpy (copy, nnc_constant_get_data (constant), size);
  else if (size > 0)
    copy_strided (constant, copy, nnc_constant_get_data (constant), 0);
  return nnc_constant_new_take (copy, &constant->desc);
}

void
nnc_constant_append_key (const NncConstant *constant, GByteArray *key)
{
  guint64 offset = constant->offset;

  if (constant->source) {
    g_byte_array_append (key, (const guint8 *)&constant->source, sizeof constant->source);
    g_byte_array_append (key, (const guint8 *)&offset, sizeof offset);
  } else if (constant->checksum) {
    g_byte_array_append (key, (const guint8 *)constant->checksum, strlen (constant->checksum));
  } else {
    g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, constant->bytes);
    g_byte_array_append (key, (const guint8 *)sum, strlen (sum));
  }
  g_byte_array_append (key, (const guint8 *)&constant->desc.type, sizeof constant->desc.type);
  g_byte_array_append (key, (const guint8 *)&constant->desc.rank, sizeof constant->desc.rank);
  g_byte_array_append (key, (const guint8 *)constant->desc.shape, constant->desc.rank * sizeof (gint64));
  g_byte_array_append (key, (const guint8 *)constant->strides, constant->desc.rank * sizeof (gint64));
}
