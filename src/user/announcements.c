#include "user/announcements.h"

#include <string.h>

#include "base/reader.h"
#include "base/writer.h"
#include "consensus/canonical.h"
#include "rules/messages.h"
#include "rules/nick.h"

#define ROW_VERSION 1

struct _DemlsRooms {
  GHashTable *by_id; /* of DemlsRoom, which own their keys */
};

static void
room_free (gpointer data)
{
  DemlsRoom *self = data;
  g_free (self->title);
  g_free (self);
}

DemlsRooms *
demls_rooms_new (void)
{
  DemlsRooms *self = g_new0 (DemlsRooms, 1);
  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, room_free);
  return self;
}

void
demls_rooms_free (DemlsRooms *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->by_id);
  g_free (self);
}

/* --- what arrives ------------------------------------------------------------------------------------------------ */

/* The room of this id, made if there is room for it. */
static DemlsRoom *
room_of (DemlsRooms *self, const char *id)
{
  DemlsRoom *room = g_hash_table_lookup (self->by_id, id);
  if (room || g_hash_table_size (self->by_id) >= DEMLS_ROOMS_MAX)
    return room;
  room = g_new0 (DemlsRoom, 1);
  g_strlcpy (room->id, id, sizeof room->id);
  g_hash_table_insert (self->by_id, room->id, room);
  return room;
}

static void
room_fill (DemlsRoom *self, const DemlsGroupAnnouncement *from, gint64 wall, gint64 renewed)
{
  g_free (self->title);
  self->title = g_strdup (from->title);
  self->members = from->members;
  self->last_activity = (gint64) MIN (from->last_activity, (guint64) MAX (wall, 0));
  self->announce = from->announce;
  self->preset = from->preset;
  self->proposal_expiration_ms = from->proposal_expiration_ms;
  self->commit_inactivity_ms = from->commit_inactivity_ms;
  self->seen = renewed;
}

/* When it was sent, as far as that can be: a service keeps announcements, and old ones come again at each start. */
static gint64
renewed_at (const DemlsGroupAnnouncement *said, gint64 wall)
{
  return said->renewed_at ? (gint64) MIN (said->renewed_at, (guint64) MAX (wall, 0)) : wall;
}

static gboolean
is_sane (const DemlsGroupAnnouncement *said, const char *conversation)
{
  return demls_id_is_valid (said->id) && g_strcmp0 (said->id, conversation) == 0
         && demls_nick_is_valid (span_str (said->title)) && said->members > 0 && said->preset <= DEMLS_PRESET_SLOW
         && said->announce <= DEMLS_ANNOUNCE_OPEN && said->proposal_expiration_ms <= DEMLS_DURATION_MAX_MS
         && said->commit_inactivity_ms <= DEMLS_DURATION_MAX_MS;
}

const DemlsRoom *
demls_rooms_take (DemlsRooms *self, const char *conversation, Span payload, gint64 wall, gboolean *changed)
{
  g_autoptr (DemlsGroupAnnouncement) said = demls_group_announcement_decode (payload, NULL);
  gint64 renewed = said ? renewed_at (said, wall) : 0;
  if (!said || !is_sane (said, conversation) || renewed + DEMLS_ROOM_DAY <= wall)
    return NULL;
  DemlsRoom *room = room_of (self, said->id);
  if (!room)
    return NULL;
  if (changed)
    *changed = FALSE;
  if (room->title && renewed < room->seen)
    return room;
  if (changed)
    *changed = g_strcmp0 (room->title, said->title) != 0 || room->members != said->members
               || room->preset != said->preset || room->announce != said->announce;
  room_fill (room, said, wall, renewed);
  return room;
}

GPtrArray *
demls_rooms_expire (DemlsRooms *self, gint64 wall)
{
  GPtrArray *gone = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer room;
  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    if (((DemlsRoom *) room)->seen + DEMLS_ROOM_DAY <= wall)
      {
        g_ptr_array_add (gone, g_strdup (((DemlsRoom *) room)->id));
        g_hash_table_iter_remove (&iter);
      }
  return gone;
}

