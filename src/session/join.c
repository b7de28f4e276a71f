#include "session/join.h"

#include <string.h>

#include "rules/rejoin-proof.h"
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

#define LIFETIME_AFTER_S (28 * 24 * 3600)
/* So long keys are kept of which we hear no more. */
#define HUSHED_S (7 * 24 * 3600)

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
demls_join_set_proofs (DemlsRunner *self, DemlsRejoinProof *const *proofs, gsize n_proofs)
{
  DemlsJoining *joining = self->joining;
  g_clear_pointer (&joining->announcement, g_bytes_unref);
  joining->announcement = encode_announcement (self, joining->secrets->package, proofs, n_proofs);
  demls_dirty (self, "join");
}

void
demls_join_hurry (DemlsRunner *self, guint seconds)
{
  self->joining->announce_at = MIN (self->joining->announce_at, self->now.mono + (gint64) seconds * SECOND);
  self->joining->announce_step = DEMLS_ANNOUNCE_FIRST_S * SECOND;
  demls_dirty (self, "join");
}

void
demls_join_hush (DemlsRunner *self)
{
  self->joining->announce_at = DEMLS_NEVER;
  self->joining->expires_at = MIN (self->joining->expires_at, self->now.mono + HUSHED_S * SECOND);
  demls_dirty (self, "join");
}

void
demls_join_begin_with (DemlsRunner *self, MlsKeyPackageSecrets *secrets, gint64 expires_at)
{
  DemlsJoining *joining = g_new0 (DemlsJoining, 1);
  joining->secrets = secrets;
  joining->announcement = encode_announcement (self, secrets->package, NULL, 0);
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
  demls_join_begin_with (self, secrets, self->now.mono + (gint64) wait * MILLISECOND);
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
  demls_rejoin_renew (self);
  demls_publish (self, DEMLS_SUBTOPIC_WELCOME, g_bytes_ref (joining->announcement));
  joining->announce_at = self->now.mono + joining->announce_step;
  joining->announce_step = MIN (2 * joining->announce_step, DEMLS_ANNOUNCE_LAST_S * SECOND);
  demls_dirty (self, "join");
}

/* --- coming in --------------------------------------------------------------------------------------------------- */

void
demls_join_send_notice (DemlsRunner *self)
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

/* Anybody can make one to our package: the user hears of the first. */
static void
complain (DemlsRunner *self, const char *why)
{
  if (self->joining->complained)
    return;
  self->joining->complained = TRUE;
  demls_emit_error (self, "join", why);
}

DemlsKept *
demls_join_open (DemlsRunner *self, Span welcome, GError **error)
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
  complain (self, local ? local->message : "a Welcome to another group");
  demls_kept_free (kept);
  return NULL;
}

/* Our key package was used, but another Welcome may still open it (V29): it is kept for a while. */
void
demls_join_settle (DemlsRunner *self)
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
  g_hash_table_remove_all (self->heard_here);
  demls_catchup_begin_anew (self);
  if (self->current)
    demls_rejoin_arrived (self, kept);
  else
    {
      demls_epochs_plant (self, kept);
      demls_emit (self, DEMLS_EVENT_JOINED)->epoch = demls_kept_number (kept);
    }
  demls_join_settle (self);
  demls_held_forget (self, demls_kept_number (kept), NULL, NULL);
  demls_arrive_joined (self);
  demls_join_send_notice (self);
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

/* We know a group to be ours, but have lost touch with it. */
static gboolean
is_lost (const DemlsRunner *self)
{
  return self->current && (self->out_of_sync || self->replaced);
}

static void
note_all (GHashTable *to, GHashTable *from)
{
  GHashTableIter i;
  gpointer member, at;
  g_hash_table_iter_init (&i, from);
  while (g_hash_table_iter_next (&i, &member, &at))
    demls_heard_note (to, span_bytes (member), *(const gint64 *) at);
}

/* What was heard is remembered with the instants at which it came: held packets that are looked at again call us
 * nowhere where we have been. */
static void
move_home (DemlsRunner *self, DemlsKept *kept)
{
  DemlsKept *left = self->current;
  const DemlsKept *root = demls_epochs_root (self);
  if (root->home)
    note_all (root->home, self->heard_here);
  g_hash_table_remove_all (self->heard);
  g_hash_table_remove_all (self->heard_here);
  note_all (self->heard_here, kept->home);
  self->heard_at = demls_heard_newest (self->heard_here);
  demls_epochs_move (self, kept);
  demls_arrive_moved (self, left);
  demls_join_send_notice (self);
  demls_catchup_soon (self);
}

