#include "config.h"

#include "purple-plugin/notices.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "purple-plugin/question.h"
#include "purple-plugin/text.h"
#include "purple-plugin/when.h"
#include "purple-plugin/words.h"
#include "rules/limits.h"

#define TOLD PURPLE_MESSAGE_SYSTEM
#define ASIDE ((PurpleMessageFlags) (PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG))
#define CALLING ((PurpleMessageFlags) (PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NICK))
/* Later than that a message comes from before, and clients need not ring for it. */
#define LATE_S 300

#define CALLING_ASIDE ((PurpleMessageFlags) (CALLING | PURPLE_MESSAGE_NO_LOG))

void
demls_notice_free (DemlsNotice *self)
{
  g_free (self->who);
  g_free (self->markup);
  g_free (self);
}

/* Takes plain text. */
static DemlsNotice *
line (const DemlsScene *scene, PurpleMessageFlags flags, char *plain)
{
  g_autofree char *text = plain;
  DemlsNotice *self = g_new0 (DemlsNotice, 1);
  self->markup = demls_text_escape (text);
  self->flags = flags;
  self->time = scene->now;
  return self;
}

DemlsNotice *
demls_notice_plain (const DemlsScene *scene, const char *text, gboolean calling)
{
  return line (scene, calling ? CALLING : TOLD, g_strdup (text));
}

static char *
label (const DemlsScene *scene, GBytes *member)
{
  return demls_people_label (scene->people, span_bytes (member));
}

/* "alice, bob" */
static char *
labels (const DemlsScene *scene, const GPtrArray *members)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; members && i < members->len; i++)
    {
      g_autofree char *one = label (scene, members->pdata[i]);
      g_string_append_printf (out, "%s%s", i ? ", " : "", one);
    }
  return g_string_free (out, FALSE);
}

/* --- chat --------------------------------------------------------------------------------------------------------*/

static DemlsNotice *
chat (const DemlsScene *scene, const DemlsEvent *event, gboolean waiting)
{
  g_autofree char *who = label (scene, event->member);
  g_autofree char *text = demls_text_show (event->text);
  g_autofree char *wait = waiting ? demls_text_escape (_ ("(waiting)")) : NULL;
  DemlsNotice *self = g_new0 (DemlsNotice, 1);
  self->who = demls_text_list_name (who);
  self->markup = wait ? g_strconcat (text, " ", wait, NULL) : g_steal_pointer (&text);
  self->flags = event->own ? PURPLE_MESSAGE_SEND : PURPLE_MESSAGE_RECV;
  if (!event->own && event->text && scene->nick && demls_text_names (event->text, scene->nick))
    self->flags |= PURPLE_MESSAGE_NICK;
  self->time = event->time > 0 ? MIN (event->time, scene->now) : scene->now;
  if (!event->own && scene->now - self->time > LATE_S)
    self->flags |= PURPLE_MESSAGE_DELAYED;
  return self;
}

DemlsNotice *
demls_notice_recalled (const DemlsScene *scene, const DemlsEvent *event)
{
  DemlsNotice *self = chat (scene, event, FALSE);
  self->flags = (self->flags & ~(guint) PURPLE_MESSAGE_NICK) | PURPLE_MESSAGE_DELAYED;
  return self;
}

DemlsNotice *
demls_notice_recall_ends (const DemlsScene *scene, guint lines)
{
  DemlsNotice *self = line (
      scene, ASIDE,
      g_strdup_printf (ngettext ("Above: the last message, kept on this machine. /forget deletes it.",
                                 "Above: the last %u messages, kept on this machine. /forget deletes them.", lines),
                       lines));
  self->flags |= PURPLE_MESSAGE_DELAYED;
  return self;
}

DemlsNotice *
demls_notice_unconfirmed (const DemlsScene *scene, Span inviter)
{
  g_autofree char *who = demls_people_label (scene->people, inviter);
  return line (scene, ASIDE,
               g_strdup_printf (_ ("What you say waits until %s, who gave you the link, is heard here: until then this "
                                   "might be another group of the same name. If you cannot wait, compare the code that "
                                   "/safety shows with the others, then type /verify."),
                                who));
}

static DemlsNotice *
confirmed (const DemlsScene *scene, const DemlsEvent *event)
{
  if (event->received == 0)
    return NULL;
  return line (scene, ASIDE, g_strdup (_ ("This is the right group; what you said is sent now.")));
}

static DemlsNotice *
returned (const DemlsScene *scene, const DemlsEvent *event)
{
  g_autofree char *text = demls_text_line (event->text, 200);
  return line (scene, CALLING,
               g_strdup_printf (_ ("This message of yours did not reach the group, whose members have changed since; "
                                   "send it again if you still want to: \"%s\""),
                                text));
}

