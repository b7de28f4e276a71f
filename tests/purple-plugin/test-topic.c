/* test-topic.c - the line above a chat (P3).
 */
#include "club.h"
#include "purple-plugin/topic.h"

static void
ck_topic (const Club *club, const DemlsStanding *standing, const char *wanted)
{
  g_autofree char *text = demls_topic_text (&club->scene, standing);
  ck_assert_str_eq (text, wanted);
}

START_TEST (one_phrase_about_what_goes_on)
{
  Club club;
  set_up_club (&club, NULL);
  g_ptr_array_set_size (club.open, 0);
  DemlsStanding s = { .state = DEMLS_STATE_WORKING, .confirmed = TRUE, .link = DEMLS_LINK_ONLINE };
  ck_topic (&club, &s, "book club");
  g_autofree char *nothing = demls_topic_phrase (&club.scene, &s);
  ck_assert_ptr_null (nothing);
  s.applicants = 1;
  ck_topic (&club, &s, "book club - 1 person asks to join");
  g_ptr_array_add (club.open, club.hash);
  g_ptr_array_add (club.open, club.hash);
  ck_topic (&club, &s, "book club - 2 votes open");
  s.mine = 1;
  ck_topic (&club, &s, "book club - 1 vote waits for you");
  s.changing = TRUE;
  ck_topic (&club, &s, "book club - carrying out what was decided...");
  s.removing = span_bytes (club.ids[CAROL]);
  ck_topic (&club, &s, "book club - removing carol...");
  s.adding = span_bytes (club.ids[BOB]);
  ck_topic (&club, &s, "book club - adding bob...");
  s.state = DEMLS_STATE_REELECTION;
  ck_topic (&club, &s, "book club - waiting for a steward");
  tear_down_club (&club);
}
END_TEST

/* What keeps the user from taking part is said before anything else. */
START_TEST (hindrances_come_first)
{
  Club club;
  set_up_club (&club, NULL);
  DemlsStanding s = { .state = DEMLS_STATE_REELECTION, .link = DEMLS_LINK_ONLINE, .mine = 2 };
  s.inviter = span_bytes (club.ids[ALICE]);
  ck_topic (&club, &s, "book club - waiting to hear from alice");
  s.link = DEMLS_LINK_BACKLOG;
  ck_topic (&club, &s, "book club - reading what came meanwhile");
  s.state = DEMLS_STATE_PENDING_JOIN;
  ck_topic (&club, &s, "book club - asking to join");
  s.link = DEMLS_LINK_OFFLINE;
  ck_topic (&club, &s, "book club - offline");
  s.waiting = 2;
  ck_topic (&club, &s, "book club - offline, 2 messages will be sent later");
  s.out_of_sync = TRUE;
  ck_topic (&club, &s, "book club - lost touch, asking to come back");
  s.cloned = TRUE;
  ck_topic (&club, &s, "book club - stopped: a copy of this account is in use");
  tear_down_club (&club);
}
END_TEST

START_TEST (no_peer_can_write_markup_or_lines)
{
  /* a mark that turns the direction round; what is no UTF-8 */
  static const char *const evil[] = { "<b>x</b> & y", "a\nb", "\xe2\x80\xae turned", "\xff\xfe" };
  for (guint i = 0; i < G_N_ELEMENTS (evil); i++)
    {
      Club club;
      set_up_club (&club, evil[i]);
      DemlsStanding s = { .confirmed = TRUE, .link = DEMLS_LINK_ONLINE, .state = DEMLS_STATE_WORKING };
      s.adding = span_bytes (club.ids[BOB]);
      g_autofree char *text = demls_topic_text (&club.scene, &s);
      ck_assert_msg (!strpbrk (text, "<>&\n") && !strstr (text, "\xe2\x80\xae"), "%s", text);
      ck_assert (g_utf8_validate (text, -1, NULL));
      tear_down_club (&club);
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { one_phrase_about_what_goes_on, hindrances_come_first,
                                 no_peer_can_write_markup_or_lines };
  return run_tests ("purple-plugin/topic", tests, G_N_ELEMENTS (tests));
}
