/* test-away.c - what happened while somebody was away: one line (P7).
 */
#include "club.h"
#include "purple-plugin/away.h"

static void
hear (DemlsAway *away, Club *club, const DemlsEvent *event)
{
  ck_assert (demls_away_takes (event));
  demls_away_add (away, event, demls_notice_of (&club->scene, event, FALSE));
}

static void
hear_kind (DemlsAway *away, Club *club, DemlsEventKind kind)
{
  g_autoptr (DemlsEvent) event = full_event (club, kind);
  hear (away, club, event);
}

static void
hear_move (DemlsAway *away, Club *club, guint32 kind, GBytes *who)
{
  g_autoptr (DemlsEvent) event = full_event (club, DEMLS_EVENT_COMMIT_APPLIED);
  g_ptr_array_set_size (event->actions, 0);
  g_ptr_array_add (event->actions, demls_action_new (kind, who));
  hear (away, club, event);
}

static void
ck_end (DemlsAway *away, const Club *club, guint mine, guint flags, const char *markup)
{
  g_autoptr (DemlsNotice) notice = demls_away_end (away, &club->scene, mine);
  ck_assert_ptr_nonnull (notice);
  ck_assert_str_eq (notice->markup, markup);
  ck_assert_uint_eq ((guint) notice->flags, flags);
  ck_assert_ptr_null (demls_away_end (away, &club->scene, 0));
}

#define TOLD PURPLE_MESSAGE_SYSTEM
#define CALLING (PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NICK)

START_TEST (a_week_is_one_line)
{
  Club club;
  set_up_club (&club, NULL);
  DemlsAway *away = demls_away_new ();
  for (guint i = 0; i < 40; i++)
    {
      hear_kind (away, &club, DEMLS_EVENT_VOTE_REQUESTED);
      hear_kind (away, &club, DEMLS_EVENT_BALLOT_TALLY);
      hear_kind (away, &club, DEMLS_EVENT_CONSENSUS_REACHED);
    }
  hear_kind (away, &club, DEMLS_EVENT_AUTO_VOTED);
  hear_move (away, &club, 1, club.ids[DORA]);
  hear_move (away, &club, 1, club.ids[BOB]);
  hear_move (away, &club, 2, club.ids[BOB]); /* came and went */
  hear_move (away, &club, 2, club.ids[CAROL]);
  ck_end (away, &club, 2, CALLING,
          "While you were away: Came in: dora. No longer in the group: carol. 40 votes were decided; /history lists "
          "them. Your client voted by itself on 1 vote. 2 votes wait for you; /votes lists them.");
  demls_away_free (away);
  tear_down_club (&club);
}
END_TEST

START_TEST (a_single_thing_is_told_as_ever)
{
  Club club;
  set_up_club (&club, NULL);
  DemlsAway *away = demls_away_new ();
  hear_move (away, &club, 2, club.ids[CAROL]);
  ck_end (away, &club, 0, TOLD, "carol is no longer in the group (committed by dora).");
  hear_move (away, &club, 2, club.ids[CAROL]); /* a vote from before waits too */
  ck_end (away, &club, 1, CALLING,
          "While you were away: No longer in the group: carol. 1 vote waits for you; /votes shows it.");
  hear_kind (away, &club, DEMLS_EVENT_VOTE_REQUESTED);
  g_autoptr (DemlsNotice) asked = demls_away_end (away, &club.scene, 1);
  ck_assert (g_str_has_prefix (asked->markup, "Vote #417: alice proposes"));
  hear_kind (away, &club, DEMLS_EVENT_VOTE_REQUESTED); /* and it ended before anybody looked */
  ck_assert_ptr_null (demls_away_end (away, &club.scene, 0));
  ck_end (away, &club, 1, CALLING, "While you were away: 1 vote waits for you; /votes shows it.");
  demls_away_free (away);
  tear_down_club (&club);
}
END_TEST

/* What is said, what goes wrong and what ends a group is never swallowed. */
START_TEST (nothing_that_matters_is_summed_up)
{
  static const DemlsEventKind told[] = { DEMLS_EVENT_CHAT,
                                         DEMLS_EVENT_JOINED,
                                         DEMLS_EVENT_LEAVING,
                                         DEMLS_EVENT_ERROR,
                                         DEMLS_EVENT_ROLLED_BACK,
                                         DEMLS_EVENT_MESSAGE_RETURNED,
                                         DEMLS_EVENT_MESSAGE_UNDECRYPTABLE,
                                         DEMLS_EVENT_OUT_OF_SYNC,
                                         DEMLS_EVENT_REJOINED,
                                         DEMLS_EVENT_EVIDENCE };
  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    {
      g_autoptr (DemlsEvent) event = demls_event_new (told[i], NOW);
      ck_assert_msg (!demls_away_takes (event), "%s", demls_event_name (told[i]));
    }
}
END_TEST

START_TEST (no_peer_can_write_markup)
{
  Club club;
  set_up_club (&club, "<b>\n\xe2\x80\xae&");
  DemlsAway *away = demls_away_new ();
  hear_move (away, &club, 1, club.ids[DORA]);
  hear_move (away, &club, 2, club.ids[CAROL]);
  g_autoptr (DemlsNotice) notice = demls_away_end (away, &club.scene, 0);
  ck_assert_msg (!strpbrk (notice->markup, "<>\n") && !strstr (notice->markup, "\xe2\x80\xae"), "%s", notice->markup);
  demls_away_free (away);
  tear_down_club (&club);
}
END_TEST

int
main (void)
{
  g_setenv ("TZ", "UTC", TRUE);
  const TTest *const tests[] = { a_week_is_one_line, a_single_thing_is_told_as_ever, nothing_that_matters_is_summed_up,
                                 no_peer_can_write_markup };
  return run_tests ("purple-plugin/away", tests, G_N_ELEMENTS (tests));
}
