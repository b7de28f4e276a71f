/* room-list.h - the room list: groups of this delivery service that chose to be announced (plugin P2).
 *
 * Joining from the list goes by the id, so groups of one title are told apart. What libpurple calls.
 */
#ifndef DEMLS_PURPLE_ROOM_LIST_H
#define DEMLS_PURPLE_ROOM_LIST_H

#include <purple.h>

/* The list, complete at once: announcements are kept as they come. */
PurpleRoomlist *demls_room_list_get (PurpleConnection *connection);
void demls_room_list_cancel (PurpleRoomlist *list);

/* How a room is named in files that clients keep. (transfer full: g_free) */
char *demls_room_list_serialize (PurpleRoomlistRoom *room);

#endif
