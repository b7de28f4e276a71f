/* Lies that want to be in the way: garbage, repetitions, questions without end, false names. */
#include <string.h>

#include "session/runner-private.h"
#include "sim-liar.h"
#include "sim-lies.h"

#define NOISE 20
#define SILENCE_MAX (300 * SIM_SECOND)

static SimMember *
draw_member (SimWorld *world)
{
  return sim_world_member (world, sim_draw (world, world->members->len));
}

/* --- silence ----------------------------------------------------------------------------------------------------- */

static void
speak_again (SimWorld *world, gpointer data)
{
  sim_world_player (world, *(const guint *) data)->mute = FALSE;
}

static gboolean
silent (SimHonest *liar)
{
  SimWorld *world = liar->base.world;
  guint *index = g_new (guint, 1);
  *index = liar->base.index;
  liar->mute = TRUE;
  sim_world_later (world, world->now + sim_draw_time (world, SIM_SECOND, SILENCE_MAX), speak_again, index);
  return TRUE;
}

/* --- what anybody can send --------------------------------------------------------------------------------------- */

/* Anybody's old packets. */
static gboolean
replay (SimHonest *liar)
{
  SimWorld *world = liar->base.world;
  const GPtrArray *history = sim_net_history (world->net);
  for (guint i = 0; i < NOISE && history->len; i++)
    {
      const SimPacket *packet = history->pdata[sim_draw (world, history->len)];
      g_autoptr (GBytes) payload = g_bytes_ref (packet->payload);
      sim_liar_publish (liar, packet->subtopic, span_bytes (payload));
    }
  return history->len > 0;
}

/* Random bytes; or a real packet with one of its bytes changed. */
static gboolean
garbage (SimHonest *liar)
{
  SimWorld *world = liar->base.world;
  const GPtrArray *history = sim_net_history (world->net);
  for (guint i = 0; i < NOISE; i++)
    {
      const SimPacket *packet = history->pdata[sim_draw (world, history->len)];
      gsize len;
      gconstpointer data = g_bytes_get_data (packet->payload, &len);
      g_autofree guint8 *copy = g_memdup2 (data, len);
      if (sim_chance (world, 50))
        rng_fill (liar->rng, copy, len);
      else
        copy[sim_draw (world, (guint) len)] ^= (guint8) (1 + sim_draw (world, 255));
      sim_liar_publish (liar, packet->subtopic, span (copy, len));
    }
  return TRUE;
}

/* A Welcome of old, for whoever asks to join, or bytes that are none. */
static gboolean
forged_welcome (SimHonest *liar)
{
  SimWorld *world = liar->base.world;
  guint8 bytes[400];
  rng_fill (liar->rng, bytes, sizeof bytes);
  ProtobufCBinaryData joiner = consensus_data (SPAN_OF (draw_member (world)->id));
  DemlsMemberWelcome part = DEMLS_MEMBER_WELCOME_INIT;
  part.welcome_bytes = consensus_data (SPAN_OF (bytes));
  part.n_joiner_identities = 1;
  part.joiner_identities = &joiner;
  DemlsWelcomeChannel channel = DEMLS_WELCOME_CHANNEL_INIT;
  channel.payload_case = DEMLS_CHANNEL (WELCOME);
  channel.welcome = &part;
  g_autoptr (GBytes) encoded = demls_message_encode (&channel.base);
  sim_liar_publish (liar, DEMLS_SUBTOPIC_WELCOME, span_bytes (encoded));
  return TRUE;
}

/* A stranger's valid announcement. Where clients let everybody in by themselves, only one that claims to be a member.
 */
static gboolean
sybil (SimHonest *liar)
{
  SimWorld *world = liar->base.world;
  const SimPlan *plan = world->plan;
  g_autoptr (SignKey) key = sign_key_generate (world->suite, liar->rng);
  DemlsEnv env = liar->env;
  env.key = key;
  if (plan && plan->policy.announce == DEMLS_ANNOUNCE_OPEN)
    env.key = liar->key;
  g_autoptr (DemlsRunner) runner =
      demls_runner_await (&env, world->conversation, &(DemlsJoinHint){ 0 }, sim_honest_now (liar), NULL);
  if (!runner)
    return FALSE;
  demls_runner_tick (runner, sim_honest_now (liar));
  g_autoptr (GPtrArray) packets = demls_runner_drain_outbound (runner);
  for (guint i = 0; i < packets->len; i++)
    {
      const DemlsPacket *packet = packets->pdata[i];
      sim_liar_publish (liar, packet->subtopic, span_bytes (packet->payload));
    }
  return packets->len > 0;
}

