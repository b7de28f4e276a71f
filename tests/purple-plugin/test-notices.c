/* test-notices.c - every event, and what a person reads about it.
 */
#include <string.h>

#include "club.h"
#include "purple-plugin/notices.h"
#include "purple-plugin/question.h"

static void
ck_notice (DemlsNotice *given, guint flags, const char *markup)
{
  g_autoptr (DemlsNotice) notice = given;
  ck_assert_ptr_nonnull (notice);
  ck_assert_str_eq (notice->markup, markup);
  ck_assert_uint_eq ((guint) notice->flags, flags);
}

#define TOLD PURPLE_MESSAGE_SYSTEM
#define ASIDE (PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG)
#define CALLING (PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NICK)

static void
ck_event (Club *club, DemlsEventKind kind, guint flags, const char *markup)
{
  g_autoptr (DemlsEvent) event = full_event (club, kind);
  ck_notice (demls_notice_of (&club->scene, event, FALSE), flags, markup);
}

static void
ck_text_event (Club *club, DemlsEventKind kind, const char *text, guint flags, const char *begins)
{
  g_autoptr (DemlsEvent) event = full_event (club, kind);
  g_free (event->text);
  event->text = g_strdup (text);
  g_autoptr (DemlsNotice) notice = demls_notice_of (&club->scene, event, FALSE);
  ck_assert_ptr_nonnull (notice);
  ck_assert_msg (g_str_has_prefix (notice->markup, begins), "%s", notice->markup);
  ck_assert_uint_eq ((guint) notice->flags, flags);
}

/* The same, of an event that is about the user itself. */
static void
ck_own_event (Club *club, DemlsEventKind kind, gboolean approved, guint flags, const char *begins)
{
  g_autoptr (DemlsEvent) event = full_event (club, kind);
  event->own = TRUE;
  event->approved = approved;
  g_autoptr (DemlsNotice) notice = demls_notice_of (&club->scene, event, FALSE);
  ck_assert_ptr_nonnull (notice);
  ck_assert_msg (g_str_has_prefix (notice->markup, begins), "%s", notice->markup);
  ck_assert_uint_eq ((guint) notice->flags, flags);
}

static void
ck_silent (Club *club, DemlsEventKind kind)
{
  g_autoptr (DemlsEvent) event = full_event (club, kind);
  ck_assert_ptr_null (demls_notice_of (&club->scene, event, FALSE));
}

/* --- votes -------------------------------------------------------------------------------------------------------*/

START_TEST (opening_says_what_how_and_until_when)
{
  Club club;
  set_up_club (&club, NULL);
  ck_event (&club, DEMLS_EVENT_VOTE_REQUESTED, CALLING,
            "Vote #417: alice proposes to remove carol (&quot;spam&quot;). /yes 417 or /no 417. Needs 3 yes and 4 "
            "votes of 5. Closes Tue 15:00 (in 23 h). Silence counts for nothing.");
  club.question.kind = DEMLS_KIND_INVITE;
  club.question.reason = NULL;
  club.question.silence_is_yes = TRUE;
  club.question.owner = span_bytes (club.ids[ME]);
  club.question.closes = 0;
  ck_event (&club, DEMLS_EVENT_OWN_PROPOSAL, TOLD,
            "Vote #417: you propose to add carol. Needs 3 yes and 4 votes of 5. Silence counts as yes.");
  club.question.members = 2;
  ck_event (&club, DEMLS_EVENT_OWN_PROPOSAL, TOLD,
            "Vote #417: you propose to add carol. Needs 2 yes. Silence counts for nothing.");
  club.question.auto_vote = NOW + 300;
  club.question.owner = span_bytes (club.ids[ALICE]);
  ck_event (&club, DEMLS_EVENT_VOTE_REQUESTED, CALLING,
            "Vote #417: alice proposes to add carol. /yes 417 or /no 417. Needs 2 yes. Silence counts for nothing. "
            "Without a vote of yours in 5 min, your client votes yes.");
  club.scene.question = NULL;
  ck_event (&club, DEMLS_EVENT_VOTE_REQUESTED, CALLING, "Vote #417: something is proposed. /yes 417 or /no 417. ");
  tear_down_club (&club);
}
END_TEST

