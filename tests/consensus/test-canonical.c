/* test-canonical.c - consensus/canonical.h: bytes are accepted iff packing what they say gives them back (C3; mandates,
 * introduction). Messages with oneofs, enums and nesting are in tests/rules/test-messages.c.
 */
#include <string.h>

#include "../lib/run.h"
#include "consensus/canonical.h"
#include "consensus/consensus.pb-c.h"
#include "consensus/limits.h"
#include "crypto/rng.h"

#define PROPOSAL (&consensus__v1__proposal__descriptor)
#define VOTE (&consensus__v1__vote__descriptor)

static gint
refused (const ProtobufCMessageDescriptor *type, const char *hex)
{
  g_autoptr (GBytes) bytes = bytes_from_hex (hex);
  g_autoptr (GError) error = NULL;
  ck_assert_msg (bytes != NULL, "%s", hex);
  if (consensus_canonical_check (type, span_bytes (bytes), 1 << 20, NULL, &error))
    return -1;
  ck_assert (error->domain == CONSENSUS_ERROR);
  return error->code;
}

START_TEST (one_way_to_write_it)
{
  ck_assert_int_eq (refused (PROPOSAL, ""), -1);
  ck_assert_int_eq (refused (PROPOSAL, "520174"), -1);
  ck_assert_int_eq (refused (PROPOSAL, "520174980101"), -1);
  ck_assert_int_eq (refused (PROPOSAL, "9801015201"
                                       "74"),
                    CONSENSUS_ERROR_NOT_CANONICAL);                                     /* order */
  ck_assert_int_eq (refused (PROPOSAL, "520174520174"), CONSENSUS_ERROR_NOT_CANONICAL); /* twice */
  ck_assert_int_eq (refused (PROPOSAL, "5200"), CONSENSUS_ERROR_NOT_CANONICAL);         /* default */
  ck_assert_int_eq (refused (PROPOSAL, "6000"), CONSENSUS_ERROR_NOT_CANONICAL);
  ck_assert_int_eq (refused (PROPOSAL, "980100"), CONSENSUS_ERROR_NOT_CANONICAL);
  ck_assert_int_eq (refused (PROPOSAL, "980102"), CONSENSUS_ERROR_NOT_CANONICAL); /* C4: true is 1 here */
  ck_assert_int_eq (refused (PROPOSAL, "608100"), CONSENSUS_ERROR_NOT_CANONICAL); /* varints */
  ck_assert_int_eq (refused (PROPOSAL, "52810074"), CONSENSUS_ERROR_NOT_CANONICAL);
  ck_assert_int_eq (refused (PROPOSAL, "d2800174"), CONSENSUS_ERROR_UNKNOWN);
  ck_assert_int_eq (refused (PROPOSAL, "d200"
                                       "0174"),
                    CONSENSUS_ERROR_NOT_CANONICAL);
  ck_assert_int_eq (refused (PROPOSAL, "0801"), CONSENSUS_ERROR_UNKNOWN);   /* field 1 */
  ck_assert_int_eq (refused (PROPOSAL, "0001"), CONSENSUS_ERROR_UNKNOWN);   /* field 0 */
  ck_assert_int_eq (refused (PROPOSAL, "a00601"), CONSENSUS_ERROR_UNKNOWN); /* field 100 */
  ck_assert_int_eq (refused (PROPOSAL, "5001"), CONSENSUS_ERROR_MALFORMED); /* wire types */
  ck_assert_int_eq (refused (PROPOSAL, "620161"), CONSENSUS_ERROR_MALFORMED);
  ck_assert_int_eq (refused (PROPOSAL, "5301"), CONSENSUS_ERROR_MALFORMED);
  ck_assert_int_eq (refused (PROPOSAL, "6501000000"), CONSENSUS_ERROR_MALFORMED);
  ck_assert_int_eq (refused (PROPOSAL, "5202"
                                       "74"),
                    CONSENSUS_ERROR_MALFORMED); /* too short */
  ck_assert_int_eq (refused (PROPOSAL, "52ffffffffffffffffff01"), CONSENSUS_ERROR_MALFORMED);
  ck_assert_int_eq (refused (PROPOSAL, "52"), CONSENSUS_ERROR_MALFORMED);
  ck_assert_int_eq (refused (PROPOSAL, "d2"), CONSENSUS_ERROR_MALFORMED);
  ck_assert_int_eq (refused (PROPOSAL, "ffffffffffffffffffff01"), CONSENSUS_ERROR_MALFORMED);
  ck_assert_int_eq (refused (PROPOSAL, "ffffffffffffffffff01"), CONSENSUS_ERROR_MALFORMED);
  ck_assert_int_eq (refused (PROPOSAL, "60ffffffff0f"), -1);
  ck_assert_int_eq (refused (PROPOSAL, "60ffffffff1f"), CONSENSUS_ERROR_MALFORMED); /* not 32 bits */
  ck_assert_int_eq (refused (PROPOSAL, "8801ffffffffffffffffff01"), -1);
  ck_assert_int_eq (refused (PROPOSAL, "8801ffffffffffffffffff02"), CONSENSUS_ERROR_MALFORMED);
  ck_assert_int_eq (refused (PROPOSAL, "5201ff"), CONSENSUS_ERROR_MALFORMED); /* UTF-8 */
  ck_assert_int_eq (refused (PROPOSAL, "5202c080"), CONSENSUS_ERROR_MALFORMED);
  ck_assert_int_eq (refused (PROPOSAL, "5203eda080"), CONSENSUS_ERROR_MALFORMED);
  ck_assert_int_eq (refused (PROPOSAL, "520100"), CONSENSUS_ERROR_MALFORMED); /* NUL in a string */
  ck_assert_int_eq (refused (PROPOSAL, "5a0100"), -1);                        /* but not in bytes */
}
END_TEST

