#include "session/recv.h"

#include <string.h>

#include "mls/message.h"
#include "session/catchup.h"
#include "session/rejoin.h"
#include "session/runner-private.h"

#define PACKET_MAX (16 * 1024 * 1024)

/* --- who was heard ----------------------------------------------------------------------------------------------- */

/* The newest epoch in which somebody was heard, and when last there. */
typedef struct {
  gint64 at;
  guint64 epoch;
  guint8 epoch_id[CONSENSUS_HASH_SIZE];
} Heard;

GHashTable *
demls_heard_new (void)
{
  return g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, g_free);
}

gint64
demls_heard_last (GHashTable *heard, Span member)
{
  g_autoptr (GBytes) key = span_dup (member);
  const gint64 *at = g_hash_table_lookup (heard, key);
  return at ? *at : G_MININT64;
}

void
demls_heard_note (GHashTable *heard, Span member, gint64 mono)
{
  gint64 *at = g_new (gint64, 1);
  *at = MAX (mono, demls_heard_last (heard, member));
  g_hash_table_replace (heard, span_dup (member), at);
}

gint64
demls_heard_newest (GHashTable *heard)
{
  GHashTableIter i;
  gpointer at;
  gint64 newest = 0;
  g_hash_table_iter_init (&i, heard);
  while (g_hash_table_iter_next (&i, NULL, &at))
    newest = MAX (newest, *(const gint64 *) at);
  return newest;
}

static void
note_heard (DemlsRunner *self, const DemlsKept *kept, Span member)
{
  g_autoptr (GBytes) key = span_dup (member);
  Heard *heard = g_hash_table_lookup (self->heard, key);
  if (!heard)
    {
      heard = g_new0 (Heard, 1);
      g_hash_table_insert (self->heard, g_steal_pointer (&key), heard);
    }
  if (demls_kept_number (kept) >= heard->epoch)
    {
      heard->at = self->now.mono;
      heard->epoch = demls_kept_number (kept);
      memcpy (heard->epoch_id, kept->epoch->id, sizeof heard->epoch_id);
    }
  demls_heard_note (self->heard_here, member, self->now.mono);
  self->heard_at = self->now.mono;
  demls_catchup_heard (self);
  demls_join_heard (self, member);
}

gboolean
demls_recv_heard_since (const DemlsRunner *self, const DemlsKept *kept, Span member, gint64 mono)
{
  g_autoptr (GBytes) key = span_dup (member);
  const Heard *heard = g_hash_table_lookup (self->heard, key);
  return heard && heard->at > mono && span_equal (SPAN_OF (heard->epoch_id), SPAN_OF (kept->epoch->id));
}

/* --- messages of members ----------------------------------------------------------------------------------------- */

typedef gboolean (*Handler) (DemlsRunner *self, const DemlsReceived *received, GError **error);

/* `anybody`: also from those who were members then, but are not now (V25). */
typedef struct {
  int payload_case;
  Handler handle;
  gboolean anybody;
  gboolean metered;
} HandlerRow;

static const HandlerRow handlers[] = {
  { DEMLS_APP (CONVERSATION_MESSAGE), demls_recv_chat, FALSE, FALSE },
  { DEMLS_APP (PROPOSAL), demls_recv_proposal, FALSE, TRUE },
  { DEMLS_APP (VOTE), demls_recv_vote, FALSE, TRUE },
  { DEMLS_APP (COMMIT_CANDIDATE), demls_recv_candidate, TRUE, FALSE },
  { DEMLS_APP (SEAL), demls_recv_seal, TRUE, FALSE },
  { DEMLS_APP (CATCH_UP), demls_recv_catch_up, TRUE, TRUE },
  { DEMLS_APP (CATCH_UP_ANSWER), demls_recv_answer, TRUE, TRUE },
  { DEMLS_APP (MEMBERSHIP_CHANGE), demls_recv_notice, FALSE, TRUE },
  { DEMLS_APP (NICK_CLAIM), demls_recv_nick, FALSE, TRUE },
};

static const HandlerRow *
find_handler (const DemlsAppMessage *message)
{
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    if (handlers[i].payload_case == (int) message->payload_case)
      return &handlers[i];
  return NULL;
}

static gboolean
check_sender (DemlsRunner *self, const DemlsReceived *received, const HandlerRow *row, GError **error)
{
  gboolean proposal = received->message->payload_case == DEMLS_APP (PROPOSAL);
  if (!row->anybody && !demls_epoch_has (self->current->epoch, received->sender))
    return demls_refuse (error, DEMLS_ERROR_STALE, "from somebody who is no member any more");
  if (received->kept->final && row->payload_case != DEMLS_APP (CONVERSATION_MESSAGE)
      && row->payload_case != DEMLS_APP (CATCH_UP))
    return demls_refuse (error, DEMLS_ERROR_STALE, "of an epoch that is settled");
  if (row->metered && !consensus_meter_count (self->meter, received->sender, proposal, self->now.mono))
    return demls_refuse (error, DEMLS_ERROR_FLOOD, "too many messages of one member");
  return TRUE;
}

