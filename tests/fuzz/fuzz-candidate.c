/* fuzz-candidate.c - candidates for a living group of five, judged by two members who did not make them.
 *
 *   mode 0  bytes from the wire
 *   mode 1  a valid candidate with changes: number of the candidate, then (position, kind, byte) for each change
 *   mode 2  a candidate whose mandates are taken as they are; the first member commits them and signs
 *   mode 3  the same, and every vote on them is signed anew by whose leaf it names
 *
 * Whatever is given: both members say the same, and neither's group changes.
 */
#include "../lib/fuzzing.h"
#include "../lib/runner-fuzzing.h"

static void
judge (const DemlsCandidate *candidate, GError **error)
{
  if (candidate ? *error != NULL : *error == NULL)
    g_error ("fuzz: an error with success, or neither");
  if (*error && (*error)->domain != CONSENSUS_ERROR && (*error)->domain != DEMLS_RULE_ERROR
      && (*error)->domain != MLS_ERROR)
    g_error ("fuzz: an error of another domain: %s", (*error)->message);
  g_clear_error (error);
}

/* One member's verdict; a valid candidate leads somewhere. */
static gboolean
verdict (const CandidateScene *scene, guint who, Span encoded)
{
  const Person *person = &scene->world->person[who];
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) before = fuzz_before (person->group);
  g_autoptr (DemlsCandidate) candidate = demls_candidate_check (person->epoch, encoded, NULL, &error);
  judge (candidate, &error);
  if (candidate && candidate->judged && !candidate->judged->removes_us)
    {
      g_autoptr (MlsGroup) next = mls_group_stage (person->group, candidate->judged, NULL, &error);
      fuzz_judge (next != NULL, &error);
      if (next)
        {
          g_autoptr (DemlsEpoch) epoch = demls_epoch_new (next, &error);
          if (!epoch)
            g_error ("fuzz: a valid candidate leads to no epoch: %s", error->message);
        }
    }
  if (candidate)
    fuzz_same (encoded, span_bytes (candidate->encoded));
  fuzz_unchanged (person->group, before);
  return candidate != NULL;
}

static void
deliver (const CandidateScene *scene, Span encoded)
{
  gboolean first = verdict (scene, scene->judges[0], encoded), second = verdict (scene, scene->judges[1], encoded);
  if (first != second)
    g_error ("fuzz: two members judge differently");
}

static void
change (GByteArray *bytes, guint position, guint8 kind, guint8 value)
{
  position %= bytes->len;
  switch (kind & 3)
    {
    case 0:
      bytes->data[position] = value;
      break;
    case 1:
      bytes->data[position] ^= value;
      break;
    case 2:
      g_byte_array_remove_range (bytes, position, MIN (value, bytes->len - position - (position == 0 ? 1 : 0)));
      break;
    default:
      g_byte_array_set_size (bytes, bytes->len + 1);
      memmove (bytes->data + position + 1, bytes->data + position, bytes->len - position - 1);
      bytes->data[position] = value;
    }
}

static void
deliver_changed (const CandidateScene *scene, Span input)
{
  Reader reader = reader_init (input);
  GBytes *valid = scene->valid->pdata[reader_u8 (&reader) % scene->valid->len];
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_byte_array_append (bytes, g_bytes_get_data (valid, NULL), (guint) g_bytes_get_size (valid));
  while (reader_more (&reader))
    {
      guint position = reader_u16 (&reader);
      guint8 kind = reader_u8 (&reader);
      guint8 value = reader_u8 (&reader);
      if (!reader.failed)
        change (bytes, position, kind, value);
    }
  deliver (scene, span (bytes->data, bytes->len));
}

/* The member whose leaf a vote names signs what it says. */
static void
sign_votes (const CandidateScene *scene, DemlsMandate *mandate)
{
  for (guint i = 0; i < mandate->votes->len; i++)
    {
      DemlsMandateVote *vote = &g_array_index (mandate->votes, DemlsMandateVote, i);
      if (vote->leaf >= scene->world->n)
        continue;
      ConsensusVote anew = world_vote (scene->world, &scene->world->person[vote->leaf], mandate->request, vote->value);
      memcpy (vote->signature, anew.signature, sizeof vote->signature);
    }
}

/* The mandates of an encoded candidate; NULL if they are none. */
static GPtrArray *
read_mandates (const CandidateScene *scene, Span input, gboolean sign)
{
  g_autoptr (DemlsCommitCandidate) message = demls_commit_candidate_decode (input, DEMLS_MESSAGE_MAX, NULL);
  if (!message)
    return NULL;
  g_autoptr (GPtrArray) mandates = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_mandate_unref);
  for (gsize i = 0; i < message->n_mandates; i++)
    {
      DemlsMandate *mandate = demls_mandate_read (message->mandates[i], NULL);
      if (!mandate)
        return NULL;
      if (sign)
        sign_votes (scene, mandate);
      g_ptr_array_add (mandates, mandate);
    }
  return g_steal_pointer (&mandates);
}

static void
deliver_signed (const CandidateScene *scene, Span input, gboolean sign)
{
  g_autoptr (GPtrArray) mandates = read_mandates (scene, input, sign);
  if (!mandates || mandates->len == 0)
    return;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) encoded = candidate_scene_commit (scene, mandates, &error);
  if (encoded)
    deliver (scene, span_bytes (encoded));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const CandidateScene *scene = candidate_scene ();
  Span bytes;
  guint8 mode = fuzz_mode (span (data, size), &bytes) & 3;
  if (mode == 0)
    deliver (scene, bytes);
  else if (mode == 1)
    deliver_changed (scene, bytes);
  else
    deliver_signed (scene, bytes, mode == 3);
  return 0;
}
