#include "session/queues.h"

#include <string.h>

#include "session/runner-private.h"

#define BURNED_MAX 4096
#define SHOWN_MAX 1024
#define RESOLVED_MAX 1024
#define SAID_RECENTLY_S 600

/* --- applicants -------------------------------------------------------------------------------------------------- */

void
demls_applicant_free (DemlsApplicant *self)
{
  g_clear_pointer (&self->invite, g_bytes_unref);
  g_free (self);
}

DemlsApplicant *
demls_applicants_find (const DemlsRunner *self, Span member)
{
  for (guint i = 0; i < self->applicants->len; i++)
    {
      DemlsApplicant *applicant = self->applicants->pdata[i];
      if (span_equal (SPAN_OF (applicant->member), member))
        return applicant;
    }
  return NULL;
}

gboolean
demls_applicants_put (DemlsRunner *self, Span member, GBytes *invite, gboolean *is_new)
{
  DemlsApplicant *applicant = demls_applicants_find (self, member);
  *is_new = applicant == NULL;
  if (!applicant)
    {
      if (self->applicants->len >= DEMLS_ANNOUNCED_MAX || member.len != CONSENSUS_OWNER_SIZE)
        return FALSE;
      applicant = g_new0 (DemlsApplicant, 1);
      memcpy (applicant->member, member.data, member.len);
      applicant->first_seen = self->now.mono;
      g_ptr_array_add (self->applicants, applicant);
    }
  else if (self->now.mono < applicant->last_seen + DEMLS_ANNOUNCED_EVERY_S * SECOND)
    return FALSE;
  g_clear_pointer (&applicant->invite, g_bytes_unref);
  applicant->invite = g_bytes_ref (invite);
  applicant->last_seen = self->now.mono;
  demls_dirty (self, "queues");
  return TRUE;
}

void
demls_applicants_drop (DemlsRunner *self, Span member)
{
  DemlsApplicant *applicant = demls_applicants_find (self, member);
  if (applicant && g_ptr_array_remove (self->applicants, applicant))
    demls_dirty (self, "queues");
}

static gint64
applicant_end (const DemlsApplicant *applicant)
{
  return applicant->last_seen + DEMLS_UPDATE_EXPIRY_S * SECOND;
}

gint64
demls_applicants_next_end (const DemlsRunner *self)
{
  gint64 next = DEMLS_NEVER;
  for (guint i = 0; i < self->applicants->len; i++)
    next = demls_earlier (next, applicant_end (self->applicants->pdata[i]));
  return next;
}

void
demls_applicants_expire (DemlsRunner *self)
{
  for (guint i = self->applicants->len; i-- > 0;)
    if (applicant_end (self->applicants->pdata[i]) <= self->now.mono)
      g_ptr_array_remove_index (self->applicants, i);
  demls_dirty (self, "queues");
}

/* --- burned key packages ----------------------------------------------------------------------------------------- */

static GBytes *
burned_find (const DemlsRunner *self, const guint8 hash[32])
{
  for (guint i = 0; i < self->burned->len; i++)
    if (span_equal (span_bytes (self->burned->pdata[i]), span (hash, 32)))
      return self->burned->pdata[i];
  return NULL;
}

void
demls_burn (DemlsRunner *self, Span key_package)
{
  guint8 hash[32];
  hash_sha256 (key_package, hash);
  if (burned_find (self, hash))
    return;
  if (self->burned->len >= BURNED_MAX)
    g_ptr_array_remove_index (self->burned, 0);
  g_ptr_array_add (self->burned, g_bytes_new (hash, sizeof hash));
  demls_dirty (self, "queues");
}

gboolean
demls_is_burned (const DemlsRunner *self, Span key_package)
{
  guint8 hash[32];
  hash_sha256 (key_package, hash);
  return burned_find (self, hash) != NULL;
}

/* --- told results ------------------------------------------------------------------------------------------------ */

