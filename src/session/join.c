#include "session/join.h"

#include <string.h>

#include "session/arrive.h"
#include "session/catchup.h"
#include "session/leave.h"
#include "session/recv.h"
#include "session/rejoin.h"
#include "session/runner-private.h"

/* Clocks may be wrong by some minutes (L4). */
#define LIFETIME_BEFORE_S 3600
/* Other Welcomes are kept so long at least. */
#define HOMES_AT_LEAST_S 600

#define LIFETIME_AFTER_S (90 * 24 * 3600)

/* --- our own leaf ------------------------------------------------------------------------------------------------ */

typedef struct {
  GBytes *credential;
  GBytes *capabilities;
  GBytes *extensions;
  MlsKeyPackageFields fields;
} OwnLeaf;

static void
own_leaf_clear (OwnLeaf *self)
{
  g_clear_pointer (&self->credential, g_bytes_unref);
  g_clear_pointer (&self->capabilities, g_bytes_unref);
  g_clear_pointer (&self->extensions, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OwnLeaf, own_leaf_clear)

static void
own_leaf_init (OwnLeaf *leaf, const DemlsRunner *self)
{
  leaf->credential = mls_credential_basic (demls_me (self));
  leaf->capabilities = demls_group_capabilities ();
  leaf->extensions = demls_leaf_extensions (SPAN_EMPTY, span_str (self->nick));
  leaf->fields.credential = span_bytes (leaf->credential);
  leaf->fields.capabilities = span_bytes (leaf->capabilities);
  leaf->fields.leaf_extensions = span_bytes (leaf->extensions);
  leaf->fields.not_before = (guint64) MAX (self->now.wall - LIFETIME_BEFORE_S, 0);
  leaf->fields.not_after = (guint64) MAX (self->now.wall, 0) + LIFETIME_AFTER_S;
}

/* --- founding ---------------------------------------------------------------------------------------------------- */

static DemlsKept *
found_group (const DemlsRunner *self, const char *title, const DemlsPolicy *policy, GError **error)
{
  g_autoptr (DemlsGovernance) governance = demls_governance_found (policy, title, self->env->rng, error);
  if (!governance)
    return NULL;
  g_autoptr (GBytes) extensions = demls_group_extensions (governance);
  g_auto (OwnLeaf) leaf = { .credential = NULL };
  own_leaf_init (&leaf, self);
  MlsGroup *group = mls_group_create (self->env->suite, self->env->rng, self->env->key, span_str (self->id),
                                      &leaf.fields, span_bytes (extensions), mls_group_config_default (), error);
  return group ? demls_kept_new (group, error) : NULL;
}

DemlsRunner *
demls_runner_found (const DemlsEnv *env, const char *id, const char *title, const DemlsPolicy *policy, DemlsNow now,
                    GError **error)
{
  g_autoptr (DemlsRunner) self = demls_runner_new_blank (env, id);
  demls_runner_enter (self, now);
  DemlsKept *kept = found_group (self, title, policy, error);
  if (!kept)
    return NULL;
  demls_epochs_plant (self, kept);
  self->own_path_at = self->now.mono;
  demls_arrive_joined (self);
  return g_steal_pointer (&self);
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

void
demls_joining_free (DemlsJoining *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->secrets, mls_key_package_secrets_free);
  g_clear_pointer (&self->announcement, g_bytes_unref);
  g_clear_pointer (&self->inviter, g_bytes_unref);
  g_free (self);
}

static GBytes *
encode_announcement (const DemlsRunner *self, const MlsKeyPackage *package, DemlsRejoinProof *const *proofs, gsize n)
{
  g_autofree DemlsRejoinProof **list = g_new0 (DemlsRejoinProof *, n + 1);
  for (gsize i = 0; i < n; i++)
    list[i] = proofs[i];
  DemlsMemberInvite invite = DEMLS_MEMBER_INVITE_INIT;
  invite.key_package_bytes = consensus_data (span_bytes (package->encoded));
  invite.member_id = consensus_data (demls_me (self));
  invite.n_rejoin_proofs = n;
  invite.rejoin_proofs = list;
  DemlsWelcomeChannel channel = DEMLS_WELCOME_CHANNEL_INIT;
  channel.payload_case = DEMLS_CHANNEL (ANNOUNCE);
  channel.announce = &invite;
  return demls_message_encode (&channel.base);
}

MlsKeyPackageSecrets *
demls_join_make_package (const DemlsRunner *self, GError **error)
{
  g_auto (OwnLeaf) leaf = { .credential = NULL };
  own_leaf_init (&leaf, self);
  return mls_key_package_new (self->env->suite, self->env->rng, self->env->key, &leaf.fields, error);
}

void
demls_join_begin_with (DemlsRunner *self, MlsKeyPackageSecrets *secrets, DemlsRejoinProof *const *proofs,
                       gsize n_proofs, gint64 expires_at)
{
  DemlsJoining *joining = g_new0 (DemlsJoining, 1);
  joining->secrets = secrets;
  joining->announcement = encode_announcement (self, secrets->package, proofs, n_proofs);
  joining->announce_at = self->now.mono;
  joining->announce_step = DEMLS_ANNOUNCE_FIRST_S * SECOND;
  joining->expires_at = expires_at;
  g_clear_pointer (&self->joining, demls_joining_free);
  self->joining = joining;
  demls_dirty (self, "join");
}

DemlsRunner *
demls_runner_await (const DemlsEnv *env, const char *id, const DemlsJoinHint *hint, DemlsNow now, GError **error)
{
  g_autoptr (DemlsRunner) self = demls_runner_new_blank (env, id);
  demls_runner_enter (self, now);
  guint64 unknown = DEMLS_JOIN_UNKNOWN_S * G_GUINT64_CONSTANT (1000);
  guint64 wait = hint && hint->expires_after_ms > 0 ? MIN (hint->expires_after_ms, 3 * DEMLS_DURATION_MAX_MS) : unknown;
  MlsKeyPackageSecrets *secrets = demls_join_make_package (self, error);
  if (!secrets)
    return NULL;
  self->state_since = self->now.mono;
  demls_emit (self, DEMLS_EVENT_PHASE_CHANGE)->state = DEMLS_STATE_PENDING_JOIN;
  demls_join_begin_with (self, secrets, NULL, 0, self->now.mono + (gint64) wait * MILLISECOND);
  if (hint && hint->inviter)
    self->joining->inviter = g_bytes_ref (hint->inviter);
  demls_dirty (self, "runner");
  demls_join_announce (self);
  return g_steal_pointer (&self);
}

void
demls_join_announce (DemlsRunner *self)
{
  DemlsJoining *joining = self->joining;
  demls_publish (self, DEMLS_SUBTOPIC_WELCOME, g_bytes_ref (joining->announcement));
  joining->announce_at = self->now.mono + joining->announce_step;
  joining->announce_step = MIN (2 * joining->announce_step, DEMLS_ANNOUNCE_LAST_S * SECOND);
  demls_dirty (self, "join");
}

/* --- coming in --------------------------------------------------------------------------------------------------- */

static void
send_notice (DemlsRunner *self)
{
  DemlsMembershipChange change = DEMLS_MEMBERSHIP_CHANGE_INIT;
  change.conversation_id = self->id;
  change.member = consensus_data (demls_me (self));
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (MEMBERSHIP_CHANGE);
  message.membership_change = &change;
  demls_send_message (self, self->current, &message);
}

void
demls_join_confirm (DemlsRunner *self)
{
  if (!self->unconfirmed)
    return;
  self->unconfirmed = FALSE;
  demls_dirty (self, "runner");
  demls_emit (self, DEMLS_EVENT_CONFIRMED)->received = demls_runner_waiting (self);
}

static DemlsKept *
open_welcome (DemlsRunner *self, Span welcome, GError **error)
{
  g_autoptr (GError) local = NULL;
  MlsGroup *group = mls_group_join (self->env->suite, self->env->key, self->joining->secrets, welcome, SPAN_EMPTY, NULL,
                                    mls_group_config_default (), &local);
  if (!group)
    {
      demls_refuse (error, DEMLS_ERROR_NOT_FOR_US, "not for us: %s", local->message);
      return NULL;
    }
  DemlsKept *kept = demls_kept_new (group, &local);
  if (kept && span_equal (kept->epoch->conversation_id, span_str (self->id)))
    return kept;
  demls_refuse (error, DEMLS_ERROR_UNJOINABLE, "unjoinable: %s", local ? local->message : "another group");
  demls_emit_error (self, "join", local ? local->message : "a Welcome to another group");
  demls_kept_free (kept);
  return NULL;
}

/* Our key package was used, but another Welcome may still open it (V29): it is kept for a while. */
static void
settle_joining (DemlsRunner *self)
{
  DemlsJoining *joining = self->joining;
  joining->announce_at = DEMLS_NEVER;
  gint64 window = (gint64) demls_policy (self)->rollback_window_ms * MILLISECOND;
  joining->expires_at = demls_after (self->now.mono, MAX (window, HOMES_AT_LEAST_S * SECOND));
  demls_dirty (self, "join");
}

static void
come_in (DemlsRunner *self, DemlsKept *kept)
{
  g_clear_pointer (&self->inviter, g_bytes_unref);
  self->inviter = self->joining->inviter ? g_bytes_ref (self->joining->inviter) : NULL;
  self->unconfirmed = self->inviter != NULL;
  self->own_path_at = self->now.mono;
  g_hash_table_remove_all (self->heard);
  demls_catchup_begin_anew (self);
  if (self->current)
    demls_rejoin_arrived (self, kept);
  else
    {
      demls_epochs_plant (self, kept);
      demls_emit (self, DEMLS_EVENT_JOINED)->epoch = demls_kept_number (kept);
    }
  settle_joining (self);
  demls_held_forget (self, demls_kept_number (kept), NULL, NULL);
  demls_arrive_joined (self);
  send_notice (self);
  demls_catchup_soon (self);
}

/* A home in which nobody was heard for so long gives way to one in which somebody is. */
#define HOME_SILENT_S 30

/* --- several Welcomes (V29) -------------------------------------------------------------------------------------- */

/* A root in which we could live, but do not. */
static gboolean
is_other_home (const DemlsRunner *self, const DemlsKept *kept)
{
  return kept->home && !kept->final && !demls_epochs_is_ours (self, kept);
}

static void
move_home (DemlsRunner *self, DemlsKept *kept)
{
  DemlsKept *left = self->current;
  g_hash_table_remove_all (self->heard);
  demls_epochs_move (self, kept);
  demls_arrive_moved (self, left);
  send_notice (self);
  demls_catchup_soon (self);
}

void
demls_join_probe_homes (DemlsRunner *self, guint64 epoch, Span packet)
{
  for (guint i = 0; i < self->epochs->len; i++)
    {
      DemlsKept *kept = self->epochs->pdata[i];
      if (!is_other_home (self, kept) || demls_kept_number (kept) != epoch)
        continue;
      g_autoptr (MlsSecretTree) keys = mls_secret_tree_copy (mls_group_keys (kept->group));
      g_autoptr (MlsReceived) opened = mls_group_receive_with (kept->group, keys, packet, NULL);
      if (!opened)
        continue;
      Span sender = demls_roster_id_at (kept->epoch->roster, opened->sender.index);
      g_hash_table_add (kept->home, span_dup (sender));
      gboolean inviter = self->inviter && span_equal (sender, span_bytes (self->inviter));
      gboolean livelier = g_hash_table_size (kept->home) > g_hash_table_size (self->heard)
                          || self->now.mono > self->heard_at + HOME_SILENT_S * SECOND;
      if (inviter || (livelier && !self->unconfirmed))
        {
          move_home (self, kept);
          return;
        }
    }
}

/* Where we live is settled: the other ones go, and the keys that opened them. */
static void
forget_homes (DemlsRunner *self)
{
  for (guint i = self->epochs->len; i-- > 0;)
    if (is_other_home (self, self->epochs->pdata[i]))
      demls_epochs_forget (self, self->epochs->pdata[i]);
  g_clear_pointer (&self->joining, demls_joining_free);
  demls_dirty (self, "join");
}

void
demls_join_give_up (DemlsRunner *self)
{
  if (self->current)
    forget_homes (self);
  else
    demls_leave_finish (self, "expired");
}

void
demls_join_heard (DemlsRunner *self, Span member)
{
  if (self->unconfirmed && self->inviter && span_equal (member, span_bytes (self->inviter)))
    demls_join_confirm (self);
}

/* The first Welcome is where we live; later ones are kept in case it was the wrong one. */
static void
take_welcome (DemlsRunner *self, DemlsKept *kept)
{
  kept->home = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  if (!self->current || self->out_of_sync || self->replaced)
    {
      come_in (self, kept);
      return;
    }
  if (demls_epochs_find (self, demls_kept_id (kept)))
    {
      demls_kept_free (kept);
      return;
    }
  demls_epochs_add_home (self, kept);
  demls_catchup_ask_in (self, kept);
  demls_recv_try_held (self);
}

/* --- Welcomes of others ------------------------------------------------------------------------------------------ */

void
demls_welcome_free (DemlsWelcome *self)
{
  g_bytes_unref (self->welcome);
  g_ptr_array_unref (self->joiners);
  g_ptr_array_unref (self->packages);
  g_ptr_array_unref (self->arrived);
  g_free (self);
}

static GPtrArray *
bytes_array (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

DemlsWelcome *
demls_welcome_new (GBytes *bytes)
{
  DemlsWelcome *welcome = g_new0 (DemlsWelcome, 1);
  hash_sha256 (span_bytes (bytes), welcome->hash);
  welcome->welcome = g_bytes_ref (bytes);
  welcome->joiners = bytes_array ();
  welcome->packages = bytes_array ();
  welcome->arrived = bytes_array ();
  welcome->due = DEMLS_NEVER;
  return welcome;
}

static void
publish_welcome (DemlsRunner *self, const DemlsWelcome *welcome)
{
  g_autofree ProtobufCBinaryData *ids = g_new0 (ProtobufCBinaryData, welcome->joiners->len + 1);
  for (guint i = 0; i < welcome->joiners->len; i++)
    ids[i] = consensus_data (span_bytes (welcome->joiners->pdata[i]));
  DemlsMemberWelcome part = DEMLS_MEMBER_WELCOME_INIT;
  part.welcome_bytes = consensus_data (span_bytes (welcome->welcome));
  part.n_joiner_identities = welcome->joiners->len;
  part.joiner_identities = ids;
  DemlsWelcomeChannel channel = DEMLS_WELCOME_CHANNEL_INIT;
  channel.payload_case = DEMLS_CHANNEL (WELCOME);
  channel.welcome = &part;
  demls_publish (self, DEMLS_SUBTOPIC_WELCOME, demls_message_encode (&channel.base));
}

static DemlsWelcome *
find_welcome (const DemlsRunner *self, const guint8 hash[32])
{
  for (guint i = 0; i < self->welcomes->len; i++)
    if (memcmp (((DemlsWelcome *) self->welcomes->pdata[i])->hash, hash, 32) == 0)
      return self->welcomes->pdata[i];
  return NULL;
}

static void
dirty_welcome (DemlsRunner *self, const DemlsWelcome *welcome)
{
  demls_dirty_id (self, "welcome", SPAN_OF (welcome->hash));
}

void
demls_welcome_keep (DemlsRunner *self, const DemlsOffer *offer)
{
  DemlsWelcome *welcome = demls_welcome_new (offer->candidate->welcome);
  if (find_welcome (self, welcome->hash))
    {
      demls_welcome_free (welcome);
      return;
    }
  for (guint i = 0; i < offer->candidate->mandates->len; i++)
    {
      const DemlsRequest *request = ((const DemlsMandate *) offer->candidate->mandates->pdata[i])->request;
      if (!request->package)
        continue;
      g_ptr_array_add (welcome->joiners, span_dup (request->target));
      g_ptr_array_add (welcome->packages, g_bytes_ref (request->package->encoded));
    }
  welcome->since = self->now.mono;
  if (!offer->own)
    welcome->due = self->now.mono
                   + demls_random_delay (self, DEMLS_WELCOME_RELAY_MIN_S * SECOND, DEMLS_WELCOME_RELAY_MAX_S * SECOND);
  g_ptr_array_add (self->welcomes, welcome);
  dirty_welcome (self, welcome);
  if (offer->own)
    publish_welcome (self, welcome);
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_WELCOME_READY);
  event->minted_locally = offer->own;
  event->members = g_ptr_array_ref (welcome->joiners);
}

void
demls_welcome_due (DemlsRunner *self, DemlsWelcome *welcome)
{
  dirty_welcome (self, welcome);
  if (self->now.mono >= welcome->since + (gint64) DEMLS_WELCOME_DAYS * 24 * 3600 * SECOND)
    {
      g_ptr_array_remove (self->welcomes, welcome);
      return;
    }
  welcome->due = DEMLS_NEVER;
  publish_welcome (self, welcome);
}

static gboolean
has_id (const GPtrArray *list, Span id)
{
  for (guint i = 0; i < list->len; i++)
    if (span_equal (span_bytes (list->pdata[i]), id))
      return TRUE;
  return FALSE;
}

void
demls_welcome_arrived (DemlsRunner *self, Span member)
{
  for (guint i = 0; i < self->welcomes->len; i++)
    {
      DemlsWelcome *welcome = self->welcomes->pdata[i];
      if (!has_id (welcome->joiners, member) || has_id (welcome->arrived, member))
        continue;
      g_ptr_array_add (welcome->arrived, span_dup (member));
      if (welcome->arrived->len >= welcome->joiners->len)
        welcome->due = DEMLS_NEVER;
      dirty_welcome (self, welcome);
    }
}

/* --- the welcome channel ----------------------------------------------------------------------------------------- */

/* Somebody has published it meanwhile: once is enough. */
static void
welcome_seen (DemlsRunner *self, Span bytes)
{
  guint8 hash[32];
  hash_sha256 (bytes, hash);
  DemlsWelcome *welcome = find_welcome (self, hash);
  if (!welcome || welcome->due == DEMLS_NEVER)
    return;
  welcome->due = DEMLS_NEVER;
  dirty_welcome (self, welcome);
}

static gboolean
recv_welcome (DemlsRunner *self, const DemlsMemberWelcome *message, GError **error)
{
  Span bytes = consensus_span (message->welcome_bytes);
  welcome_seen (self, bytes);
  if (!self->joining)
    return TRUE;
  DemlsKept *kept = open_welcome (self, bytes, error);
  if (kept)
    take_welcome (self, kept);
  return kept != NULL;
}

/* G79: can this key package be added by somebody, some time? */
static gboolean
check_announcement (const DemlsRunner *self, const DemlsMemberInvite *invite, const MlsKeyPackage *package,
                    GError **error)
{
  Span member = consensus_span (invite->member_id);
  gboolean rejoins = invite->n_rejoin_proofs > 0;
  if (!mls_key_package_check (self->env->suite, package, error) || !demls_member_id_check (package->leaf, error)
      || !mls_leaf_node_check_lifetime (package->leaf, self->now.wall, error))
    return FALSE;
  if (!span_equal (package->leaf->identity, member))
    return demls_refuse (error, DEMLS_ERROR_FORGED, "somebody else's key package");
  if (demls_epoch_has (self->current->epoch, member) != rejoins)
    return demls_refuse (error, DEMLS_ERROR_STALE, "is a member, or wants back what it has not");
  return TRUE;
}

/* V29: its Welcome was lost. The committer's machine may be off, so all wait a little and the first one does it. */
static gboolean
publish_again (DemlsRunner *self, Span package)
{
  for (guint i = 0; i < self->welcomes->len; i++)
    {
      DemlsWelcome *welcome = self->welcomes->pdata[i];
      if (!has_id (welcome->packages, package))
        continue;
      if (welcome->due == DEMLS_NEVER)
        welcome->due = self->now.mono + demls_random_delay (self, 0, DEMLS_WELCOME_RELAY_MIN_S * SECOND);
      dirty_welcome (self, welcome);
      return TRUE;
    }
  return FALSE;
}

static gboolean
recv_announcement (DemlsRunner *self, const DemlsMemberInvite *invite, GBytes *packet, GError **error)
{
  Span encoded = consensus_span (invite->key_package_bytes), member = consensus_span (invite->member_id);
  if (!self->current || self->gone)
    return demls_refuse (error, DEMLS_ERROR_BLOCKED, "not a member ourselves");
  if (publish_again (self, encoded))
    return TRUE;
  if (demls_is_burned (self, encoded))
    return demls_refuse (error, DEMLS_ERROR_REPEATED, "was added once");
  g_autoptr (MlsKeyPackage) package = mls_key_package_parse (encoded, error);
  if (!package || !check_announcement (self, invite, package, error))
    return FALSE;
  gboolean is_new;
  if (!demls_applicants_put (self, member, packet, &is_new))
    return demls_refuse (error, DEMLS_ERROR_FLOOD, "too many announcements");
  if (is_new)
    {
      DemlsEvent *event = demls_emit (self, DEMLS_EVENT_APPLICANT);
      event->member = span_dup (member);
      Span nick = SPAN_EMPTY;
      if (mls_extensions_find (package->leaf->extensions, MLS_EXTENSION_DEMLS_NICK, &nick)
          && demls_nick_is_valid (nick))
        event->text = g_strndup ((const char *) nick.data, nick.len);
    }
  return TRUE;
}

gboolean
demls_recv_welcome_channel (DemlsRunner *self, Span payload, GError **error)
{
  g_autoptr (DemlsWelcomeChannel) channel = demls_welcome_channel_decode (payload, error);
  if (!channel)
    return FALSE;
  if (channel->payload_case == DEMLS_CHANNEL (WELCOME))
    return recv_welcome (self, channel->welcome, error);
  g_autoptr (GBytes) packet = span_dup (payload);
  return recv_announcement (self, channel->announce, packet, error);
}

GBytes *
demls_join_ask_for (const DemlsRunner *self, const DemlsApplicant *applicant, DemlsKind *kind)
{
  g_autoptr (DemlsWelcomeChannel) channel = demls_welcome_channel_decode (span_bytes (applicant->invite), NULL);
  if (!channel || channel->payload_case != DEMLS_CHANNEL (ANNOUNCE))
    return NULL;
  const DemlsMemberInvite *invite = channel->announce;
  *kind = invite->n_rejoin_proofs > 0 ? DEMLS_KIND_REJOIN : DEMLS_KIND_INVITE;
  return demls_ask_invite (self->current->epoch, consensus_span (invite->key_package_bytes),
                           consensus_span (invite->member_id), invite->rejoin_proofs, invite->n_rejoin_proofs);
}
