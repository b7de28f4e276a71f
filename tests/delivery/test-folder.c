#include "delivery/folder.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "party.h"

#define LINE_A GROUP_A "/app_msg/"
#define NAME "0000000000000001-0123456789abcdef.packet"

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  for (const char *name = dir ? g_dir_read_name (dir) : NULL; name; name = g_dir_read_name (dir))
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      remove_tree (inner);
    }
  g_remove (path);
}

/* A temporary directory that goes with its name. */
typedef char Temp;

static void
temp_free (Temp *path)
{
  remove_tree (path);
  g_free (path);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Temp, temp_free)

static Temp *
temp_new (void)
{
  return g_dir_make_tmp ("demls-folder-XXXXXX", NULL);
}

static DemlsFolderOptions
options_for (const char *path, guint8 who)
{
  DemlsFolderOptions options = { .path = path, .retry_ms = 20, .poll_ms = 30 * 1000 };
  memset (options.app_id, who, sizeof options.app_id);
  return options;
}

static Party *
member_with (const DemlsFolderOptions *options)
{
  Party *self = party_new (demls_folder_new (options));
  party_join (self, GROUP_A);
  party_open (self);
  PARTY_UNTIL (self->link == DEMLS_LINK_ONLINE);
  return self;
}

static Party *
member_at (const char *path, guint8 who)
{
  DemlsFolderOptions options = options_for (path, who);
  return member_with (&options);
}

/* The path of a file in GROUP_A's directory. (transfer full) */
static char *
in_group (const char *path, const char *name)
{
  return g_build_filename (path, GROUP_A, name, NULL);
}

static void
put (const char *path, const char *shelf, const char *name, Span content)
{
  g_autofree char *dir = g_build_filename (path, shelf, NULL);
  g_autofree char *file = g_build_filename (dir, name, NULL);
  g_mkdir_with_parents (dir, 0700);
  FILE *out = fopen (file, "w");
  ck_assert_ptr_nonnull (out);
  ck_assert_uint_eq (fwrite (content.data, 1, content.len, out), content.len);
  fclose (out);
}

static GBytes *
envelope (guint8 who, const char *conversation, DemlsChannel channel, const char *text)
{
  guint8 app_id[DEMLS_APP_ID_SIZE];
  memset (app_id, who, sizeof app_id);
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));
  return demls_envelope_pack (app_id, conversation, channel, payload, NULL);
}

static void
put_packet (const char *path, const char *name, const char *text)
{
  g_autoptr (GBytes) bytes = envelope (9, GROUP_A, DEMLS_CHANNEL_APP_MSG, text);
  put (path, GROUP_A, name, span_bytes (bytes));
}

static guint
count_files (const char *path, const char *shelf)
{
  g_autofree char *inner = g_build_filename (path, shelf, NULL);
  g_autoptr (GDir) dir = g_dir_open (inner, 0, NULL);
  guint count = 0;
  while (dir && g_dir_read_name (dir))
    count++;
  return count;
}

/* ---- the ordinary ---- */

START_TEST (packets_go_both_ways_and_echoes_are_ticked_off)
{
  g_autoptr (Temp) path = temp_new ();
  g_autoptr (Party) alice = member_at (path, 1);
  g_autoptr (Party) bob = member_at (path, 2);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "one", 7);
  party_say (bob, GROUP_A, DEMLS_CHANNEL_WELCOME, "two", 8);
  ck_assert_uint_eq (alice->delivered->len, 0);
  PARTY_UNTIL (bob->packets->len == 1 && alice->packets->len == 1);
  PARTY_UNTIL (alice->delivered->len == 1 && bob->delivered->len == 1);
  ck_assert_uint_eq (g_array_index (alice->delivered, guint64, 0), 7);
  ck_assert_uint_eq (party_heard (bob, LINE_A "one"), 1);
  ck_assert_uint_eq (party_heard (alice, GROUP_A "/welcome/two"), 1);
  party_idle (200);
  ck_assert_uint_eq (alice->packets->len + bob->packets->len, 2);
  ck_assert_uint_eq (count_files (path, GROUP_A), 2);
  ck_assert_str_eq (alice->links->str, "BN");
}
END_TEST

