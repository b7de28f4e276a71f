#include "config.h"

#include "purple-plugin/about.h"

#include <glib/gi18n-lib.h>

#include "purple-plugin/notices.h"
#include "purple-plugin/question.h"
#include "purple-plugin/roster.h"
#include "purple-plugin/status.h"
#include "purple-plugin/text.h"
#include "purple-plugin/when.h"
#include "purple-plugin/words.h"
#include "session/voting.h"

#define HISTORY_DEFAULT 10
#define CODE_BYTES 16

static const DemlsRunner *
runner_of (const DemlsChat *chat)
{
  return demls_user_runner (chat->account->user, chat->id);
}

char *
demls_about_digits (Span bytes, gsize max)
{
  g_autofree char *hex = span_hex (span (bytes.data, MIN (bytes.len, max)));
  GString *out = g_string_new (NULL);
  for (gsize i = 0; hex[i]; i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (out, ' ');
      g_string_append_c (out, g_ascii_toupper (hex[i]));
    }
  if (out->len == 0)
    g_string_append_c (out, '-');
  return g_string_free (out, FALSE);
}

/* Takes a line. */
static void
append (GString *out, char *line)
{
  if (*line)
    g_string_append_printf (out, "%s%s", out->len ? "\n" : "", line);
  g_free (line);
}

/* --- /info -------------------------------------------------------------------------------------------------------*/

static const char *
link_text (DemlsLink link)
{
  switch (link)
    {
    case DEMLS_LINK_OFFLINE:
      return _ ("not connected");
    case DEMLS_LINK_BACKLOG:
      return _ ("connected, reading what came meanwhile");
    case DEMLS_LINK_ONLINE:
      return _ ("connected, all is read");
    case DEMLS_LINK_REFUSED:
      return _ ("refused");
    }
  g_return_val_if_reached ("");
}

static void
append_state (DemlsChat *chat, GString *out)
{
  const DemlsRunner *runner = runner_of (chat);
  g_autofree char *phrase = demls_status_phrase (chat);
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  g_autofree char *title = demls_text_line (scene.title, DEMLS_NICK_CHARS);
  append (out, g_strdup_printf (_ ("Group: %s (id %s)"), title, chat->id));
  append (out, g_strdup_printf (_ ("Now: %s"), phrase ? phrase : _ ("nothing is going on")));
  /* xgettext does not see beyond a macro such as G_GUINT64_FORMAT */
  append (out, g_strdup_printf (_ ("State: %s, epoch %llu, mode: %s"), demls_state_name (demls_runner_state (runner)),
                                (unsigned long long) demls_runner_epoch (runner),
                                demls_runner_in_recovery (runner) ? _ ("recovery") : _ ("normal")));
}

static void
append_people (DemlsChat *chat, GString *out)
{
  const DemlsRunner *runner = runner_of (chat);
  g_autoptr (GPtrArray) members = demls_runner_members (runner), stewards = demls_runner_stewards (runner);
  g_autoptr (GPtrArray) open = demls_runner_ballots (runner), passed = demls_runner_passed (runner);
  g_autofree char *names = demls_roster_text (chat, TRUE);
  append (out, g_strdup_printf (_ ("Members: %u; open votes: %u; passed, not yet carried out: %u"), members->len,
                                open->len, passed->len));
  append (out, g_strdup_printf (_ ("Stewards: %s"), *names ? names : "-"));
  if (stewards->len == 0)
    return;
  g_autofree char *turn = demls_people_label (chat->people, span_bytes (stewards->pdata[0]));
  append (out, g_strdup_printf (_ ("Steward of this epoch: %s"), turn));
}

static const char *
preset_name (guint32 preset)
{
  static const char *const names[] = { NULL, "quick", "chat", "slow" };
  return preset > 0 && preset < G_N_ELEMENTS (names) ? names[preset] : C_ ("rules", "own");
}

static char *
length_of (guint64 milliseconds)
{
  return demls_when_length ((gint64) (milliseconds / 1000));
}

