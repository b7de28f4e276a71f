#include "config.h"

#include "purple-plugin/room-list.h"

#include <glib/gi18n-lib.h>

#include "purple-plugin/groups.h"
#include "purple-plugin/text.h"
#include "purple-plugin/when.h"

static GList *
fields (void)
{
  PurpleRoomlistField *const all[] = {
    purple_roomlist_field_new (PURPLE_ROOMLIST_FIELD_STRING, "", DEMLS_CHAT_GROUP, TRUE),
    purple_roomlist_field_new (PURPLE_ROOMLIST_FIELD_INT, _ ("Members"), "members", FALSE),
    purple_roomlist_field_new (PURPLE_ROOMLIST_FIELD_STRING, _ ("Last activity"), "activity", FALSE),
    purple_roomlist_field_new (PURPLE_ROOMLIST_FIELD_STRING, _ ("Who asks to join"), "announce", FALSE),
  };
  GList *list = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    list = g_list_append (list, all[i]);
  return list;
}

static void
add (PurpleRoomlist *list, const DemlsRoom *room)
{
  g_autofree char *title = demls_text_list_name (room->title);
  g_autofree char *activity = demls_when_clock (room->last_activity, demls_account_now ().wall);
  const char *announce =
      room->announce == DEMLS_ANNOUNCE_ASK ? _ ("waits for a member to vouch") : _ ("is voted on at once");
  PurpleRoomlistRoom *row = purple_roomlist_room_new (PURPLE_ROOMLIST_ROOMTYPE_ROOM, title, NULL);
  purple_roomlist_room_add_field (list, row, room->id);
  purple_roomlist_room_add_field (list, row, GUINT_TO_POINTER (MIN (room->members, G_MAXINT32)));
  purple_roomlist_room_add_field (list, row, activity);
  purple_roomlist_room_add_field (list, row, announce);
  purple_roomlist_room_add (list, row);
}

/* The client takes its own reference only once it has the list: ours goes with the next list, or at the end. */
PurpleRoomlist *
demls_room_list_get (PurpleConnection *connection)
{
  DemlsAccount *account = demls_account_of (connection);
  if (!account)
    return NULL;
  g_clear_pointer (&account->room_list, purple_roomlist_unref);
  PurpleRoomlist *list = account->room_list = purple_roomlist_new (connection->account);
  purple_roomlist_set_fields (list, fields ());
  g_autoptr (GPtrArray) rooms = demls_user_rooms (account->user);
  for (guint i = 0; i < rooms->len; i++)
    add (list, rooms->pdata[i]);
  purple_roomlist_set_in_progress (list, FALSE);
  return list;
}

void
demls_room_list_cancel (PurpleRoomlist *list)
{
  purple_roomlist_set_in_progress (list, FALSE);
}

char *
demls_room_list_serialize (PurpleRoomlistRoom *room)
{
  GList *fields = purple_roomlist_room_get_fields (room);
  return g_strdup (fields ? fields->data : purple_roomlist_room_get_name (room));
}
