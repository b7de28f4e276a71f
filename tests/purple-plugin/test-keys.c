/* test-keys.c - the account in real libpurple processes: passphrase, identity, options that cannot be used (plugin P1,
 * P11).
 */
#include "people.h"

#include <string.h>

static const char *
fingerprint_of (Person *self)
{
  forget (self);
  types (self, "action My fingerprint");
  return sees (self, "|Compare it with") + strlen ("notify ");
}

START_TEST (passphrase_seals_the_keys)
{
  people_begin ();
  Person *alice = person_new ("alice");
  starts (alice);
  sees (alice, "notify The keys of this account are not protected"); /* P1: said once */
  g_autofree char *before = g_strndup (fingerprint_of (alice), 49);
  types (alice, "action Change passphrase");
  sees (alice, "dialog open Change passphrase");
  types (alice, "fill passphrase=correct horse");
  types (alice, "fill again=correct hose");
  types (alice, "press Change");
  sees (alice, "The two passphrases are not the same.");
  types (alice, "action Change passphrase");
  sees (alice, "dialog open Change passphrase");
  types (alice, "fill passphrase=correct horse");
  types (alice, "fill again=correct horse");
  types (alice, "press Change");
  sees (alice, "notify The passphrase was changed.");
  quits (alice);
  launches (alice);
  sees (alice, "dialog open"); /* nothing was saved, so it is asked for */
  types (alice, "fill password=wrong");
  types (alice, "press OK");
  sees (alice, "error 2 This password does not open the keys");
  types (alice, "off");
  types (alice, "on");
  sees (alice, "dialog open");
  types (alice, "fill password=correct horse");
  types (alice, "press OK");
  sees (alice, "online");
  g_autofree char *after = g_strndup (fingerprint_of (alice), 49);
  ck_assert_str_eq (before, after);
  ck_assert (!has_seen (alice, "not protected"));
  quits (alice);
  launches (alice);
  sees (alice, "dialog open");
  types (alice, "press Cancel");
  sees (alice, "error 2 The keys of this account can only be read with its password.");
  quits (alice);
  people_end ();
}
END_TEST

START_TEST (first_password_seals_and_is_needed)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob");
  person_option (alice, "password=sesame");
  starts (alice);
  does (alice, "look");
  ck_assert (!has_seen (alice, "not protected"));
  quits (alice);
  starts (alice);
  quits (alice);
  starts (bob);
  quits (bob);
  person_option (bob, "password=sesame");
  launches (bob);
  sees (bob, "error 2 The keys of this account have no passphrase yet.");
  quits (bob);
  people_end ();
}
END_TEST

static void
export_to (Person *self, const char *path, const char *passphrase)
{
  types (self, "action Export identity");
  sees (self, "dialog open Export identity");
  types (self, "fill file=%s", path);
  types (self, "fill passphrase=%s", passphrase);
  types (self, "fill again=%s", passphrase);
  types (self, "press Export");
}

static void
import_from (Person *self, const char *path, const char *passphrase)
{
  types (self, "action Import identity");
  sees (self, "dialog open Import identity");
  types (self, "fill file=%s", path);
  types (self, "fill passphrase=%s", passphrase);
  types (self, "press Import");
}

START_TEST (identity_travels_in_a_file)
{
  people_begin ();
  Person *alice = person_new ("alice"), *other = person_new ("other");
  g_autofree char *path = people_path ("alice.identity", NULL);
  starts (alice);
  g_autofree char *hers = g_strndup (fingerprint_of (alice), 49);
  export_to (alice, "alice.identity", "travel");
  sees (alice, "notify The identity was not exported.|The file needs its whole path.");
  export_to (alice, path, "");
  sees (alice, "It needs a passphrase");
  export_to (alice, path, "travel");
  sees (alice, "notify The identity was exported.");
  export_to (alice, path, "travel");
  sees (alice, "There is such a file already.");
  starts (other);
  g_autofree char *before = g_strndup (fingerprint_of (other), 49);
  ck_assert_str_ne (before, hers);
  import_from (other, path, "wrong");
  sees (other, "notify The identity was not imported.|the passphrase is wrong.");
  import_from (other, "/dev/zero", "travel");
  sees (other, "notify The identity was not imported.");
  import_from (other, path, "travel");
  sees (other, "notify The identity was imported.");
  sees (other, "online"); /* it logged in again */
  g_autofree char *after = g_strndup (fingerprint_of (other), 49);
  ck_assert_str_eq (after, hers);
  g_autofree char *link = founds (other, "den");
  types (other, "action Import identity");
  sees (other, "This account is in groups with the identity that it has.");
  quits (alice);
  quits (other);
  people_end ();
}
END_TEST

START_TEST (unusable_options_say_why)
{
  people_begin ();
  Person *alice = person_new ("alice"), *bob = person_new ("bob"), *carol = person_new ("carol");
  person_option (alice, "folder=relative/folder");
  launches (alice);
  sees (alice, "The folder \"relative/folder\" must be given with its whole path");
  person_option (bob, "delivery=mqtt");
  launches (bob);
  sees (bob, "Delivery by MQTT needs the name of a broker");
  person_option (carol, "folder=/proc/version");
  launches (carol);
  sees (carol, "/proc/version cannot be used for delivery");
  quits (alice);
  quits (bob);
  quits (carol);
  people_end ();
}
END_TEST

/* One store belongs to one program at a time (X6); a damaged one is said to be, and not replaced. */
START_TEST (store_that_cannot_be_used_says_why)
{
  people_begin ();
  Person *alice = person_new ("alice"), *twin = person_new ("alice");
  starts (alice);
  launches (twin);
  sees (twin, "error 0 This account is already open in another program.");
  quits (twin);
  quits (alice);
  g_autofree char *path = g_build_filename (alice->folder, "demls", "alice", "store.db", NULL);
  g_autofree char *content = NULL;
  gsize len = 0;
  ck_assert (g_file_get_contents (path, &content, &len, NULL));
  for (gsize i = 100; i < len; i += 64)
    content[i] = (char) ~content[i];
  ck_assert (g_file_set_contents (path, content, (gssize) len, NULL));
  launches (alice);
  sees (alice, "The keys of this account cannot be read.");
  quits (alice);
  g_autofree char *after = NULL;
  gsize after_len = 0;
  ck_assert (g_file_get_contents (path, &after, &after_len, NULL));
  ck_assert_uint_eq (after_len, len);
  ck_assert (memcmp (after, content, len) == 0);
  people_end ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { passphrase_seals_the_keys, first_password_seals_and_is_needed,
                                 identity_travels_in_a_file, unusable_options_say_why,
                                 store_that_cannot_be_used_says_why };
  g_setenv ("CK_DEFAULT_TIMEOUT", "240", FALSE);
  return run_tests ("purple-plugin/keys", tests, G_N_ELEMENTS (tests));
}