/* Who built a group; empty if nobody invited us. */
static Span
builder_of (const DemlsKept *kept)
{
  guint32 signer = kept->home ? kept->welcomed_by : G_MAXUINT32;
  return signer == G_MAXUINT32 ? SPAN_EMPTY : demls_roster_id_at (kept->epoch->roster, signer);
}

static gboolean
is_rather_in (Span member, GHashTable *here, GHashTable *there)
{
  return demls_heard_last (here, member) > demls_heard_last (there, member);
}

static gboolean
is_heard (GHashTable *here, Span member)
{
  g_autoptr (GBytes) key = span_dup (member);
  return g_hash_table_contains (here, key);
}

/* How many were heard last `here` and not `there`. Who built a group does not count among those who speak in it. */
static guint
count_rather_in (GHashTable *here, GHashTable *there, Span builder)
{
  GHashTableIter i;
  gpointer member, at;
  guint n = 0;
  g_hash_table_iter_init (&i, here);
  while (g_hash_table_iter_next (&i, &member, &at))
    n += !span_equal (span_bytes (member), builder) && is_rather_in (span_bytes (member), here, there) ? 1 : 0;
  return n;
}

/* Once the inviter was heard here, or the code compared, nothing but another branch of this very group can call us
 * away: when it has become quiet here, or most are there (who came in with us may have taken the wrong branch with us,
 * so that it never becomes quiet). Of two that are alike, one that its own builder has left for the other is the worse.
 */
static gboolean
is_livelier (const DemlsRunner *self, const DemlsKept *kept)
{
  Span ours = builder_of (demls_epochs_root (self)), theirs = builder_of (kept);
  guint here = count_rather_in (self->heard_here, kept->home, ours);
  guint there = count_rather_in (kept->home, self->heard_here, theirs);
  gint64 quiet = demls_heard_newest (kept->home) - self->heard_at;
  if (self->inviter && !self->unconfirmed)
    return (quiet > DEMLS_CATCH_UP_QUIET_S * SECOND || there > here) && demls_rejoin_may_trust (self, kept);
  gboolean left =
      is_rather_in (ours, kept->home, self->heard_here) && !is_rather_in (theirs, self->heard_here, kept->home);
  return there > here || (there > 0 && ((there == here && left) || quiet > HOME_SILENT_S * SECOND));
}

/* Somebody was heard there: TRUE if we live there now. */
static gboolean
may_move (DemlsRunner *self, DemlsKept *kept, Span sender)
{
  if (is_lost (self))
    {
      /* whom we know, nobody can play */
      if (!demls_epoch_has (self->current->epoch, sender))
        return FALSE;
      come_in (self, demls_epochs_take_out (self, kept));
      return TRUE;
    }
  /* whose code was compared need not follow what its inviter said on another branch before it was ever heard here */
  Span inviter = self->inviter ? span_bytes (self->inviter) : SPAN_EMPTY;
  gboolean known = self->unconfirmed || is_heard (self->heard_here, inviter);
  gboolean invited = known && span_equal (sender, inviter) && is_rather_in (sender, kept->home, self->heard_here);
  if (!invited && !is_livelier (self, kept))
    return FALSE;
  move_home (self, kept);
  return TRUE;
}

void
demls_join_probe_homes (DemlsRunner *self, guint64 epoch, Span packet, gint64 came)
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
      g_autoptr (GBytes) sender = span_dup (demls_roster_id_at (kept->epoch->roster, opened->sender.index));
      demls_heard_note (kept->home, span_bytes (sender), came);
      if (may_move (self, kept, span_bytes (sender)))
        return;
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

/* The first Welcome is where we live; later ones are kept in case it was the wrong one. Who was lost knows its group:
 * what is not it, is not taken, and what may be it only once somebody known is heard in it. */
static void
take_welcome (DemlsRunner *self, DemlsKept *kept)
{
  kept->home = demls_heard_new ();
  if (demls_epochs_find (self, demls_kept_id (kept))
      || (is_lost (self) && !g_bytes_equal (kept->epoch->name, self->current->epoch->name)))
    {
      demls_kept_free (kept);
      return;
    }
  if (!self->current || (is_lost (self) && demls_rejoin_may_trust (self, kept)))
    {
      come_in (self, kept);
      return;
    }
  demls_epochs_add_home (self, kept);
  demls_catchup_ask_in (self, kept);
  demls_recv_try_held (self);
}

/* --- the welcome channel ----------------------------------------------------------------------------------------- */