static DemlsNotice *
unreadable (const DemlsScene *scene, const DemlsEvent *event)
{
  guint n = MAX (event->received, 1);
  g_autofree char *from = demls_when_clock (event->since ? event->since : event->time, scene->now);
  g_autofree char *to = demls_when_clock (event->time, scene->now);
  if (strcmp (from, to) == 0)
    /* TRANSLATORS: a number and a time of day */
    return line (scene, TOLD,
                 g_strdup_printf (ngettext ("%u message that came at %s could not be read.",
                                            "%u messages that came at %s could not be read.", n),
                                  n, to));
  /* TRANSLATORS: a number and two times of day */
  return line (scene, TOLD,
               g_strdup_printf (ngettext ("%u message between %s and %s could not be read.",
                                          "%u messages between %s and %s could not be read.", n),
                                n, from, to));
}

/* --- votes -------------------------------------------------------------------------------------------------------*/

/* The field numbers of requests (rules/proposal-kind.h). */
enum {
  DID_ADD = 1,
  DID_REMOVE = 2,
  DID_EMERGENCY = 3,
  DID_POLICY = 102,
};

/* What machines settle among themselves is no matter for people until something comes of it. */
static gboolean
is_for_people (const DemlsQuestion *question)
{
  if (!question)
    return TRUE;
  switch (question->kind)
    {
    case DEMLS_KIND_INVITE:
    case DEMLS_KIND_SCORE_REMOVAL:
    case DEMLS_KIND_ACCUSATION:
    case DEMLS_KIND_POLICY:
      return TRUE;
    case DEMLS_KIND_REMOVE:
      return !span_equal (question->owner, question->target);
    case DEMLS_KIND_REJOIN:
    case DEMLS_KIND_DEADLOCK:
    case DEMLS_KIND_ELECTION:
    case DEMLS_KIND_REFRESH:
      return FALSE;
    default:
      g_return_val_if_reached (FALSE);
    }
}

/* A ballot that is gone by now is known by what its event says of it. */
static gboolean
is_told (const DemlsScene *scene, const DemlsEvent *event)
{
  if (scene->question || !event->actions || event->actions->len != 1)
    return is_for_people (scene->question);
  const DemlsAction *action = event->actions->pdata[0];
  switch (action->kind)
    {
    case DID_REMOVE:
      return !action->target || !event->member || !g_bytes_equal (action->target, event->member);
    case DID_EMERGENCY:
      return action->target != NULL;
    default:
      return action->kind == DID_ADD || action->kind == DID_POLICY;
    }
}

static DemlsNotice *
opened (const DemlsScene *scene, const DemlsEvent *event, gboolean mine)
{
  if (!is_told (scene, event))
    return NULL;
  g_autofree char *number = demls_question_number (scene, event->ballot);
  g_autofree char *phrase = mine ? demls_question_phrase (scene) : demls_question_wish (scene);
  g_autofree char *terms = mine ? demls_question_terms (scene) : demls_question_asking (scene);
  if (mine)
    /* TRANSLATORS: a number like #417, what is proposed, and what it needs: one or more sentences */
    return line (scene, TOLD, g_strdup_printf (_ ("Vote %s: %s. %s"), number, phrase, terms));
  /* TRANSLATORS: a number like #417, what is proposed, the number without #, the same again, what it needs */
  return line (
      scene, CALLING,
      g_strdup_printf (_ ("Vote %s: %s. /yes %s or /no %s. %s"), number, phrase, number + 1, number + 1, terms));
}

static DemlsNotice *
auto_voted (const DemlsScene *scene, const DemlsEvent *event)
{
  g_autofree char *number = demls_question_number (scene, event->ballot);
  g_autofree char *phrase = demls_question_wish (scene);
  return line (scene, ASIDE,
               g_strdup_printf (
                   event->approved ? _ ("Vote %s (%s): your client voted yes by itself, as the rules of the group say.")
                                   : _ ("Vote %s (%s): your client voted no by itself, as the rules of the group say."),
                   number, phrase));
}

