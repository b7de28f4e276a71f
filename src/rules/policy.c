#include "rules/policy.h"

#define SECOND G_GUINT64_CONSTANT (1000)

static const DemlsPolicy presets[] = {
  { DEMLS_PRESET_QUICK, TRUE, DEMLS_ANNOUNCE_OPEN, 1, 5, 1, 0, 10 * SECOND, 5 * SECOND, 30 * SECOND, 600 * SECOND,
    2 * SECOND, 60 * SECOND, 30 * SECOND, 5 * SECOND, 600 * SECOND },
  { DEMLS_PRESET_CHAT, TRUE, DEMLS_ANNOUNCE_ASK, 1, 5, 1, 0, 300 * SECOND, 5 * SECOND, 600 * SECOND, 86400 * SECOND,
    2 * SECOND, 30 * SECOND, 15 * SECOND, 5 * SECOND, 86400 * SECOND },
  { DEMLS_PRESET_SLOW, TRUE, DEMLS_ANNOUNCE_ASK, 1, 5, 1, 0, 28800 * SECOND, 60 * SECOND, 86400 * SECOND,
    604800 * SECOND, 2 * SECOND, 120 * SECOND, 60 * SECOND, 30 * SECOND, 604800 * SECOND },
};

DemlsPolicy
demls_policy_preset (DemlsPreset preset)
{
  if (preset >= DEMLS_PRESET_QUICK && preset <= DEMLS_PRESET_SLOW)
    return presets[preset - DEMLS_PRESET_QUICK];
  DemlsPolicy custom = presets[DEMLS_PRESET_CHAT - DEMLS_PRESET_QUICK];
  custom.preset = DEMLS_PRESET_CUSTOM;
  return custom;
}

gboolean
demls_policy_equal (const DemlsPolicy *a, const DemlsPolicy *b)
{
  return a->preset == b->preset && !a->silence_is_yes == !b->silence_is_yes && a->announce == b->announce
         && a->sn_min == b->sn_min && a->sn_max == b->sn_max && a->max_reelection_attempts == b->max_reelection_attempts
         && a->threshold_peer_score == b->threshold_peer_score && a->voting_delay_ms == b->voting_delay_ms
         && a->election_voting_delay_ms == b->election_voting_delay_ms
         && a->consensus_timeout_ms == b->consensus_timeout_ms && a->proposal_expiration_ms == b->proposal_expiration_ms
         && a->commit_batch_delay_ms == b->commit_batch_delay_ms && a->commit_inactivity_ms == b->commit_inactivity_ms
         && a->freeze_ms == b->freeze_ms && a->recovery_inactivity_ms == b->recovery_inactivity_ms
         && a->rollback_window_ms == b->rollback_window_ms;
}

static gboolean
durations_fit (const DemlsPolicy *self)
{
  const guint64 durations[] = {
    self->voting_delay_ms,
    self->election_voting_delay_ms,
    self->consensus_timeout_ms,
    self->proposal_expiration_ms,
    self->commit_batch_delay_ms,
    self->commit_inactivity_ms,
    self->freeze_ms,
    self->recovery_inactivity_ms,
    self->rollback_window_ms,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (durations); i++)
    if (durations[i] == 0 || durations[i] > DEMLS_DURATION_MAX_MS)
      return FALSE;
  return self->voting_delay_ms < self->consensus_timeout_ms
         && self->consensus_timeout_ms <= self->proposal_expiration_ms
         && 20 * self->freeze_ms <= self->rollback_window_ms;
}

gboolean
demls_policy_check (const DemlsPolicy *self, GError **error)
{
  gboolean fits = self->preset <= DEMLS_PRESET_SLOW && self->announce <= DEMLS_ANNOUNCE_OPEN && self->sn_min >= 1
                  && self->sn_min <= self->sn_max && self->sn_max <= DEMLS_STEWARDS_MAX
                  && self->max_reelection_attempts <= DEMLS_RETRIES_MAX
                  && self->threshold_peer_score < DEMLS_SCORE_DEFAULT && durations_fit (self);
  if (fits && self->preset != DEMLS_PRESET_CUSTOM)
    fits = demls_policy_equal (self, &presets[self->preset - DEMLS_PRESET_QUICK]);
  return fits || demls_rule_refuse (error, DEMLS_RULE_POLICY, "no valid policy");
}

DemlsPolicy
demls_policy_read (const DemlsPolicyMessage *message)
{
  return (DemlsPolicy){
    .preset = message->preset,
    .silence_is_yes = message->silence_is_yes != 0,
    .announce = message->announce,
    .sn_min = message->sn_min,
    .sn_max = message->sn_max,
    .max_reelection_attempts = message->max_reelection_attempts,
    .threshold_peer_score = message->threshold_peer_score,
    .voting_delay_ms = message->voting_delay_ms,
    .election_voting_delay_ms = message->election_voting_delay_ms,
    .consensus_timeout_ms = message->consensus_timeout_ms,
    .proposal_expiration_ms = message->proposal_expiration_ms,
    .commit_batch_delay_ms = message->commit_batch_delay_ms,
    .commit_inactivity_ms = message->commit_inactivity_ms,
    .freeze_ms = message->freeze_ms,
    .recovery_inactivity_ms = message->recovery_inactivity_ms,
    .rollback_window_ms = message->rollback_window_ms,
  };
}

void
demls_policy_write (const DemlsPolicy *self, DemlsPolicyMessage *message)
{
  message->preset = self->preset;
  message->silence_is_yes = self->silence_is_yes != FALSE;
  message->announce = self->announce;
  message->sn_min = self->sn_min;
  message->sn_max = self->sn_max;
  message->max_reelection_attempts = self->max_reelection_attempts;
  message->threshold_peer_score = self->threshold_peer_score;
  message->voting_delay_ms = self->voting_delay_ms;
  message->election_voting_delay_ms = self->election_voting_delay_ms;
  message->consensus_timeout_ms = self->consensus_timeout_ms;
  message->proposal_expiration_ms = self->proposal_expiration_ms;
  message->commit_batch_delay_ms = self->commit_batch_delay_ms;
  message->commit_inactivity_ms = self->commit_inactivity_ms;
  message->freeze_ms = self->freeze_ms;
  message->recovery_inactivity_ms = self->recovery_inactivity_ms;
  message->rollback_window_ms = self->rollback_window_ms;
}

guint64
demls_policy_join_ms (const DemlsPolicy *self)
{
  return self->announce == DEMLS_ANNOUNCE_OPEN ? 3 * self->commit_inactivity_ms : self->proposal_expiration_ms;
}

guint64
demls_policy_announced_join_ms (guint32 preset, guint32 announce, guint64 proposal_expiration_ms,
                                guint64 commit_inactivity_ms)
{
  if (preset >= DEMLS_PRESET_QUICK && preset <= DEMLS_PRESET_SLOW)
    return demls_policy_join_ms (&presets[preset - DEMLS_PRESET_QUICK]);
  if (announce == DEMLS_ANNOUNCE_OPEN && commit_inactivity_ms > 0 && commit_inactivity_ms <= DEMLS_DURATION_MAX_MS)
    return 3 * commit_inactivity_ms;
  if (announce == DEMLS_ANNOUNCE_ASK && proposal_expiration_ms > 0 && proposal_expiration_ms <= DEMLS_DURATION_MAX_MS)
    return proposal_expiration_ms;
  return DEMLS_JOIN_UNKNOWN_S * SECOND;
}