START_TEST (every_kind_of_vote_has_words)
{
  static const char *const wanted[] = {
    [DEMLS_KIND_INVITE] = "alice proposes to add carol (\"spam\")",
    [DEMLS_KIND_REJOIN] = "carol comes back with new keys (\"spam\")",
    [DEMLS_KIND_REMOVE] = "alice proposes to remove carol (\"spam\")",
    [DEMLS_KIND_SCORE_REMOVAL] =
        "a client proposes to remove carol, who broke the rules of the group too often (\"spam\")",
    [DEMLS_KIND_ACCUSATION] = "alice accuses carol of breaking the rules (\"spam\")",
    [DEMLS_KIND_DEADLOCK] = "the stewards are silent; somebody else shall do their work (\"spam\")",
    [DEMLS_KIND_ELECTION] = "alice proposes to elect the stewards anew (\"spam\")",
    [DEMLS_KIND_POLICY] = "alice proposes to call the group \"new\" (\"spam\")",
    [DEMLS_KIND_REFRESH] = "alice renews keys (\"spam\")",
  };
  Club club;
  set_up_club (&club, NULL);
  club.question.title = "new";
  for (guint kind = 0; kind < G_N_ELEMENTS (wanted); kind++)
    {
      club.question.kind = (DemlsKind) kind;
      g_autofree char *phrase = demls_question_phrase (&club.scene);
      ck_assert_str_eq (phrase, wanted[kind]);
    }
  club.question.kind = DEMLS_KIND_REMOVE;
  club.question.target = span_bytes (club.ids[ME]);
  g_autofree char *about_me = demls_question_phrase (&club.scene);
  ck_assert_str_eq (about_me, "alice proposes to remove YOU from the group (\"spam\")");
  tear_down_club (&club);
}
END_TEST

/* What clients settle among themselves: P9's idle day and commits that change nobody. */
START_TEST (machines_talk_among_themselves)
{
  static const DemlsKind quiet[] = { DEMLS_KIND_REJOIN, DEMLS_KIND_DEADLOCK, DEMLS_KIND_ELECTION, DEMLS_KIND_REFRESH };
  Club club;
  set_up_club (&club, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (quiet); i++)
    {
      club.question.kind = quiet[i];
      ck_silent (&club, DEMLS_EVENT_VOTE_REQUESTED);
      ck_silent (&club, DEMLS_EVENT_OWN_PROPOSAL);
      ck_silent (&club, DEMLS_EVENT_CONSENSUS_REACHED);
    }
  club.question.kind = DEMLS_KIND_REMOVE;
  club.question.owner = club.question.target; /* leaving */
  ck_silent (&club, DEMLS_EVENT_CONSENSUS_REACHED);
  ck_silent (&club, DEMLS_EVENT_BALLOT_TALLY);
  ck_silent (&club, DEMLS_EVENT_FREEZE_PROGRESS);
  ck_silent (&club, DEMLS_EVENT_WELCOME_READY);
  g_autoptr (DemlsEvent) nothing_waited = demls_event_new (DEMLS_EVENT_CONFIRMED, NOW);
  ck_assert_ptr_null (demls_notice_of (&club.scene, nothing_waited, FALSE));
  g_autoptr (DemlsEvent) empty = demls_event_new (DEMLS_EVENT_COMMIT_APPLIED, NOW);
  ck_assert_ptr_null (demls_notice_of (&club.scene, empty, FALSE));
  g_autoptr (DemlsEvent) refresh = full_event (&club, DEMLS_EVENT_COMMIT_APPLIED);
  ((DemlsAction *) refresh->actions->pdata[0])->kind = 103;
  ck_assert_ptr_null (demls_notice_of (&club.scene, refresh, FALSE));
  tear_down_club (&club);
}
END_TEST

static void
ck_result (Club *club, gboolean approved, guint yes, guint no, guint n, const char *markup)
{
  g_autoptr (DemlsEvent) event = full_event (club, DEMLS_EVENT_CONSENSUS_REACHED);
  event->approved = approved;
  event->yes = yes;
  event->no = no;
  event->electorate = n;
  ck_notice (demls_notice_of (&club->scene, event, FALSE), TOLD, markup);
}

