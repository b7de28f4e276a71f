#include "rules/lost-at.h"

#include <string.h>

#include "base/writer.h"

static const char label[] = "de-MLS lost v1"; /* its NUL is V31's zero byte */

GBytes *
demls_lost_signed_bytes (Span group, guint64 epoch, Span nonce)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_raw (&w, SPAN_OF (label));
  writer_raw (&w, group);
  writer_u64 (&w, epoch);
  writer_raw (&w, nonce);
  return writer_take (&w);
}

gboolean
demls_lost_sign (const DemlsEpoch *epoch, Rng *rng, guint8 nonce[DEMLS_NONCE_SIZE],
                 guint8 signature[DEMLS_SIGNATURE_SIZE], DemlsLostAt *message)
{
  rng_fill (rng, nonce, DEMLS_NONCE_SIZE);
  g_autoptr (GBytes) content =
      demls_lost_signed_bytes (span_bytes (epoch->name), epoch->number, span (nonce, DEMLS_NONCE_SIZE));
  guint8 signed_bytes[SIGNATURE_MAX];
  if (mls_group_sign (epoch->group, span_bytes (content), signed_bytes) != DEMLS_SIGNATURE_SIZE)
    return FALSE;
  memcpy (signature, signed_bytes, DEMLS_SIGNATURE_SIZE);
  message->epoch = epoch->number;
  message->member_id = consensus_data (demls_roster_id_at (epoch->roster, mls_group_own_leaf (epoch->group)));
  message->nonce = consensus_data (span (nonce, DEMLS_NONCE_SIZE));
  message->signature = consensus_data (span (signature, DEMLS_SIGNATURE_SIZE));
  return TRUE;
}

gboolean
demls_lost_check (const DemlsLostAt *message, const DemlsEpoch *epoch, GError **error)
{
  guint32 leaf;
  if (!demls_roster_find (epoch->roster, consensus_span (message->member_id), &leaf))
    return demls_rule_refuse (error, DEMLS_RULE_NO_MEMBER, "nobody here");
  g_autoptr (GBytes) content =
      demls_lost_signed_bytes (span_bytes (epoch->name), message->epoch, consensus_span (message->nonce));
  return mls_group_verify (epoch->group, leaf, span_bytes (content), consensus_span (message->signature))
         || demls_rule_refuse (error, DEMLS_RULE_SIGNATURE, "not signed by whom it names");
}
