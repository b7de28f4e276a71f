/* chats.h - what is known here of a group that is shown: who was ever named in it and what was asked (plugin P2, P7).
 *
 * A chat is named by the conversation id, in libpurple too; people see the title. It lives as long as the account is
 * logged in and the group exists, whether its window is open (windows.h) or not.
 */
#ifndef DEMLS_PURPLE_CHATS_H
#define DEMLS_PURPLE_CHATS_H

#include "purple-plugin/account.h"
#include "purple-plugin/lore.h"

typedef struct {
  DemlsAccount *account; /* borrowed */
  char *id;
  int number; /* libpurple's */
  DemlsLore *lore;
  GPtrArray *people;       /* the lore's */
  GPtrArray *rows;         /* what the member list shows (roster.c); NULL: nothing yet */
  gboolean told_out;       /* that we were removed was said */
  struct _DemlsAway *away; /* what is summed up (watch.c) */
  gint64 waits_since;      /* mono: own chat waits for the inviter; DEMLS_NEVER: it was explained (watch.c) */
  guint64 shown_before;    /* the newest line of the history that was shown before this login (recall.c); 0: none */
  char *confirm;           /* the command that has to be repeated */
  gint64 confirm_until;    /* seconds since 1970 */
} DemlsChat;

void demls_chat_free (gpointer self);

/* The chat of a group, made if we have the group; NULL if not, or if it was left. */
DemlsChat *demls_chats_get (DemlsAccount *account, const char *id);

/* The chat of this id or number, if it is there. */
DemlsChat *demls_chats_find (const DemlsAccount *account, const char *id);
DemlsChat *demls_chats_find_number (const DemlsAccount *account, int number);

/* libpurple's number for a group: made of its id, so that what is typed into a window that outlived its group never
 * lands in another one. */
int demls_chats_number (const char *id);

/* The chat that a window shows; NULL if it is not ours, or we are offline. */
DemlsChat *demls_chats_of_conversation (PurpleConversation *conversation);

/* Puts into `scene` what is known of the group now; borrowed from the chat, valid until the next pump. `ballot`: what
 * the question is, or NULL. `open` receives what the scene borrows and has to be freed after it. */
DemlsScene demls_chat_scene (DemlsChat *self, GBytes *ballot, GPtrArray **open);

#endif
