#include "config.h"

#include "purple-plugin/chats.h"

#include <string.h>

#include "purple-plugin/away.h"

void
demls_chat_free (gpointer data)
{
  DemlsChat *self = data;
  g_free (self->id);
  demls_lore_free (self->lore);
  demls_away_free (self->away);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_free (self->confirm);
  g_free (self);
}

/* --- finding -----------------------------------------------------------------------------------------------------*/

DemlsChat *
demls_chats_find (const DemlsAccount *account, const char *id)
{
  for (guint i = 0; i < account->chats->len; i++)
    {
      DemlsChat *chat = account->chats->pdata[i];
      if (strcmp (chat->id, id) == 0)
        return chat;
    }
  return NULL;
}

DemlsChat *
demls_chats_find_number (const DemlsAccount *account, int number)
{
  for (guint i = 0; i < account->chats->len; i++)
    {
      DemlsChat *chat = account->chats->pdata[i];
      if (chat->number == number)
        return chat;
    }
  return NULL;
}

int
demls_chats_number (const char *id)
{
  return (int) (g_str_hash (id) & G_MAXINT32) | 1;
}

/* Two groups in a thousand million times so many would share one. */
static int
free_number (const DemlsAccount *account, const char *id)
{
  int number = demls_chats_number (id);
  while (demls_chats_find_number (account, number))
    number = number > 2 ? number - 2 : G_MAXINT32;
  return number;
}

DemlsChat *
demls_chats_get (DemlsAccount *account, const char *id)
{
  DemlsChat *self = demls_chats_find (account, id);
  const DemlsRunner *runner = demls_user_runner (account->user, id);
  if (self || !runner || demls_user_is_leaving (account->user, id))
    return self;
  self = g_new0 (DemlsChat, 1);
  self->account = account;
  self->id = g_strdup (id);
  self->number = free_number (account, id);
  self->lore = demls_lore_new (id, demls_runner_state (runner));
  self->people = self->lore->people;
  self->away = demls_away_new ();
  self->shown_before = demls_user_shown (account->user, id);
  g_ptr_array_add (account->chats, self);
  return self;
}

DemlsChat *
demls_chats_of_conversation (PurpleConversation *conversation)
{
  DemlsAccount *account = demls_account_of (purple_conversation_get_gc (conversation));
  return account ? demls_chats_find (account, purple_conversation_get_name (conversation)) : NULL;
}

/* --- what is known -----------------------------------------------------------------------------------------------*/

DemlsScene
demls_chat_scene (DemlsChat *self, GBytes *ballot, GPtrArray **open)
{
  return demls_lore_scene (self->lore, self->account->user, ballot, demls_account_now (), open);
}