static gboolean
dispatch (DemlsRunner *self, DemlsReceived *received, Span plaintext, GError **error)
{
  g_autoptr (DemlsAppMessage) message = demls_app_message_decode (plaintext, error);
  if (!message)
    return FALSE;
  const HandlerRow *row = find_handler (message);
  received->message = message;
  if (!row)
    return demls_refuse (error, DEMLS_ERROR_MALFORMED, "not a message that a member sends");
  return check_sender (self, received, row, error) && row->handle (self, received, error);
}

/* --- opening ----------------------------------------------------------------------------------------------------- */

typedef enum {
  OPENED,   /* it was for this epoch; handled, or refused by its handler */
  REPEATED, /* for this epoch, but its key is used up, or it is our own */
  CLOSED,   /* not of this epoch's branch, or damaged */
} Opening;

static gboolean
is_repeated (const GError *error)
{
  return g_error_matches (error, MLS_ERROR, MLS_ERROR_GENERATION_USED)
         || g_error_matches (error, MLS_ERROR, MLS_ERROR_GENERATION_OLD)
         || g_error_matches (error, MLS_ERROR, MLS_ERROR_OWN_MESSAGE);
}

/* X6: two programs with one key would reuse generations: this one falls silent. */
static void
look_for_clone (DemlsRunner *self, const DemlsKept *kept, Span packet)
{
  if (self->cloned || !demls_epochs_has_our_leaf (self, kept) || !mls_group_is_cloned (kept->group, packet))
    return;
  self->cloned = TRUE;
  demls_rejoin_cloned (self);
}

static Opening
open_in (DemlsRunner *self, DemlsKept *kept, Span packet, gboolean *handled, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (MlsReceived) opened = mls_group_receive (kept->group, packet, &local);
  if (!opened)
    {
      if (g_error_matches (local, MLS_ERROR, MLS_ERROR_OWN_MESSAGE))
        look_for_clone (self, kept, packet);
      return is_repeated (local) ? REPEATED : CLOSED;
    }
  demls_epochs_touched (self, kept);
  DemlsReceived received = { .kept = kept, .leaf = opened->sender.index, .packet = packet };
  g_autoptr (GBytes) sender = span_dup (demls_roster_id_at (kept->epoch->roster, received.leaf));
  received.sender = span_bytes (sender);
  note_heard (self, kept, received.sender);
  const MlsFramedContent *content = &opened->content->content;
  if (content->content_type != MLS_CONTENT_APPLICATION)
    *handled = demls_refuse (error, DEMLS_ERROR_MALFORMED, "handshake messages are not sent here");
  else
    *handled = dispatch (self, &received, content->content, error);
  return OPENED;
}

/* V20: does it open in an epoch that some candidate leads to? Looked at with copied keys; it stays held. */
static void
probe_offers (DemlsRunner *self, guint64 epoch, Span packet)
{
  DemlsKept *current = self->current;
  if (!current || self->state != DEMLS_STATE_FREEZING || epoch != demls_kept_number (current) + 1)
    return;
  for (guint i = 0; i < current->offers->len; i++)
    {
      DemlsOffer *offer = current->offers->pdata[i];
      if (!offer->next || offer->heard)
        continue;
      MlsGroup *group = offer->next->group;
      g_autoptr (MlsSecretTree) keys = mls_secret_tree_copy (mls_group_keys (group));
      g_autoptr (MlsReceived) opened = mls_group_receive_with (group, keys, packet, NULL);
      offer->heard = opened != NULL;
    }
}

/* Which epochs may open a packet: those of our branch and those kept for chat. */
static gboolean
may_open (const DemlsRunner *self, const DemlsKept *kept, guint64 epoch)
{
  return demls_kept_number (kept) == epoch && (kept->final || demls_epochs_is_ours (self, kept));
}

static Opening
open_anywhere (DemlsRunner *self, guint64 epoch, Span packet, gboolean *handled, GError **error)
{
  for (guint i = self->epochs->len; i-- > 0;)
    {
      DemlsKept *kept = self->epochs->pdata[i];
      Opening opening = may_open (self, kept, epoch) ? open_in (self, kept, packet, handled, error) : CLOSED;
      if (opening != CLOSED)
        return opening;
    }
  return CLOSED;
}

/* V29: we came in by a Welcome and heard nobody here: the group may live on another branch, whose epochs are older. */
static gboolean
may_be_astray (const DemlsRunner *self)
{
  return demls_epochs_root (self)->home && g_hash_table_size (self->heard) == 0;
}

