/* What the person can see. */
#include "user/user-private.h"

#include <string.h>

Span
demls_user_member_id (const DemlsUser *self)
{
  return SPAN_OF (self->identity->member_id);
}

const char *
demls_user_nick (const DemlsUser *self)
{
  return self->nick;
}

Span
demls_user_app_id (const DemlsUser *self)
{
  return SPAN_OF (self->identity->app_id);
}

gint64
demls_user_verified_since (const DemlsUser *self, Span member_id)
{
  g_autoptr (GBytes) member = span_dup (member_id);
  const gint64 *since = g_hash_table_lookup (self->verified, member);
  return since ? *since : 0;
}

/* --- groups ------------------------------------------------------------------------------------------------------ */

GPtrArray *
demls_user_groups (const DemlsUser *self)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < self->seats->len; i++)
    g_ptr_array_add (ids, g_strdup (((const DemlsSeat *) self->seats->pdata[i])->id));
  return ids;
}

const DemlsRunner *
demls_user_runner (const DemlsUser *self, const char *id)
{
  const DemlsSeat *seat = demls_user_seat (self, id);
  return seat ? seat->runner : NULL;
}

DemlsLink
demls_user_link_state (const DemlsUser *self)
{
  return self->link;
}

const char *
demls_user_title (const DemlsUser *self, const char *id)
{
  const DemlsSeat *seat = demls_user_seat (self, id);
  return seat ? demls_seat_title (seat) : NULL;
}

const char *
demls_user_nick_of (const DemlsUser *self, const char *id, Span member_id)
{
  const DemlsSeat *seat = demls_user_seat (self, id);
  if (span_equal (member_id, demls_user_member_id (self)))
    return self->nick;
  return seat ? demls_seat_nick (seat, member_id) : NULL;
}

gboolean
demls_user_is_leaving (const DemlsUser *self, const char *id)
{
  const DemlsSeat *seat = demls_user_seat (self, id);
  return seat && seat->leaving;
}

char *
demls_user_make_link (const DemlsUser *self, const char *id, const char *delivery)
{
  const DemlsSeat *seat = demls_user_seat (self, id);
  if (!seat)
    return NULL;
  g_autoptr (DemlsGroupLink) link = g_new0 (DemlsGroupLink, 1);
  const DemlsGovernance *governance = seat->runner ? demls_runner_governance (seat->runner) : NULL;
  const char *title = demls_seat_title (seat);
  g_strlcpy (link->id, id, sizeof link->id);
  link->title = *title ? g_strdup (title) : NULL;
  link->delivery = g_strdup (delivery);
  link->has_inviter = governance != NULL;
  memcpy (link->inviter, self->identity->member_id, sizeof link->inviter);
  link->preset = governance ? governance->policy.preset : 0;
  return demls_group_link_format (link);
}

gboolean
demls_user_is_announced (const DemlsUser *self, const char *id)
{
  const DemlsSeat *seat = demls_user_seat (self, id);
  return seat && seat->announced;
}

GPtrArray *
demls_user_rooms (const DemlsUser *self)
{
  return demls_rooms_list (self->rooms);
}

/* --- what is remembered ------------------------------------------------------------------------------------------ */

const GPtrArray *
demls_user_history (const DemlsUser *self, const char *id)
{
  const DemlsSeat *seat = demls_user_seat (self, id);
  return seat ? seat->history->lines : NULL;
}

guint64
demls_user_shown (const DemlsUser *self, const char *id)
{
  const DemlsSeat *seat = demls_user_seat (self, id);
  return seat ? seat->history->shown : 0;
}

const GPtrArray *
demls_user_decisions (const DemlsUser *self, const char *id)
{
  const DemlsSeat *seat = demls_user_seat (self, id);
  return seat ? seat->history->decisions : NULL;
}

guint
demls_user_history_limit (const DemlsUser *self)
{
  return self->history_limit;
}

const char *
demls_user_typed (const DemlsUser *self, const char *id)
{
  const DemlsSeat *seat = demls_user_seat (self, id);
  return seat ? seat->typed : NULL;
}
