/* Candidates and seals (V13, V15, V30). */
#include "session/recv.h"

#include "session/catchup.h"
#include "session/freeze.h"
#include "session/recovery.h"
#include "session/runner-private.h"

/* V15's size first, before anything is judged. */
static GBytes *
encode_within (const DemlsKept *kept, const DemlsCommitCandidate *message, GError **error)
{
  GBytes *encoded = demls_message_encode (&message->base);
  if (g_bytes_get_size (encoded) <= demls_candidate_max (kept->epoch->n))
    return encoded;
  g_bytes_unref (encoded);
  demls_refuse (error, DEMLS_ERROR_TOO_LARGE, "too large a candidate");
  return NULL;
}

/* Validity is a function of the epoch and the bytes, and its sender has signed these bytes: nobody honest sends an
 * invalid one (mandates 9). */
static void
judge_sender (DemlsRunner *self, const DemlsReceived *received, const GError *error)
{
  if (error->domain != DEMLS_ERROR)
    demls_recovery_blame (self, received->sender, DEMLS_SCORE_BROKEN_COMMIT);
}

gboolean
demls_recv_candidate (DemlsRunner *self, const DemlsReceived *received, GError **error)
{
  DemlsKept *kept = received->kept;
  const DemlsCommitCandidate *message = received->message->commit_candidate;
  guint8 hash[CONSENSUS_HASH_SIZE];
  hash_sha256 (consensus_span (message->commit_message), hash);
  demls_catchup_seen (self, SPAN_OF (hash));
  if (demls_kept_find_offer (kept, SPAN_OF (hash)))
    return TRUE;
  g_autoptr (GBytes) encoded = encode_within (kept, message, error);
  g_autoptr (GError) local = NULL;
  if (!encoded)
    return FALSE;
  if (!demls_epochs_take (self, kept, span_bytes (encoded), &local))
    {
      judge_sender (self, received, local);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  demls_raws_put (self, received->packet, demls_kept_number (kept));
  if (kept == self->current && !self->gone)
    demls_freeze_look (self);
  demls_epochs_settle (self);
  return TRUE;
}

gboolean
demls_recv_seal (DemlsRunner *self, const DemlsReceived *received, GError **error)
{
  DemlsKept *kept = received->kept;
  DemlsSeal seal = demls_seal_read (received->message->seal);
  if (!demls_seal_check (&seal, kept->epoch, error))
    return FALSE;
  guint8 name[CONSENSUS_HASH_SIZE];
  hash_sha256 (SPAN_OF (seal.signature), name);
  demls_catchup_seen (self, SPAN_OF (name));
  if (demls_epochs_seal (self, kept, &seal))
    demls_raws_put (self, received->packet, demls_kept_number (kept));
  if (!demls_kept_find_offer (kept, SPAN_OF (seal.hash)))
    demls_catchup_soon (self);
  demls_epochs_settle (self);
  return TRUE;
}