START_TEST (results_say_how)
{
  Club club;
  set_up_club (&club, NULL);
  ck_result (&club, TRUE, 4, 1, 5, "#417 passed, 4 yes, 1 no.");
  ck_result (&club, TRUE, 2, 0, 5, "#417 passed by silence, 2 yes, 0 no.");
  ck_result (&club, FALSE, 1, 3, 5, "#417 was refused, 1 yes, 3 no.");
  ck_result (&club, FALSE, 2, 1, 5, "#417 lapsed without a decision, 2 yes, 1 no.");
  ck_result (&club, FALSE, 1, 1, 2, "#417 was refused, 1 yes, 1 no.");
  ck_notice (demls_notice_voted (&club.scene, TRUE), ASIDE, "Vote #417: you voted yes. This cannot be changed.");
  club.question.closes = NOW + 4 * 3600;
  ck_notice (demls_notice_reminder (&club.scene), CALLING | PURPLE_MESSAGE_NO_LOG,
             "Vote #417 still waits for you: alice proposes to remove carol (&quot;spam&quot;). It closes in 4 h. /yes "
             "417 or /no 417.");
  club.question.auto_vote = NOW + 60;
  ck_notice (
      demls_notice_reminder (&club.scene), CALLING | PURPLE_MESSAGE_NO_LOG,
      "Vote #417 still waits for you: alice proposes to remove carol (&quot;spam&quot;). In 60 s your client votes "
      "yes. /yes 417 or /no 417.");
  ck_event (&club, DEMLS_EVENT_AUTO_VOTED, ASIDE,
            "Vote #417 (alice proposes to remove carol (&quot;spam&quot;)): your client voted yes by itself, as the "
            "rules of the group say.");
  tear_down_club (&club);
}
END_TEST

START_TEST (a_fifth_of_the_time_is_left)
{
  DemlsQuestion question = { .opened = NOW, .closes = NOW + 86400 };
  ck_assert_int_eq (demls_question_remind_at (&question), NOW + 69120);
  question.auto_vote = NOW + 300;
  ck_assert_int_eq (demls_question_remind_at (&question), NOW + 240);
  question.auto_vote = NOW + 10; /* two seconds before is no reminder */
  ck_assert_int_eq (demls_question_remind_at (&question), 0);
  question.auto_vote = question.closes = 0;
  ck_assert_int_eq (demls_question_remind_at (&question), 0);
}
END_TEST

/* --- the rest ----------------------------------------------------------------------------------------------------*/

START_TEST (one_line_says_all_that_a_commit_did)
{
  Club club;
  set_up_club (&club, NULL);
  ck_event (&club, DEMLS_EVENT_COMMIT_APPLIED, TOLD, "carol is no longer in the group (committed by dora).");
  g_autoptr (DemlsEvent) event = full_event (&club, DEMLS_EVENT_COMMIT_APPLIED);
  g_ptr_array_add (event->actions, demls_action_new (3, club.ids[CAROL]));
  g_ptr_array_add (event->actions, demls_action_new (3, NULL));
  g_ptr_array_add (event->actions, demls_action_new (1, club.ids[ALICE]));
  g_ptr_array_add (event->actions, demls_action_new (1, club.ids[BOB]));
  g_ptr_array_add (event->actions, demls_action_new (102, NULL));
  ck_notice (demls_notice_of (&club.scene, event, FALSE), TOLD,
             "alice, bob are now in the group (committed by dora). carol is no longer in the group (committed by "
             "dora). "
             "The rules or the title of the group changed (committed by dora); see /rules.");
  g_autoptr (DemlsEvent) rules = full_event (&club, DEMLS_EVENT_COMMIT_APPLIED);
  ((DemlsAction *) rules->actions->pdata[0])->kind = 102; /* nobody came or went: not logged (P9) */
  ck_notice (demls_notice_of (&club.scene, rules, FALSE), ASIDE,
             "The rules or the title of the group changed (committed by dora); see /rules.");
  tear_down_club (&club);
}
END_TEST

