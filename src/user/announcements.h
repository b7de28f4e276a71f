/* announcements.h - groups that chose to be found, as strangers see them (plugin P2).
 *
 * An announcement is a plain packet on a channel of its own: rules/messages.proto's GroupAnnouncement. It says how many
 * members there are, never who. Members renew it hourly; what was not renewed for a day is gone. Anybody can say
 * anything here, so at most DEMLS_ROOMS_MAX are held and nothing in them is believed beyond showing it.
 */
#ifndef DEMLS_ANNOUNCEMENTS_H
#define DEMLS_ANNOUNCEMENTS_H

#include "base/bytes.h"
#include "base/clock.h"
#include "session/runner.h"
#include "user/link.h"

#define DEMLS_ROOMS_MAX 512
#define DEMLS_ROOM_DAY (24 * 60 * 60)
#define DEMLS_ROOM_RENEW_S (60 * 60)

typedef struct {
  char id[DEMLS_ID_CHARS + 1];
  char *title;
  guint32 members;
  gint64 last_activity; /* seconds since 1970, as claimed, not in the future */
  guint32 announce;     /* DemlsAnnounce */
  guint32 preset;
  guint64 proposal_expiration_ms;
  guint64 commit_inactivity_ms;
  gint64 seen; /* seconds since 1970: when it was renewed last, not in the future */
} DemlsRoom;

typedef struct _DemlsRooms DemlsRooms;

/* None yet. (transfer full) */
DemlsRooms *demls_rooms_new (void);
void demls_rooms_free (DemlsRooms *self);

/* An announcement that arrived for `conversation` at `wall`. The room, new or renewed; NULL if it is damaged, names
 * another conversation, was sent more than a day ago, or there are too many. One that is older than what is known
 * changes nothing. `changed` (may be NULL): whether anything that people see changed.
 * (borrowed) */
const DemlsRoom *demls_rooms_take (DemlsRooms *self, const char *conversation, Span payload, gint64 wall,
                                   gboolean *changed);

/* Drops what is older than a day; the ids of what went, of char*. When the next one will go, in seconds since 1970;
 * G_MAXINT64: never. (transfer full) */
GPtrArray *demls_rooms_expire (DemlsRooms *self, gint64 wall);
gint64 demls_rooms_next_end (const DemlsRooms *self);

/* The room of this id; or the only one of this id or title. NULL if there is none, or several. (borrowed) */
const DemlsRoom *demls_rooms_find (const DemlsRooms *self, const char *id);
const DemlsRoom *demls_rooms_find_name (const DemlsRooms *self, const char *name);

/* All rooms by title, then id; of const DemlsRoom*. (transfer container) */
GPtrArray *demls_rooms_list (const DemlsRooms *self);

/* A room as a row, and back; FALSE if it is damaged. (save: transfer full) */
GBytes *demls_room_save (const DemlsRoom *self);
gboolean demls_room_load (DemlsRooms *self, Span row);

/* The packet that announces this group at `wall`; NULL while we are not in. (transfer full) */
GBytes *demls_announcement_make (const DemlsRunner *runner, gint64 last_activity, gint64 wall);

#endif
