#include "sim-record.h"

#include "sim-thief.h"

static void
state_free (gpointer data)
{
  SimState *self = data;
  g_bytes_unref (self->authenticator);
  g_ptr_array_unref (self->members);
  g_ptr_array_unref (self->stewards);
  g_bytes_unref (self->encoded);
  demls_governance_unref (self->governance);
  g_clear_pointer (&self->parent, g_bytes_unref);
  g_free (self);
}

static void
ballot_free (gpointer data)
{
  SimBallot *self = data;
  g_bytes_unref (self->hash);
  g_clear_pointer (&self->target, g_bytes_unref);
  g_free (self);
}

static void
chat_free (gpointer data)
{
  SimChat *self = data;
  g_bytes_unref (self->id);
  g_free (self->text);
  g_free (self);
}

SimRecord *
sim_record_new (void)
{
  SimRecord *self = g_new0 (SimRecord, 1);
  self->states = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, NULL, state_free);
  self->ballots = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  self->ballot_list = g_ptr_array_new_with_free_func (ballot_free);
  self->chats = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  self->chat_list = g_ptr_array_new_with_free_func (chat_free);
  self->thefts = g_ptr_array_new_with_free_func (sim_theft_free);
  self->converged_at = DEMLS_NEVER;
  return self;
}

void
sim_record_free (SimRecord *self)
{
  g_hash_table_unref (self->states);
  g_hash_table_unref (self->ballots);
  g_ptr_array_unref (self->ballot_list);
  g_hash_table_unref (self->chats);
  g_ptr_array_unref (self->chat_list);
  g_ptr_array_unref (self->thefts);
  g_free (self);
}

/* --- states ------------------------------------------------------------------------------------------------------ */

