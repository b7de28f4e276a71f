/* voters.h - people who can vote, without MLS: an Ed25519 key each, and an id derived from it (G3).
 *
 * voters_new (n) makes the same people each time; their ids are in ascending order.
 */
#ifndef DEMLS_TESTS_VOTERS_H
#define DEMLS_TESTS_VOTERS_H

#include <stdlib.h>
#include <string.h>

#include "consensus/vote.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

typedef struct {
  ConsensusSigner signer; /* of this voter; it knows all keys */
  struct _Voters *all;
  SignKey *key;
  guint8 id[32]; /* of which CONSENSUS_OWNER_SIZE count */
} Voter;

typedef struct _Voters {
  Suite *suite;
  guint n;
  Voter *voter;
  Span *ids;
} Voters;

static inline Span
voter_id (const Voter *voter)
{
  return span (voter->id, CONSENSUS_OWNER_SIZE);
}

static inline Span
voter_identity (const ConsensusSigner *signer)
{
  return voter_id ((const Voter *) (gconstpointer) signer);
}

static inline gboolean
voter_sign (const ConsensusSigner *signer, Span message, guint8 out[CONSENSUS_SIGNATURE_SIZE])
{
  const Voter *voter = (const Voter *) (gconstpointer) signer;
  guint8 signature[SIGNATURE_MAX];
  gsize size = sign_message (voter->all->suite, voter->key, message, signature);
  memcpy (out, signature, CONSENSUS_SIGNATURE_SIZE);
  return size == CONSENSUS_SIGNATURE_SIZE;
}

static inline gboolean
voter_verify (const ConsensusSigner *signer, Span owner, Span message, Span signature)
{
  const Voters *all = ((const Voter *) (gconstpointer) signer)->all;
  for (guint i = 0; i < all->n; i++)
    if (span_equal (voter_id (&all->voter[i]), owner))
      return sign_verify (all->suite, sign_key_public (all->voter[i].key), message, signature);
  return FALSE;
}

static inline int
voter_compare (const void *a, const void *b)
{
  return span_compare (voter_id (a), voter_id (b));
}

static inline Voters *
voters_new (guint n)
{
  static const ConsensusSignerOps ops = { voter_identity, voter_sign, voter_verify };
  Voters *self = g_new0 (Voters, 1);
  self->suite = suite_new (1);
  self->n = n;
  self->voter = g_new0 (Voter, n);
  self->ids = g_new0 (Span, n);
  g_autoptr (Rng) rng = rng_new_seeded (n);
  for (guint i = 0; i < n; i++)
    {
      Voter *voter = &self->voter[i];
      voter->signer.ops = &ops;
      voter->all = self;
      voter->key = sign_key_generate (self->suite, rng);
      hash_sha256 (sign_key_public (voter->key), voter->id);
    }
  qsort (self->voter, n, sizeof *self->voter, voter_compare);
  for (guint i = 0; i < n; i++)
    self->ids[i] = voter_id (&self->voter[i]);
  return self;
}

static inline void
voters_free (Voters *self)
{
  for (guint i = 0; i < self->n; i++)
    sign_key_unref (self->voter[i].key);
  suite_unref (self->suite);
  g_free (self->voter);
  g_free (self->ids);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Voters, voters_free)

#endif