gboolean
demls_resolved_note (DemlsRunner *self, Span hash)
{
  for (guint i = 0; i < self->resolved->len; i++)
    if (span_equal (span_bytes (self->resolved->pdata[i]), hash))
      return FALSE;
  if (self->resolved->len >= RESOLVED_MAX)
    g_ptr_array_remove_index (self->resolved, 0);
  g_ptr_array_add (self->resolved, span_dup (hash));
  demls_dirty (self, "queues");
  return TRUE;
}

/* --- held packets ------------------------------------------------------------------------------------------------ */

void
demls_held_free (DemlsHeld *self)
{
  g_bytes_unref (self->payload);
  g_free (self);
}

static void
dirty_serial (DemlsRunner *self, const char *prefix, guint64 serial)
{
  g_autofree char *key = g_strdup_printf ("%s/%016" G_GINT64_MODIFIER "x", prefix, serial);
  demls_dirty (self, key);
}

static void
held_remove (DemlsRunner *self, guint index)
{
  const DemlsHeld *held = self->held->pdata[index];
  self->held_bytes -= g_bytes_get_size (held->payload);
  dirty_serial (self, "held", held->serial);
  g_ptr_array_remove_index (self->held, index);
}

static gboolean
held_has (const DemlsRunner *self, const guint8 hash[32])
{
  for (guint i = 0; i < self->held->len; i++)
    if (memcmp (((const DemlsHeld *) self->held->pdata[i])->hash, hash, 32) == 0)
      return TRUE;
  return FALSE;
}

gboolean
demls_held_put (DemlsRunner *self, Span payload, guint64 epoch)
{
  guint8 hash[32];
  hash_sha256 (payload, hash);
  if (payload.len > DEMLS_HELD_BYTES || held_has (self, hash))
    return FALSE;
  while (self->held->len >= DEMLS_HELD_PACKETS || self->held_bytes + payload.len > DEMLS_HELD_BYTES)
    held_remove (self, rng_below (self->env->rng, self->held->len));
  DemlsHeld *held = g_new0 (DemlsHeld, 1);
  held->serial = self->held_serial++;
  held->epoch = epoch;
  held->came = self->now.mono;
  memcpy (held->hash, hash, sizeof hash);
  held->payload = span_dup (payload);
  self->held_bytes += payload.len;
  g_ptr_array_add (self->held, held);
  dirty_serial (self, "held", held->serial);
  demls_dirty (self, "runner");
  return TRUE;
}

void
demls_held_drop (DemlsRunner *self, guint64 serial)
{
  for (guint i = 0; i < self->held->len; i++)
    if (((const DemlsHeld *) self->held->pdata[i])->serial == serial)
      {
        held_remove (self, i);
        return;
      }
}

guint
demls_held_forget (DemlsRunner *self, guint64 oldest, gint64 *first, gint64 *last)
{
  guint n = 0;
  gint64 from = DEMLS_NEVER, to = 0;
  for (guint i = self->held->len; i-- > 0;)
    {
      const DemlsHeld *held = self->held->pdata[i];
      if (held->epoch >= oldest)
        continue;
      from = MIN (from, held->came);
      to = MAX (to, held->came);
      held_remove (self, i);
      n++;
    }
  if (n > 0 && first)
    *first = from;
  if (n > 0 && last)
    *last = to;
  return n;
}

/* --- own chat ---------------------------------------------------------------------------------------------------- */

void
demls_saying_free (DemlsSaying *self)
{
  g_bytes_unref (self->message_id);
  g_free (self->text);
  g_free (self);
}

static gboolean
is_recent (const DemlsRunner *self, const DemlsSaying *saying)
{
  return saying->wall + SAID_RECENTLY_S > self->now.wall;
}

/* After a restart it is not known any more what was settled: its epoch is gone then. */
static void
forget_settled (DemlsRunner *self)
{
  for (guint i = self->sayings->len; i-- > 0;)
    {
      const DemlsSaying *saying = self->sayings->pdata[i];
      gboolean settled = saying->settled || !demls_epochs_find (self, SPAN_OF (saying->epoch_id));
      if (saying->sent && settled && !is_recent (self, saying))
        demls_sayings_drop (self, saying);
    }
}

void
demls_sayings_unsend_recent (DemlsRunner *self)
{
  for (guint i = 0; i < self->sayings->len; i++)
    {
      DemlsSaying *saying = self->sayings->pdata[i];
      if (saying->sent && is_recent (self, saying))
        demls_saying_unsend (self, saying);
    }
}

