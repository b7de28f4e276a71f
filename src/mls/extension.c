#include "mls/extension.h"

#include <string.h>

/* Lists that are longer than this, in bytes, are looked through by way of a bitmap: two long lists of a peer's making
 * must not be compared each with each. */
#define SHORT_LIST 64

void
mls_u16_set_init (MlsU16Set *self, Span list)
{
  self->list = list;
  if (list.len <= SHORT_LIST)
    return;
  memset (self->bits, 0, sizeof self->bits);
  for (gsize i = 0; i + 1 < list.len; i += 2)
    self->bits[list.data[i] << 5 | list.data[i + 1] >> 3] |= (guint8) (1u << (list.data[i + 1] & 7));
}

gboolean
mls_u16_set_has (const MlsU16Set *self, guint16 value)
{
  if (self->list.len <= SHORT_LIST)
    return mls_u16_list_has (self->list, value);
  return self->bits[value >> 3] >> (value & 7) & 1;
}

gboolean
mls_u16_set_has_all (const MlsU16Set *self, Span wanted, gboolean (*is_default) (guint16 type))
{
  for (gsize i = 0; i + 1 < wanted.len; i += 2)
    {
      guint16 value = (guint16) (wanted.data[i] << 8 | wanted.data[i + 1]);
      if (!(is_default && is_default (value)) && !mls_u16_set_has (self, value))
        return FALSE;
    }
  return TRUE;
}

gboolean
mls_u16_list_has (Span list, guint16 value)
{
  for (gsize i = 0; i + 1 < list.len; i += 2)
    if (list.data[i] == value >> 8 && list.data[i + 1] == (value & 0xFF))
      return TRUE;
  return FALSE;
}

gboolean
mls_extensions_next (Reader *reader, guint16 *type, Span *data)
{
  if (!reader_more (reader))
    return FALSE;
  *type = reader_u16 (reader);
  *data = reader_vector (reader);
  return !reader->failed;
}

static gboolean
duplicate (GError **error, guint16 type)
{
  return mls_refuse (error, MLS_ERROR_DUPLICATE_EXTENSION, "two extensions of type %u", type);
}

/* 13.4, for lists of any length. */
static gboolean
check_duplicates (Span list, GError **error)
{
  guint8 seen[8192] = { 0 };
  Reader reader = reader_init (list);
  guint16 type;
  Span data;
  while (mls_extensions_next (&reader, &type, &data))
    {
      if (seen[type >> 3] >> (type & 7) & 1)
        return duplicate (error, type);
      seen[type >> 3] |= (guint8) (1u << (type & 7));
    }
  return TRUE;
}

gboolean
mls_extensions_check (Span list, GError **error)
{
  guint16 few[16], type, twice = 0;
  gsize n = 0;
  gboolean is_twice = FALSE;
  Span data;
  Reader reader = reader_init (list);
  while (mls_extensions_next (&reader, &type, &data))
    {
      for (gsize i = 0; i < MIN (n, G_N_ELEMENTS (few)); i++)
        if (few[i] == type)
          {
            is_twice = TRUE;
            twice = type;
          }
      if (n < G_N_ELEMENTS (few))
        few[n] = type;
      n++;
    }
  if (!reader_end (&reader))
    return mls_refuse (error, MLS_ERROR_MALFORMED, "list of extensions");
  if (is_twice)
    return duplicate (error, twice);
  return n <= G_N_ELEMENTS (few) || check_duplicates (list, error);
}

gboolean
mls_extensions_find (Span list, guint16 type, Span *data)
{
  Reader reader = reader_init (list);
  guint16 found;
  while (mls_extensions_next (&reader, &found, data))
    if (found == type)
      return TRUE;
  *data = SPAN_EMPTY;
  return FALSE;
}

void
mls_extension_write (Writer *writer, guint16 type, Span data)
{
  writer_u16 (writer, type);
  writer_vector (writer, data);
}

gboolean
mls_required_capabilities_parse (Span data, MlsRequiredCapabilities *out, GError **error)
{
  Reader reader = reader_init (data);
  out->extensions = reader_vector (&reader);
  out->proposals = reader_vector (&reader);
  out->credentials = reader_vector (&reader);
  if (!reader_end (&reader) || (out->extensions.len | out->proposals.len | out->credentials.len) % 2)
    return mls_refuse (error, MLS_ERROR_EXTENSION, "required_capabilities");
  return TRUE;
}

gboolean
mls_extension_is_default (guint16 type)
{
  return type >= MLS_EXTENSION_APPLICATION_ID && type <= MLS_EXTENSION_EXTERNAL_SENDERS;
}

gboolean
mls_proposal_is_default (guint16 type)
{
  return type >= MLS_PROPOSAL_ADD && type <= MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS;
}
