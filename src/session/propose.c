/* What a user puts to the vote (G37, G63): the opening half of runner.h. */
#include "session/runner-private.h"

#include <string.h>

#include "session/recovery.h"

/* Opens with our yes, unless there is such a ballot already. */
static gboolean
ask (DemlsRunner *self, DemlsKind kind, Span target, GBytes *payload, GBytes **ballot, GError **error)
{
  if (demls_voting_find_about (self, kind, target, FALSE))
    {
      g_bytes_unref (payload);
      return demls_refuse (error, DEMLS_ERROR_DUPLICATE, "a vote about this is open");
    }
  return demls_voting_open (self, payload, TRUE, ballot, error);
}

static gboolean
check_member (const DemlsRunner *self, Span member_id, GError **error)
{
  if (!demls_epoch_has (self->current->epoch, member_id))
    return demls_refuse (error, DEMLS_ERROR_NOT_MEMBER, "nobody here has that id");
  return TRUE;
}

static gboolean
check_reason (const char *reason, gsize max, GError **error)
{
  if (reason && (strlen (reason) > max || !g_utf8_validate (reason, -1, NULL)))
    return demls_refuse (error, DEMLS_ERROR_INVALID, "a reason too long, or no UTF-8");
  return TRUE;
}

gboolean
demls_runner_invite (DemlsRunner *self, Span member_id, GBytes **ballot, DemlsNow now, GError **error)
{
  demls_runner_enter (self, now);
  if (!demls_runner_may_act (self, error))
    return FALSE;
  const DemlsApplicant *applicant = demls_applicants_find (self, member_id);
  if (!applicant)
    return demls_refuse (error, DEMLS_ERROR_UNKNOWN, "nobody of that id asks to join");
  DemlsKind kind;
  g_autoptr (GBytes) payload = demls_join_ask_for (self, applicant, &kind);
  if (!payload)
    return demls_refuse (error, DEMLS_ERROR_INVALID, "the announcement is damaged");
  return ask (self, kind, member_id, g_steal_pointer (&payload), ballot, error);
}

gboolean
demls_runner_expel (DemlsRunner *self, Span member_id, const char *reason, GBytes **ballot, DemlsNow now,
                    GError **error)
{
  demls_runner_enter (self, now);
  if (!demls_runner_may_act (self, error) || !check_member (self, member_id, error)
      || !check_reason (reason, DEMLS_REASON_MAX, error))
    return FALSE;
  if (demls_is_me (self, member_id))
    return demls_refuse (error, DEMLS_ERROR_INVALID, "that is leaving");
  GBytes *payload = demls_ask_remove (self->current->epoch, member_id, reason);
  return ask (self, DEMLS_KIND_REMOVE, member_id, payload, ballot, error);
}

gboolean
demls_runner_change (DemlsRunner *self, const DemlsPolicy *policy, const char *title, GBytes **ballot, DemlsNow now,
                     GError **error)
{
  demls_runner_enter (self, now);
  if (!demls_runner_may_act (self, error) || (policy && !demls_policy_check (policy, error)))
    return FALSE;
  if (title ? !demls_nick_is_valid (span_str (title)) : !policy)
    return demls_refuse (error, DEMLS_ERROR_INVALID, "no such title is allowed, or nothing is to change");
  return demls_voting_open (self, demls_ask_policy (self->current->epoch, policy, title), TRUE, ballot, error);
}

gboolean
demls_runner_accuse (DemlsRunner *self, Span member_id, const char *reason, GBytes **ballot, DemlsNow now,
                     GError **error)
{
  demls_runner_enter (self, now);
  if (!demls_runner_may_act (self, error) || !check_member (self, member_id, error)
      || !check_reason (reason, DEMLS_EVIDENCE_MAX, error))
    return FALSE;
  GBytes *payload = demls_ask_emergency (self->current->epoch, DEMLS_VIOLATION (CENSORSHIP_INACTIVITY), member_id,
                                         reason ? span_str (reason) : SPAN_EMPTY, demls_me (self));
  return ask (self, DEMLS_KIND_ACCUSATION, member_id, payload, ballot, error);
}

gboolean
demls_runner_elect (DemlsRunner *self, GBytes **ballot, DemlsNow now, GError **error)
{
  demls_runner_enter (self, now);
  if (!demls_runner_may_act (self, error))
    return FALSE;
  GBytes *payload = demls_ask_election (self->current->epoch, demls_recovery_next_round (self));
  return ask (self, DEMLS_KIND_ELECTION, SPAN_EMPTY, payload, ballot, error);
}