static void
append_timers (const DemlsPolicy *policy, GString *out)
{
  g_autofree char *vote = length_of (policy->voting_delay_ms), *silence = length_of (policy->consensus_timeout_ms);
  g_autofree char *open = length_of (policy->proposal_expiration_ms);
  g_autofree char *batch = length_of (policy->commit_batch_delay_ms), *late = length_of (policy->commit_inactivity_ms);
  g_autofree char *freeze = length_of (policy->freeze_ms), *keep = length_of (policy->rollback_window_ms);
  append (out, g_strdup_printf (_ ("Rules: %s; stewards: %u to %u"), preset_name (policy->preset), policy->sn_min,
                                policy->sn_max));
  /* TRANSLATORS: lengths of time: "10 min" */
  append (out,
          g_strdup_printf (_ ("Timers of votes: own voice of clients after %s, silence counts after %s, open for %s"),
                           vote, silence, open));
  append (out,
          g_strdup_printf (_ ("Timers of commits: after %s, next steward after %s, choice within %s, final after %s"),
                           batch, late, freeze, keep));
}

static void
append_delivery (DemlsChat *chat, GString *out)
{
  const DemlsUser *user = chat->account->user;
  g_autofree char *place = demls_options_place (chat->account->connection->account);
  guint waiting = demls_runner_waiting (runner_of (chat));
  append (out, g_strdup_printf (_ ("Delivery: %s (%s)"), place, link_text (demls_user_link_state (user))));
  append (out, g_strdup_printf (_ ("Own messages that wait: %u; packets on their way: %s"), waiting,
                                demls_user_is_sent (user) ? _ ("none") : _ ("some")));
}

char *
demls_about_info (DemlsChat *chat)
{
  const DemlsRunner *runner = runner_of (chat);
  const DemlsGovernance *governance = demls_runner_governance (runner);
  GString *out = g_string_new (NULL);
  append_state (chat, out);
  if (governance)
    {
      append_people (chat, out);
      append_timers (&governance->policy, out);
    }
  append_delivery (chat, out);
  if (!governance)
    return g_string_free (out, FALSE);
  g_autofree char *tree = demls_about_digits (demls_runner_tree_hash (runner), CODE_BYTES);
  g_autofree char *code = demls_about_digits (demls_runner_authenticator (runner), CODE_BYTES);
  append (out, g_strdup_printf (_ ("Tree hash: %s"), tree));
  append (out, g_strdup_printf (_ ("Group code: %s"), code));
  return g_string_free (out, FALSE);
}

/* --- /rules ------------------------------------------------------------------------------------------------------*/

static char *
silence_rule (const DemlsPolicy *policy)
{
  if (!policy->silence_is_yes)
    return g_strdup (_ ("Silence never counts."));
  g_autofree char *after = length_of (policy->consensus_timeout_ms);
  return g_strdup_printf (
      _ ("Silence never removes anybody; when somebody is to be added, it counts as yes after %s if "
         "two have said yes and a third of the members was there."),
      after);
}

static char *
machine_rule (const DemlsPolicy *policy)
{
  if (policy->announce != DEMLS_ANNOUNCE_OPEN)
    return g_strdup (
        _ ("Strangers wait until a member vouches for them (/invite); your client never votes on people by "
           "itself."));
  g_autofree char *after = length_of (policy->voting_delay_ms);
  return g_strdup_printf (
      _ ("Strangers who ask to join are voted on at once; if you do not vote within %s, your client "
         "votes yes and tells you."),
      after);
}

char *
demls_about_rules (DemlsChat *chat)
{
  const DemlsGovernance *governance = demls_runner_governance (runner_of (chat));
  if (!governance)
    return g_strdup (_ ("The rules are known once you are in."));
  const DemlsPolicy *policy = &governance->policy;
  g_autofree char *open = length_of (policy->proposal_expiration_ms);
  g_autofree char *late = length_of (policy->commit_inactivity_ms);
  GString *out = g_string_new (NULL);
  /* TRANSLATORS: quick, chat, slow or "own" */
  append (out, g_strdup_printf (_ ("The rules are \"%s\"."), preset_name (policy->preset)));
  append (out,
          g_strdup (_ ("Every member may propose. A vote passes when more than half of all members say yes and two "
                       "thirds have voted; in a group of two both must say yes.")));
  append (out, g_strdup_printf (_ ("It is open for %s. A vote cannot be changed."), open));
  append (out, silence_rule (policy));
  append (out, machine_rule (policy));
  append (out,
          g_strdup_printf (ngettext ("Up to %u steward carries out what was voted; if a steward is silent, the next "
                                     "one takes over after %s.",
                                     "Up to %u stewards carry out what was voted, in turn; if one is silent, the "
                                     "next one takes over after %s.",
                                     policy->sn_max),
                           policy->sn_max, late));
  append (out, g_strdup (_ ("/rules quick, /rules chat or /rules slow proposes others.")));
  return g_string_free (out, FALSE);
}

