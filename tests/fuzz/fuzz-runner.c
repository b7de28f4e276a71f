/* fuzz-runner.c - a member of a group of three hears what the input says, while time passes.
 *
 * The input is a sequence of steps: kind, argument, and for the kinds that carry bytes a two-byte length and these.
 *
 *   0  a packet on the message channel      4  another member does something, and is heard
 *   1  a packet on the welcome channel      5  he does something himself
 *   2  the first member's message of bytes  6  time passes (more, if everybody speaks meanwhile)
 *   3  the third member's, put right        7  he is restored from his rows
 *
 * To put a message right is to have its sender sign it: a vote for the oldest open question, a proposal with its
 * opener's vote, a seal for what was offered first.
 *
 * After every step a second tick at the same instant changes nothing; at the end the rows restore. What is refused
 * because it is no packet of ours changes no row.
 */
#include "../lib/fuzzing.h"
#include "../lib/runner-fuzzing.h"

#define HERO 1
#define STEPS_MAX 32

typedef enum {
  STEP_PACKET,
  STEP_WELCOME,
  STEP_FIRST,
  STEP_THIRD,
  STEP_OTHER_ACTS,
  STEP_HERO_ACTS,
  STEP_TIME,
  STEP_RESTART,
  STEP_KINDS,
} StepKind;

static void
judge (gboolean success, GError **error)
{
  if (success ? *error != NULL : *error == NULL)
    g_error ("fuzz: an error with success, or neither");
  if (*error && (*error)->domain != CONSENSUS_ERROR && (*error)->domain != DEMLS_RULE_ERROR
      && (*error)->domain != MLS_ERROR && (*error)->domain != DEMLS_ERROR)
    g_error ("fuzz: an error of another domain: %s", (*error)->message);
  g_clear_error (error);
}

static gboolean
is_no_packet (const GError *error)
{
  return error->domain == CONSENSUS_ERROR || error->domain == MLS_ERROR
         || g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_MALFORMED)
         || g_error_matches (error, DEMLS_ERROR, DEMLS_ERROR_TOO_LARGE);
}

/* Whatever is no packet of ours leaves no trace. */
static void
hear (Stage *stage, DemlsSubtopic subtopic, Span packet)
{
  Actor *hero = &stage->actor[HERO];
  g_autoptr (GError) error = NULL;
  gboolean taken = demls_runner_receive (hero->runner, subtopic, packet, stage->now, &error);
  if (!taken && is_no_packet (error) && actor_save (hero) > 0)
    g_error ("fuzz: what is no packet of ours changes rows");
  judge (taken, &error);
}

/* --- messages of insiders ---------------------------------------------------------------------------------------- */

static void
sign_vote (const Actor *actor, ConsensusVote *vote)
{
  guint8 message[CONSENSUS_VOTE_SIGNED_SIZE], signature[SIGNATURE_MAX];
  memcpy (vote->owner, actor->runner->me, CONSENSUS_OWNER_SIZE);
  consensus_vote_signed_bytes (vote->proposal_hash, vote->owner, vote->value, message);
  if (sign_message (actor->env.suite, actor->env.key, SPAN_OF (message), signature) != CONSENSUS_SIGNATURE_SIZE)
    g_error ("fuzz: no signature");
  memcpy (vote->signature, signature, CONSENSUS_SIGNATURE_SIZE);
}

static GBytes *
right_vote (const Stage *stage, const Actor *actor, const DemlsAppMessage *message)
{
  g_autoptr (GPtrArray) ballots = demls_runner_ballots (stage->actor[HERO].runner);
  ConsensusVote vote = { .value = (ConsensusValue) (message->vote->value % 3) };
  if (ballots->len > 0)
    memcpy (vote.proposal_hash, g_bytes_get_data (ballots->pdata[0], NULL), CONSENSUS_HASH_SIZE);
  sign_vote (actor, &vote);
  ConsensusVoteLabels labels = { message->vote->vote_id, message->vote->proposal_id, message->vote->timestamp };
  guint8 hash[CONSENSUS_HASH_SIZE];
  Consensus__V1__Vote part = CONSENSUS__V1__VOTE__INIT;
  consensus_vote_write (&vote, &labels, hash, &part);
  DemlsAppMessage copy = *message;
  copy.vote = &part;
  return demls_message_encode (&copy.base);
}