START_TEST (without_a_monitor_the_poll_finds_everything)
{
  g_autoptr (Temp) path = temp_new ();
  DemlsFolderOptions options = options_for (path, 1);
  options.poll_ms = 50;
  g_autoptr (Party) alice = member_with (&options);
  /* an event that names no file of ours, so that only the poll can find this one */
  g_autofree char *hidden = in_group (path, ".hidden");
  g_autofree char *link_name = in_group (path, NAME);
  put_packet (path, ".hidden", "linked");
  ck_assert_int_eq (link (hidden, link_name), 0);
  PARTY_UNTIL (party_heard (alice, LINE_A "linked") == 1);
}
END_TEST

START_TEST (a_cursor_survives_a_restart_and_late_files_are_found)
{
  g_autoptr (Temp) path = temp_new ();
  g_autoptr (GBytes) cursor = NULL;
  {
    g_autoptr (Party) alice = member_at (path, 1);
    put_packet (path, "0000000000000005-0123456789abcdef.packet", "five");
    PARTY_UNTIL (alice->packets->len == 1);
    cursor = alice->delivery->ops->cursor (alice->delivery, GROUP_A);
  }
  put_packet (path, "0000000000000004-0123456789abcdef.packet", "late");
  put_packet (path, "0000000000000006-0123456789abcdef.packet", "six");
  DemlsFolderOptions options = options_for (path, 1);
  g_autoptr (Party) alice = party_new (demls_folder_new (&options));
  alice->delivery->ops->set_cursor (alice->delivery, GROUP_A, span_bytes (cursor));
  party_join (alice, GROUP_A);
  party_open (alice);
  PARTY_UNTIL (alice->link == DEMLS_LINK_ONLINE);
  ck_assert_uint_eq (alice->packets->len, 2);
  ck_assert_str_eq (g_ptr_array_index (alice->packets, 0), LINE_A "late");
  g_autoptr (GBytes) later = alice->delivery->ops->cursor (alice->delivery, GROUP_A);
  ck_assert_uint_eq (g_bytes_get_size (later), g_bytes_get_size (cursor) + 32);
  /* a damaged one means that everything is read again */
  g_autoptr (Party) bob = party_new (demls_folder_new (&options));
  bob->delivery->ops->set_cursor (bob->delivery, GROUP_A, span_str ("not a cursor"));
  bob->delivery->ops->set_cursor (bob->delivery, GROUP_A, SPAN_EMPTY);
  party_join (bob, GROUP_A);
  party_open (bob);
  PARTY_UNTIL (bob->link == DEMLS_LINK_ONLINE);
  ck_assert_uint_eq (bob->packets->len, 3);
}
END_TEST

START_TEST (who_does_not_take_part_hears_nothing_but_can_speak)
{
  g_autoptr (Temp) path = temp_new ();
  g_autoptr (Party) alice = member_at (path, 1);
  DemlsFolderOptions options = options_for (path, 3);
  g_autoptr (Party) stranger = party_new (demls_folder_new (&options));
  party_open (stranger);
  party_say (stranger, GROUP_A, DEMLS_CHANNEL_WELCOME, "let me in", 1);
  PARTY_UNTIL (stranger->delivered->len == 1 && alice->packets->len == 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "secret", 1);
  alice->delivery->ops->unsubscribe (alice->delivery, GROUP_A);
  PARTY_UNTIL (alice->delivered->len == 1);
  put_packet (path, NAME, "after");
  party_idle (200);
  ck_assert_uint_eq (stranger->packets->len, 0);
  ck_assert_uint_eq (alice->packets->len, 1);
}
END_TEST

START_TEST (the_newest_announcement_is_found)
{
  g_autoptr (Temp) path = temp_new ();
  g_autoptr (Party) alice = member_at (path, 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_ANNOUNCEMENT, "old", 1);
  PARTY_UNTIL (alice->delivered->len == 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_ANNOUNCEMENT, "new", 2);
  party_say (alice, GROUP_B, DEMLS_CHANNEL_ANNOUNCEMENT, "other", 3);
  PARTY_UNTIL (alice->delivered->len == 3);
  ck_assert_uint_eq (count_files (path, "announcements"), 2);
  DemlsFolderOptions options = options_for (path, 2);
  g_autoptr (Party) newcomer = party_new (demls_folder_new (&options));
  party_join (newcomer, NULL);
  party_open (newcomer);
  PARTY_UNTIL (newcomer->link == DEMLS_LINK_ONLINE);
  ck_assert_uint_eq (newcomer->packets->len, 2);
  ck_assert_uint_eq (party_heard (newcomer, GROUP_A "/announcement/new"), 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_ANNOUNCEMENT, "newer", 4);
  PARTY_UNTIL (party_heard (newcomer, GROUP_A "/announcement/newer") == 1);
}
END_TEST

