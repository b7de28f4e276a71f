#include "mls/welcome.h"

#include "crypto/aead.h"
#include "mls/key-schedule.h"
#include "mls/message.h"

#define WELCOME_LABEL "Welcome" /* 12.4.3.1, EncryptWithLabel */

/* --- reading ----------------------------------------------------------------------------------------------------- */

static gboolean
read_entry (Reader *reader, MlsWelcomeEntry *out)
{
  out->new_member = reader_vector (reader);
  out->kem_output = reader_vector (reader);
  out->ciphertext = reader_vector (reader);
  return !reader->failed;
}

gboolean
mls_welcome_next (Reader *entries, MlsWelcomeEntry *out)
{
  return reader_more (entries) && read_entry (entries, out);
}

gboolean
mls_welcome_read (Span body, MlsWelcome *out, GError **error)
{
  *out = (MlsWelcome){ .suite = 0 };
  Reader reader = reader_init (body);
  out->suite = reader_u16 (&reader);
  Reader entries = reader_open (&reader);
  out->entries = reader_rest (&entries);
  MlsWelcomeEntry entry;
  while (mls_welcome_next (&entries, &entry))
    out->n_entries++;
  reader_close (&reader, &entries);
  out->encrypted_group_info = reader_vector (&reader);
  if (!reader_end (&reader))
    return mls_refuse (error, MLS_ERROR_MALFORMED, "Welcome does not parse");
  if (out->suite < 1 || out->suite > 7)
    return mls_refuse (error, MLS_ERROR_SUITE, "Welcome of the unknown cipher suite %u", out->suite);
  return TRUE;
}

/* --- GroupSecrets ------------------------------------------------------------------------------------------------ */

/* A vector that is a secret; one that is longer than any suite's secrets cannot be ours. */
static Secret
read_secret (Reader *reader)
{
  Span bytes = reader_vector (reader);
  if (bytes.len <= SECRET_MAX)
    return secret_from (bytes);
  reader_fail (reader);
  return SECRET_EMPTY;
}

/* 8.4: a nonce has Nh bytes, and no hash is shorter. So a list of tiny ids does not become many times its size (K12);
 * it is counted first for the same reason. */
#define NONCE_MIN 32

static gboolean
read_psks (Reader *reader, MlsGroupSecrets *self, GError **error)
{
  Reader list = reader_open (reader);
  Reader counted = list;
  guint n = 0;
  for (MlsPskId id; reader_more (&counted); n++)
    {
      if (!mls_psk_id_read (&counted, &id, NULL))
        return mls_refuse (error, MLS_ERROR_WELCOME_SECRETS, "GroupSecrets: PSK %u does not parse", n);
      if (id.nonce.len < NONCE_MIN)
        return mls_refuse (error, MLS_ERROR_PSK_NONCE, "GroupSecrets: PSK %u has a nonce of %zu bytes", n,
                           id.nonce.len);
    }
  self->psks = g_new (MlsPskId, n);
  while (self->n_psks < n && mls_psk_id_read (&list, &self->psks[self->n_psks], NULL))
    self->n_psks++;
  reader_close (reader, &list);
  return TRUE;
}

MlsGroupSecrets *
mls_group_secrets_parse (Span bytes, GError **error)
{
  g_autoptr (MlsGroupSecrets) self = g_new0 (MlsGroupSecrets, 1);
  self->encoded = secret_bytes_new (bytes);
  Reader reader = reader_init (span_bytes (self->encoded));
  self->joiner_secret = read_secret (&reader);
  self->has_path_secret = reader_optional (&reader);
  if (self->has_path_secret)
    self->path_secret = read_secret (&reader);
  if (!read_psks (&reader, self, error))
    return NULL;
  if (!reader_end (&reader))
    {
      mls_refuse (error, MLS_ERROR_WELCOME_SECRETS, "GroupSecrets do not parse");
      return NULL;
    }
  return g_steal_pointer (&self);
}

