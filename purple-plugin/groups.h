/* groups.h - how groups are begun, found and kept: create, join, and the buddy list (plugin P2).
 */
#ifndef DEMLS_PURPLE_GROUPS_H
#define DEMLS_PURPLE_GROUPS_H

#include "purple-plugin/chats.h"

/* The component of libpurple that says which chat it is: an id, a link or a name. */
#define DEMLS_CHAT_GROUP "group"

/* After login: every group is a chat in the buddy list. */
void demls_groups_restore (DemlsAccount *account);

/* Founds a group and opens its window. FALSE: the error is for people. */
gboolean demls_groups_found (DemlsAccount *account, const char *title, GError **error);

/* The title of window and buddy list entry is the group's, unless the user gave the entry another one. */
void demls_groups_show_title (DemlsChat *self);

/* Takes the group out of the buddy list. */
void demls_groups_unlist (DemlsChat *self);

/* --- what libpurple calls -----------------------------------------------------------------------------------------*/

GList *demls_groups_info (PurpleConnection *connection);
GHashTable *demls_groups_info_defaults (PurpleConnection *connection, const char *name);
char *demls_groups_name (GHashTable *components);
void demls_groups_join (PurpleConnection *connection, GHashTable *components);

#endif