static void
publish_plain (SimHonest *liar, const DemlsAppMessage *message)
{
  g_autoptr (GBytes) encoded = demls_message_encode (&message->base);
  sim_liar_publish (liar, DEMLS_SUBTOPIC_APP_MSG, span_bytes (encoded));
}

/* That somebody is lost, and where somebody's leaf is: in any name, with any signature. */
static gboolean
lost (SimHonest *liar)
{
  SimWorld *world = liar->base.world;
  guint8 nonce[DEMLS_NONCE_SIZE], signature[DEMLS_SIGNATURE_SIZE], hash[DEMLS_HASH_SIZE];
  rng_fill (liar->rng, nonce, sizeof nonce);
  rng_fill (liar->rng, signature, sizeof signature);
  rng_fill (liar->rng, hash, sizeof hash);
  DemlsLostAt cry = DEMLS_LOST_AT_INIT;
  cry.epoch = sim_draw (world, 8);
  cry.member_id = consensus_data (SPAN_OF (draw_member (world)->id));
  cry.nonce = consensus_data (SPAN_OF (nonce));
  cry.signature = consensus_data (SPAN_OF (signature));
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (LOST_AT);
  message.lost_at = &cry;
  publish_plain (liar, &message);
  DemlsLeafAt hint = DEMLS_LEAF_AT_INIT;
  hint.member_id = consensus_data (SPAN_OF (draw_member (world)->id));
  hint.leaf_hash = consensus_data (SPAN_OF (hash));
  hint.nonce = consensus_data (SPAN_OF (nonce));
  message.payload_case = DEMLS_APP (LEAF_AT);
  message.leaf_at = &hint;
  publish_plain (liar, &message);
  return TRUE;
}

/* --- what takes a member's keys ---------------------------------------------------------------------------------- */

/* MLS proposals of its own, as messages, in plain and encrypted. */
static gboolean
handshake (SimHonest *liar)
{
  MlsGroup *group = liar->runner->current->group;
  g_autoptr (MlsProposal) remove = mls_proposal_remove (0);
  guint8 kem[32];
  rng_fill (liar->rng, kem, sizeof kem);
  g_autoptr (MlsProposal) external = mls_proposal_external_init (SPAN_OF (kem));
  g_autoptr (GBytes) plain = mls_group_propose (group, liar->rng, remove, SPAN_EMPTY, MLS_WIRE_PUBLIC_MESSAGE, NULL);
  g_autoptr (GBytes) secret =
      mls_group_propose (group, liar->rng, external, SPAN_EMPTY, MLS_WIRE_PRIVATE_MESSAGE, NULL);
  demls_epochs_touched (liar->runner, liar->runner->current);
  if (plain)
    sim_liar_publish (liar, DEMLS_SUBTOPIC_APP_MSG, span_bytes (plain));
  if (secret)
    sim_liar_publish (liar, DEMLS_SUBTOPIC_APP_MSG, span_bytes (secret));
  return plain || secret;
}

static void
say_raw (SimHonest *liar, Span text, Span sender)
{
  guint8 id[DEMLS_MESSAGE_ID_SIZE];
  rng_fill (liar->rng, id, sizeof id);
  DemlsConversationMessage chat = DEMLS_CONVERSATION_MESSAGE_INIT;
  chat.message = consensus_data (text);
  chat.sender = consensus_data (sender);
  chat.conversation_id = liar->runner->id;
  chat.message_id = consensus_data (SPAN_OF (id));
  chat.sent_at_ms = G_MAXUINT64;
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (CONVERSATION_MESSAGE);
  message.conversation_message = &chat;
  sim_liar_send (liar, &message);
}

