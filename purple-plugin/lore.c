#include "config.h"

#include "purple-plugin/lore.h"

#include "mls/extension.h"
#include "mls/registry.h"
#include "rules/messages.h"
#include "rules/nick.h"
#include "session/voting.h"

/* A question that stays known after its ballot is gone. */
typedef struct {
  DemlsQuestion question;
  GBytes *hash, *owner, *target;
  char *reason, *title;
  DemlsPolicy policy;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;
  g_bytes_unref (kept->hash);
  g_bytes_unref (kept->owner);
  g_bytes_unref (kept->target);
  g_free (kept->reason);
  g_free (kept->title);
  g_free (kept);
}

DemlsLore *
demls_lore_new (const char *id, DemlsState state)
{
  DemlsLore *self = g_new0 (DemlsLore, 1);
  self->id = g_strdup (id);
  self->state = state;
  self->people = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_person_free);
  self->questions = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, NULL, kept_free);
  self->reminded = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  return self;
}

void
demls_lore_free (DemlsLore *self)
{
  g_free (self->id);
  g_free (self->title);
  g_ptr_array_unref (self->people);
  g_hash_table_unref (self->questions);
  g_hash_table_unref (self->reminded);
  g_free (self);
}

/* --- people ------------------------------------------------------------------------------------------------------*/

static DemlsPerson *
find_person (const DemlsLore *self, GBytes *id)
{
  for (guint i = 0; i < self->people->len; i++)
    {
      DemlsPerson *person = self->people->pdata[i];
      if (g_bytes_equal (person->id, id))
        return person;
    }
  return NULL;
}

static void
learn_person (DemlsLore *self, const DemlsUser *user, GBytes *id, gboolean rename)
{
  const char *nick = demls_user_nick_of (user, self->id, span_bytes (id));
  DemlsPerson *person = find_person (self, id);
  if (!person)
    g_ptr_array_add (self->people, demls_person_new (id, nick));
  else if (nick && (rename || !person->nick) && g_strcmp0 (person->nick, nick) != 0)
    {
      g_free (person->nick);
      person->nick = g_strdup (nick);
    }
}

static void
learn_people (DemlsLore *self, const DemlsUser *user, gboolean rename)
{
  const DemlsRunner *runner = demls_user_runner (user, self->id);
  if (!runner)
    return;
  g_autoptr (GPtrArray) members = demls_runner_members (runner), applicants = demls_runner_applicants (runner);
  for (guint i = 0; i < members->len; i++)
    learn_person (self, user, members->pdata[i], rename);
  for (guint i = 0; i < applicants->len; i++)
    learn_person (self, user, applicants->pdata[i], rename);
}

void
demls_lore_know (DemlsLore *self, GBytes *id, const char *nick)
{
  DemlsPerson *person = find_person (self, id);
  if (!person)
    g_ptr_array_add (self->people, demls_person_new (id, nick));
  else if (!person->nick)
    person->nick = g_strdup (nick);
}

void
demls_lore_hear (DemlsLore *self, const DemlsEvent *event)
{
  if (event->kind == DEMLS_EVENT_APPLICANT && event->member && event->text)
    demls_lore_know (self, event->member, event->text);
}

void
demls_lore_catch_up (DemlsLore *self, const DemlsUser *user, const DemlsEvent *event)
{
  if (event && event->kind == DEMLS_EVENT_PHASE_CHANGE)
    self->state = event->state;
  learn_people (self, user, TRUE);
}

/* --- questions ---------------------------------------------------------------------------------------------------*/

static void
read_message (Kept *kept, const DemlsUpdateRequest *message)
{
  if (message->payload_case == DEMLS_REQUEST (REMOVE_MEMBER))
    kept->reason = g_strdup (message->remove_member->reason);
  if (message->payload_case == DEMLS_REQUEST (EMERGENCY_CRITERIA) && message->emergency_criteria->evidence)
    {
      Span evidence = consensus_span (message->emergency_criteria->evidence->evidence_payload);
      kept->reason = g_strndup ((const char *) evidence.data, evidence.len);
    }
  if (message->payload_case != DEMLS_REQUEST (POLICY_CHANGE))
    return;
  const char *title = message->policy_change->title;
  kept->title = title && *title ? g_strdup (title) : NULL;
  if (message->policy_change->policy)
    {
      kept->policy = demls_policy_read (message->policy_change->policy);
      kept->question.policy = &kept->policy;
    }
}

