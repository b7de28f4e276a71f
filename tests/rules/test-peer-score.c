/* test-peer-score.c - rules/peer-score.h: G110-G114, mandates section 9.
 */
#include "../lib/run.h"
#include "rules/peer-score.h"

static guint8 ids[3][20] = { { 1 }, { 2 }, { 3 } };

static ConsensusRoster
members (Span *spans, guint n)
{
  for (guint i = 0; i < n; i++)
    spans[i] = SPAN_OF (ids[i]);
  return (ConsensusRoster){ spans, n };
}

static gint64
score (const DemlsPeerScores *scores, guint who)
{
  gint64 found = -1;
  ck_assert (demls_peer_scores_get (scores, SPAN_OF (ids[who]), &found));
  return found;
}

START_TEST (membership_is_followed)
{
  g_autoptr (DemlsPeerScores) scores = demls_peer_scores_new ();
  Span spans[3];
  gint64 found;
  ConsensusRoster two = members (spans, 2);
  demls_peer_scores_follow (scores, &two);
  ck_assert_int_eq (score (scores, 0), 100);
  demls_peer_scores_apply (scores, spans[0], DEMLS_SCORE_MISBEHAVING_COMMIT);
  ConsensusRoster three = members (spans, 3);
  demls_peer_scores_follow (scores, &three);
  ck_assert_int_eq (score (scores, 0), 90);
  ck_assert_int_eq (score (scores, 2), 100);
  ConsensusRoster last = { spans + 1, 2 };
  demls_peer_scores_follow (scores, &last);
  ck_assert (!demls_peer_scores_get (scores, spans[0], &found));
  demls_peer_scores_apply (scores, spans[0], DEMLS_SCORE_BROKEN_COMMIT); /* nobody: nothing */
  demls_peer_scores_follow (scores, &three);
  ck_assert_int_eq (score (scores, 0), 100); /* G130 */
}
END_TEST

START_TEST (events_have_their_deltas)
{
  ck_assert_int_eq (demls_score_delta (DEMLS_SCORE_BROKEN_COMMIT), -50);
  ck_assert_int_eq (demls_score_delta (DEMLS_SCORE_BROKEN_MLS_PROPOSAL), -30);
  ck_assert_int_eq (demls_score_delta (DEMLS_SCORE_CENSORSHIP_INACTIVITY), -40);
  ck_assert_int_eq (demls_score_delta (DEMLS_SCORE_MISBEHAVING_COMMIT), -10);
  ck_assert_int_eq (demls_score_delta (DEMLS_SCORE_SUCCESSFUL_COMMIT), 10);
  ck_assert_int_eq (demls_score_delta (DEMLS_SCORE_HONEST_ATTEMPT), 5);
  ck_assert_int_eq (demls_score_delta (DEMLS_SCORE_EMERGENCY_ACCEPTED), 20);
  ck_assert_int_eq (demls_score_delta (DEMLS_SCORE_EMERGENCY_REJECTED), -50);
  static const gboolean counts[] = { FALSE, TRUE, TRUE, TRUE, FALSE, FALSE, TRUE }; /* G111 */
  for (gint type = 0; type < 7; type++)
    {
      DemlsScoreEvent event;
      ck_assert_int_eq (demls_score_of_violation ((DemlsViolation) type, &event), counts[type]);
    }
}
END_TEST

START_TEST (thresholds_include_themselves)
{
  g_autoptr (DemlsPeerScores) scores = demls_peer_scores_new ();
  Span spans[3];
  ConsensusRoster three = members (spans, 3);
  demls_peer_scores_follow (scores, &three);
  demls_peer_scores_apply (scores, spans[2], DEMLS_SCORE_BROKEN_COMMIT);
  demls_peer_scores_apply (scores, spans[2], DEMLS_SCORE_BROKEN_COMMIT);
  demls_peer_scores_apply (scores, spans[1], DEMLS_SCORE_CENSORSHIP_INACTIVITY);
  g_autoptr (GArray) at_zero = demls_peer_scores_removable (scores, 0);
  ck_assert_uint_eq (at_zero->len, 1);
  ck_assert (span_equal (g_array_index (at_zero, Span, 0), spans[2]));
  g_autoptr (GArray) below = demls_peer_scores_removable (scores, -1);
  ck_assert_uint_eq (below->len, 0);
  g_autoptr (GArray) at_sixty = demls_peer_scores_removable (scores, 60);
  ck_assert_uint_eq (at_sixty->len, 2);
}
END_TEST

START_TEST (scores_stop_at_the_ends)
{
  g_auto (Writer) w = WRITER_INIT;
  gsize block = writer_open (&w);
  writer_raw (&w, SPAN_OF (ids[0]));
  writer_u64 (&w, (guint64) (G_MININT64 + 20));
  writer_raw (&w, SPAN_OF (ids[1]));
  writer_u64 (&w, (guint64) (G_MAXINT64 - 3));
  writer_close (&w, block);
  Reader reader = reader_init (writer_span (&w));
  g_autoptr (DemlsPeerScores) scores = demls_peer_scores_restore (&reader);
  demls_peer_scores_apply (scores, SPAN_OF (ids[0]), DEMLS_SCORE_BROKEN_COMMIT);
  demls_peer_scores_apply (scores, SPAN_OF (ids[1]), DEMLS_SCORE_HONEST_ATTEMPT);
  ck_assert_int_eq (score (scores, 0), G_MININT64);
  ck_assert_int_eq (score (scores, 1), G_MAXINT64);
}
END_TEST

START_TEST (evidence_is_little_endian)
{
  guint8 out[8];
  demls_score_evidence (-10, out);
  g_autofree char *hex = span_hex (SPAN_OF (out));
  ck_assert_str_eq (hex, "f6ffffffffffffff"); /* G113 */
}
END_TEST

START_TEST (saves_and_restores)
{
  g_autoptr (DemlsPeerScores) scores = demls_peer_scores_new ();
  Span spans[3];
  ConsensusRoster three = members (spans, 3);
  demls_peer_scores_follow (scores, &three);
  demls_peer_scores_apply (scores, spans[1], DEMLS_SCORE_BROKEN_COMMIT);
  g_auto (Writer) w = WRITER_INIT;
  demls_peer_scores_save (scores, &w);
  g_autoptr (GBytes) saved = writer_take (&w);
  Reader reader = reader_init (span_bytes (saved));
  g_autoptr (DemlsPeerScores) back = demls_peer_scores_restore (&reader);
  ck_assert (back && reader_end (&reader));
  ck_assert_int_eq (score (back, 1), 50);
  demls_peer_scores_save (back, &w);
  ck_assert (span_equal (writer_span (&w), span_bytes (saved)));
  for (gsize len = 0; len < g_bytes_get_size (saved); len++)
    {
      Reader cut = reader_init (span (g_bytes_get_data (saved, NULL), len));
      ck_assert (!demls_peer_scores_restore (&cut));
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { membership_is_followed,  events_have_their_deltas,  thresholds_include_themselves,
                                 scores_stop_at_the_ends, evidence_is_little_endian, saves_and_restores };
  return run_tests ("rules/peer-score", tests, G_N_ELEMENTS (tests));
}