/* Chat that is no text, or claims another sender; a name with what no name may have. */
static gboolean
strings (SimHonest *liar)
{
  static const guint8 bad[] = { 'a', 0xc0, 0x80, 0xff, '\n', '<', 'b', '>' };
  g_autofree char *huge = g_strnfill (DEMLS_TEXT_MAX + 1, 'x');
  char nick[] = "\xe2\x80\xae"
                "evil\n<b>";
  say_raw (liar, SPAN_OF (bad), SPAN_OF (liar->base.id));
  if (sim_liar_can (liar))
    say_raw (liar, span_str (huge), SPAN_OF (liar->base.id));
  if (sim_liar_can (liar))
    say_raw (liar, span_str ("I am somebody else"), SPAN_OF (draw_member (liar->base.world)->id));
  DemlsNickClaim claim = DEMLS_NICK_CLAIM_INIT;
  claim.nick = nick;
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (NICK_CLAIM);
  message.nick_claim = &claim;
  if (sim_liar_can (liar))
    sim_liar_send (liar, &message);
  return TRUE;
}

static gboolean
catch_up (SimHonest *liar)
{
  DemlsCatchUp ask = DEMLS_CATCH_UP_INIT;
  ask.epoch = sim_chance (liar->base.world, 50) ? G_MAXUINT64 : demls_runner_epoch (liar->runner);
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (CATCH_UP);
  message.catch_up = &ask;
  for (guint i = 0; i < NOISE && sim_liar_can (liar); i++)
    sim_liar_send (liar, &message);
  return TRUE;
}

/* A known ballot with votes that nobody cast. */
static gboolean
answer (SimHonest *liar)
{
  const DemlsMatter *matter = sim_liar_ballot (liar);
  if (!matter)
    return FALSE;
  guint n = liar->runner->current->epoch->n;
  g_autofree DemlsMandateVoteMessage *votes = g_new0 (DemlsMandateVoteMessage, n);
  g_autofree DemlsMandateVoteMessage **pointers = g_new0 (DemlsMandateVoteMessage *, n);
  guint8 signature[DEMLS_SIGNATURE_SIZE];
  rng_fill (liar->rng, signature, sizeof signature);
  for (guint i = 0; i < n; i++)
    {
      votes[i] = (DemlsMandateVoteMessage) DEMLS_MANDATE_VOTE_INIT;
      votes[i].leaf_index = i;
      votes[i].value = CONSENSUS_YES;
      votes[i].signature = consensus_data (SPAN_OF (signature));
      pointers[i] = &votes[i];
    }
  Consensus__V1__Proposal proposal = CONSENSUS__V1__PROPOSAL__INIT;
  consensus_proposal_write (matter->request->proposal, &proposal);
  DemlsMandateMessage mandate = DEMLS_MANDATE_INIT, *mandates[] = { &mandate };
  mandate.proposal = &proposal;
  mandate.n_votes = n;
  mandate.votes = pointers;
  DemlsCatchUpAnswer part = DEMLS_CATCH_UP_ANSWER_INIT;
  part.n_mandates = 1;
  part.mandates = mandates;
  DemlsAppMessage message = DEMLS_APP_MESSAGE_INIT;
  message.payload_case = DEMLS_APP (CATCH_UP_ANSWER);
  message.catch_up_answer = &part;
  sim_liar_send (liar, &message);
  return TRUE;
}

gboolean
sim_lie_with_noise (SimHonest *liar, SimLie lie)
{
  switch ((int) lie)
    {
    case SIM_LIE_SILENT:
      return silent (liar);
    case SIM_LIE_REPLAY:
      return replay (liar);
    case SIM_LIE_GARBAGE:
      return garbage (liar);
    case SIM_LIE_FORGED_WELCOME:
      return forged_welcome (liar);
    case SIM_LIE_SYBIL:
      return sybil (liar);
    case SIM_LIE_LOST:
      return lost (liar);
    case SIM_LIE_HANDSHAKE:
      return handshake (liar);
    case SIM_LIE_STRINGS:
      return strings (liar);
    case SIM_LIE_CATCH_UP:
      return catch_up (liar);
    case SIM_LIE_ANSWER:
      return answer (liar);
    default:
      return FALSE;
    }
}
