/* test-text.c - texts of strangers on the way to the screen, and what is typed on the way out.
 */
#include <purple.h>
#include <string.h>

#include "../lib/run.h"
#include "purple-plugin/text.h"
#include "purple-plugin/when.h"
#include "rules/limits.h"

/* Sanitizers, valgrind and busy machines take their time. */
#define SLOWEST_US (2 * G_USEC_PER_SEC)

static void
ck_gives (char *got, const char *wanted)
{
  g_autofree char *text = got;
  ck_assert_str_eq (text, wanted);
}

START_TEST (cleaning_drops_what_deceives)
{
  ck_gives (demls_text_clean ("plain \xe6\xbc\xa2", 100), "plain \xe6\xbc\xa2");
  ck_gives (demls_text_clean (NULL, 100), "");
  ck_gives (demls_text_clean ("a\tb\r\nc\rd\xe2\x80\xa8"
                              "e\xc2\x85"
                              "f",
                              100),
            "a b\nc\nd\ne\nf");
  ck_gives (demls_text_clean ("a\x01\x1b[31m\x7f\xc2\x9b"
                              "b",
                              100),
            "a[31mb");
  ck_gives (demls_text_clean ("\xe2\x80\xae"
                              "evil\xe2\x80\xac\xe2\x81\xa6x\xe2\x80\x8f\xd8\x9c",
                              100),
            "evilx");
  ck_gives (demls_text_clean ("\xff"
                              "a\xc3",
                              100),
            "\xef\xbf\xbd"
            "a\xef\xbf\xbd");
  ck_gives (demls_text_clean ("abcdef", 4), "abcd\xe2\x80\xa6");
  ck_gives (demls_text_clean ("ab\xe6\xbc\xa2", 4), "ab\xe2\x80\xa6");
  ck_gives (demls_text_clean ("abcd", 4), "abcd");
}
END_TEST

START_TEST (lines_and_list_names_are_short_and_bare)
{
  ck_gives (demls_text_line (" a\nb ", 10), "a b");
  ck_gives (demls_text_line ("abcdefghijk", 5), "abcd\xe2\x80\xa6");
  ck_gives (demls_text_list_name ("m<b>a&amp;"), "m\xe2\x80\xb9"
                                                 "b\xe2\x80\xba"
                                                 "a\xef\xbc\x86"
                                                 "amp;");
}
END_TEST

START_TEST (markup_of_peers_is_shown_literally)
{
  ck_gives (demls_text_show ("<b>a</b> & \"q\" 'x'"), "&lt;b&gt;a&lt;/b&gt; &amp; &quot;q&quot; 'x'");
  ck_gives (demls_text_show ("<img src=file:///x>"), "&lt;img src=file:///x&gt;");
  ck_gives (demls_text_show ("&lt;b&gt;\nx"), "&amp;lt;b&amp;gt;<br>x");
  ck_gives (demls_text_show ("see https://a.org/?x=1&y=2 now"),
            "see <A HREF=\"https://a.org/?x=1&y=2\">https://a.org/?x=1&amp;y=2</A> now");
}
END_TEST

/* What libpurple's own stripping makes of it again is what the peer wrote. */
static void
ck_literal (const char *message)
{
  g_autofree char *markup = demls_text_show (message);
  for (const char *tag = strchr (markup, '<'); tag; tag = strchr (tag + 1, '<'))
    ck_assert_msg (g_str_has_prefix (tag, "<br>") || g_str_has_prefix (tag, "<A HREF=\"")
                       || g_str_has_prefix (tag, "</A>"),
                   "%s became %s", message, markup);
  ck_assert_ptr_null (strstr (markup, "HREF=\"file:"));
  for (const char *link = strstr (markup, "HREF=\""); link; link = strstr (link + 1, "HREF=\""))
    {
      const char *close = strchr (link + strlen ("HREF=\""), '"');
      ck_assert (close != NULL);
      ck_assert_msg (close[1] == '>', "%s became %s", message, markup);
    }
}

