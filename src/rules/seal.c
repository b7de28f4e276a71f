#include "rules/seal.h"

#include <string.h>

#include "consensus/tally.h"

static const char label[] = "de-MLS seal v1"; /* its NUL is V30's zero byte */

GBytes *
demls_seal_signed_bytes (const DemlsEpoch *epoch, const guint8 hash[DEMLS_HASH_SIZE])
{
  g_auto (Writer) w = WRITER_INIT;
  writer_raw (&w, SPAN_OF (label));
  writer_raw (&w, span_bytes (epoch->name));
  writer_raw (&w, SPAN_OF (epoch->id));
  writer_u64 (&w, epoch->number);
  writer_raw (&w, span (hash, DEMLS_HASH_SIZE));
  return writer_take (&w);
}

gboolean
demls_seal_sign (const DemlsEpoch *epoch, const guint8 hash[DEMLS_HASH_SIZE], DemlsSeal *out)
{
  Span id = demls_roster_id_at (epoch->roster, mls_group_own_leaf (epoch->group));
  g_return_val_if_fail (id.len == DEMLS_MEMBER_ID_SIZE, FALSE);
  g_autoptr (GBytes) content = demls_seal_signed_bytes (epoch, hash);
  guint8 signature[SIGNATURE_MAX];
  if (mls_group_sign (epoch->group, span_bytes (content), signature) != DEMLS_SIGNATURE_SIZE)
    return FALSE;
  out->epoch = epoch->number;
  memcpy (out->hash, hash, DEMLS_HASH_SIZE);
  memcpy (out->member_id, id.data, DEMLS_MEMBER_ID_SIZE);
  memcpy (out->epoch_id, epoch->id, DEMLS_HASH_SIZE);
  memcpy (out->signature, signature, DEMLS_SIGNATURE_SIZE);
  return TRUE;
}

guint32
demls_epoch_sealers (const DemlsEpoch *epoch)
{
  return epoch->n <= DEMLS_ALL_SEAL_UP_TO ? epoch->n : demls_stewards_size (epoch->stewards);
}

gboolean
demls_epoch_is_sealer (const DemlsEpoch *epoch, Span member_id)
{
  if (epoch->n <= DEMLS_ALL_SEAL_UP_TO)
    return demls_epoch_has (epoch, member_id);
  return demls_stewards_distance (epoch->stewards, member_id) != DEMLS_NO_STEWARD;
}

gboolean
demls_seal_check (const DemlsSeal *self, const DemlsEpoch *epoch, GError **error)
{
  if (self->epoch != epoch->number || !span_equal (SPAN_OF (self->epoch_id), SPAN_OF (epoch->id)))
    return demls_rule_refuse (error, DEMLS_RULE_WRONG_EPOCH, "a seal of another epoch");
  guint32 leaf;
  if (!demls_epoch_is_sealer (epoch, SPAN_OF (self->member_id))
      || !demls_roster_find (epoch->roster, SPAN_OF (self->member_id), &leaf))
    return demls_rule_refuse (error, DEMLS_RULE_SEALER, "not a sealer");
  g_autoptr (GBytes) content = demls_seal_signed_bytes (epoch, self->hash);
  return mls_group_verify (epoch->group, leaf, span_bytes (content), SPAN_OF (self->signature))
         || demls_rule_refuse (error, DEMLS_RULE_SIGNATURE, "a seal that its member did not sign");
}

DemlsSeal
demls_seal_read (const DemlsSealMessage *message)
{
  DemlsSeal seal = { .epoch = message->epoch };
  memcpy (seal.hash, message->hash.data, DEMLS_HASH_SIZE);
  memcpy (seal.member_id, message->member_id.data, DEMLS_MEMBER_ID_SIZE);
  memcpy (seal.epoch_id, message->epoch_id.data, DEMLS_HASH_SIZE);
  memcpy (seal.signature, message->signature.data, DEMLS_SIGNATURE_SIZE);
  return seal;
}

void
demls_seal_write (const DemlsSeal *self, DemlsSealMessage *message)
{
  message->epoch = self->epoch;
  message->hash = consensus_data (SPAN_OF (self->hash));
  message->signature = consensus_data (SPAN_OF (self->signature));
  message->member_id = consensus_data (SPAN_OF (self->member_id));
  message->epoch_id = consensus_data (SPAN_OF (self->epoch_id));
}

/* --- all seals of one epoch --------------------------------------------------------------------------------------- */

struct _DemlsSeals {
  guint32 sealers;
  GArray *seals;      /* of DemlsSeal, by member; two of a member stand next to each other */
  gboolean has_final; /* and then: which */
  guint8 final[DEMLS_HASH_SIZE];
};

DemlsSeals *
demls_seals_new (guint32 sealers)
{
  DemlsSeals *self = g_new0 (DemlsSeals, 1);
  self->sealers = sealers;
  self->seals = g_array_new (FALSE, FALSE, sizeof (DemlsSeal));
  return self;
}

