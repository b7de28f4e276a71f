/* test-wrap.c - texts for dialogs on a terminal (plugin P12).
 */
#include "../lib/run.h"

#include <string.h>

#include "purple-plugin/wrap.h"

static void
becomes (const char *text, guint columns, const char *expected)
{
  g_autofree char *wrapped = demls_wrap (text, columns);
  ck_assert_str_eq (wrapped, expected);
}

START_TEST (breaks_at_blanks)
{
  becomes ("", 10, "");
  becomes ("short", 10, "short");
  becomes ("one two three", 7, "one two\nthree");
  becomes ("one two three", 8, "one two\nthree");
  becomes ("exactly ten", 11, "exactly ten");
  becomes ("a  b", 10, "a b");
}
END_TEST

START_TEST (keeps_line_ends)
{
  becomes ("one\ntwo three", 5, "one\ntwo\nthree");
  becomes ("one\n\ntwo", 10, "one\n\ntwo");
  becomes ("one two\n", 3, "one\ntwo\n");
}
END_TEST

START_TEST (breaks_words_that_are_too_long)
{
  becomes ("abcdefgh", 3, "abc\ndef\ngh");
  becomes ("ab abcdefgh i", 3, "ab\nabc\ndef\ngh\ni");
}
END_TEST

/* Wide characters take two columns, marks that stand on others none. */
START_TEST (counts_columns)
{
  becomes ("\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2", 4, "\xe6\xbc\xa2\xe5\xad\x97\n\xe6\xbc\xa2");
  becomes ("e\xcc\x81 e\xcc\x81 e\xcc\x81", 3, "e\xcc\x81 e\xcc\x81\ne\xcc\x81");
}
END_TEST

/* A peer's reason, however it is made, is no wider than the dialog, and nothing of it but blanks is lost. */
START_TEST (loses_nothing)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < 500; i++)
    g_string_append_printf (text, "%.*s%s", (int) (i * 7 % 23), "abcdefghijklmnopqrstuvwxyz", i % 3 ? " " : "-");
  g_autofree char *wrapped = demls_wrap (text->str, DEMLS_WRAP_COLUMNS);
  g_auto (GStrv) lines = g_strsplit (wrapped, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    ck_assert_uint_le (strlen (lines[i]), DEMLS_WRAP_COLUMNS);
  g_auto (GStrv) before = g_strsplit_set (text->str, " \n", -1), after = g_strsplit_set (wrapped, " \n", -1);
  g_autofree char *had = g_strjoinv ("", before), *has = g_strjoinv ("", after);
  ck_assert_str_eq (had, has);
  g_string_free (text, TRUE);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { breaks_at_blanks, keeps_line_ends, breaks_words_that_are_too_long, counts_columns,
                                 loses_nothing };
  return run_tests ("purple-plugin/wrap", tests, G_N_ELEMENTS (tests));
}
