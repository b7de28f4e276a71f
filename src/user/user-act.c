/* What the person does. */
#include <string.h>

#include "base/writer.h"
#include "rules/nick.h"
#include "session/error.h"
#include "user/user-private.h"

static gboolean
refuse (GError **error, DemlsUserErrorCode code, const char *why)
{
  g_set_error_literal (error, DEMLS_USER_ERROR, (gint) code, why);
  return FALSE;
}

/* Nothing new is begun while nothing can be saved; but whoever has just made space need not wait for the next try. */
static gboolean
enter (DemlsUser *self, DemlsNow now, GError **error)
{
  demls_user_enter (self, now);
  if (self->retry_at > 0)
    {
      self->retry_at = self->now.mono;
      demls_crank_finish (self);
    }
  return self->retry_at == 0 || refuse (error, DEMLS_USER_ERROR_UNSAVED, "nothing can be saved at the moment");
}

/* The seat in which something is to be done. */
static DemlsSeat *
enter_seat (DemlsUser *self, const char *id, DemlsNow now, GError **error)
{
  if (!enter (self, now, error))
    return NULL;
  DemlsSeat *seat = demls_user_seat (self, id);
  if (!seat || !seat->runner || seat->ended)
    {
      refuse (error, DEMLS_USER_ERROR_UNKNOWN_GROUP, "there is no such group");
      return NULL;
    }
  if (seat->leaving)
    {
      refuse (error, DEMLS_USER_ERROR_LEAVING, "this group was left");
      return NULL;
    }
  return seat;
}

/* Even a refused action moved the runner's time. */
static gboolean
finish (DemlsUser *self, DemlsSeat *seat, gboolean done)
{
  demls_crank_seat (self, seat);
  demls_crank_finish (self);
  return done;
}

/* --- groups ------------------------------------------------------------------------------------------------------ */

/* Takes `runner`; its id. */
static char *
sit_down (DemlsUser *self, const char *id, DemlsRunner *runner, const char *title, gboolean announced)
{
  DemlsSeat *seat = demls_seat_new (id, runner);
  g_free (seat->title);
  seat->title = g_strdup (title ? title : "");
  seat->announced = announced;
  seat->announce_at = self->now.mono;
  seat->last_activity = self->now.wall;
  demls_seat_save_about (seat, self->changes);
  demls_user_add_seat (self, seat);
  finish (self, seat, TRUE);
  return g_strdup (id);
}

char *
demls_user_found (DemlsUser *self, const char *title, const DemlsPolicy *policy, gboolean announce, DemlsNow now,
                  GError **error)
{
  if (!enter (self, now, error))
    return NULL;
  guint8 random[16];
  char id[DEMLS_ID_CHARS + 1];
  rng_fill (self->rng, random, sizeof random);
  demls_id_format (random, id);
  DemlsRunner *runner = demls_runner_found (&self->env, id, title, policy, self->now, error);
  return runner ? sit_down (self, id, runner, title, announce) : NULL;
}

/* What a link says, and what an announcement adds to it. */
static DemlsGroupLink *
find_group (DemlsUser *self, const char *link_or_name, GError **error)
{
  if (g_str_has_prefix (link_or_name, "demls:"))
    {
      DemlsGroupLink *link = demls_group_link_parse (link_or_name);
      if (!link)
        refuse (error, DEMLS_USER_ERROR_LINK, "this is not a whole group link");
      return link;
    }
  const DemlsRoom *room = demls_rooms_find_name (self->rooms, link_or_name);
  if (!room && !demls_user_seat (self, link_or_name))
    {
      refuse (error, DEMLS_USER_ERROR_NOT_ANNOUNCED, "nobody, or not only one group, announces this name");
      return NULL;
    }
  DemlsGroupLink *link = g_new0 (DemlsGroupLink, 1);
  g_strlcpy (link->id, room ? room->id : link_or_name, sizeof link->id);
  link->title = room ? g_strdup (room->title) : NULL;
  return link;
}