/* The question, of this group; an epoch of 1 means the current one. NULL if it is none. */
static GBytes *
right_payload (const DemlsEpoch *epoch, Span payload)
{
  g_autoptr (DemlsUpdateRequest) request = demls_update_request_decode (payload, NULL);
  if (!request)
    return NULL;
  DemlsUpdateRequest copy = *request;
  copy.group = consensus_data (span_bytes (epoch->name));
  if (copy.opened_epoch == 1)
    copy.opened_epoch = epoch->number;
  if (copy.epoch_id.len > 0)
    copy.epoch_id = consensus_data (SPAN_OF (epoch->id));
  return demls_message_encode (&copy.base);
}

static GBytes *
right_proposal (const Actor *actor, const DemlsAppMessage *message)
{
  Consensus__V1__Proposal part = *message->proposal;
  g_autoptr (GBytes) payload = right_payload (actor->runner->current->epoch, consensus_span (part.payload));
  if (payload)
    part.payload = consensus_data (span_bytes (payload));
  part.proposal_owner = consensus_data (demls_me (actor->runner));
  part.n_votes = 0;
  g_autoptr (ConsensusProposal) proposal = consensus_proposal_read (&part, NULL);
  DemlsAppMessage copy = *message;
  copy.proposal = &part;
  if (!proposal)
    return demls_message_encode (&copy.base);
  ConsensusVote vote = { .value = part.liveness_criteria_yes ? CONSENSUS_YES : CONSENSUS_NO };
  memcpy (vote.proposal_hash, proposal->hash, CONSENSUS_HASH_SIZE);
  sign_vote (actor, &vote);
  ConsensusVoteLabels labels = { 3, part.proposal_id, part.timestamp };
  guint8 hash[CONSENSUS_HASH_SIZE];
  Consensus__V1__Vote bundled = CONSENSUS__V1__VOTE__INIT, *votes[] = { &bundled };
  consensus_vote_write (&vote, &labels, hash, &bundled);
  part.n_votes = message->proposal->n_votes > 0 ? 1 : 0;
  part.votes = votes;
  return demls_message_encode (&copy.base);
}

static GBytes *
right_seal (const Stage *stage, const Actor *actor, const DemlsAppMessage *message)
{
  const DemlsKept *kept = stage->actor[HERO].runner->current;
  DemlsSeal seal = demls_seal_read (message->seal);
  guint8 hash[DEMLS_HASH_SIZE];
  memcpy (hash, seal.hash, sizeof hash);
  if (kept && kept->offers->len > 0)
    memcpy (hash, demls_candidate_hash (((const DemlsOffer *) kept->offers->pdata[0])->candidate).data, sizeof hash);
  if (!demls_seal_sign (actor->runner->current->epoch, hash, &seal))
    return demls_message_encode (&message->base);
  DemlsSealMessage part = DEMLS_SEAL_INIT;
  demls_seal_write (&seal, &part);
  DemlsAppMessage copy = *message;
  copy.seal = &part;
  return demls_message_encode (&copy.base);
}

static GBytes *
put_right (const Stage *stage, const Actor *actor, Span plaintext)
{
  g_autoptr (DemlsAppMessage) message = demls_app_message_decode (plaintext, NULL);
  if (message && message->payload_case == DEMLS_APP (VOTE))
    return right_vote (stage, actor, message);
  if (message && message->payload_case == DEMLS_APP (PROPOSAL))
    return right_proposal (actor, message);
  if (message && message->payload_case == DEMLS_APP (SEAL))
    return right_seal (stage, actor, message);
  return span_dup (plaintext);
}

/* An insider encrypts any bytes as a message of the group. */
static void
hear_sealed (Stage *stage, guint from, Span bytes)
{
  Actor *actor = &stage->actor[from];
  if (!actor->runner->current)
    return;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) plaintext = from == 0 ? span_dup (bytes) : put_right (stage, actor, bytes);
  g_autoptr (GBytes) packet =
      mls_group_seal (actor->runner->current->group, actor->env.rng, span_bytes (plaintext), SPAN_EMPTY, 0, &error);
  g_clear_error (&error);
  if (!packet)
    return;
  gboolean taken =
      demls_runner_receive (stage->actor[HERO].runner, DEMLS_SUBTOPIC_APP_MSG, span_bytes (packet), stage->now, &error);
  judge (taken, &error);
}

