#include "crypto/hpke.h"

#include <string.h>

#include "crypto/aead.h"
#include "crypto/suite-private.h"

#define MODE_BASE 0x00

/* What KeySchedule (RFC 9180 section 5.1) expands into keys. */
typedef struct {
  Secret secret;
  gsize context_len;
  guint8 context[1 + 2 * HASH_MAX]; /* mode || psk_id_hash || info_hash */
} Schedule;

static void
schedule_clear (Schedule *self)
{
  secret_clear (&self->secret);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Schedule, schedule_clear)

void
hpke_info_hash (Suite *suite, Span info, guint8 info_hash[HASH_MAX])
{
  Secret hash = labeled_extract (suite, LABEL_HPKE, SPAN_EMPTY, "info_hash", info);
  memcpy (info_hash, hash.data, hash.len);
}

static Schedule
schedule_start (Suite *suite, const Secret *shared, const guint8 info_hash[HASH_MAX])
{
  gsize hash = suite->row->hash;
  Schedule self = { .context_len = 1 + 2 * hash, .context = { MODE_BASE } };
  memcpy (self.context + 1, suite->psk_id_hash, hash);
  memcpy (self.context + 1 + hash, info_hash, hash);
  self.secret = labeled_extract (suite, LABEL_HPKE, secret_span (shared), "secret", SPAN_EMPTY);
  return self;
}

static gboolean
schedule_expand (Suite *suite, const Schedule *self, const char *label, guint8 *out, gsize len)
{
  return labeled_expand (suite, LABEL_HPKE, secret_span (&self->secret), label, span (self->context, self->context_len),
                         out, len);
}

/* The key and, since the sequence number is 0, the nonce of the only message. */
static gboolean
message_keys (Suite *suite, const Secret *shared, const guint8 info_hash[HASH_MAX], Secret *key,
              guint8 nonce[AEAD_NONCE])
{
  g_auto (Schedule) schedule = schedule_start (suite, shared, info_hash);
  key->len = suite->row->key;
  return schedule_expand (suite, &schedule, "key", key->data, key->len)
         && schedule_expand (suite, &schedule, "base_nonce", nonce, AEAD_NONCE);
}

gboolean
hpke_seal (Suite *suite, Rng *rng, Span public_key, Span info, Span aad, Span plaintext, guint8 enc[KEM_PUBLIC_MAX],
           guint8 *out)
{
  guint8 info_hash[HASH_MAX];
  hpke_info_hash (suite, info, info_hash);
  return hpke_seal_hashed (suite, rng, public_key, info_hash, aad, plaintext, enc, out);
}

gboolean
hpke_seal_hashed (Suite *suite, Rng *rng, Span public_key, const guint8 info_hash[HASH_MAX], Span aad, Span plaintext,
                  guint8 enc[KEM_PUBLIC_MAX], guint8 *out)
{
  g_auto (Secret) shared = SECRET_EMPTY;
  g_auto (Secret) key = SECRET_EMPTY;
  guint8 nonce[AEAD_NONCE];
  return kem_encap (suite, rng, public_key, &shared, enc) && message_keys (suite, &shared, info_hash, &key, nonce)
         && aead_seal (suite, secret_span (&key), SPAN_OF (nonce), aad, plaintext, out);
}

gboolean
hpke_open (Suite *suite, const KemKeyPair *pair, Span enc, Span info, Span aad, Span ciphertext, guint8 *out)
{
  g_auto (Secret) shared = SECRET_EMPTY;
  g_auto (Secret) key = SECRET_EMPTY;
  guint8 nonce[AEAD_NONCE], info_hash[HASH_MAX];
  hpke_info_hash (suite, info, info_hash);
  return kem_decap (suite, pair, enc, &shared) && message_keys (suite, &shared, info_hash, &key, nonce)
         && aead_open (suite, secret_span (&key), SPAN_OF (nonce), aad, ciphertext, out);
}

/* RFC 9180 section 5.3. */
static gboolean
export_secret (Suite *suite, const Secret *shared, Span info, Span exporter_context, gsize len, Secret *out)
{
  guint8 info_hash[HASH_MAX];
  hpke_info_hash (suite, info, info_hash);
  g_auto (Schedule) schedule = schedule_start (suite, shared, info_hash);
  g_auto (Secret) exporter = { .len = suite->row->hash };
  out->len = (guint8) len;
  return schedule_expand (suite, &schedule, "exp", exporter.data, exporter.len)
         && labeled_expand (suite, LABEL_HPKE, secret_span (&exporter), "sec", exporter_context, out->data, len);
}

gboolean
hpke_send_export (Suite *suite, Rng *rng, Span public_key, Span info, Span exporter_context, gsize len,
                  guint8 enc[KEM_PUBLIC_MAX], Secret *out)
{
  g_auto (Secret) shared = SECRET_EMPTY;
  *out = SECRET_EMPTY;
  return len <= SECRET_MAX && kem_encap (suite, rng, public_key, &shared, enc)
         && export_secret (suite, &shared, info, exporter_context, len, out);
}

gboolean
hpke_receive_export (Suite *suite, const KemKeyPair *pair, Span enc, Span info, Span exporter_context, gsize len,
                     Secret *out)
{
  g_auto (Secret) shared = SECRET_EMPTY;
  *out = SECRET_EMPTY;
  return len <= SECRET_MAX && kem_decap (suite, pair, enc, &shared)
         && export_secret (suite, &shared, info, exporter_context, len, out);
}