gint64
demls_rooms_next_end (const DemlsRooms *self)
{
  gint64 next = G_MAXINT64;
  GHashTableIter iter;
  gpointer room;
  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    next = MIN (next, ((DemlsRoom *) room)->seen + DEMLS_ROOM_DAY);
  return next;
}

/* --- looking ----------------------------------------------------------------------------------------------------- */

const DemlsRoom *
demls_rooms_find (const DemlsRooms *self, const char *id)
{
  return g_hash_table_lookup (self->by_id, id);
}

const DemlsRoom *
demls_rooms_find_name (const DemlsRooms *self, const char *name)
{
  const DemlsRoom *found = demls_rooms_find (self, name);
  if (found)
    return found;
  GHashTableIter iter;
  gpointer room;
  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    {
      if (strcmp (((DemlsRoom *) room)->title, name) != 0)
        continue;
      if (found)
        return NULL;
      found = room;
    }
  return found;
}

static gint
compare_rooms (gconstpointer a, gconstpointer b)
{
  const DemlsRoom *x = *(const DemlsRoom *const *) a, *y = *(const DemlsRoom *const *) b;
  int by_title = g_utf8_collate (x->title, y->title);
  return by_title != 0 ? by_title : strcmp (x->id, y->id);
}

GPtrArray *
demls_rooms_list (const DemlsRooms *self)
{
  GPtrArray *rooms = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer room;
  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    g_ptr_array_add (rooms, room);
  g_ptr_array_sort (rooms, compare_rooms);
  return rooms;
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

/* As it came, and when. */
static GBytes *
encode (const DemlsRoom *self)
{
  DemlsGroupAnnouncement message = DEMLS_GROUP_ANNOUNCEMENT_INIT;
  g_autofree char *id = g_strdup (self->id);
  message.id = id;
  message.title = self->title;
  message.members = self->members;
  message.last_activity = (guint64) MAX (self->last_activity, 0);
  message.announce = self->announce;
  message.proposal_expiration_ms = self->proposal_expiration_ms;
  message.preset = self->preset;
  message.commit_inactivity_ms = self->commit_inactivity_ms;
  message.renewed_at = (guint64) MAX (self->seen, 0);
  return demls_message_encode (&message.base);
}

GBytes *
demls_room_save (const DemlsRoom *self)
{
  g_auto (Writer) w = WRITER_INIT;
  g_autoptr (GBytes) packet = encode (self);
  writer_u8 (&w, ROW_VERSION);
  writer_u64 (&w, (guint64) self->seen);
  writer_vector (&w, span_str (self->id));
  writer_vector (&w, span_bytes (packet));
  return writer_take (&w);
}

gboolean
demls_room_load (DemlsRooms *self, Span row)
{
  Reader r = reader_init (row);
  guint8 version = reader_u8 (&r);
  gint64 seen = (gint64) reader_u64 (&r);
  Span id = reader_vector (&r), packet = reader_vector (&r);
  if (!reader_end (&r) || version != ROW_VERSION)
    return FALSE;
  g_autofree char *text = g_strndup ((const char *) id.data, id.len);
  return demls_rooms_take (self, text, packet, seen, NULL) != NULL;
}

GBytes *
demls_announcement_make (const DemlsRunner *runner, gint64 last_activity, gint64 wall)
{
  const DemlsGovernance *governance = demls_runner_governance (runner);
  if (!governance)
    return NULL;
  g_autoptr (GPtrArray) members = demls_runner_members (runner);
  DemlsRoom room = {
    .title = governance->title, .members = members->len, .last_activity = last_activity, .seen = wall
  };
  g_strlcpy (room.id, demls_runner_id (runner), sizeof room.id);
  room.announce = governance->policy.announce;
  room.preset = governance->policy.preset;
  room.proposal_expiration_ms = governance->policy.proposal_expiration_ms;
  room.commit_inactivity_ms = governance->policy.commit_inactivity_ms;
  return encode (&room);
}
