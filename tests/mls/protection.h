/* protection.h - one case of message-protection.json, and a scene of our own like it, for the tests of framing.
 */
#ifndef DEMLS_TESTS_MLS_PROTECTION_H
#define DEMLS_TESTS_MLS_PROTECTION_H

#include "cases.h"
#include "mls/framing.h"
#include "mls/message.h"
#include "mls/secret-tree.h"

#define SENDER_LEAF 1 /* in all cases */
#define WIDTH 2

typedef struct {
  Suite *suite;
  Rng *rng;
  MlsGroupContext *context;
  SignKey *key;
  Secret encryption;
  Secret sender_data;
  Secret membership;
} Protection;

static inline void
protection_clear (Protection *self)
{
  mls_group_context_unref (self->context);
  sign_key_unref (self->key);
  rng_free (self->rng);
  suite_unref (self->suite);
  secret_clear (&self->encryption);
  secret_clear (&self->sender_data);
  secret_clear (&self->membership);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Protection, protection_clear)

/* The key of a case. That of suite 5 is published without its leading zero. */
static inline SignKey *
protection_key (Suite *suite, JsonObject *object)
{
  guint8 whole[66] = { 0 };
  Span given = vectors_span (object, "signature_priv");
  if (suite_id (suite) != 5)
    return sign_key_new (suite, given);
  g_assert (given.len <= sizeof whole);
  for (gsize i = 0; i < given.len; i++)
    whole[sizeof whole - given.len + i] = given.data[i];
  return sign_key_new (suite, SPAN_OF (whole));
}

static inline Protection
protection_of (JsonObject *object)
{
  Protection self = { .suite = suite_new ((guint16) vectors_int (object, "cipher_suite")), .rng = rng_new_seeded (1) };
  self.context = mls_group_context_new (suite_id (self.suite), vectors_span (object, "group_id"),
                                        vectors_int (object, "epoch"), vectors_span (object, "tree_hash"),
                                        vectors_span (object, "confirmed_transcript_hash"), SPAN_EMPTY);
  self.key = protection_key (self.suite, object);
  g_assert (self.key && span_equal (sign_key_public (self.key), vectors_span (object, "signature_pub")));
  self.encryption = secret_from (vectors_span (object, "encryption_secret"));
  self.sender_data = secret_from (vectors_span (object, "sender_data_secret"));
  self.membership = secret_from (vectors_span (object, "membership_key"));
  return self;
}

/* A scene without vectors. */
static inline Protection
protection_new (guint16 id)
{
  Protection self = { .suite = suite_new (id), .rng = rng_new_seeded (id) };
  gsize size = suite_hash_size (self.suite);
  self.context =
      mls_group_context_new (id, span_str ("group"), 5, span_str ("tree"), span_str ("transcript"), SPAN_EMPTY);
  self.key = sign_key_generate (self.suite, self.rng);
  self.encryption = rng_secret (self.rng, size);
  self.sender_data = rng_secret (self.rng, size);
  self.membership = rng_secret (self.rng, size);
  return self;
}

static inline MlsSecretTree *
protection_keys (const Protection *self)
{
  return mls_secret_tree_new (self->suite, secret_span (&self->encryption), WIDTH, mls_ratchet_limits_default ());
}

static inline Span
protection_context (const Protection *self)
{
  return span_bytes (self->context->encoded);
}

/* Signs `content` as `sender`; a commit gets `tag`. NULL if it makes no AuthenticatedContent. */
static inline MlsAuthenticatedContent *
protection_sign_as (const Protection *self, MlsWireFormat wire_format, MlsSender sender, MlsContentType type,
                    Span content, Span tag)
{
  g_auto (Writer) writer = WRITER_INIT;
  mls_framed_content_write (&writer, self->context->group_id, self->context->epoch, sender, span_str ("data"), type,
                            content);
  guint8 signature[SIGNATURE_MAX];
  gsize len = mls_framed_content_sign (self->suite, self->key, wire_format, writer_span (&writer), &sender,
                                       protection_context (self), signature);
  g_assert (len);
  return mls_authenticated_content_new (wire_format, writer_span (&writer), span (signature, len), tag);
}

static inline MlsAuthenticatedContent *
protection_sign (const Protection *self, MlsWireFormat wire_format, MlsContentType type, Span content, Span tag)
{
  return protection_sign_as (self, wire_format, (MlsSender){ MLS_SENDER_MEMBER, SENDER_LEAF }, type, content, tag);
}

/* The contents of the three kinds of messages in a case. */
typedef struct {
  const char *raw;
  const char *pub; /* NULL for application data */
  const char *priv;
  MlsContentType type;
} ProtectionKind;

static const ProtectionKind protection_kinds[] = {
  { "proposal", "proposal_pub", "proposal_priv", MLS_CONTENT_PROPOSAL },
  { "commit", "commit_pub", "commit_priv", MLS_CONTENT_COMMIT },
  { "application", NULL, "application_priv", MLS_CONTENT_APPLICATION },
};

#endif