/* --- steps ------------------------------------------------------------------------------------------------------- */

/* The oldest open question gets this answer. */
static void
cast (Stage *stage, DemlsRunner *runner, gboolean yes, GError **error)
{
  g_autoptr (GPtrArray) ballots = demls_runner_ballots (runner);
  if (ballots->len > 0)
    demls_runner_vote (runner, span_bytes (ballots->pdata[0]), yes, stage->now, error);
}

static void
act (Stage *stage, guint who, guint8 what)
{
  DemlsRunner *runner = stage->actor[who].runner;
  Span victim = demls_me (stage->actor[what / 16 % STAGE_MEMBERS].runner);
  g_autoptr (GError) error = NULL;
  switch (what % 10)
    {
    case 0:
      demls_runner_say (runner, "hello", NULL, stage->now, &error);
      break;
    case 1:
      demls_runner_expel (runner, victim, "spam", NULL, stage->now, &error);
      break;
    case 2:
      demls_runner_change (runner, NULL, "chess club", NULL, stage->now, &error);
      break;
    case 3:
      demls_runner_accuse (runner, victim, "censors", NULL, stage->now, &error);
      break;
    case 4:
      demls_runner_elect (runner, NULL, stage->now, &error);
      break;
    case 5:
    case 6:
      cast (stage, runner, what % 10 == 5, &error);
      break;
    case 7:
      demls_runner_leave (runner, stage->now, &error);
      break;
    case 8:
      demls_runner_set_nick (runner, "zoe", stage->now, &error);
      break;
    default:
      demls_runner_set_link (runner, what & 16, what & 32, stage->now);
    }
  judge (error == NULL, &error);
  actor_settle (&stage->actor[who], stage->now);
}

/* What another member does reaches everybody. */
static void
other_acts (Stage *stage, guint8 what)
{
  guint who = what & 0x80 ? 2 : 0;
  act (stage, who, what & 0x7F);
  stage_deliver (stage, who);
}

/* Up to half an hour in silence, or up to 2.5 s in which all are heard. */
static void
pass (Stage *stage, guint8 how_long)
{
  if (how_long & 0x80)
    stage_run (stage, how_long & 0x7F);
  else
    stage_pass (stage, ((gint64) 1 << (how_long & 15)) * 100 * G_TIME_SPAN_MILLISECOND);
}

static void
take_step (Stage *stage, Reader *reader)
{
  StepKind kind = (StepKind) (reader_u8 (reader) % STEP_KINDS);
  guint8 argument = kind >= STEP_OTHER_ACTS ? reader_u8 (reader) : 0;
  Span bytes = kind < STEP_OTHER_ACTS ? reader_raw (reader, reader_u16 (reader)) : SPAN_EMPTY;
  if (reader->failed)
    return;
  if (kind == STEP_PACKET || kind == STEP_WELCOME)
    hear (stage, kind == STEP_PACKET ? DEMLS_SUBTOPIC_APP_MSG : DEMLS_SUBTOPIC_WELCOME, bytes);
  else if (kind == STEP_FIRST || kind == STEP_THIRD)
    hear_sealed (stage, kind == STEP_FIRST ? 0 : 2, bytes);
  else if (kind == STEP_OTHER_ACTS)
    other_acts (stage, argument);
  else if (kind == STEP_HERO_ACTS)
    act (stage, HERO, argument);
  else if (kind == STEP_TIME)
    pass (stage, argument);
  actor_settle (&stage->actor[HERO], stage->now);
  if (kind == STEP_RESTART)
    actor_restart (&stage->actor[HERO], stage->now);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static Stage *first;
  if (!first)
    first = stage_new ();
  g_autoptr (Stage) stage = stage_copy (first);
  Reader reader = reader_init (span (data, size));
  for (guint i = 0; i < STEPS_MAX && reader_more (&reader); i++)
    take_step (stage, &reader);
  actor_settle (&stage->actor[HERO], stage->now);
  actor_restart (&stage->actor[HERO], stage->now);
  return 0;
}