/* Only a joining is voted on by machines that people did not ask to (V12). */
static gint64
own_voice (const DemlsRequest *request, const DemlsPolicy *policy)
{
  gboolean by_itself = request->kind == DEMLS_KIND_INVITE && policy->announce == DEMLS_ANNOUNCE_OPEN;
  return by_itself ? (gint64) policy->voting_delay_ms / 1000 : 0;
}

static Kept *
keep_question (const DemlsRunner *runner, const DemlsMatter *matter)
{
  const DemlsPolicy *policy = &demls_runner_governance (runner)->policy;
  const DemlsRequest *request = matter->request;
  Kept *kept = g_new0 (Kept, 1);
  kept->hash = span_dup (demls_matter_hash (matter));
  kept->owner = span_dup (demls_matter_owner (matter));
  kept->target = span_dup (request->target);
  read_message (kept, request->message);
  kept->question.kind = request->kind;
  kept->question.hash = span_bytes (kept->hash);
  kept->question.owner = span_bytes (kept->owner);
  kept->question.target = span_bytes (kept->target);
  kept->question.reason = kept->reason;
  kept->question.title = kept->title;
  gint64 since = demls_runner_wall_of (runner, matter->seen_at);
  gint64 delay = own_voice (request, policy);
  kept->question.opened = since;
  kept->question.closes = since + (gint64) policy->proposal_expiration_ms / 1000;
  kept->question.auto_vote = delay > 0 ? since + delay : 0;
  kept->question.silence_is_yes = (demls_request_ways (request, policy) & CONSENSUS_BY_SILENCE) != 0;
  kept->question.members = matter->count.n;
  return kept;
}

/* After a restart nobody may have said yet what a joiner is called; the key package does. */
static void
know_joiner (DemlsLore *self, const DemlsRequest *request, GBytes *target)
{
  Span nick = SPAN_EMPTY;
  if (!request->package || !mls_extensions_find (request->package->leaf->extensions, MLS_EXTENSION_DEMLS_NICK, &nick)
      || !demls_nick_is_valid (nick))
    return;
  g_autofree char *name = g_strndup ((const char *) nick.data, nick.len);
  demls_lore_know (self, target, name);
}

static const DemlsQuestion *
learn_question (DemlsLore *self, const DemlsRunner *runner, GBytes *hash)
{
  Kept *kept = g_hash_table_lookup (self->questions, hash);
  const DemlsMatter *matter = runner && !kept ? demls_voting_find (runner, span_bytes (hash)) : NULL;
  if (matter && demls_runner_governance (runner))
    {
      kept = keep_question (runner, matter);
      g_hash_table_insert (self->questions, kept->hash, kept);
      know_joiner (self, matter->request, kept->target);
    }
  return kept ? &kept->question : NULL;
}

DemlsScene
demls_lore_scene (DemlsLore *self, const DemlsUser *user, GBytes *ballot, DemlsNow now, GPtrArray **open)
{
  const DemlsRunner *runner = demls_user_runner (user, self->id);
  g_autoptr (GPtrArray) members = runner ? demls_runner_members (runner) : NULL;
  learn_people (self, user, FALSE);
  *open = runner ? demls_runner_ballots (runner) : g_ptr_array_new ();
  const char *title = demls_user_title (user, self->id);
  if (title && *title && g_strcmp0 (title, self->title) != 0)
    {
      g_free (self->title);
      self->title = g_strdup (title);
    }
  return (DemlsScene){
    .now = now.wall,
    .title = self->title ? self->title : self->id,
    .me = demls_user_member_id (user),
    .nick = demls_user_nick (user),
    .people = self->people,
    .open = *open,
    .question = ballot ? learn_question (self, runner, ballot) : NULL,
    .before = self->state,
    .members = members ? members->len : 0,
  };
}