static void
child (const char *path, guint8 who)
{
  g_autoptr (Party) self = member_at (path, who);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf ("%c-%u", who, i);
      party_say (self, GROUP_A, DEMLS_CHANNEL_APP_MSG, text, i);
    }
  PARTY_UNTIL (self->delivered->len == 20 && self->packets->len >= 40);
}

START_TEST (several_processes_share_a_folder)
{
  g_autoptr (Temp) path = temp_new ();
  GPid pids[2];
  for (guint i = 0; i < 2; i++)
    {
      char who[] = { (char) ('1' + i), '\0' };
      char *argv[] = { (char *) "/proc/self/exe", path, who, NULL };
      ck_assert (g_spawn_async (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pids[i], NULL));
    }
  child (path, '3');
  for (guint i = 0; i < 2; i++)
    {
      int status = 1;
      ck_assert_int_eq (waitpid (pids[i], &status, 0), pids[i]);
      ck_assert_int_eq (status, 0);
    }
  ck_assert_uint_eq (count_files (path, GROUP_A), 60);
}
END_TEST

/* ---- what else lies in the folder ---- */

START_TEST (garbage_is_ignored_and_hurts_nobody)
{
  g_autoptr (Temp) path = temp_new ();
  g_autoptr (GBytes) good = envelope (9, GROUP_A, DEMLS_CHANNEL_APP_MSG, "good");
  g_autoptr (GBytes) other = envelope (9, GROUP_B, DEMLS_CHANNEL_APP_MSG, "other");
  put (path, GROUP_A, "0000000000000001-000000000000000a.packet", span_str ("rubbish"));
  put (path, GROUP_A, "0000000000000001-000000000000000b.packet", span_str (""));
  put (path, GROUP_A, "0000000000000001-000000000000000c.packet", span_bytes (other));
  const char *const names[] = { ".syncthing." NAME ".tmp",
                                ".demls-1.tmp",
                                NAME "~",
                                NAME ".tmp",
                                "notes.txt",
                                "0000000000000001-0123456789abcdef.sync-conflict-20260101-000000-ABCDEFG.packet",
                                "0000000000000001-0123456789ABCDEF.packet" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    put (path, GROUP_A, names[i], span_bytes (good));
  g_autofree char *fifo = in_group (path, "0000000000000001-000000000000000d.packet");
  ck_assert_int_eq (mkfifo (fifo, 0600), 0);
  g_autofree char *directory = in_group (path, "0000000000000001-000000000000000e.packet");
  ck_assert_int_eq (g_mkdir (directory, 0700), 0);
  g_autofree char *huge = in_group (path, "0000000000000001-000000000000000f.packet");
  put (path, GROUP_A, "0000000000000001-000000000000000f.packet", span_bytes (good));
  ck_assert_int_eq (truncate (huge, (off_t) 1 << 40), 0);
  put_packet (path, NAME, "fine");
  g_autoptr (Party) alice = member_at (path, 1);
  ck_assert_uint_eq (alice->packets->len, 1);
  ck_assert_uint_eq (party_heard (alice, LINE_A "fine"), 1);
}
END_TEST

START_TEST (garbage_is_told_once_it_does_not_change_any_more)
{
  g_autoptr (Temp) path = temp_new ();
  DemlsFolderOptions options = options_for (path, 1);
  options.poll_ms = 50;
  g_autoptr (Party) alice = member_with (&options);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("%016x-0123456789abcdef.packet", i);
      put (path, GROUP_A, name, span_str ("rubbish"));
    }
  PARTY_UNTIL (alice->notices->len == 1);
  ck_assert_int_eq (party_noticed (alice, DEMLS_DELIVERY_ERROR_DAMAGED), 1);
  ck_assert_ptr_nonnull (strstr (alice->notice, ".packet"));
  put (path, GROUP_A, "0000000000001000-0123456789abcdef.packet", span_str ("\x08\x07 from the future"));
  PARTY_UNTIL (party_noticed (alice, DEMLS_DELIVERY_ERROR_VERSION) == 1);
  ck_assert_ptr_nonnull (strstr (alice->notice, "version 7"));
  party_idle (200);
  ck_assert_uint_eq (alice->notices->len, 2);
  ck_assert_uint_eq (count_files (path, GROUP_A), 21);
  ck_assert_int_eq ((int) alice->link, (int) DEMLS_LINK_ONLINE);
}
END_TEST