char *
demls_notice_result_text (const char *number, const DemlsEvent *event)
{
  /* TRANSLATORS: so many voted yes: "4 yes"; becomes part of "#417 passed, 4 yes, 1 no." */
  g_autofree char *yes = g_strdup_printf (ngettext ("%u yes", "%u yes", event->yes), event->yes);
  /* TRANSLATORS: so many voted no: "1 no" */
  g_autofree char *no = g_strdup_printf (ngettext ("%u no", "%u no", event->no), event->no);
  guint n = event->electorate;
  gboolean majority = event->yes * 2 > n, blocked = n > 2 ? event->no * 2 >= n : event->no > 0;
  /* TRANSLATORS (these four): number, "4 yes", "1 no" */
  if (event->approved)
    return g_strdup_printf (majority ? _ ("%s passed, %s, %s.") : _ ("%s passed by silence, %s, %s."), number, yes, no);
  return g_strdup_printf (blocked ? _ ("%s was refused, %s, %s.") : _ ("%s lapsed without a decision, %s, %s."), number,
                          yes, no);
}

static DemlsNotice *
decided (const DemlsScene *scene, const DemlsEvent *event)
{
  if (!is_told (scene, event))
    return NULL;
  g_autofree char *number = demls_question_number (scene, event->ballot);
  return line (scene, TOLD, demls_notice_result_text (number, event));
}

DemlsNotice *
demls_notice_voted (const DemlsScene *scene, gboolean yes)
{
  g_autoptr (GBytes) hash = span_dup (scene->question->hash);
  g_autofree char *number = demls_question_number (scene, hash);
  return line (scene, ASIDE,
               g_strdup_printf (yes ? _ ("Vote %s: you voted yes. This cannot be changed.")
                                    : _ ("Vote %s: you voted no. This cannot be changed."),
                                number));
}

DemlsNotice *
demls_notice_reminder (const DemlsScene *scene)
{
  const DemlsQuestion *question = scene->question;
  g_autoptr (GBytes) hash = span_dup (question->hash);
  g_autofree char *number = demls_question_number (scene, hash);
  g_autofree char *phrase = demls_question_wish (scene);
  gint64 end = question->auto_vote > 0 ? question->auto_vote : question->closes;
  g_autofree char *left = demls_when_length (end - scene->now);
  if (question->auto_vote > 0)
    /* TRANSLATORS: a number like #417, what is proposed, how long, the number without #, the same again */
    return line (
        scene, CALLING_ASIDE,
        g_strdup_printf (_ ("Vote %s still waits for you: %s. In %s your client votes yes. /yes %s or /no %s."), number,
                         phrase, left, number + 1, number + 1));
  /* TRANSLATORS: a number like #417, what is proposed, how long, the number without #, the same again */
  return line (scene, CALLING_ASIDE,
               g_strdup_printf (_ ("Vote %s still waits for you: %s. It closes in %s. /yes %s or /no %s."), number,
                                phrase, left, number + 1, number + 1));
}

/* --- who is in ---------------------------------------------------------------------------------------------------*/

static gboolean
has_member (const GPtrArray *list, GBytes *member)
{
  for (guint i = 0; i < list->len; i++)
    if (g_bytes_equal (list->pdata[i], member))
      return TRUE;
  return FALSE;
}

gboolean
demls_notice_moves (const DemlsEvent *event, GPtrArray *added, GPtrArray *removed)
{
  gboolean policy = FALSE;
  for (guint i = 0; event->actions && i < event->actions->len; i++)
    {
      const DemlsAction *action = event->actions->pdata[i];
      gboolean removes = action->kind == DID_REMOVE || action->kind == DID_EMERGENCY;
      if (action->kind == DID_POLICY)
        policy = TRUE;
      else if (action->target && action->kind == DID_ADD)
        g_ptr_array_add (added, action->target);
      else if (action->target && removes && !has_member (removed, action->target))
        g_ptr_array_add (removed, action->target);
    }
  return policy;
}

char *
demls_notice_commit_text (const DemlsScene *scene, const DemlsEvent *event)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new (), removed = g_ptr_array_new ();
  gboolean policy = demls_notice_moves (event, added, removed);
  g_autofree char *in = labels (scene, added), *out = labels (scene, removed);
  g_autofree char *by = event->member ? label (scene, event->member) : g_strdup ("?");
  g_autofree char *came = NULL, *went = NULL, *changed = NULL;
  /* TRANSLATORS (these three): who, and who put it into effect */
  if (added->len > 0)
    came = g_strdup_printf (ngettext ("%s is now in the group (committed by %s).",
                                      "%s are now in the group (committed by %s).", added->len),
                            in, by);
  if (removed->len > 0)
    went = g_strdup_printf (ngettext ("%s is no longer in the group (committed by %s).",
                                      "%s are no longer in the group (committed by %s).", removed->len),
                            out, by);
  if (policy)
    changed = g_strdup_printf (_ ("The rules or the title of the group changed (committed by %s); see /rules."), by);
  return demls_text_sentences (came ? came : "", went ? went : "", changed ? changed : "", NULL);
}