START_TEST (nested_messages_alike)
{
  ck_assert_int_eq (refused (PROPOSAL, "7200"), -1);
  ck_assert_int_eq (refused (PROPOSAL, "7203a00101"
                                       "7203a00101"),
                    -1);
  ck_assert_int_eq (refused (PROPOSAL, "7203a00100"), CONSENSUS_ERROR_NOT_CANONICAL);
  ck_assert_int_eq (refused (PROPOSAL, "7206c00101a00101"), CONSENSUS_ERROR_NOT_CANONICAL);
  ck_assert_int_eq (refused (PROPOSAL, "72025201"), CONSENSUS_ERROR_UNKNOWN);
  ck_assert_int_eq (refused (PROPOSAL, "7202a001"), CONSENSUS_ERROR_MALFORMED); /* does not eat what follows */
  ck_assert_int_eq (refused (PROPOSAL, "7202a00101"), CONSENSUS_ERROR_MALFORMED);
}
END_TEST

START_TEST (bounds_are_kept)
{
  static const ConsensusBound bounds[] = {
    { PROPOSAL, 10, 2, 3, 0, FALSE },
    { PROPOSAL, 11, 1, 4, 0, TRUE },
    { PROPOSAL, 14, 0, 0, 2, FALSE },
    { VOTE, 20, 0, 0, 0, TRUE },
  };
  static const ConsensusBounds second = { bounds + 3, 1, NULL }, table = { bounds, 3, &second };
  static const struct {
    const char *hex;
    gint code;
  } rows[] = {
    { "5a0101", -1 },
    { "", CONSENSUS_ERROR_SIZE },
    { "5a0501020304"
      "05",
      CONSENSUS_ERROR_SIZE },
    { "5202"
      "6161"
      "5a0101",
      -1 },
    { "520161"
      "5a0101",
      CONSENSUS_ERROR_SIZE },
    { "5204"
      "61616161"
      "5a0101",
      CONSENSUS_ERROR_SIZE },
    { "5a0101"
      "7200",
      CONSENSUS_ERROR_SIZE },
    { "5a0101"
      "7203a00101"
      "7203a00101",
      -1 },
    { "5a0101"
      "7203a00101"
      "7203a00101"
      "7203a00101",
      CONSENSUS_ERROR_SIZE },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = bytes_from_hex (rows[i].hex);
      g_autoptr (GError) error = NULL;
      gboolean fine = consensus_canonical_check (PROPOSAL, span_bytes (bytes), 100, &table, &error);
      ck_assert_msg ((fine ? -1 : error->code) == rows[i].code, "row %u", i);
    }
}
END_TEST

START_TEST (total_is_bounded)
{
  g_autoptr (GBytes) bytes = bytes_from_hex ("520174");
  ck_assert (consensus_canonical_check (PROPOSAL, span_bytes (bytes), 3, NULL, NULL));
  g_autoptr (GError) error = NULL;
  ck_assert (!consensus_canonical_check (PROPOSAL, span_bytes (bytes), 2, NULL, &error));
  ck_assert_int_eq (error->code, CONSENSUS_ERROR_TOO_LARGE);
}
END_TEST

