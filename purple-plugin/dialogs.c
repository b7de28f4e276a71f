#include "config.h"

#include "purple-plugin/dialogs.h"

#include <glib/gi18n-lib.h>

#include "purple-plugin/errors.h"
#include "purple-plugin/groups.h"
#include "purple-plugin/keys.h"
#include "purple-plugin/profile.h"
#include "purple-plugin/wrap.h"

void
demls_dialogs_tell (void *handle, const char *primary, const char *secondary)
{
  g_autofree char *text = demls_wrap (secondary, DEMLS_WRAP_COLUMNS);
  purple_notify_info (handle, _ ("de-MLS"), primary, text);
}

void
demls_dialogs_complain (void *handle, const char *primary, const char *secondary)
{
  g_autofree char *text = demls_wrap (secondary, DEMLS_WRAP_COLUMNS);
  purple_notify_error (handle, _ ("de-MLS"), primary, text);
}

/* Dialogs of a connection are closed by libpurple when it ends, so callbacks always find it. */

static void
on_create (gpointer data, const char *title)
{
  PurpleConnection *connection = data;
  DemlsAccount *account = demls_account_of (connection);
  g_autoptr (GError) error = NULL;
  if (!account || demls_groups_found (account, title ? title : "", &error))
    return;
  g_autofree char *text = demls_error_text (error);
  demls_dialogs_complain (connection, _ ("The group was not created."), text);
}

static void
create_group (PurplePluginAction *action)
{
  PurpleConnection *connection = action->context;
  purple_request_input (connection, _ ("Create group"), _ ("What shall the group be called?"),
                        _ ("You are its first member; from then on its members vote."), NULL, FALSE, FALSE, NULL,
                        _ ("Create"), G_CALLBACK (on_create), _ ("Cancel"), NULL, connection->account, NULL, NULL,
                        connection);
}

static void
on_join (gpointer data, const char *link)
{
  g_autoptr (GHashTable) components = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *tidy = g_strstrip (g_strdup (link ? link : ""));
  g_hash_table_insert (components, (gpointer) DEMLS_CHAT_GROUP, tidy);
  demls_groups_join (data, components);
}

static void
join_group (PurplePluginAction *action)
{
  PurpleConnection *connection = action->context;
  purple_request_input (connection, _ ("Join group"), _ ("Paste the link of the group."),
                        _ ("A member gets it by typing /link. The members vote on letting you in."), NULL, FALSE, FALSE,
                        NULL, _ ("Join"), G_CALLBACK (on_join), _ ("Cancel"), NULL, connection->account, NULL, NULL,
                        connection);
}

static void
show_fingerprint (PurplePluginAction *action)
{
  PurpleConnection *connection = action->context;
  DemlsAccount *account = demls_account_of (connection);
  if (!account)
    return;
  g_autofree char *hex = demls_profile_fingerprint (demls_user_member_id (account->user));
  purple_notify_info (connection, _ ("My fingerprint"), hex, _ ("Compare it with what others see of you in /safety."));
}

GList *
demls_dialogs_actions (PurplePlugin *plugin, gpointer context)
{
  GList *actions = NULL;
  actions = g_list_append (actions, purple_plugin_action_new (_ ("Create group..."), create_group));
  actions = g_list_append (actions, purple_plugin_action_new (_ ("Join group by link..."), join_group));
  actions = g_list_append (actions, purple_plugin_action_new (_ ("My fingerprint"), show_fingerprint));
  actions =
      g_list_append (actions, purple_plugin_action_new (_ ("Change passphrase..."), demls_keys_change_passphrase));
  actions = g_list_append (actions, purple_plugin_action_new (_ ("Export identity..."), demls_keys_export));
  return g_list_append (actions, purple_plugin_action_new (_ ("Import identity..."), demls_keys_import));
}