START_TEST (chat_is_attributed_and_calls_the_named)
{
  Club club;
  set_up_club (&club, NULL);
  g_autoptr (DemlsEvent) event = full_event (&club, DEMLS_EVENT_CHAT);
  g_autoptr (DemlsNotice) other = demls_notice_of (&club.scene, event, FALSE);
  ck_assert_str_eq (other->who, "dora");
  ck_assert_int_eq (other->flags, PURPLE_MESSAGE_RECV);
  ck_assert_int_eq (other->time, NOW - 60);
  g_free (event->text);
  event->text = g_strdup ("Me? <b>");
  event->time = NOW + 1000;
  g_autoptr (DemlsNotice) named = demls_notice_of (&club.scene, event, FALSE);
  ck_assert_str_eq (named->markup, "Me? &lt;b&gt;");
  ck_assert_uint_eq ((guint) named->flags, PURPLE_MESSAGE_RECV | PURPLE_MESSAGE_NICK);
  ck_assert_int_eq (named->time, NOW);
  event->own = TRUE;
  g_autoptr (DemlsNotice) own = demls_notice_of (&club.scene, event, TRUE);
  ck_assert_str_eq (own->markup, "Me? &lt;b&gt; (waiting)");
  ck_assert_int_eq (own->flags, PURPLE_MESSAGE_SEND);
  event->own = FALSE;
  event->time = NOW - 301; /* from before: nothing rings */
  g_autoptr (DemlsNotice) late = demls_notice_of (&club.scene, event, FALSE);
  ck_assert_uint_eq ((guint) late->flags, PURPLE_MESSAGE_RECV | PURPLE_MESSAGE_NICK | PURPLE_MESSAGE_DELAYED);
  event->time = 0; /* nobody said anything in 1970 */
  g_autoptr (DemlsNotice) timeless = demls_notice_of (&club.scene, event, FALSE);
  ck_assert_int_eq (timeless->time, NOW);
  g_autoptr (DemlsNotice) again = demls_notice_recalled (&club.scene, event);
  ck_assert_uint_eq ((guint) again->flags, PURPLE_MESSAGE_RECV | PURPLE_MESSAGE_DELAYED);
  ck_assert_str_eq (again->markup, "Me? &lt;b&gt;");
  tear_down_club (&club);
}
END_TEST