/* Two bytes would unpack into a structure of more than a hundred. */
START_TEST (amplification_is_refused)
{
  g_autofree guint8 *empty_votes = g_malloc (20000);
  for (gsize i = 0; i < 20000; i++)
    empty_votes[i] = i % 2 ? 0x00 : 0x72;
  g_autoptr (GError) error = NULL;
  ck_assert (!consensus_canonical_check (PROPOSAL, span (empty_votes, 20000), 1 << 20, NULL, &error));
  ck_assert_int_eq (error->code, CONSENSUS_ERROR_TOO_LARGE);
  ck_assert (consensus_canonical_check (PROPOSAL, span (empty_votes, 20), 1 << 20, NULL, NULL));
}
END_TEST

/* What protobuf-c would pack again, were it not for unknown fields. */
static gboolean
repacks (const ProtobufCMessageDescriptor *type, Span bytes)
{
  ProtobufCMessage *message = protobuf_c_message_unpack (type, NULL, bytes.len, bytes.data);
  if (!message)
    return FALSE;
  gboolean unknown = message->n_unknown_fields > 0;
  if (type == PROPOSAL)
    {
      const Consensus__V1__Proposal *proposal = (const Consensus__V1__Proposal *) message;
      for (gsize i = 0; i < proposal->n_votes; i++)
        unknown |= proposal->votes[i]->base.n_unknown_fields > 0;
      unknown |= !g_utf8_validate (proposal->name, -1, NULL);
    }
  g_autoptr (GBytes) again = consensus_canonical_pack (message);
  protobuf_c_message_free_unpacked (message, NULL);
  return !unknown && span_equal (span_bytes (again), bytes);
}

/* The judgement on the bytes is that of packing again, for bytes near valid ones and for junk. */
START_TEST (agrees_with_packing_again)
{
  g_autoptr (GBytes) valid = bytes_from_hex ("5201745a0201026087ad4b6a021a64"
                                             "7219a00107aa01021a64b00101b80189e2cfaa06c00101da0101ed"
                                             "7803800102880180e2cfaa06980101");
  ck_assert (repacks (PROPOSAL, span_bytes (valid)));
  g_autoptr (Rng) rng = rng_new_seeded (7);
  guint accepted = 0, rounds = run_rounds (300000);
  for (guint i = 0; i < rounds; i++)
    {
      guint8 bytes[80];
      gsize len = g_bytes_get_size (valid);
      memcpy (bytes, g_bytes_get_data (valid, NULL), len);
      for (guint changes = rng_below (rng, 3); changes > 0; changes--)
        bytes[rng_below (rng, (guint32) len)] = (guint8) rng_below (rng, 256);
      if (rng_below (rng, 4) == 0)
        len = rng_below (rng, (guint32) len + 1);
      Span span_of = span (bytes, len);
      gboolean fine = consensus_canonical_check (PROPOSAL, span_of, sizeof bytes, NULL, NULL);
      accepted += fine ? 1 : 0;
      g_autofree char *hex = span_hex (span_of);
      ck_assert_msg (fine == repacks (PROPOSAL, span_of), "%s", hex);
    }
  ck_assert_uint_gt (accepted, rounds / 10);
}
END_TEST

START_TEST (unpacks_what_it_accepts)
{
  g_autoptr (GBytes) bytes = bytes_from_hex ("5201745a020102");
  ProtobufCMessage *message = consensus_canonical_unpack (PROPOSAL, span_bytes (bytes), 100, NULL, NULL);
  ck_assert (message != NULL);
  ck_assert_str_eq (((Consensus__V1__Proposal *) message)->name, "t");
  g_autoptr (GBytes) again = consensus_canonical_pack (message);
  ck_assert (g_bytes_equal (bytes, again));
  protobuf_c_message_free_unpacked (message, NULL);
  ck_assert (!consensus_canonical_unpack (PROPOSAL, span_bytes (bytes), 1, NULL, NULL));
  ProtobufCMessage *empty = consensus_canonical_unpack (PROPOSAL, SPAN_EMPTY, 100, NULL, NULL);
  g_autoptr (GBytes) nothing = consensus_canonical_pack (empty);
  ck_assert_uint_eq (g_bytes_get_size (nothing), 0);
  protobuf_c_message_free_unpacked (empty, NULL);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    one_way_to_write_it,      nested_messages_alike,     bounds_are_kept,         total_is_bounded,
    amplification_is_refused, agrees_with_packing_again, unpacks_what_it_accepts,
  };
  return run_tests ("consensus/canonical", tests, G_N_ELEMENTS (tests));
}
