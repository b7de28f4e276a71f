/* How far the delivery service has read: kept in the store, but not with every crank, since one can be long. */
#include "user/user-private.h"

static gboolean
has_cursors (const DemlsUser *self)
{
  return self->delivery && self->delivery->ops->cursor;
}

void
demls_cursors_moved (DemlsUser *self, DemlsSeat *seat)
{
  if (!has_cursors (self))
    return;
  if (seat)
    seat->moved = TRUE;
  self->cursor_at = demls_earlier (self->cursor_at, demls_after (self->now.mono, DEMLS_CURSOR_PERIOD));
}

static void
keep (DemlsUser *self, GBytes **kept, const char *id, const char *key)
{
  g_autoptr (GBytes) cursor = self->delivery->ops->cursor (self->delivery, *id ? id : NULL);
  if (!cursor || (*kept && g_bytes_equal (*kept, cursor)))
    return;
  g_clear_pointer (kept, g_bytes_unref);
  *kept = g_bytes_ref (cursor);
  demls_changes_put (self->changes, id, key, cursor);
}

void
demls_cursors_take (DemlsUser *self)
{
  if (self->cursor_at > self->now.mono || !has_cursors (self))
    return;
  self->cursor_at = DEMLS_NEVER;
  keep (self, &self->cursor, "", "cursor");
  for (guint i = 0; i < self->seats->len; i++)
    {
      DemlsSeat *seat = self->seats->pdata[i];
      if (seat->moved && !seat->ended)
        keep (self, &seat->cursor, seat->id, "user/cursor");
      seat->moved = FALSE;
    }
}

void
demls_cursors_hand_back (const DemlsUser *self)
{
  if (!has_cursors (self))
    return;
  if (self->cursor)
    self->delivery->ops->set_cursor (self->delivery, NULL, span_bytes (self->cursor));
  for (guint i = 0; i < self->seats->len; i++)
    {
      const DemlsSeat *seat = self->seats->pdata[i];
      if (seat->cursor)
        self->delivery->ops->set_cursor (self->delivery, seat->id, span_bytes (seat->cursor));
    }
}
