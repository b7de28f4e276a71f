/* chats.h - groups as libpurple's chats: windows, lines, member lists (plugin P2-P4, P7).
 *
 * A chat is named by the conversation id, in libpurple too; people see the title. Its window can be closed and comes
 * back with the next line: the chat lives as long as the account is logged in and the group exists.
 */
#ifndef DEMLS_PURPLE_CHATS_H
#define DEMLS_PURPLE_CHATS_H

#include "purple-plugin/account.h"
#include "purple-plugin/lore.h"

/* The component of libpurple that says which chat it is. */
#define DEMLS_CHAT_GROUP "group"

typedef struct {
  DemlsAccount *account; /* borrowed */
  char *id;
  int number; /* libpurple's, in this connection */
  DemlsLore *lore;
  GPtrArray *people;    /* the lore's */
  char *shown_members;  /* what the member list shows */
  char *confirm;        /* the command that has to be repeated */
  gint64 confirm_until; /* seconds since 1970 */
} DemlsChat;

void demls_chat_free (gpointer self);

/* After login: every group is a chat in the buddy list. */
void demls_chats_restore (DemlsAccount *account);

/* Something happened in a group; something happened to all of them; afterwards, what the windows show around the
 * lines. */
void demls_chats_show (DemlsAccount *account, const DemlsUserEvent *event);
void demls_chats_trouble (DemlsAccount *account, const DemlsUserEvent *event);
void demls_chats_refresh (DemlsAccount *account);

/* The chat of a group, made if we have the group; NULL if not. */
DemlsChat *demls_chats_get (DemlsAccount *account, const char *id);

/* The chat that a window shows; NULL if it is not ours, or we are offline. */
DemlsChat *demls_chats_of_conversation (PurpleConversation *conversation);

/* Its window, opened if it is closed. */
PurpleConversation *demls_chat_window (DemlsChat *self);

/* A plain line for the user alone, not logged. */
void demls_chat_tell (DemlsChat *self, const char *plain);

/* Puts into `scene` what is known of the group now; borrowed from the chat, valid until the next pump. `ballot`: what
 * the question is, or NULL. `open` receives what the scene borrows and has to be freed after it. */
DemlsScene demls_chat_scene (DemlsChat *self, GBytes *ballot, GPtrArray **open);

/* Founds a group and opens its window. FALSE: the error is for people. */
gboolean demls_chats_found (DemlsAccount *account, const char *title, GError **error);

/* --- what libpurple calls -----------------------------------------------------------------------------------------*/

GList *demls_chats_info (PurpleConnection *connection);
GHashTable *demls_chats_info_defaults (PurpleConnection *connection, const char *name);
char *demls_chats_name (GHashTable *components);
void demls_chats_join (PurpleConnection *connection, GHashTable *components);
int demls_chats_send (PurpleConnection *connection, int number, const char *markup, PurpleMessageFlags flags);

#endif