START_TEST (symbolic_links_are_not_followed)
{
  g_autoptr (Temp) path = temp_new ();
  g_autoptr (Temp) outside = temp_new ();
  put_packet (outside, NAME, "outside");
  g_autofree char *target = in_group (outside, NAME);
  g_autofree char *trap = in_group (path, NAME);
  g_autofree char *dir = g_build_filename (path, GROUP_A, NULL);
  ck_assert_int_eq (g_mkdir (dir, 0700), 0);
  ck_assert_int_eq (symlink (target, trap), 0);
  g_autofree char *group_b = g_build_filename (path, GROUP_B, NULL);
  g_autofree char *outside_a = g_build_filename (outside, GROUP_A, NULL);
  ck_assert_int_eq (symlink (outside_a, group_b), 0);
  g_autoptr (Party) alice = member_at (path, 1);
  party_join (alice, GROUP_B);
  PARTY_UNTIL (alice->problem && alice->link == DEMLS_LINK_ONLINE);
  ck_assert (party_problem_has (alice, GROUP_B));
  ck_assert_uint_eq (alice->packets->len, 0);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "fine", 1);
  PARTY_UNTIL (alice->delivered->len == 1);
}
END_TEST

START_TEST (a_file_that_is_still_being_copied_is_read_when_it_is_whole)
{
  g_autoptr (Temp) path = temp_new ();
  g_autoptr (GBytes) bytes = envelope (9, GROUP_A, DEMLS_CHANNEL_APP_MSG, "slowly");
  Span all = span_bytes (bytes);
  put (path, GROUP_A, NAME, span (all.data, all.len / 2));
  g_autoptr (Party) alice = member_at (path, 1);
  ck_assert_uint_eq (alice->packets->len, 0);
  put (path, GROUP_A, NAME, all);
  PARTY_UNTIL (party_heard (alice, LINE_A "slowly") == 1);
  ck_assert_uint_eq (alice->notices->len, 0);
  put (path, GROUP_A, NAME, all);
  party_idle (200);
  ck_assert_uint_eq (alice->packets->len, 1);
}
END_TEST

START_TEST (thousands_of_files_hold_nobody_up)
{
  g_autoptr (Temp) path = temp_new ();
  guint count = run_rounds (10000);
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *name = g_strdup_printf ("%016x-%016x.packet", i, i);
      g_autofree char *text = g_strdup_printf ("%u", i);
      put_packet (path, name, text);
    }
  DemlsFolderOptions options = options_for (path, 1);
  g_autoptr (Party) alice = party_new (demls_folder_new (&options));
  party_join (alice, GROUP_A);
  party_open (alice);
  gint64 until = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  guint slow = 0;
  while (alice->link != DEMLS_LINK_ONLINE && g_get_monotonic_time () < until)
    {
      struct timespec before, after;
      /* of the processor, because others use this machine */
      clock_gettime (CLOCK_THREAD_CPUTIME_ID, &before);
      g_main_context_iteration (NULL, TRUE);
      clock_gettime (CLOCK_THREAD_CPUTIME_ID, &after);
      slow += (after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec > 20 * 1000000;
    }
  ck_assert_uint_eq (alice->packets->len, count);
  ck_assert_uint_eq (slow, 0);
  for (guint i = 0; i < count; i++)
    ck_assert_int_eq (atoi ((char *) g_ptr_array_index (alice->packets, i) + strlen (LINE_A)), (int) i);
}
END_TEST

/* ---- disks ---- */

START_TEST (a_folder_that_disappears_and_comes_back)
{
  g_autoptr (Temp) path = temp_new ();
  g_autofree char *away = g_strconcat (path, ".away", NULL);
  DemlsFolderOptions options = options_for (path, 1);
  options.poll_ms = 100;
  g_autoptr (Party) alice = member_with (&options);
  ck_assert_int_eq (g_rename (path, away), 0);
  PARTY_UNTIL (alice->link == DEMLS_LINK_OFFLINE);
  ck_assert (party_problem_has (alice, path));
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "wait", 1);
  party_idle (100);
  ck_assert (!g_file_test (path, G_FILE_TEST_EXISTS));
  put_packet (away, NAME, "meanwhile");
  ck_assert_int_eq (g_rename (away, path), 0);
  PARTY_UNTIL (alice->link == DEMLS_LINK_ONLINE && alice->delivered->len == 1);
  ck_assert_uint_eq (party_heard (alice, LINE_A "meanwhile"), 1);
  put_packet (path, "0000000000000002-0123456789abcdef.packet", "again");
  PARTY_UNTIL (party_heard (alice, LINE_A "again") == 1);
}
END_TEST