DemlsSaying *
demls_sayings_put (DemlsRunner *self, GBytes *message_id, const char *text)
{
  forget_settled (self);
  DemlsSaying *saying = g_new0 (DemlsSaying, 1);
  saying->serial = self->saying_serial++;
  saying->message_id = g_bytes_ref (message_id);
  saying->text = g_strdup (text);
  saying->wall = self->now.wall;
  g_ptr_array_add (self->sayings, saying);
  dirty_serial (self, "say", saying->serial);
  demls_dirty (self, "runner");
  return saying;
}

void
demls_sayings_drop (DemlsRunner *self, const DemlsSaying *saying)
{
  dirty_serial (self, "say", saying->serial);
  g_ptr_array_remove (self->sayings, (gpointer) (gsize) saying);
}

void
demls_saying_dirty (DemlsRunner *self, const DemlsSaying *saying)
{
  dirty_serial (self, "say", saying->serial);
}

void
demls_saying_unsend (DemlsRunner *self, DemlsSaying *saying)
{
  saying->sent = FALSE;
  saying->settled = FALSE;
  demls_saying_dirty (self, saying);
}

void
demls_sayings_settle (DemlsRunner *self, const guint8 epoch_id[32])
{
  for (guint i = self->sayings->len; i-- > 0;)
    {
      DemlsSaying *saying = self->sayings->pdata[i];
      if (saying->sent && memcmp (saying->epoch_id, epoch_id, 32) == 0)
        saying->settled = TRUE;
    }
  forget_settled (self);
}

/* --- shown chat -------------------------------------------------------------------------------------------------- */

gboolean
demls_shown_note (DemlsRunner *self, Span sender, Span message_id)
{
  DemlsShown new = { .serial = self->shown_serial };
  if (sender.len != CONSENSUS_OWNER_SIZE || message_id.len != DEMLS_MESSAGE_ID_SIZE)
    return FALSE;
  memcpy (new.key, sender.data, sender.len);
  memcpy (new.key + sender.len, message_id.data, message_id.len);
  for (guint i = self->shown->len; i-- > 0;)
    if (memcmp (((const DemlsShown *) self->shown->pdata[i])->key, new.key, sizeof new.key) == 0)
      return FALSE;
  if (self->shown->len >= SHOWN_MAX)
    {
      demls_dirty_id (self, "shown", SPAN_OF (((const DemlsShown *) self->shown->pdata[0])->key));
      g_ptr_array_remove_index (self->shown, 0);
    }
  self->shown_serial++;
  g_ptr_array_add (self->shown, g_memdup2 (&new, sizeof new));
  demls_dirty_id (self, "shown", SPAN_OF (new.key));
  return TRUE;
}

/* --- raw packets ------------------------------------------------------------------------------------------------- */

void
demls_raw_free (DemlsRaw *self)
{
  g_bytes_unref (self->payload);
  g_free (self);
}

static gboolean
is_over (const DemlsRunner *self, const DemlsRaw *raw)
{
  return self->raw_bytes > DEMLS_RAW_BYTES
         || raw->came + (gint64) DEMLS_RAW_DAYS * 24 * 3600 * SECOND <= self->now.mono;
}

void
demls_raws_put (DemlsRunner *self, Span payload, guint64 epoch)
{
  DemlsRaw *raw = g_new0 (DemlsRaw, 1);
  raw->serial = self->raw_serial++;
  raw->epoch = epoch;
  raw->came = self->now.mono;
  raw->payload = span_dup (payload);
  self->raw_bytes += payload.len;
  g_ptr_array_add (self->raws, raw);
  dirty_serial (self, "raw", raw->serial);
  while (self->raws->len > 0 && is_over (self, self->raws->pdata[0]))
    {
      const DemlsRaw *oldest = self->raws->pdata[0];
      self->raw_bytes -= g_bytes_get_size (oldest->payload);
      dirty_serial (self, "raw", oldest->serial);
      g_ptr_array_remove_index (self->raws, 0);
    }
}