static guint64
wait_for (const DemlsUser *self, const DemlsGroupLink *link)
{
  const DemlsRoom *room = demls_rooms_find (self->rooms, link->id);
  if (room)
    return demls_policy_announced_join_ms (room->preset, room->announce, room->proposal_expiration_ms,
                                           room->commit_inactivity_ms);
  if (link->preset == DEMLS_PRESET_CUSTOM)
    return 0;
  DemlsPolicy policy = demls_policy_preset (link->preset);
  return demls_policy_join_ms (&policy);
}

char *
demls_user_join (DemlsUser *self, const char *link_or_name, DemlsNow now, GError **error)
{
  if (!enter (self, now, error))
    return NULL;
  g_autoptr (DemlsGroupLink) link = find_group (self, link_or_name, error);
  if (!link)
    return NULL;
  const DemlsSeat *known = demls_user_seat (self, link->id);
  if (known && (known->leaving || known->ended))
    {
      refuse (error, DEMLS_USER_ERROR_LEAVING, "this group was left; wait until that is done");
      return NULL;
    }
  if (known)
    return g_strdup (link->id);
  g_autoptr (GBytes) inviter = link->has_inviter ? span_dup (SPAN_OF (link->inviter)) : NULL;
  DemlsJoinHint hint = { wait_for (self, link), inviter };
  DemlsRunner *runner = demls_runner_await (&self->env, link->id, &hint, self->now, error);
  return runner ? sit_down (self, link->id, runner, link->title, FALSE) : NULL;
}

gboolean
demls_user_leave (DemlsUser *self, const char *id, DemlsNow now, GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  if (!seat || !demls_runner_leave (seat->runner, self->now, error))
    return FALSE;
  seat->leaving = TRUE;
  seat->announced = FALSE;
  demls_seat_forget (seat, self->changes);
  demls_seat_set_typed (seat, NULL, self->changes);
  demls_seat_save_about (seat, self->changes);
  return finish (self, seat, TRUE);
}

gboolean
demls_user_set_announced (DemlsUser *self, const char *id, gboolean announced, DemlsNow now, GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  if (!seat)
    return FALSE;
  seat->announced = announced;
  seat->announce_at = self->now.mono;
  demls_seat_save_about (seat, self->changes);
  return finish (self, seat, TRUE);
}

gboolean
demls_user_forget (DemlsUser *self, const char *id, DemlsNow now, GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  if (!seat)
    return FALSE;
  demls_seat_forget (seat, self->changes);
  return finish (self, seat, TRUE);
}

void
demls_user_set_typed (DemlsUser *self, const char *id, const char *text)
{
  DemlsSeat *seat = demls_user_seat (self, id);
  if (!seat || seat->leaving || seat->ended || (text && strlen (text) > DEMLS_TEXT_MAX)
      || (text && !g_utf8_validate (text, -1, NULL)))
    return;
  demls_seat_set_typed (seat, text, self->changes);
  demls_user_save_soon (self);
}

/* --- in a group -------------------------------------------------------------------------------------------------- */

gboolean
demls_user_say (DemlsUser *self, const char *id, const char *text, DemlsNow now, GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  g_autoptr (GBytes) message_id = NULL;
  if (!seat)
    return FALSE;
  /* so that what else goes out is not taken for this message */
  demls_crank_seat (self, seat);
  if (seat->ended || !demls_runner_say (seat->runner, text, &message_id, self->now, error))
    {
      if (seat->ended)
        refuse (error, DEMLS_USER_ERROR_UNKNOWN_GROUP, "this group has just ended");
      return finish (self, seat, FALSE);
    }
  demls_crank_say (self, seat, message_id, text);
  return finish (self, seat, TRUE);
}

gboolean
demls_user_vote (DemlsUser *self, const char *id, Span ballot, gboolean yes, DemlsNow now, GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  return seat && finish (self, seat, demls_runner_vote (seat->runner, ballot, yes, self->now, error));
}

gboolean
demls_user_invite (DemlsUser *self, const char *id, Span member_id, DemlsNow now, GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  return seat && finish (self, seat, demls_runner_invite (seat->runner, member_id, NULL, self->now, error));
}

gboolean
demls_user_expel (DemlsUser *self, const char *id, Span member_id, const char *reason, DemlsNow now, GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  return seat && finish (self, seat, demls_runner_expel (seat->runner, member_id, reason, NULL, self->now, error));
}

