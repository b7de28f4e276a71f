#include "../lib/run.h"

#include "rules/messages.h"
#include "rules/nick.h"
#include "user/announcements.h"

#define ID "abcdefghijklmnopqrstuvwxya"
#define WALL 1700000000

static GBytes *
packet (const char *id, const char *title, guint32 members)
{
  g_autofree char *id_copy = g_strdup (id), *title_copy = g_strdup (title);
  DemlsGroupAnnouncement message = DEMLS_GROUP_ANNOUNCEMENT_INIT;
  message.id = id_copy;
  message.title = title_copy;
  message.members = members;
  message.last_activity = G_MAXUINT64;
  message.preset = 2;
  return demls_message_encode (&message.base);
}

static const DemlsRoom *
take (DemlsRooms *rooms, const char *conversation, const char *id, const char *title, guint32 members, gint64 wall)
{
  g_autoptr (GBytes) bytes = packet (id, title, members);
  return demls_rooms_take (rooms, conversation, span_bytes (bytes), wall, NULL);
}

START_TEST (a_room_is_seen_renewed_and_forgotten)
{
  DemlsRooms *rooms = demls_rooms_new ();
  const DemlsRoom *room = take (rooms, ID, ID, "book club", 4, WALL);
  ck_assert_ptr_nonnull (room);
  ck_assert_int_eq (room->last_activity, WALL);
  gboolean changed = TRUE;
  g_autoptr (GBytes) same = packet (ID, "book club", 4);
  ck_assert_ptr_nonnull (demls_rooms_take (rooms, ID, span_bytes (same), WALL + 60, &changed));
  ck_assert (!changed);
  ck_assert_int_eq (demls_rooms_next_end (rooms), WALL + 60 + DEMLS_ROOM_DAY);
  g_autoptr (GPtrArray) none = demls_rooms_expire (rooms, WALL + DEMLS_ROOM_DAY);
  ck_assert_uint_eq (none->len, 0);
  g_autoptr (GPtrArray) one = demls_rooms_expire (rooms, WALL + 60 + DEMLS_ROOM_DAY);
  ck_assert_uint_eq (one->len, 1);
  ck_assert_int_eq (demls_rooms_next_end (rooms), G_MAXINT64);
  demls_rooms_free (rooms);
}
END_TEST

static GBytes *
sent_at (const char *title, gint64 at)
{
  char id[] = ID;
  g_autofree char *title_copy = g_strdup (title);
  DemlsGroupAnnouncement message = DEMLS_GROUP_ANNOUNCEMENT_INIT;
  message.id = id;
  message.title = title_copy;
  message.members = 4;
  message.renewed_at = (guint64) at;
  return demls_message_encode (&message.base);
}

/* P2: a service keeps announcements longer than a day, and brings them again at each start. */
START_TEST (an_old_announcement_does_not_come_back)
{
  DemlsRooms *rooms = demls_rooms_new ();
  g_autoptr (GBytes) old = sent_at ("old", WALL - DEMLS_ROOM_DAY), recent = sent_at ("recent", WALL - 100);
  g_autoptr (GBytes) future = sent_at ("future", WALL + 1000000), older = sent_at ("older", WALL - 200);
  ck_assert_ptr_null (demls_rooms_take (rooms, ID, span_bytes (old), WALL, NULL));
  const DemlsRoom *room = demls_rooms_take (rooms, ID, span_bytes (recent), WALL, NULL);
  ck_assert_int_eq (room->seen, WALL - 100);
  ck_assert_int_eq (demls_rooms_next_end (rooms), WALL - 100 + DEMLS_ROOM_DAY);
  gboolean changed = TRUE;
  ck_assert_ptr_eq (demls_rooms_take (rooms, ID, span_bytes (older), WALL, &changed), room);
  ck_assert (!changed);
  ck_assert_str_eq (room->title, "recent");
  demls_rooms_take (rooms, ID, span_bytes (future), WALL, NULL);
  ck_assert_int_eq (room->seen, WALL);
  demls_rooms_free (rooms);
}
END_TEST

START_TEST (hostile_announcements_are_refused)
{
  DemlsRooms *rooms = demls_rooms_new ();
  ck_assert_ptr_null (take (rooms, "bbcdefghijklmnopqrstuvwxya", ID, "x", 4, WALL));
  ck_assert_ptr_null (take (rooms, "x", "x", "x", 4, WALL));
  ck_assert_ptr_null (take (rooms, ID, ID, "x", 0, WALL));
  ck_assert_ptr_null (take (rooms, ID, ID, "a\nb", 4, WALL));
  ck_assert_ptr_null (take (rooms, ID, ID, "\342\200\256gnp", 4, WALL));
  ck_assert_ptr_null (take (rooms, ID, ID, "", 4, WALL));
  ck_assert_ptr_null (demls_rooms_take (rooms, ID, span ("garbage", 7), WALL, NULL));
  ck_assert_ptr_null (demls_rooms_take (rooms, ID, SPAN_EMPTY, WALL, NULL));
  g_autoptr (GPtrArray) list = demls_rooms_list (rooms);
  ck_assert_uint_eq (list->len, 0);
  demls_rooms_free (rooms);
}
END_TEST

START_TEST (a_flood_is_bounded)
{
  DemlsRooms *rooms = demls_rooms_new ();
  for (guint i = 0; i < 2 * DEMLS_ROOMS_MAX; i++)
    {
      guint8 bytes[16] = { (guint8) i, (guint8) (i >> 8) };
      char id[DEMLS_ID_CHARS + 1];
      demls_id_format (bytes, id);
      ck_assert_int_eq (take (rooms, id, id, "spam", 1, WALL) != NULL, i < DEMLS_ROOMS_MAX);
    }
  ck_assert_ptr_null (demls_rooms_find_name (rooms, "spam"));
  g_autoptr (GPtrArray) list = demls_rooms_list (rooms);
  ck_assert_uint_eq (list->len, DEMLS_ROOMS_MAX);
  demls_rooms_free (rooms);
}
END_TEST

START_TEST (rooms_are_found_by_name_and_saved)
{
  DemlsRooms *rooms = demls_rooms_new (), *other = demls_rooms_new ();
  const DemlsRoom *room = take (rooms, ID, ID, "book club", 4, WALL);
  ck_assert_ptr_eq (demls_rooms_find_name (rooms, "book club"), room);
  ck_assert_ptr_eq (demls_rooms_find_name (rooms, ID), room);
  ck_assert_ptr_null (demls_rooms_find_name (rooms, "bookclub"));
  g_autoptr (GBytes) row = demls_room_save (room);
  ck_assert (demls_room_load (other, span_bytes (row)));
  ck_assert_int_eq (demls_rooms_find (other, ID)->seen, WALL);
  for (gsize len = 0; len < g_bytes_get_size (row); len++)
    {
      DemlsRooms *cut = demls_rooms_new ();
      ck_assert (!demls_room_load (cut, span (g_bytes_get_data (row, NULL), len)));
      demls_rooms_free (cut);
    }
  demls_rooms_free (rooms);
  demls_rooms_free (other);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { a_room_is_seen_renewed_and_forgotten, an_old_announcement_does_not_come_back,
                                 hostile_announcements_are_refused, a_flood_is_bounded,
                                 rooms_are_found_by_name_and_saved };
  return run_tests ("user/announcements", tests, G_N_ELEMENTS (tests));
}