START_TEST (a_missing_folder_is_waited_for_or_made)
{
  g_autoptr (Temp) path = temp_new ();
  g_autofree char *inner = g_build_filename (path, "a", "b", NULL);
  DemlsFolderOptions options = options_for (inner, 1);
  g_autoptr (Party) alice = party_new (demls_folder_new (&options));
  party_open (alice);
  PARTY_UNTIL (alice->link == DEMLS_LINK_OFFLINE && party_problem_has (alice, inner));
  options.create = TRUE;
  g_autoptr (Party) bob = member_with (&options);
  PARTY_UNTIL (alice->link == DEMLS_LINK_ONLINE && bob->link == DEMLS_LINK_ONLINE);
}
END_TEST

START_TEST (an_unusable_folder_is_told_once_and_for_all)
{
  g_autoptr (Temp) path = temp_new ();
  g_autofree char *file = g_build_filename (path, "file", NULL);
  put (path, ".", "file", span_str ("x"));
  DemlsFolderOptions options = options_for (file, 1);
  g_autoptr (Party) alice = party_new (demls_folder_new (&options));
  party_open (alice);
  PARTY_UNTIL (alice->link == DEMLS_LINK_REFUSED);
  ck_assert (party_problem_has (alice, file));
  /* root may write anywhere */
  gboolean root = geteuid () == 0;
  g_chmod (path, 0555);
  ck_assert (!root || seteuid (65534) == 0);
  options = options_for (path, 2);
  g_autoptr (Party) bob = party_new (demls_folder_new (&options));
  party_open (bob);
  PARTY_UNTIL (bob->link == DEMLS_LINK_REFUSED);
  ck_assert (!root || seteuid (0) == 0);
  g_chmod (path, 0700);
  ck_assert (party_problem_has (bob, path));
}
END_TEST

START_TEST (a_folder_that_becomes_read_only_is_still_read)
{
  g_autoptr (Temp) path = temp_new ();
  gboolean root = geteuid () == 0;
  g_autoptr (Party) alice = member_at (path, 1);
  g_autofree char *dir = g_build_filename (path, GROUP_A, NULL);
  put_packet (path, NAME, "there");
  g_chmod (path, 0755);
  g_chmod (dir, 0555);
  ck_assert (!root || seteuid (65534) == 0);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "wait", 1);
  PARTY_UNTIL (alice->link == DEMLS_LINK_OFFLINE && party_problem_has (alice, dir));
  PARTY_UNTIL (alice->packets->len == 1 || root);
  ck_assert (!root || seteuid (0) == 0);
  g_chmod (path, 0700);
  g_chmod (dir, 0700);
  PARTY_UNTIL (alice->link == DEMLS_LINK_ONLINE && alice->delivered->len == 1);
}
END_TEST

START_TEST (a_full_disk_is_told_and_waited_for)
{
  g_autoptr (Temp) path = temp_new ();
  g_autoptr (Party) alice = member_at (path, 1);
  struct rlimit before;
  getrlimit (RLIMIT_FSIZE, &before);
  signal (SIGXFSZ, SIG_IGN);
  ck_assert_int_eq (setrlimit (RLIMIT_FSIZE, &(struct rlimit){ 10, before.rlim_max }), 0);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "wait", 1);
  PARTY_UNTIL (alice->link == DEMLS_LINK_OFFLINE);
  ck_assert (party_problem_has (alice, "No space left"));
  ck_assert_uint_eq (count_files (path, GROUP_A), 0);
  ck_assert_int_eq (setrlimit (RLIMIT_FSIZE, &before), 0);
  PARTY_UNTIL (alice->link == DEMLS_LINK_ONLINE && alice->delivered->len == 1);
  ck_assert_ptr_null (alice->problem);
}
END_TEST

