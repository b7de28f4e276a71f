#include "config.h"

#include "purple-plugin/account.h"

#include <glib/gi18n-lib.h>

#include "delivery/folder.h"
#include "purple-plugin/text.h"
#include "purple-plugin/vote-dialog.h"
#include "purple-plugin/watch.h"
#include "purple-plugin/windows.h"

/* --- the pump ----------------------------------------------------------------------------------------------------*/

DemlsNow
demls_account_now (void)
{
  return (DemlsNow){ .mono = g_get_monotonic_time (), .wall = g_get_real_time () / G_USEC_PER_SEC };
}

DemlsAccount *
demls_account_of (PurpleConnection *connection)
{
  DemlsAccount *self = connection ? connection->proto_data : NULL;
  return self && self->user ? self : NULL;
}

static gboolean
on_timer (gpointer data)
{
  DemlsAccount *self = data;
  self->timer = 0;
  demls_account_pump (self);
  return G_SOURCE_REMOVE;
}

static void
arm (DemlsAccount *self, gint64 delay_us)
{
  if (self->timer)
    purple_timeout_remove (self->timer);
  /* rounded up, so that it is never too early; a day at most, for machines that sleep */
  gint64 ms = CLAMP (delay_us / 1000 + 1, 1, 24 * 3600 * 1000);
  self->timer = purple_timeout_add ((guint) ms, on_timer, self);
}

void
demls_account_wake_at (DemlsAccount *self, gint64 mono)
{
  self->wake_at = MIN (self->wake_at, mono);
}

void
demls_account_pump_soon (DemlsAccount *self)
{
  arm (self, 0);
}

/* Only fatal where the person has to do something before it can work again (P11). */
static void
refuse_delivery (DemlsAccount *self, const char *problem)
{
  g_autofree char *place = demls_options_place (self->connection->account);
  g_autofree char *why = demls_text_line (problem, 300);
  g_autofree char *text =
      g_strdup_printf (_ ("%s cannot be used for delivery: %s"), place, *why ? why : _ ("this account is refused."));
  purple_connection_error_reason (self->connection, PURPLE_CONNECTION_ERROR_INVALID_SETTINGS, text);
}

static void
show (DemlsAccount *self, const DemlsUserEvent *event)
{
  if (event->kind == DEMLS_USER_EVENT_GROUP)
    demls_windows_show (self, event);
  else if (event->kind == DEMLS_USER_EVENT_LINK && event->link == DEMLS_LINK_REFUSED)
    refuse_delivery (self, event->text);
  else
    demls_windows_trouble (self, event);
}

void
demls_account_pump (DemlsAccount *self)
{
  demls_user_tick (self->user, demls_account_now ());
  demls_watch_enter (self, demls_account_now ());
  self->wake_at = DEMLS_NEVER;
  g_autoptr (GPtrArray) events = demls_user_drain_events (self->user);
  for (guint i = 0; i < events->len; i++)
    show (self, events->pdata[i]);
  demls_windows_refresh (self);
  demls_vote_dialog_refresh (self);
  demls_account_wake_at (self, demls_watch_leave (self, demls_account_now ()));
  gint64 next = MIN (demls_user_next_wakeup (self->user), self->wake_at);
  arm (self, next == DEMLS_NEVER ? G_MAXINT64 / 2 : MAX (next - g_get_monotonic_time (), 0));
}

/* --- the delivery service's reports: any number of them, then one crank ------------------------------------------- */

static void
on_packet (gpointer data, const char *conversation, DemlsChannel channel, Span payload)
{
  DemlsAccount *self = data;
  g_autoptr (GError) error = NULL;
  if (!demls_user_receive (self->user, conversation, channel, payload, demls_account_now (), &error))
    purple_debug_misc ("demls", "packet dropped: %s\n", error ? error->message : "?");
  arm (self, 0);
}

static void
on_delivered (gpointer data, guint64 token)
{
  DemlsAccount *self = data;
  demls_user_delivered (self->user, token, demls_account_now ());
  arm (self, 0);
}

static void
on_refused (gpointer data, guint64 token, const GError *why)
{
  DemlsAccount *self = data;
  demls_user_refused (self->user, token, why, demls_account_now ());
  arm (self, 0);
}

static void
on_link (gpointer data, DemlsLink link, const char *problem)
{
  DemlsAccount *self = data;
  demls_user_link (self->user, link, problem, demls_account_now ());
  arm (self, 0);
}

static void
on_notice (gpointer data, const GError *what)
{
  DemlsAccount *self = data;
  demls_user_notice (self->user, what, demls_account_now ());
  arm (self, 0);
}

gboolean
demls_account_open_delivery (DemlsAccount *self)
{
  PurpleAccount *account = self->connection->account;
  g_autoptr (GError) error = NULL;
  self->delivery = demls_options_delivery (account, demls_user_app_id (self->user), &error);
  if (!self->delivery)
    {
      purple_connection_error_reason (self->connection, PURPLE_CONNECTION_ERROR_INVALID_SETTINGS, error->message);
      return FALSE;
    }
  self->service = demls_options_service (account);
  self->sink = (DemlsDeliverySink){ self, on_packet, on_delivered, on_refused, on_link, on_notice };
  demls_user_set_delivery (self->user, self->delivery);
  self->delivery->ops->open (self->delivery, &self->sink);
  return TRUE;
}

void
demls_account_close_delivery (DemlsAccount *self)
{
  if (!self->delivery)
    return;
  demls_user_tick (self->user, demls_account_now ());
  demls_user_set_delivery (self->user, NULL);
  self->delivery->ops->close (self->delivery);
  self->delivery = NULL;
}