gboolean
demls_user_accuse (DemlsUser *self, const char *id, Span member_id, const char *reason, DemlsNow now, GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  return seat && finish (self, seat, demls_runner_accuse (seat->runner, member_id, reason, NULL, self->now, error));
}

gboolean
demls_user_change (DemlsUser *self, const char *id, const DemlsPolicy *policy, const char *title, DemlsNow now,
                   GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  return seat && finish (self, seat, demls_runner_change (seat->runner, policy, title, NULL, self->now, error));
}

gboolean
demls_user_elect (DemlsUser *self, const char *id, DemlsNow now, GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  return seat && finish (self, seat, demls_runner_elect (seat->runner, NULL, self->now, error));
}

gboolean
demls_user_rejoin (DemlsUser *self, const char *id, DemlsNow now, GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  return seat && finish (self, seat, demls_runner_rejoin (seat->runner, self->now, error));
}

gboolean
demls_user_confirm (DemlsUser *self, const char *id, DemlsNow now, GError **error)
{
  DemlsSeat *seat = enter_seat (self, id, now, error);
  if (!seat)
    return FALSE;
  demls_runner_confirm (seat->runner, self->now);
  return finish (self, seat, TRUE);
}

/* --- about the person -------------------------------------------------------------------------------------------- */

gboolean
demls_user_set_nick (DemlsUser *self, const char *nick, DemlsNow now, GError **error)
{
  if (!enter (self, now, error))
    return FALSE;
  if (!demls_nick_is_valid (span_str (nick)))
    return demls_refuse (error, DEMLS_ERROR_INVALID, "no such nickname is allowed");
  char *copy = g_strdup (nick);
  g_free (self->nick);
  self->nick = copy;
  self->env.nick = self->nick;
  demls_changes_give (self->changes, "", "nick", span_dup (span_str (copy)));
  for (guint i = 0; i < self->seats->len; i++)
    {
      DemlsSeat *seat = self->seats->pdata[i];
      if (seat->runner && !seat->ended && !seat->leaving)
        demls_runner_set_nick (seat->runner, copy, self->now, NULL);
      demls_crank_seat (self, seat);
    }
  demls_crank_finish (self);
  return TRUE;
}

gboolean
demls_user_set_verified (DemlsUser *self, Span member_id, gboolean verified, DemlsNow now, GError **error)
{
  if (!enter (self, now, error))
    return FALSE;
  if (member_id.len != DEMLS_MEMBER_ID_SIZE)
    return demls_refuse (error, DEMLS_ERROR_INVALID, "no member id");
  g_autofree char *hex = span_hex (member_id);
  g_autofree char *key = g_strconcat ("verified/", hex, NULL);
  g_autoptr (GBytes) member = span_dup (member_id);
  g_autoptr (GBytes) row = NULL;
  if (verified)
    {
      g_auto (Writer) w = WRITER_INIT;
      writer_u64 (&w, (guint64) self->now.wall);
      row = writer_take (&w);
      g_hash_table_replace (self->verified, g_bytes_ref (member), g_memdup2 (&self->now.wall, sizeof (gint64)));
    }
  else
    g_hash_table_remove (self->verified, member);
  demls_changes_put (self->changes, "", key, row);
  demls_crank_finish (self);
  return TRUE;
}

gboolean
demls_user_set_history_limit (DemlsUser *self, guint lines, DemlsNow now, GError **error)
{
  if (!enter (self, now, error))
    return FALSE;
  if (lines > DEMLS_HISTORY_MAX)
    return demls_refuse (error, DEMLS_ERROR_INVALID, "at most %d lines are kept", DEMLS_HISTORY_MAX);
  self->history_limit = lines;
  g_auto (Writer) w = WRITER_INIT;
  writer_u32 (&w, lines);
  demls_changes_give (self->changes, "", "history-limit", writer_take (&w));
  for (guint i = 0; i < self->seats->len; i++)
    demls_seat_trim (self->seats->pdata[i], lines, self->changes);
  demls_crank_finish (self);
  return TRUE;
}
