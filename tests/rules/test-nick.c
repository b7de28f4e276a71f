/* test-nick.c - rules/nick.h: V28's characters.
 */
#include "../lib/run.h"
#include "rules/nick.h"

START_TEST (what_all_judge_alike)
{
  static const struct {
    const char *text;
    gboolean fine;
  } rows[] = {
    { "alice", TRUE },
    { "", FALSE },
    { "a b", TRUE },
    { "zo\xc3\xab", TRUE },
    { "\xf0\x9f\x90\xbb", TRUE },
    { "a\nb", FALSE },
    { "\t", FALSE },
    { "\x7f", FALSE },
    { "\xc2\x80", FALSE },
    { "\xc2\x9f", FALSE },
    { "\xc2\xa0", TRUE },
    { "\xd8\x9c", FALSE },
    { "\xe2\x80\x8e", FALSE },
    { "\xe2\x80\x8f", FALSE },
    { "\xe2\x80\xaa", FALSE },
    { "\xe2\x80\xae", FALSE },
    { "\xe2\x81\xa6", FALSE },
    { "\xe2\x81\xa9", FALSE },
    { "\xe2\x80\xa8", FALSE },
    { "\xe2\x80\xa9", FALSE },
    { "\xff", FALSE },
    { "a\xc3", FALSE },
    { "\xe2\x80\x8d", TRUE },
    { "e\xcc\x81", TRUE } /* not NFC: see below */,
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    ck_assert_msg (demls_text_is_agreeable (span_str (rows[i].text)) == rows[i].fine, "row %u", i);
  ck_assert (!demls_text_is_agreeable (span ("a\0b", 3)));
  ck_assert (!demls_text_is_agreeable (SPAN_EMPTY));
}
END_TEST

START_TEST (sixty_four_characters)
{
  g_autofree char *most = g_strnfill (64, 'x'), *more = g_strnfill (65, 'x');
  g_autoptr (GString) wide = g_string_new (NULL);
  for (guint i = 0; i < 64; i++)
    g_string_append (wide, "\xf0\x9f\x90\xbb");
  ck_assert (demls_nick_is_valid (span_str (most)));
  ck_assert (!demls_nick_is_valid (span_str (more)));
  ck_assert (demls_nick_is_valid (span_str (wide->str)));
  g_string_append_c (wide, 'x');
  ck_assert (!demls_nick_is_valid (span_str (wide->str)));
}
END_TEST

START_TEST (own_nicknames_are_normal)
{
  ck_assert (demls_nick_is_valid (span_str ("\xc3\xa9")));
  ck_assert (!demls_nick_is_valid (span_str ("e\xcc\x81")));
}
END_TEST

START_TEST (typing_is_tidied)
{
  static const struct {
    const char *typed, *nick;
  } rows[] = {
    { "alice", "alice" },
    { "  alice\n", "alice" },
    { "a\xe2\x80\xae"
      "b",
      "ab" },
    { "e\xcc\x81", "\xc3\xa9" },
    { "\n", NULL },
    { "", NULL },
    { "\xff", NULL },
    { "e\n\xcc\x81", "\xc3\xa9" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *nick = demls_nick_tidy (rows[i].typed);
      ck_assert_msg (g_strcmp0 (nick, rows[i].nick) == 0, "row %u: %s", i, nick);
    }
  g_autofree char *more = g_strnfill (100, 'x'), *cut = demls_nick_tidy (more);
  ck_assert_uint_eq (strlen (cut), 64);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { what_all_judge_alike, sixty_four_characters, own_nicknames_are_normal,
                                 typing_is_tidied };
  return run_tests ("rules/nick", tests, G_N_ELEMENTS (tests));
}