void
demls_seals_free (DemlsSeals *self)
{
  if (!self)
    return;
  g_array_unref (self->seals);
  g_free (self);
}

const DemlsSeal *
demls_seals_all (const DemlsSeals *self, guint *n)
{
  *n = self->seals->len;
  return (const DemlsSeal *) (gconstpointer) self->seals->data;
}

static guint
place_of (const DemlsSeals *self, Span member_id)
{
  guint low = 0, high = self->seals->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (span_compare (SPAN_OF (g_array_index (self->seals, DemlsSeal, middle).member_id), member_id) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gboolean
is_of (const DemlsSeals *self, guint place, Span member_id)
{
  return place < self->seals->len
         && span_equal (SPAN_OF (g_array_index (self->seals, DemlsSeal, place).member_id), member_id);
}

const DemlsSeal *
demls_seals_of (const DemlsSeals *self, Span member_id)
{
  guint place = place_of (self, member_id);
  return is_of (self, place, member_id) ? &g_array_index (self->seals, DemlsSeal, place) : NULL;
}

DemlsSealTaken
demls_seals_add (DemlsSeals *self, const DemlsSeal *seal)
{
  Span member = SPAN_OF (seal->member_id);
  guint place = place_of (self, member);
  if (!is_of (self, place, member))
    {
      g_array_insert_val (self->seals, place, *seal);
      if (!self->has_final && demls_seals_count (self, SPAN_OF (seal->hash)) >= consensus_two_thirds (self->sealers))
        {
          self->has_final = TRUE;
          memcpy (self->final, seal->hash, DEMLS_HASH_SIZE);
        }
      return DEMLS_SEAL_TAKEN;
    }
  const DemlsSeal *first = &g_array_index (self->seals, DemlsSeal, place);
  if (is_of (self, place + 1, member) || span_equal (SPAN_OF (first->hash), SPAN_OF (seal->hash)))
    return DEMLS_SEAL_HELD;
  g_array_insert_val (self->seals, place + 1, *seal);
  return DEMLS_SEAL_CONFLICT;
}

guint32
demls_seals_count (const DemlsSeals *self, Span hash)
{
  guint32 count = 0;
  for (guint i = 0; i < self->seals->len; i++)
    {
      Span member = SPAN_OF (g_array_index (self->seals, DemlsSeal, i).member_id);
      if (is_of (self, i + 1, member))
        i++; /* sealed two: neither counts */
      else if (span_equal (SPAN_OF (g_array_index (self->seals, DemlsSeal, i).hash), hash))
        count++;
    }
  return count;
}

gboolean
demls_seals_final (const DemlsSeals *self, Span hash)
{
  return self->has_final && span_equal (SPAN_OF (self->final), hash);
}

gboolean
demls_seals_over_third (const DemlsSeals *self, Span hash)
{
  return 3 * (guint64) demls_seals_count (self, hash) > self->sealers;
}

void
demls_seals_save (const DemlsSeals *self, Writer *writer)
{
  writer_u32 (writer, self->sealers);
  writer_vector (writer, self->has_final ? SPAN_OF (self->final) : SPAN_EMPTY);
  gsize block = writer_open (writer);
  for (guint i = 0; i < self->seals->len; i++)
    {
      const DemlsSeal *seal = &g_array_index (self->seals, DemlsSeal, i);
      writer_u64 (writer, seal->epoch);
      writer_raw (writer, SPAN_OF (seal->hash));
      writer_raw (writer, SPAN_OF (seal->member_id));
      writer_raw (writer, SPAN_OF (seal->epoch_id));
      writer_raw (writer, SPAN_OF (seal->signature));
    }
  writer_close (writer, block);
}

static void
read_exactly (Reader *reader, guint8 *out, gsize size)
{
  Span bytes = reader_raw (reader, size);
  if (bytes.len == size)
    memcpy (out, bytes.data, size);
}

DemlsSeals *
demls_seals_restore (Reader *reader)
{
  g_autoptr (DemlsSeals) self = demls_seals_new (reader_u32 (reader));
  Span final = reader_vector (reader);
  if (final.len != 0 && final.len != DEMLS_HASH_SIZE)
    reader_fail (reader);
  Reader seals = reader_open (reader);
  while (reader_more (&seals))
    {
      DemlsSeal seal = { .epoch = reader_u64 (&seals) };
      read_exactly (&seals, seal.hash, sizeof seal.hash);
      read_exactly (&seals, seal.member_id, sizeof seal.member_id);
      read_exactly (&seals, seal.epoch_id, sizeof seal.epoch_id);
      read_exactly (&seals, seal.signature, sizeof seal.signature);
      if (!seals.failed)
        demls_seals_add (self, &seal);
    }
  reader_close (reader, &seals);
  if (reader->failed)
    return NULL;
  self->has_final = final.len > 0;
  if (self->has_final)
    memcpy (self->final, final.data, DEMLS_HASH_SIZE);
  return g_steal_pointer (&self);
}