static gboolean
check_age (DemlsRunner *self, guint64 epoch, GError **error)
{
  if (epoch < demls_epochs_oldest (self))
    {
      if (may_be_astray (self))
        demls_catchup_unreadable (self);
      return demls_refuse (error, DEMLS_ERROR_STALE, "of an epoch that is not kept");
    }
  if (epoch > demls_kept_number (self->current) + CONSENSUS_WAIT_EPOCHS * 16)
    return demls_refuse (error, DEMLS_ERROR_STALE, "of an epoch far ahead");
  return TRUE;
}

static gboolean
hold (DemlsRunner *self, guint64 epoch, Span packet, GError **error)
{
  const DemlsKept *here = self->current;
  if (self->joining && self->current)
    demls_join_probe_homes (self, epoch, packet, self->now.mono);
  if (self->current && !check_age (self, epoch, error))
    return FALSE;
  probe_offers (self, epoch, packet);
  if (!demls_held_put (self, packet, epoch))
    return demls_refuse (error, DEMLS_ERROR_REPEATED, "held already");
  if (self->current != here)
    {
      demls_recv_try_held (self);
      return TRUE;
    }
  demls_catchup_unreadable (self);
  return demls_refuse (error, DEMLS_ERROR_HELD, "does not open yet");
}

static gboolean
read_header (const DemlsRunner *self, Span packet, guint64 *epoch, GError **error)
{
  Span body;
  MlsPrivateMessage message;
  if (!mls_message_read_as (packet, MLS_WIRE_PRIVATE_MESSAGE, &body, error)
      || !mls_private_message_read (body, &message, error))
    return FALSE;
  *epoch = message.epoch;
  if (!span_equal (message.group_id, span_str (self->id)))
    return demls_refuse (error, DEMLS_ERROR_MALFORMED, "a message of another group");
  return TRUE;
}

/* Somebody published it again: others who were asked for it need not. */
static void
note_repeated (DemlsRunner *self, Span packet)
{
  guint8 name[CONSENSUS_HASH_SIZE];
  if (self->catchup.jobs->len == 0)
    return;
  hash_sha256 (packet, name);
  demls_catchup_seen (self, SPAN_OF (name));
}

static gboolean
recv_mls (DemlsRunner *self, Span packet, GError **error)
{
  guint64 epoch;
  gboolean handled = FALSE;
  if (!read_header (self, packet, &epoch, error))
    return FALSE;
  switch (open_anywhere (self, epoch, packet, &handled, error))
    {
    case OPENED:
      return handled;
    case REPEATED:
      note_repeated (self, packet);
      return demls_refuse (error, DEMLS_ERROR_REPEATED, "seen before, or our own");
    case CLOSED:
    default:
      return hold (self, epoch, packet, error);
    }
}

gboolean
demls_runner_receive (DemlsRunner *self, DemlsSubtopic subtopic, Span payload, DemlsNow now, GError **error)
{
  demls_runner_enter (self, now);
  if (self->over)
    return demls_refuse (error, DEMLS_ERROR_BLOCKED, "this conversation is over");
  if (payload.len < 2 || payload.len > PACKET_MAX)
    return demls_refuse (error, DEMLS_ERROR_TOO_LARGE, "an impossible size");
  if (subtopic == DEMLS_SUBTOPIC_WELCOME)
    return demls_recv_welcome_channel (self, payload, error);
  if (payload.data[0] == 0 && payload.data[1] == MLS_VERSION_10)
    return recv_mls (self, payload, error);
  return demls_recv_plain (self, payload, error);
}

/* --- held packets ------------------------------------------------------------------------------------------------ */

/* One that opens now; FALSE if none does. Taken out before it is handled, since handling may come back here. */
static gboolean
try_one (DemlsRunner *self, guint64 *from)
{
  for (guint i = 0; i < self->held->len; i++)
    {
      DemlsHeld *held = self->held->pdata[i];
      if (held->serial < *from)
        continue;
      *from = held->serial + 1;
      gboolean handled = FALSE;
      g_autoptr (GBytes) payload = g_bytes_ref (held->payload);
      guint64 serial = held->serial;
      guint64 epoch = held->epoch;
      gint64 came = held->came;
      if (open_anywhere (self, epoch, span_bytes (payload), &handled, NULL) != CLOSED)
        demls_held_drop (self, serial);
      else if (self->joining && self->current)
        demls_join_probe_homes (self, epoch, span_bytes (payload), came);
      return TRUE;
    }
  return FALSE;
}

void
demls_recv_try_held (DemlsRunner *self)
{
  if (self->trying_held)
    {
      self->try_held_again = TRUE;
      return;
    }
  self->trying_held = TRUE;
  do
    {
      self->try_held_again = FALSE;
      guint64 from = 0;
      while (!self->over && try_one (self, &from))
        continue;
    }
  while (self->try_held_again && !self->over);
  self->trying_held = FALSE;
}