START_TEST (no_bytes_make_other_markup)
{
  static const char *const pieces[] = { "http://a.b/",
                                        "\"",
                                        "'",
                                        "<",
                                        ">",
                                        "&",
                                        "&quot;",
                                        "www.x.org",
                                        "a@b.org",
                                        "mailto:a@b.c",
                                        "javascript:alert(1)",
                                        "file:///etc/x",
                                        " ",
                                        "\n",
                                        "onclick=x",
                                        "(",
                                        ")",
                                        ",",
                                        "<a href=\"evil\">safe</a>",
                                        "\xe2\x80\xae",
                                        "\xff",
                                        "</body>",
                                        "xmpp:a?b;c" };
  g_autoptr (GRand) random = g_rand_new_with_seed (10);
  for (guint round = 0; round < 5000; round++)
    {
      GString *message = g_string_new (NULL);
      for (gint32 n = g_rand_int_range (random, 1, 9); n > 0; n--)
        g_string_append (message, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
      ck_literal (message->str);
      g_string_free (message, TRUE);
    }
}
END_TEST

/* 16 KiB of the worst must not stop a client for longer than a main-loop step may take. */
START_TEST (long_texts_are_bounded_in_size_and_time)
{
  static const char *const worst[] = { "a", "<", "@", "www.", "http://", "a@b.c", "&", "xmpp:a?", "\xe2\x80\xae" };
  for (guint i = 0; i < G_N_ELEMENTS (worst); i++)
    {
      GString *message = g_string_new (NULL);
      while (message->len < 100000)
        g_string_append (message, worst[i]);
      gint64 start = g_get_monotonic_time ();
      g_autofree char *markup = demls_text_show (message->str);
      gint64 took = g_get_monotonic_time () - start;
      ck_assert_msg (took < SLOWEST_US, "\"%s\" took %d us", worst[i], (int) took);
      ck_assert_uint_lt (strlen (markup), 40 * DEMLS_TEXT_MAX);
      g_string_free (message, TRUE);
    }
}
END_TEST

START_TEST (typed_markup_becomes_plain_text)
{
  ck_gives (demls_text_from_markup ("hello <i>&amp; x</i>"), "hello & x");
  ck_gives (demls_text_from_markup ("a &lt;b&gt; c"), "a <b> c");
  ck_gives (demls_text_from_markup ("see <a href=\"http://x.org/>\">this</a>!"), "see this!");
  ck_gives (demls_text_from_markup ("one<br>two\nthree"), "one\ntwo\nthree");
  ck_gives (demls_text_from_markup ("/me waves"), "/me waves");
  ck_gives (demls_text_from_markup ("<abbr>x</abbr> <a"), "x "); /* clients close their tags */
  ck_gives (demls_text_from_markup (""), "");
}
END_TEST

START_TEST (being_named_is_noticed)
{
  ck_assert (demls_text_names ("hi Bob!", "bob"));
  ck_assert (demls_text_names ("bob", "Bob"));
  ck_assert (demls_text_names ("kabob, bob: hi", "bob"));
  ck_assert (demls_text_names ("\xc3\x89milie?", "\xc3\xa9milie"));
  ck_assert (demls_text_names ("ask Mary Jane", "mary jane"));
  ck_assert (!demls_text_names ("bobby", "bob"));
  ck_assert (!demls_text_names ("bob_x", "bob"));
  ck_assert (!demls_text_names ("\xc3\xa9"
                                "bob",
                                "bob"));
  ck_assert (!demls_text_names ("anything", ""));
}
END_TEST

START_TEST (times_are_said_as_people_do)
{
  g_setenv ("TZ", "UTC", TRUE);
  gint64 now = 1764000000; /* Mon 24 Nov 2025 16:00 */
  ck_gives (demls_when_clock (now + 7200, now), "18:00");
  ck_gives (demls_when_clock (now + 23 * 3600, now), "Tue 15:00");
  ck_gives (demls_when_clock (now + 20 * 86400, now), "14 Dec 16:00");
  ck_gives (demls_when_length (0), "0 s");
  ck_gives (demls_when_length (-5), "0 s");
  ck_gives (demls_when_length (119), "119 s");
  ck_gives (demls_when_length (600), "10 min");
  ck_gives (demls_when_length (23 * 3600), "23 h");
  ck_gives (demls_when_length (7 * 86400), "7 days");
  ck_gives (demls_when_until (now + 23 * 3600, now), "Tue 15:00 (in 23 h)");
  ck_gives (demls_when_until (now, now), "now");
  ck_gives (demls_when_clock (G_MAXINT64, now), "?");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    cleaning_drops_what_deceives,
    lines_and_list_names_are_short_and_bare,
    markup_of_peers_is_shown_literally,
    no_bytes_make_other_markup,
    long_texts_are_bounded_in_size_and_time,
    typed_markup_becomes_plain_text,
    being_named_is_noticed,
    times_are_said_as_people_do,
  };
  return run_tests ("purple-plugin/text", tests, G_N_ELEMENTS (tests));
}