/* One line, however much one commit did; not logged if nobody came or went (P9). */
static DemlsNotice *
applied (const DemlsScene *scene, const DemlsEvent *event)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new (), removed = g_ptr_array_new ();
  demls_notice_moves (event, added, removed);
  g_autofree char *text = demls_notice_commit_text (scene, event);
  if (!*text)
    return NULL;
  return line (scene, added->len + removed->len > 0 ? TOLD : ASIDE, g_steal_pointer (&text));
}

static DemlsNotice *
leaving (const DemlsScene *scene, const DemlsEvent *event)
{
  const char *why = event->text ? event->text : "";
  g_autofree char *title = demls_text_line (scene->title, DEMLS_NICK_CHARS);
  if (strcmp (why, "left") == 0)
    return line (scene, TOLD, g_strdup_printf (_ ("You have left \"%s\"."), title));
  if (strcmp (why, "removed") == 0)
    return line (scene, CALLING,
                 g_strdup_printf (_ ("You are no longer a member of \"%s\": the group removed you. "
                                     "Nothing can be read or sent here any more."),
                                  title));
  return line (scene, CALLING,
               g_strdup_printf (_ ("Nobody let you in to \"%s\" in time. You can ask again with the link."), title));
}

static DemlsNotice *
applicant (const DemlsScene *scene, const DemlsEvent *event)
{
  g_autofree char *who = label (scene, event->member);
  return line (scene, CALLING_ASIDE, g_strdup_printf (_ ("%s asks to join. To vouch: /invite %s"), who, who));
}

static DemlsNotice *
rolled_back (const DemlsScene *scene, const DemlsEvent *event)
{
  if (!event->members || event->members->len == 0)
    return NULL;
  g_autofree char *who = labels (scene, event->members);
  return line (scene, TOLD,
               g_strdup_printf (_ ("The group settled on another decision about %s; what was said here before no "
                                   "longer counts."),
                                who));
}

static DemlsNotice *
rejoined (const DemlsScene *scene, const DemlsEvent *event)
{
  g_autofree char *who = label (scene, event->member);
  if (event->own && event->approved)
    return line (scene, CALLING, g_strdup (_ ("You are back, with new keys; what was said meanwhile may be missing.")));
  if (event->own)
    return line (scene, CALLING,
                 g_strdup (_ ("WARNING: somebody came back to this group in your name, and it was not this client. If "
                              "you do not run it elsewhere, somebody has your keys: tell the others by another way, "
                              "and join with a new account.")));
  return line (scene, TOLD,
               g_strdup_printf (_ ("%s came back with new keys; what was said meanwhile may be missing there."), who));
}

static DemlsNotice *
evidence (const DemlsScene *scene, const DemlsEvent *event)
{
  g_autofree char *who = label (scene, event->member);
  return line (scene, TOLD,
               g_strdup_printf (_ ("Warning: %s signed two things that contradict each other. Talk about it; "
                                   "/remove \"%s\" proposes to remove."),
                                who, who));
}

static DemlsNotice *
renamed (const DemlsScene *scene, const DemlsEvent *event)
{
  g_autofree char *before = label (scene, event->member);
  g_autofree char *after = demls_text_line (event->text, DEMLS_NICK_CHARS);
  if (strcmp (before, after) == 0)
    return NULL;
  return line (scene, ASIDE, g_strdup_printf (_ ("%s is now called %s."), before, after));
}

/* --- the group itself --------------------------------------------------------------------------------------------*/

static DemlsNotice *
asking (const DemlsScene *scene)
{
  g_autofree char *title = demls_text_line (scene->title, DEMLS_NICK_CHARS);
  return line (scene, TOLD,
               g_strdup_printf (_ ("Asking to join \"%s\": its members vote; you can close this window."), title));
}

static DemlsNotice *
phase (const DemlsScene *scene, const DemlsEvent *event)
{
  if (event->state == DEMLS_STATE_PENDING_JOIN)
    return asking (scene);
  if (event->state == DEMLS_STATE_REELECTION)
    return line (scene, TOLD, g_strdup (_ ("The stewards are silent; the group is choosing another one.")));
  if (event->state == DEMLS_STATE_WORKING && scene->before == DEMLS_STATE_REELECTION)
    return line (scene, TOLD, g_strdup (_ ("The group goes on.")));
  return NULL;
}