static gboolean
same_ids (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!g_bytes_equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

static SimState *
state_new (SimHonest *member, Span authenticator)
{
  SimState *self = g_new0 (SimState, 1);
  self->epoch = demls_runner_epoch (member->runner);
  self->authenticator = span_dup (authenticator);
  self->members = demls_runner_members (member->runner);
  self->stewards = demls_runner_stewards (member->runner);
  self->governance = demls_governance_ref (demls_runner_governance (member->runner));
  self->encoded = demls_governance_encode (self->governance);
  self->seen_at = member->base.world->now;
  return self;
}

static void
compare_states (SimHonest *member, const SimState *known, const SimState *seen)
{
  SimWorld *world = member->base.world;
  if (known->epoch != seen->epoch || !same_ids (known->members, seen->members)
      || !same_ids (known->stewards, seen->stewards) || !g_bytes_equal (known->encoded, seen->encoded))
    sim_fail (world, "S1", "%s sees other members, stewards or governance in state %u than those before it",
              member->base.name, known->number);
}

const SimState *
sim_record_state (SimHonest *member)
{
  SimRecord *record = member->base.world->record;
  Span authenticator = demls_runner_authenticator (member->runner);
  if (!authenticator.len)
    return NULL;
  if (member->state && span_equal (span_bytes (member->state->authenticator), authenticator))
    return member->state;
  SimState *seen = state_new (member, authenticator);
  SimState *known = g_hash_table_lookup (record->states, seen->authenticator);
  if (known)
    {
      compare_states (member, known, seen);
      state_free (seen);
      return known;
    }
  seen->number = g_hash_table_size (record->states) + 1;
  g_hash_table_insert (record->states, seen->authenticator, seen);
  return seen;
}

gboolean
sim_state_has (const SimState *state, Span id)
{
  for (guint i = 0; i < state->members->len; i++)
    if (span_equal (span_bytes (state->members->pdata[i]), id))
      return TRUE;
  return FALSE;
}

guint64
sim_state_bits (const SimWorld *world, const SimState *state)
{
  guint64 bits = 0;
  for (guint i = 0; i < state->members->len; i++)
    {
      const SimMember *member = sim_world_find (world, span_bytes (state->members->pdata[i]));
      if (member)
        bits |= G_GUINT64_CONSTANT (1) << member->index;
    }
  return bits;
}

guint
sim_bits (guint64 bits)
{
  return (guint) __builtin_popcountll (bits);
}

gboolean
sim_record_shared (const SimHonest *sender, gint64 since, Span reader)
{
  const SimVisit *visits = (const SimVisit *) (void *) sender->visits->data;
  for (guint i = sender->visits->len; i-- > 0;)
    {
      if (sim_state_has (visits[i].state, reader))
        return TRUE;
      if (visits[i].at <= since) /* that was the one it was in at `since` */
        return FALSE;
    }
  return FALSE;
}

/* --- ballots ----------------------------------------------------------------------------------------------------- */

SimBallot *
sim_record_ballot (SimWorld *world, Span hash)
{
  SimRecord *record = world->record;
  g_autoptr (GBytes) key = span_dup (hash);
  SimBallot *known = g_hash_table_lookup (record->ballots, key);
  if (known)
    return known;
  SimBallot *ballot = g_new0 (SimBallot, 1);
  ballot->number = record->ballot_list->len + 1;
  ballot->hash = g_steal_pointer (&key);
  ballot->seen_at = world->now;
  ballot->all_yes_at = DEMLS_NEVER;
  g_ptr_array_add (record->ballot_list, ballot);
  g_hash_table_insert (record->ballots, ballot->hash, ballot);
  return ballot;
}

gboolean
sim_ballot_has_passed (const SimBallot *self, guint64 electorate, guint64 liars, gboolean silence)
{
  guint n = sim_bits (electorate), q = (2 * n + 2) / 3;
  guint yes = sim_bits ((self->yes | liars) & electorate), no = sim_bits (self->no & electorate & ~liars);
  if (n <= 2)
    return yes == n;
  return (2 * yes > n && yes + no >= q) || (silence && yes >= 2);
}

gint
sim_ballot_number (SimWorld *world, Span hash)
{
  return (gint) sim_record_ballot (world, hash)->number - (gint) world->story_ballots;
}

void
sim_record_voted (SimHonest *member, Span hash, gboolean yes)
{
  SimBallot *ballot = sim_record_ballot (member->base.world, hash);
  guint64 bit = G_GUINT64_CONSTANT (1) << member->base.index;
  if (yes)
    ballot->yes |= bit;
  else
    ballot->no |= bit;
  if ((ballot->yes & ballot->no & bit) != 0)
    sim_fail (member->base.world, "A3", "%s was let vote yes and no on #%u", member->base.name, ballot->number);
  if (!member->state || ballot->all_yes_at != DEMLS_NEVER)
    return;
  guint64 all = sim_state_bits (member->base.world, member->state) & ~sim_world_liars (member->base.world);
  if ((ballot->yes & all) == all)
    ballot->all_yes_at = member->base.world->now;
}

void
sim_record_forget_verdicts (SimHonest *member)
{
  const GPtrArray *ballots = member->base.world->record->ballot_list;
  guint64 others = ~(G_GUINT64_CONSTANT (1) << member->base.index);
  for (guint i = 0; i < ballots->len; i++)
    {
      SimBallot *ballot = ballots->pdata[i];
      ballot->approved &= others;
      ballot->rejected &= others;
    }
}

/* --- chat -------------------------------------------------------------------------------------------------------- */

SimChat *
sim_record_chat (const SimRecord *self, GBytes *id)
{
  return g_hash_table_lookup (self->chats, id);
}

void
sim_record_said (SimHonest *sender, GBytes *id, const char *text)
{
  SimRecord *record = sender->base.world->record;
  SimChat *chat = g_new0 (SimChat, 1);
  chat->id = g_bytes_ref (id);
  chat->sender = sender->base.index;
  chat->text = g_strdup (text);
  chat->at = sender->base.world->now;
  chat->deadline = chat->at;
  g_ptr_array_add (record->chat_list, chat);
  g_hash_table_insert (record->chats, chat->id, chat);
}

/* Who must read it, and until when (S5): the members of the sender's state who are there and have caught up. */
void
sim_record_sent (SimHonest *sender, GBytes *id)
{
  SimWorld *world = sender->base.world;
  SimChat *chat = sim_record_chat (world->record, id);
  chat->deadline = world->now + 2 * world->bound;
  if (world->now < world->synchronous_since || !sim_honest_is_in (sender))
    return;
  for (guint i = 0; i < world->members->len; i++)
    {
      SimHonest *reader = sim_world_honest (world, i);
      if (reader && reader != sender && sim_honest_is_there (reader) && sim_honest_is_in (reader)
          && sim_state_has (sender->state, SPAN_OF (reader->base.id)) && reader->joined_at + SIM_SECOND < world->now)
        chat->expected |= G_GUINT64_CONSTANT (1) << i;
    }
}

void
sim_record_unsaid (SimHonest *sender, GBytes *id)
{
  SimChat *chat = sim_record_chat (sender->base.world->record, id);
  if (chat)
    chat->expected = 0;
}