/* --- /history ----------------------------------------------------------------------------------------------------*/

/* (transfer full) */
static DemlsEvent *
event_of (const DemlsDecision *decision)
{
  DemlsEvent *event =
      demls_event_new (decision->done ? DEMLS_EVENT_COMMIT_APPLIED : DEMLS_EVENT_CONSENSUS_REACHED, decision->time);
  event->approved = decision->approved;
  event->yes = decision->yes;
  event->no = decision->no;
  event->electorate = decision->electorate;
  event->member = g_bytes_get_size (decision->member) > 0 ? g_bytes_ref (decision->member) : NULL;
  event->actions = g_ptr_array_ref (decision->actions);
  return event;
}

static gboolean
kind_of (guint32 number, gboolean has_target, DemlsKind *kind)
{
  switch (number)
    {
    case 1:
      *kind = DEMLS_KIND_INVITE;
      return TRUE;
    case 2:
      *kind = DEMLS_KIND_REMOVE;
      return TRUE;
    case 3:
      *kind = has_target ? DEMLS_KIND_ACCUSATION : DEMLS_KIND_DEADLOCK;
      return TRUE;
    case 4:
      *kind = DEMLS_KIND_ELECTION;
      return TRUE;
    case 102:
      *kind = DEMLS_KIND_POLICY;
      return TRUE;
    case 103:
      *kind = DEMLS_KIND_REFRESH;
      return TRUE;
    default:
      return FALSE;
    }
}

/* What a vote was about, as far as the history tells; more is known of those since the login. */
static gboolean
read_question (const DemlsDecision *decision, DemlsQuestion *question)
{
  if (decision->actions->len != 1)
    return FALSE;
  const DemlsAction *action = decision->actions->pdata[0];
  *question = (DemlsQuestion){ .hash = span_bytes (decision->ballot), .owner = span_bytes (decision->member) };
  if (action->target)
    question->target = span_bytes (action->target);
  return kind_of (action->kind, action->target != NULL, &question->kind);
}

static char *
decision_text (DemlsChat *chat, const DemlsDecision *decision)
{
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (DemlsEvent) event = event_of (decision);
  DemlsScene scene = demls_chat_scene (chat, decision->done ? NULL : decision->ballot, &open);
  DemlsQuestion question;
  if (decision->done)
    return demls_notice_commit_text (&scene, event);
  if (!scene.question && read_question (decision, &question))
    scene.question = &question;
  if (scene.question && scene.question->kind == DEMLS_KIND_REFRESH)
    return g_strdup ("");
  g_autofree char *number = demls_question_number (&scene, decision->ballot);
  g_autofree char *phrase = demls_question_phrase (&scene);
  g_autofree char *result = demls_notice_result_text (number, event);
  /* TRANSLATORS: what was proposed, and how the vote ended: "#417 passed, 4 yes, 1 no." */
  return g_strdup_printf (_ ("%s: %s"), phrase, result);
}

char *
demls_about_history (DemlsChat *chat, guint count)
{
  const GPtrArray *all = demls_user_decisions (chat->account->user, chat->id);
  gint64 now = demls_account_now ().wall;
  guint wanted = count ? count : HISTORY_DEFAULT;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  for (guint i = all ? all->len : 0; i-- > 0 && lines->len < wanted;)
    {
      const DemlsDecision *decision = all->pdata[i];
      g_autofree char *when = demls_when_clock (decision->time, now);
      g_autofree char *what = decision_text (chat, decision);
      if (*what)
        g_ptr_array_insert (lines, 0, g_strdup_printf ("%s  %s", when, what));
    }
  if (lines->len == 0)
    return g_strdup (_ ("Nothing was decided yet."));
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

/* --- /link -------------------------------------------------------------------------------------------------------*/

char *
demls_about_link (DemlsChat *chat)
{
  g_autofree char *service = demls_options_link_name (chat->account->connection->account);
  g_autofree char *link = demls_user_make_link (chat->account->user, chat->id, service);
  if (!demls_runner_governance (runner_of (chat)))
    return g_strdup (_ ("You are not in yet; the link that you got is still the one to pass on."));
  return g_strdup_printf (_ ("Who has this link can ask to join: %s"), link ? link : "-");
}
