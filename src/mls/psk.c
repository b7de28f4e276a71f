#include "mls/psk.h"

#include "crypto/hkdf.h"
#include "mls/view.h"

#define MAX_PSKS G_MAXUINT16 /* PSKLabel.count */

static gboolean
read_resumption (Reader *reader, MlsPskId *out, GError **error)
{
  guint8 usage = reader_u8 (reader);
  out->group_id = reader_vector (reader);
  out->epoch = reader_u64 (reader);
  if (!reader->failed && (usage < MLS_PSK_USAGE_APPLICATION || usage > MLS_PSK_USAGE_BRANCH))
    return mls_refuse (error, MLS_ERROR_PSK_USAGE, "resumption PSK usage %u", usage);
  out->usage = (MlsPskUsage) usage;
  return TRUE;
}

gboolean
mls_psk_id_read (Reader *reader, MlsPskId *out, GError **error)
{
  const guint8 *start = reader->at;
  MlsPskId id = { .epoch = 0 };
  guint8 type = reader_u8 (reader);
  id.type = (MlsPskType) type;
  if (type == MLS_PSK_EXTERNAL)
    id.external_id = reader_vector (reader);
  else if (type == MLS_PSK_RESUMPTION)
    {
      if (!read_resumption (reader, &id, error))
        return FALSE;
    }
  else if (!reader->failed)
    return mls_refuse (error, MLS_ERROR_PSK_TYPE, "PSK type %u", type);
  id.nonce = reader_vector (reader);
  if (reader->failed)
    return mls_refuse (error, MLS_ERROR_MALFORMED, "not a PreSharedKeyID");
  id.encoded = view_since (reader, start);
  *out = id;
  return TRUE;
}

void
mls_psk_id_write (Writer *writer, const MlsPskId *id)
{
  writer_u8 (writer, (guint8) id->type);
  if (id->type == MLS_PSK_EXTERNAL)
    writer_vector (writer, id->external_id);
  else
    {
      writer_u8 (writer, (guint8) id->usage);
      writer_vector (writer, id->group_id);
      writer_u64 (writer, id->epoch);
    }
  writer_vector (writer, id->nonce);
}

/* Orders ids by the key that they name. */
static int
compare (const MlsPskId *a, const MlsPskId *b)
{
  if (a->type != b->type)
    return a->type < b->type ? -1 : 1;
  if (a->type == MLS_PSK_EXTERNAL)
    return span_compare (a->external_id, b->external_id);
  if (a->epoch != b->epoch)
    return a->epoch < b->epoch ? -1 : 1;
  return span_compare (a->group_id, b->group_id);
}

gboolean
mls_psk_id_same (const MlsPskId *a, const MlsPskId *b)
{
  return compare (a, b) == 0;
}

struct _MlsPskStore {
  GHashTable *external;   /* psk_id -> value, both GBytes */
  GHashTable *resumption; /* epoch || group_id -> value */
};

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref,
                                (GDestroyNotify) g_bytes_unref);
}

MlsPskStore *
mls_psk_store_new (void)
{
  MlsPskStore *self = g_new (MlsPskStore, 1);
  self->external = new_table ();
  self->resumption = new_table ();
  return self;
}

void
mls_psk_store_free (MlsPskStore *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->external);
  g_hash_table_unref (self->resumption);
  g_free (self);
}

static GBytes *
resumption_key (Span group_id, guint64 epoch)
{
  g_auto (Writer) writer = WRITER_INIT;
  writer_u64 (&writer, epoch);
  writer_raw (&writer, group_id);
  return writer_take (&writer);
}

void
mls_psk_store_add_external (MlsPskStore *self, Span external_id, Span value)
{
  g_hash_table_replace (self->external, span_dup (external_id), secret_bytes_new (value));
}

void
mls_psk_store_add_resumption (MlsPskStore *self, Span group_id, guint64 epoch, Span value)
{
  g_hash_table_replace (self->resumption, resumption_key (group_id, epoch), secret_bytes_new (value));
}

gboolean
mls_psk_store_find (const MlsPskStore *self, const MlsPskId *id, Span *value)
{
  gboolean external = id->type == MLS_PSK_EXTERNAL;
  g_autoptr (GBytes) key = external ? span_dup (id->external_id) : resumption_key (id->group_id, id->epoch);
  GBytes *found = g_hash_table_lookup (external ? self->external : self->resumption, key);
  *value = span_bytes (found);
  return found != NULL;
}

/* 8.4: psk_input of the PSK at `index`. */
static Secret
psk_input (Suite *suite, const MlsPskId *id, Span value, guint index, guint n)
{
  g_auto (Writer) label = WRITER_INIT;
  mls_psk_id_write (&label, id);
  writer_u16 (&label, (guint16) index);
  writer_u16 (&label, (guint16) n);
  g_auto (Secret) extracted = hkdf_extract (suite, SPAN_EMPTY, value);
  return mls_expand_secret (suite, secret_span (&extracted), "derived psk", writer_span (&label),
                            suite_hash_size (suite));
}

Secret
mls_psk_secret (Suite *suite, const MlsPskId *ids, const Span *values, guint n)
{
  static const guint8 zeros[HASH_MAX];
  Secret secret = secret_from (span (zeros, suite_hash_size (suite)));
  g_return_val_if_fail (n <= MAX_PSKS, secret);
  for (guint i = 0; i < n; i++)
    {
      g_auto (Secret) input = psk_input (suite, &ids[i], values[i], i, n);
      g_auto (Secret) before = secret;
      secret = hkdf_extract (suite, secret_span (&input), secret_span (&before));
    }
  return secret;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  return compare (*(const MlsPskId *const *) a, *(const MlsPskId *const *) b);
}

/* By sorting, since a hash table's chains are the sender's to choose. */
static gboolean
has_duplicate (const MlsPskId *ids, guint n)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_sized_new (n);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (sorted, (gpointer) &ids[i]);
  g_ptr_array_sort (sorted, compare_places);
  for (guint i = 1; i < n; i++)
    if (compare (sorted->pdata[i - 1], sorted->pdata[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
check_ids (Suite *suite, const MlsPskId *ids, guint n, GError **error)
{
  if (n > MAX_PSKS)
    return mls_refuse (error, MLS_ERROR_TOO_LARGE, "%u PSKs", n);
  for (guint i = 0; i < n; i++)
    if (ids[i].nonce.len != suite_hash_size (suite))
      return mls_refuse (error, MLS_ERROR_PSK_NONCE, "psk_nonce of %" G_GSIZE_FORMAT " bytes", ids[i].nonce.len);
  if (has_duplicate (ids, n))
    return mls_refuse (error, MLS_ERROR_PSK_DUPLICATE, "two of %u PSKs are the same", n);
  return TRUE;
}

gboolean
mls_psk_secret_from_store (Suite *suite, const MlsPskStore *store, const MlsPskId *ids, guint n, Secret *out,
                           GError **error)
{
  if (!check_ids (suite, ids, n, error))
    return FALSE;
  g_autofree Span *values = g_new (Span, n);
  for (guint i = 0; i < n; i++)
    if (!store || !mls_psk_store_find (store, &ids[i], &values[i]))
      return mls_refuse (error, MLS_ERROR_PSK_UNKNOWN, "PSK %u of %u is not known here", i + 1, n);
  *out = mls_psk_secret (suite, ids, values, n);
  return TRUE;
}