static void
write_psks (Writer *writer, const MlsPskId *psks, guint n_psks)
{
  gsize block = writer_open (writer);
  for (guint i = 0; i < n_psks; i++)
    mls_psk_id_write (writer, &psks[i]);
  writer_close (writer, block);
}

void
mls_group_secrets_write (Writer *writer, Span joiner_secret, const Secret *path_secret, const MlsPskId *psks,
                         guint n_psks)
{
  writer_vector (writer, joiner_secret);
  writer_optional (writer, path_secret != NULL);
  if (path_secret)
    writer_vector (writer, secret_span (path_secret));
  write_psks (writer, psks, n_psks);
}

void
mls_group_secrets_free (MlsGroupSecrets *self)
{
  if (!self)
    return;
  secret_clear (&self->joiner_secret);
  secret_clear (&self->path_secret);
  g_free (self->psks);
  g_clear_pointer (&self->encoded, g_bytes_unref);
  g_free (self);
}

/* --- opening ----------------------------------------------------------------------------------------------------- */

static gboolean
find_entry (Suite *suite, const MlsWelcome *welcome, const MlsKeyPackage *package, MlsWelcomeEntry *out)
{
  guint8 ours[HASH_MAX];
  mls_key_package_hash_ref (suite, package, ours);
  Reader entries = reader_init (welcome->entries);
  while (mls_welcome_next (&entries, out))
    if (span_equal (out->new_member, span (ours, suite_hash_size (suite))))
      return TRUE;
  return FALSE;
}

static MlsGroupSecrets *
decrypt_secrets (Suite *suite, const MlsWelcome *welcome, const MlsWelcomeEntry *entry, const KemKeyPair *init,
                 GError **error)
{
  gsize len = entry->ciphertext.len;
  g_autofree guint8 *plain = g_malloc (len + 1);
  if (len < AEAD_TAG
      || !mls_decrypt (suite, init, WELCOME_LABEL, welcome->encrypted_group_info, entry->kem_output, entry->ciphertext,
                       plain))
    {
      mls_refuse (error, MLS_ERROR_WELCOME_SECRETS, "GroupSecrets do not decrypt");
      return NULL;
    }
  MlsGroupSecrets *secrets = mls_group_secrets_parse (span (plain, len - AEAD_TAG), error);
  secret_wipe (plain, len - AEAD_TAG);
  return secrets;
}

MlsGroupSecrets *
mls_welcome_open_secrets (Suite *suite, const MlsWelcome *welcome, const MlsKeyPackageSecrets *ours, GError **error)
{
  MlsWelcomeEntry entry;
  if (!find_entry (suite, welcome, ours->package, &entry))
    {
      mls_refuse (error, MLS_ERROR_WELCOME_NOT_FOR_US, "no entry of the Welcome names this key package");
      return NULL;
    }
  if (welcome->suite != ours->package->suite || welcome->suite != suite_id (suite))
    {
      mls_refuse (error, MLS_ERROR_WELCOME_SUITE, "Welcome of suite %u for a key package of suite %u", welcome->suite,
                  ours->package->suite);
      return NULL;
    }
  return decrypt_secrets (suite, welcome, &entry, &ours->init, error);
}

MlsGroupInfo *
mls_welcome_open_group_info (Suite *suite, const MlsWelcome *welcome, Span joiner_secret, Span psk_secret,
                             GError **error)
{
  g_auto (Secret) secret = mls_welcome_secret (suite, joiner_secret, psk_secret);
  g_auto (Secret) key = SECRET_EMPTY;
  g_auto (Secret) nonce = SECRET_EMPTY;
  mls_welcome_key (suite, secret_span (&secret), &key, &nonce);
  Span sealed = welcome->encrypted_group_info;
  g_autofree guint8 *plain = g_malloc (sealed.len + 1);
  if (sealed.len < AEAD_TAG || !aead_open (suite, secret_span (&key), secret_span (&nonce), SPAN_EMPTY, sealed, plain))
    {
      mls_refuse (error, MLS_ERROR_WELCOME_GROUP_INFO, "GroupInfo does not decrypt");
      return NULL;
    }
  return mls_group_info_parse (span (plain, sealed.len - AEAD_TAG), error);
}