START_TEST (old_files_are_removed_once_they_are_read)
{
  g_autoptr (Temp) path = temp_new ();
  put_packet (path, NAME, "old");
  put_packet (path, "ffffffffffffff00-0123456789abcdef.packet", "liar");
  put_packet (path, "0000000000000002-0123456789abcdef.packet", "touched lately");
  const struct timespec long_ago[2] = { { 1000, 0 }, { 1000, 0 } };
  g_autofree char *old = in_group (path, NAME);
  g_autofree char *liar = in_group (path, "ffffffffffffff00-0123456789abcdef.packet");
  g_autofree char *left = in_group (path, ".demls-0123456701234567.tmp");
  put (path, GROUP_A, ".demls-0123456701234567.tmp", span_str ("x"));
  utimensat (AT_FDCWD, old, long_ago, 0);
  utimensat (AT_FDCWD, liar, long_ago, 0);
  utimensat (AT_FDCWD, left, long_ago, 0);
  DemlsFolderOptions options = options_for (path, 1);
  options.poll_ms = 50;
  {
    g_autoptr (Party) keeper = member_with (&options);
    party_idle (200);
    ck_assert_uint_eq (keeper->packets->len, 3);
    ck_assert_uint_eq (count_files (path, GROUP_A), 3);
  }
  options.keep_days = 7;
  g_autoptr (Party) alice = member_with (&options);
  PARTY_UNTIL (count_files (path, GROUP_A) == 1);
  ck_assert_uint_eq (alice->packets->len, 3);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "new", 1);
  PARTY_UNTIL (alice->delivered->len == 1);
  party_idle (200);
  ck_assert_uint_eq (count_files (path, GROUP_A), 2);
}
END_TEST

START_TEST (an_impossible_packet_is_refused)
{
  g_autoptr (Temp) path = temp_new ();
  g_autoptr (Party) alice = member_at (path, 1);
  g_autofree char *large = g_strnfill (DEMLS_PACKET_MAX + 1, 'x');
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, large, 1);
  ck_assert_uint_eq (alice->refused->len, 0);
  PARTY_UNTIL (alice->refused->len == 1);
  ck_assert (g_error_matches (alice->why, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_TOO_LARGE));
  party_say (alice, "../../../../etc/cron.d/aaa", DEMLS_CHANNEL_APP_MSG, "x", 2);
  PARTY_UNTIL (alice->refused->len == 2);
  large[DEMLS_PACKET_MAX] = '\0';
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, large, 3);
  PARTY_UNTIL (alice->delivered->len == 1);
}
END_TEST

static void
close_at_once (gpointer data, guint64 token)
{
  Party *self = data;
  g_array_append_val (self->delivered, token);
  self->delivery->ops->close (self->delivery);
  self->delivery = NULL;
}

START_TEST (closing_from_inside_a_report_is_allowed)
{
  g_autoptr (Temp) path = temp_new ();
  DemlsFolderOptions options = options_for (path, 1);
  Party *alice = party_new (demls_folder_new (&options));
  const DemlsDeliverySink sink = { alice, party_packet, close_at_once, party_refused, party_link, party_notice };
  alice->delivery->ops->open (alice->delivery, &sink);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "x", 1);
  PARTY_UNTIL (alice->delivered->len == 1);
  party_idle (50);
  alice->delivery = demls_folder_new (&options);
  party_free (alice);
}
END_TEST

/* with arguments: one of the several processes */
int
main (int argc, char **argv)
{
  if (argc == 3)
    {
      child (argv[1], (guint8) argv[2][0]);
      return 0;
    }
  const TTest *const tests[] = {
    packets_go_both_ways_and_echoes_are_ticked_off,
    without_a_monitor_the_poll_finds_everything,
    a_cursor_survives_a_restart_and_late_files_are_found,
    who_does_not_take_part_hears_nothing_but_can_speak,
    the_newest_announcement_is_found,
    several_processes_share_a_folder,
    garbage_is_ignored_and_hurts_nobody,
    garbage_is_told_once_it_does_not_change_any_more,
    symbolic_links_are_not_followed,
    a_file_that_is_still_being_copied_is_read_when_it_is_whole,
    thousands_of_files_hold_nobody_up,
    a_folder_that_disappears_and_comes_back,
    a_missing_folder_is_waited_for_or_made,
    an_unusable_folder_is_told_once_and_for_all,
    a_folder_that_becomes_read_only_is_still_read,
    a_full_disk_is_told_and_waited_for,
    old_files_are_removed_once_they_are_read,
    an_impossible_packet_is_refused,
    closing_from_inside_a_report_is_allowed,
  };
  return run_tests ("delivery/folder", tests, G_N_ELEMENTS (tests));
}