START_TEST (lines_about_the_group)
{
  Club club;
  set_up_club (&club, NULL);
  ck_event (&club, DEMLS_EVENT_JOINED, TOLD, "You are in.");
  ck_event (&club, DEMLS_EVENT_APPLICANT, CALLING | PURPLE_MESSAGE_NO_LOG, "dora asks to join. To vouch: /invite dora");
  ck_event (&club, DEMLS_EVENT_STEWARDS_CHANGED, ASIDE, "Steward: bob.");
  club.scene.members = 1;
  ck_silent (&club, DEMLS_EVENT_STEWARDS_CHANGED);
  ck_event (&club, DEMLS_EVENT_MESSAGE_UNDECRYPTABLE, TOLD, "3 messages that came at 15:59 could not be read.");
  ck_event (&club, DEMLS_EVENT_PHASE_CHANGE, TOLD, "The stewards are silent; the group is choosing another one.");
  g_autoptr (DemlsEvent) lost = full_event (&club, DEMLS_EVENT_MESSAGE_UNDECRYPTABLE);
  lost->since = NOW - 1140;
  ck_notice (demls_notice_of (&club.scene, lost, FALSE), TOLD, "3 messages between 15:41 and 15:59 could not be read.");
  g_autoptr (DemlsEvent) event = full_event (&club, DEMLS_EVENT_PHASE_CHANGE);
  event->state = DEMLS_STATE_PENDING_JOIN;
  ck_notice (demls_notice_of (&club.scene, event, FALSE), TOLD,
             "Asking to join &quot;book club&quot;: its members vote; you can close this window.");
  event->state = DEMLS_STATE_WORKING;
  ck_assert_ptr_null (demls_notice_of (&club.scene, event, FALSE));
  club.scene.before = DEMLS_STATE_REELECTION;
  ck_notice (demls_notice_of (&club.scene, event, FALSE), TOLD, "The group goes on.");
  ck_text_event (&club, DEMLS_EVENT_NICK_CHANGED, "dorothy", ASIDE, "dora is now called dorothy.");
  ck_text_event (&club, DEMLS_EVENT_LEAVING, "left", TOLD, "You have left &quot;book club&quot;.");
  ck_text_event (&club, DEMLS_EVENT_LEAVING, "removed", CALLING, "You are no longer a member");
  ck_text_event (&club, DEMLS_EVENT_LEAVING, "expired", CALLING, "Nobody let you in");
  ck_text_event (&club, DEMLS_EVENT_ERROR, "cloned: details", CALLING, "Somebody else sends with your keys");
  ck_text_event (&club, DEMLS_EVENT_ERROR, "send: details", CALLING, "A message could not be encrypted");
  ck_text_event (&club, DEMLS_EVENT_ERROR, "join", TOLD, "An invitation came");
  ck_text_event (&club, DEMLS_EVENT_ERROR, "leave: details", TOLD, "The request to leave");
  ck_text_event (&club, DEMLS_EVENT_ERROR, "rejoin: details", CALLING, "Coming back did not work");
  ck_text_event (&club, DEMLS_EVENT_ERROR, "Reelection stuck: details", TOLD, "The group cannot agree");
  ck_event (&club, DEMLS_EVENT_CONFIRMED, ASIDE, "This is the right group; what you said is sent now.");
  ck_silent (&club, DEMLS_EVENT_ERROR);
  ck_own_event (&club, DEMLS_EVENT_OUT_OF_SYNC, TRUE, CALLING, "You have lost touch with the group; your client asks");
  ck_own_event (&club, DEMLS_EVENT_OUT_OF_SYNC, FALSE, CALLING, "You have lost touch with the group once more.");
  ck_own_event (&club, DEMLS_EVENT_REJOINED, TRUE, CALLING, "You are back, with new keys");
  ck_own_event (&club, DEMLS_EVENT_REJOINED, FALSE, CALLING, "WARNING: somebody came back to this group in your name");
  ck_text_event (&club, DEMLS_EVENT_REJOINED, "", TOLD, "dora came back");
  ck_text_event (&club, DEMLS_EVENT_EVIDENCE, "", TOLD, "Warning: dora signed");
  ck_text_event (&club, DEMLS_EVENT_ROLLED_BACK, "", TOLD, "The group settled on another decision about bob");
  ck_text_event (&club, DEMLS_EVENT_MESSAGE_RETURNED, "hi <b>", CALLING, "This message of yours");
  tear_down_club (&club);
}
END_TEST

/* One member joins a group of five by vote: what one of the five logs (P9). */
START_TEST (a_join_is_three_logged_lines)
{
  static const DemlsEventKind story[] = {
    DEMLS_EVENT_APPLICANT,     DEMLS_EVENT_VOTE_REQUESTED,   DEMLS_EVENT_BALLOT_TALLY, DEMLS_EVENT_BALLOT_TALLY,
    DEMLS_EVENT_BALLOT_TALLY,  DEMLS_EVENT_AUTO_VOTED,       DEMLS_EVENT_BALLOT_TALLY, DEMLS_EVENT_CONSENSUS_REACHED,
    DEMLS_EVENT_PHASE_CHANGE,  DEMLS_EVENT_FREEZE_PROGRESS,  DEMLS_EVENT_PHASE_CHANGE, DEMLS_EVENT_COMMIT_APPLIED,
    DEMLS_EVENT_WELCOME_READY, DEMLS_EVENT_STEWARDS_CHANGED, DEMLS_EVENT_PHASE_CHANGE
  };
  Club club;
  set_up_club (&club, NULL);
  club.question.kind = DEMLS_KIND_INVITE;
  guint logged = 0;
  for (guint i = 0; i < G_N_ELEMENTS (story); i++)
    {
      g_autoptr (DemlsEvent) event = full_event (&club, story[i]);
      event->state = DEMLS_STATE_FREEZING;
      g_autoptr (DemlsNotice) notice = demls_notice_of (&club.scene, event, FALSE);
      logged += notice && !(notice->flags & PURPLE_MESSAGE_NO_LOG) ? 1 : 0;
    }
  ck_assert_uint_eq (logged, 3);
  tear_down_club (&club);
}
END_TEST