static DemlsNotice *
stewards (const DemlsScene *scene, const DemlsEvent *event)
{
  guint n = event->members ? event->members->len : 0;
  if (n == 0 || n >= scene->members)
    return NULL;
  g_autofree char *who = labels (scene, event->members);
  return line (scene, ASIDE, g_strdup_printf (ngettext ("Steward: %s.", "Stewards: %s.", n), who));
}

/* An ERROR's text is "operation: details"; the details are for the debug log. */
static gboolean
is_about (const DemlsEvent *event, const char *operation)
{
  gsize len = strlen (operation);
  return event->text && strncmp (event->text, operation, len) == 0
         && (event->text[len] == ':' || event->text[len] == '\0');
}

static DemlsNotice *
failed (const DemlsScene *scene, const DemlsEvent *event)
{
  if (is_about (event, "join"))
    return line (
        scene, TOLD,
        g_strdup (_ ("An invitation came that does not fit this group, so it was not used; your client goes on "
                     "asking. Check the link if this happens again.")));
  if (is_about (event, "leave"))
    return line (scene, TOLD,
                 g_strdup (_ ("The request to leave could not be sent yet; your client tries again by itself.")));
  if (is_about (event, "rejoin"))
    return line (scene, CALLING, g_strdup (_ ("Coming back did not work; type /rejoin to try again.")));
  if (is_about (event, "send"))
    return line (scene, CALLING,
                 g_strdup (_ ("A message could not be encrypted; it is kept, and your client tries again by itself.")));
  if (is_about (event, "cloned"))
    return line (scene, CALLING,
                 g_strdup (_ ("Somebody else sends with your keys, perhaps a copy of this profile on another machine: "
                              "close it. Your client asks the group for new keys; until then what you type waits.")));
  if (is_about (event, "Reelection stuck"))
    return line (scene, TOLD,
                 g_strdup (_ ("The group cannot agree on another steward yet; it is tried again when more members are "
                              "online.")));
  return NULL; /* "commit": the next steward does it */
}

DemlsNotice *
demls_notice_of (const DemlsScene *scene, const DemlsEvent *event, gboolean waiting)
{
  switch (event->kind) /* no default: a new kind shall not compile */
    {
    case DEMLS_EVENT_CHAT:
      return chat (scene, event, waiting);
    case DEMLS_EVENT_VOTE_REQUESTED:
      return opened (scene, event, FALSE);
    case DEMLS_EVENT_OWN_PROPOSAL:
      return opened (scene, event, TRUE);
    case DEMLS_EVENT_AUTO_VOTED:
      return auto_voted (scene, event);
    case DEMLS_EVENT_CONSENSUS_REACHED:
      return decided (scene, event);
    case DEMLS_EVENT_PHASE_CHANGE:
      return phase (scene, event);
    case DEMLS_EVENT_COMMIT_APPLIED:
      return applied (scene, event);
    case DEMLS_EVENT_JOINED:
      return line (scene, TOLD, g_strdup (_ ("You are in.")));
    case DEMLS_EVENT_LEAVING:
      return leaving (scene, event);
    case DEMLS_EVENT_ERROR:
      return failed (scene, event);
    case DEMLS_EVENT_ROLLED_BACK:
      return rolled_back (scene, event);
    case DEMLS_EVENT_MESSAGE_RETURNED:
      return returned (scene, event);
    case DEMLS_EVENT_MESSAGE_UNDECRYPTABLE:
      return unreadable (scene, event);
    case DEMLS_EVENT_APPLICANT:
      return applicant (scene, event);
    case DEMLS_EVENT_NICK_CHANGED:
      return renamed (scene, event);
    case DEMLS_EVENT_STEWARDS_CHANGED:
      return stewards (scene, event);
    case DEMLS_EVENT_OUT_OF_SYNC:
      if (!event->approved)
        return line (
            scene, CALLING,
            g_strdup (_ ("You have lost touch with the group once more. What you type waits. To come back with "
                         "new keys type /rejoin.")));
      return line (scene, CALLING,
                   g_strdup (_ ("You have lost touch with the group; your client asks to come back with new keys. What "
                                "you type waits. If nothing happens, type /rejoin.")));
    case DEMLS_EVENT_REJOINED:
      return rejoined (scene, event);
    case DEMLS_EVENT_EVIDENCE:
      return evidence (scene, event);
    case DEMLS_EVENT_CONFIRMED:
      return confirmed (scene, event);
    case DEMLS_EVENT_BALLOT_TALLY:
    case DEMLS_EVENT_FREEZE_PROGRESS:
    case DEMLS_EVENT_WELCOME_READY:
      return NULL;
    }
  g_return_val_if_reached (NULL);
}