/* --- making ------------------------------------------------------------------------------------------------------ */

/* What all targets of one Welcome share, encoded once. */
typedef struct {
  Suite *suite;
  Rng *rng;
  Span joiner_secret;
  const MlsPskId *psks;
  guint n_psks;
  guint8 context[HASH_MAX]; /* of the encrypted GroupInfo, which all secrets are sealed with: large, so hashed once */
} Making;

static GBytes *
seal_group_info (Suite *suite, Span joiner_secret, Span psk_secret, Span group_info)
{
  g_auto (Secret) secret = mls_welcome_secret (suite, joiner_secret, psk_secret);
  g_auto (Secret) key = SECRET_EMPTY;
  g_auto (Secret) nonce = SECRET_EMPTY;
  mls_welcome_key (suite, secret_span (&secret), &key, &nonce);
  gsize len = group_info.len + AEAD_TAG;
  g_autofree guint8 *sealed = g_malloc (len);
  if (!aead_seal (suite, secret_span (&key), secret_span (&nonce), SPAN_EMPTY, group_info, sealed))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&sealed), len);
}

static void
write_target_secrets (Writer *writer, const Making *making, const MlsWelcomeTarget *target)
{
  g_auto (Secret) path = secret_from (target->path_secret);
  mls_group_secrets_write (writer, making->joiner_secret, path.len > 0 ? &path : NULL, making->psks, making->n_psks);
}

/* An init key that yields no shared secret (RFC 9180 section 7.1.4) must not keep the others from joining: its owner,
 * who chose it, gets random bytes. */
static void
write_entry (Writer *writer, const Making *making, const MlsWelcomeTarget *target)
{
  Suite *suite = making->suite;
  g_auto (Writer) plain = WRITER_INIT;
  write_target_secrets (&plain, making, target);
  gsize len = plain.len + AEAD_TAG;
  g_autofree guint8 *sealed = g_malloc (len);
  guint8 enc[KEM_PUBLIC_MAX];
  if (!mls_encrypt_prepared (suite, making->rng, target->package->init_key, making->context, writer_span (&plain), enc,
                             sealed))
    {
      rng_fill (making->rng, enc, suite_kem_public_size (suite));
      rng_fill (making->rng, sealed, len);
    }
  guint8 ref[HASH_MAX];
  mls_key_package_hash_ref (suite, target->package, ref);
  writer_vector (writer, span (ref, suite_hash_size (suite)));
  writer_vector (writer, span (enc, suite_kem_public_size (suite)));
  writer_vector (writer, span (sealed, len));
}

GBytes *
mls_welcome_make (Suite *suite, Rng *rng, Span joiner_secret, Span psk_secret, const MlsPskId *psks, guint n_psks,
                  Span group_info, const MlsWelcomeTarget *targets, guint n_targets, GError **error)
{
  g_autoptr (GBytes) sealed = seal_group_info (suite, joiner_secret, psk_secret, group_info);
  if (!sealed)
    {
      mls_refuse (error, MLS_ERROR_INTERNAL, "GroupInfo could not be encrypted");
      return NULL;
    }
  Making making = { .suite = suite, .rng = rng, .joiner_secret = joiner_secret, .psks = psks, .n_psks = n_psks };
  mls_encrypt_prepare (suite, WELCOME_LABEL, span_bytes (sealed), making.context);
  g_auto (Writer) writer = WRITER_INIT;
  mls_message_begin (&writer, MLS_WIRE_WELCOME);
  writer_u16 (&writer, suite_id (suite));
  gsize block = writer_open (&writer);
  for (guint i = 0; i < n_targets; i++)
    write_entry (&writer, &making, &targets[i]);
  writer_close (&writer, block);
  writer_vector (&writer, span_bytes (sealed));
  return writer_take (&writer);
}