static void
ck_bare (const char *markup, const char *what)
{
  for (const char *tag = strchr (markup, '<'); tag; tag = strchr (tag + 1, '<'))
    ck_assert_msg (g_str_has_prefix (tag, "<br>") || g_str_has_prefix (tag, "<A HREF")
                       || g_str_has_prefix (tag, "</A>"),
                   "%s: %s", what, markup);
  ck_assert_msg (strchr (markup, '\n') == NULL && strstr (markup, "\xe2\x80\xae") == NULL, "%s: %s", what, markup);
  ck_assert (g_utf8_validate (markup, -1, NULL));
}

/* Names, titles, reasons and messages that want to be something else, in every line there is. */
START_TEST (no_peer_can_write_markup)
{
  g_autofree char *filling = g_strnfill (10000, 'x');
  g_autofree char *huge = g_strconcat ("<b>", filling, NULL);
  const char *const evil[] = { "<b>bold</b> & \"q\" 'x'",
                               "two\nlines\r\nthree",
                               "\xe2\x80\xae"
                               "evil\xe2\x80\xac",
                               "<a href=\"http://evil\">safe</a>",
                               "%s%n%d",
                               huge,
                               "&lt;b&gt;",
                               "\x1b[31m" };
  for (guint i = 0; i < G_N_ELEMENTS (evil); i++)
    for (guint kind = 0; kind <= DEMLS_EVENT_EVIDENCE; kind++)
      for (guint matter = 0; matter <= DEMLS_KIND_REFRESH; matter++)
        {
          Club club;
          set_up_club (&club, evil[i]);
          club.question.kind = (DemlsKind) matter;
          club.question.title = evil[i];
          g_autoptr (DemlsEvent) event = full_event (&club, (DemlsEventKind) kind);
          if (kind != DEMLS_EVENT_LEAVING)
            {
              g_free (event->text);
              event->text = g_strdup (evil[i]);
            }
          g_autoptr (DemlsNotice) notice = demls_notice_of (&club.scene, event, FALSE);
          if (notice)
            {
              ck_bare (notice->markup, demls_event_name ((DemlsEventKind) kind));
              ck_assert (kind == DEMLS_EVENT_CHAT || strlen (notice->markup) < 3000);
              ck_assert (!notice->who || !strpbrk (notice->who, "<>&\n"));
            }
          tear_down_club (&club);
        }
}
END_TEST

/* An event may lack whatever it does not need. */
START_TEST (empty_events_are_borne)
{
  Club club;
  set_up_club (&club, NULL);
  for (guint kind = 0; kind <= DEMLS_EVENT_EVIDENCE; kind++)
    {
      g_autoptr (DemlsEvent) event = demls_event_new ((DemlsEventKind) kind, NOW);
      g_autoptr (DemlsNotice) notice = demls_notice_of (&club.scene, event, FALSE);
      ck_assert (!notice || notice->markup);
      club.scene.question = NULL;
      g_autoptr (DemlsNotice) again = demls_notice_of (&club.scene, event, FALSE);
      ck_assert (!again || again->markup);
      club.scene.question = &club.question;
    }
  tear_down_club (&club);
}
END_TEST

int
main (void)
{
  g_setenv ("TZ", "UTC", TRUE);
  const TTest *const tests[] = {
    opening_says_what_how_and_until_when,
    every_kind_of_vote_has_words,
    machines_talk_among_themselves,
    results_say_how,
    a_fifth_of_the_time_is_left,
    one_line_says_all_that_a_commit_did,
    chat_is_attributed_and_calls_the_named,
    lines_about_the_group,
    a_join_is_three_logged_lines,
    no_peer_can_write_markup,
    empty_events_are_borne,
  };
  return run_tests ("purple-plugin/notices", tests, G_N_ELEMENTS (tests));
}
