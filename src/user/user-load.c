/* Bringing a person back from the store. */
#include <string.h>

#include "base/reader.h"
#include "rules/nick.h"
#include "session/error.h"
#include "user/user-private.h"

static gboolean
load_verified (DemlsUser *self, const char *hex, Span row)
{
  Reader r = reader_init (row);
  gint64 *since = g_new (gint64, 1);
  *since = (gint64) reader_u64 (&r);
  GBytes *member = bytes_from_hex (hex);
  if (member && reader_end (&r))
    return g_hash_table_insert (self->verified, member, since);
  g_clear_pointer (&member, g_bytes_unref);
  g_free (since);
  return FALSE;
}

static gboolean
load_nick (DemlsUser *self, Span row)
{
  g_free (self->nick);
  self->nick = demls_nick_is_valid (row) ? g_strndup ((const char *) row.data, row.len) : NULL;
  return self->nick != NULL;
}

static gboolean
load_row (DemlsUser *self, const char *key, Span row)
{
  if (strcmp (key, "identity") == 0)
    return (self->identity = demls_identity_load (self->suite, row)) != NULL;
  if (strcmp (key, "nick") == 0)
    return load_nick (self, row);
  if (strcmp (key, "history-limit") == 0)
    {
      Reader r = reader_init (row);
      self->history_limit = reader_u32 (&r);
      return reader_end (&r) && self->history_limit <= DEMLS_HISTORY_MAX;
    }
  if (strcmp (key, "cursor") == 0)
    return (self->cursor = span_dup (row)) != NULL;
  if (g_str_has_prefix (key, "room/"))
    return demls_room_load (self->rooms, row);
  if (g_str_has_prefix (key, "verified/"))
    return load_verified (self, key + strlen ("verified/"), row);
  /* the store and the delivery service may keep rows of their own here */
  return TRUE;
}

static gboolean
load_person (DemlsUser *self, GError **error)
{
  g_autoptr (GPtrArray) rows = self->store->ops->load (self->store, "", error);
  for (guint i = 0; rows && i < rows->len; i++)
    {
      const DemlsChange *row = rows->pdata[i];
      if (!load_row (self, row->key, span_bytes (row->value)))
        return demls_refuse (error, DEMLS_ERROR_STORE, "row %s is damaged", row->key);
    }
  return rows != NULL;
}

/* Groups without an identity would mean that its row is gone. */
static gboolean
make_identity (DemlsUser *self, gboolean has_groups, GError **error)
{
  if (has_groups)
    return demls_refuse (error, DEMLS_ERROR_STORE, "there are groups, but no identity");
  self->identity = demls_identity_make (self->suite, self->rng);
  if (!self->identity)
    return demls_refuse (error, DEMLS_ERROR_STORE, "no key could be made");
  demls_changes_give (self->changes, "", "identity", demls_identity_save (self->identity, self->suite));
  return TRUE;
}

static void
name_person (DemlsUser *self, const char *nick)
{
  g_autofree char *tidy = nick ? demls_nick_tidy (nick) : NULL;
  if (!tidy && !self->nick)
    tidy = span_hex (span (self->identity->member_id, 4));
  if (!tidy || g_strcmp0 (tidy, self->nick) == 0)
    return;
  g_free (self->nick);
  self->nick = g_steal_pointer (&tidy);
  demls_changes_give (self->changes, "", "nick", span_dup (span_str (self->nick)));
}

/* Lines that were saved but perhaps not shown, and that it is over. */
static void
show_again (DemlsUser *self, const DemlsSeat *seat)
{
  for (guint i = 0; i < seat->history->lines->len; i++)
    {
      const DemlsHistoryLine *line = seat->history->lines->pdata[i];
      if (line->serial <= seat->history->shown)
        continue;
      DemlsUserEvent *event = demls_user_emit (self->ready, DEMLS_USER_EVENT_GROUP, seat->id);
      event->event = demls_history_line_event (line);
      event->serial = line->serial;
    }
  if (!seat->ended)
    return;
  DemlsEvent *leaving = demls_event_new (DEMLS_EVENT_LEAVING, self->now.wall);
  leaving->text = g_strdup (seat->ended);
  demls_user_emit (self->ready, DEMLS_USER_EVENT_GROUP, seat->id)->event = leaving;
}

static gboolean
load_group (DemlsUser *self, const char *scope, GError **error)
{
  g_autoptr (GPtrArray) rows = self->store->ops->load (self->store, scope, error);
  DemlsSeat *seat = rows ? demls_seat_restore (&self->env, scope, rows, self->now, error) : NULL;
  if (!seat)
    {
      g_prefix_error (error, "group %s: ", scope);
      return FALSE;
    }
  demls_user_add_seat (self, seat);
  show_again (self, seat);
  return TRUE;
}

/* A runner restored under another nickname says so. */
static void
tell_nick (DemlsUser *self)
{
  for (guint i = 0; i < self->seats->len; i++)
    {
      DemlsSeat *seat = self->seats->pdata[i];
      if (!seat->runner || seat->leaving)
        continue;
      demls_runner_set_nick (seat->runner, self->nick, self->now, NULL);
      seat->touched = TRUE;
    }
}

static gboolean
load_all (DemlsUser *self, const char *nick, GError **error)
{
  g_autoptr (GPtrArray) scopes = self->store->ops->scopes (self->store, error);
  if (!scopes || !load_person (self, error))
    return FALSE;
  guint n_groups = 0;
  for (guint i = 0; i < scopes->len; i++)
    n_groups += demls_id_is_valid (scopes->pdata[i]) ? 1 : 0;
  if (!self->identity && !make_identity (self, n_groups > 0, error))
    return FALSE;
  g_autofree char *before = g_strdup (self->nick);
  name_person (self, nick);
  self->env = (DemlsEnv){ self->suite, self->rng, self->identity->key, self->nick };
  for (guint i = 0; i < scopes->len; i++)
    if (demls_id_is_valid (scopes->pdata[i]) && !load_group (self, scopes->pdata[i], error))
      return FALSE;
  if (g_strcmp0 (before, self->nick) != 0)
    tell_nick (self);
  return demls_changes_commit (self->changes, self->store, error);
}

DemlsUser *
demls_user_new (DemlsStore *store, Suite *suite, Rng *rng, const char *nick, DemlsNow now, GError **error)
{
  g_autoptr (DemlsUser) self = demls_user_new_blank (store, suite, rng, now);
  return load_all (self, nick, error) ? g_steal_pointer (&self) : NULL;
}