/* One that was meant for us and leads nowhere: then we are in the tree perhaps, and must ask anew (V29). */
static gboolean
names_us (const DemlsRunner *self, const DemlsMemberWelcome *message)
{
  for (gsize i = 0; i < message->n_joiner_identities; i++)
    if (demls_is_me (self, consensus_span (message->joiner_identities[i])))
      return TRUE;
  return FALSE;
}

static gboolean
recv_welcome (DemlsRunner *self, const DemlsMemberWelcome *message, GError **error)
{
  Span bytes = consensus_span (message->welcome_bytes);
  demls_welcome_seen (self, bytes);
  if (!self->joining || demls_rejoin_is_staged (self, bytes))
    return TRUE;
  DemlsKept *kept = demls_join_open (self, bytes, error);
  if (kept)
    take_welcome (self, kept);
  else if (names_us (self, message) && self->joining->announce_at != DEMLS_NEVER)
    demls_join_hurry (self, DEMLS_ANNOUNCE_FIRST_S);
  return kept != NULL;
}

/* G79: can this key package be added by somebody, some time? */
static gboolean
check_announcement (const DemlsRunner *self, const DemlsMemberInvite *invite, const MlsKeyPackage *package,
                    GError **error)
{
  Span member = consensus_span (invite->member_id);
  if (!mls_key_package_check (self->env->suite, package, error) || !demls_member_id_check (package->leaf, error)
      || !mls_leaf_node_check_lifetime (package->leaf, self->now.wall, error))
    return FALSE;
  if (!span_equal (package->leaf->identity, member))
    return demls_refuse (error, DEMLS_ERROR_FORGED, "somebody else's key package");
  return TRUE;
}

/* Of a member: can its leaf be replaced by that? */
static gboolean
fits_leaf (const DemlsRunner *self, const DemlsMemberInvite *invite)
{
  guint8 standing[DEMLS_HASH_SIZE];
  demls_leaf_hash (demls_roster_leaf (self->current->epoch->roster, consensus_span (invite->member_id)), standing);
  for (gsize i = 0; i < invite->n_rejoin_proofs; i++)
    if (span_equal (consensus_span (invite->rejoin_proofs[i]->leaf_hash), SPAN_OF (standing)))
      return TRUE;
  return FALSE;
}

static void
emit_applicant (DemlsRunner *self, Span member, const MlsLeafNode *leaf)
{
  DemlsEvent *event = demls_emit (self, DEMLS_EVENT_APPLICANT);
  event->member = span_dup (member);
  Span nick = SPAN_EMPTY;
  if (mls_extensions_find (leaf->extensions, MLS_EXTENSION_DEMLS_NICK, &nick) && demls_nick_is_valid (nick))
    event->text = g_strndup ((const char *) nick.data, nick.len);
}

/* A member that asks to be let in does not know that it is one, or which leaf it has: it is told (V29). */
static gboolean
recv_announcement (DemlsRunner *self, const DemlsMemberInvite *invite, GBytes *packet, GError **error)
{
  Span encoded = consensus_span (invite->key_package_bytes), member = consensus_span (invite->member_id);
  if (!self->current || self->gone)
    return demls_refuse (error, DEMLS_ERROR_BLOCKED, "not a member ourselves");
  gboolean is_member = demls_epoch_has (self->current->epoch, member), again = demls_welcome_again (self, encoded);
  if (!is_member && again)
    return TRUE;
  if (!is_member && demls_is_burned (self, encoded))
    return demls_refuse (error, DEMLS_ERROR_REPEATED, "was added once");
  g_autoptr (MlsKeyPackage) package = mls_key_package_parse (encoded, error);
  if (!package || !check_announcement (self, invite, package, error))
    return FALSE;
  if (is_member && (again || demls_is_burned (self, encoded) || !fits_leaf (self, invite)))
    {
      demls_answer_announcement (self, member, encoded);
      return again || demls_refuse (error, DEMLS_ERROR_STALE, "is a member");
    }
  gboolean is_new;
  if (!demls_applicants_put (self, member, packet, &is_new))
    return demls_refuse (error, DEMLS_ERROR_FLOOD, "too many announcements");
  if (is_new && !is_member)
    emit_applicant (self, member, package->leaf);
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
  /* proofs of leaves that are not there say nothing (V26) */
  gboolean rejoins = demls_epoch_has (self->current->epoch, consensus_span (invite->member_id));
  *kind = rejoins ? DEMLS_KIND_REJOIN : DEMLS_KIND_INVITE;
  return demls_ask_invite (self->current->epoch, consensus_span (invite->key_package_bytes),
                           consensus_span (invite->member_id), invite->rejoin_proofs,
                           rejoins ? invite->n_rejoin_proofs : 0);
}
