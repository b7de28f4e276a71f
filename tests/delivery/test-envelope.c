#include "delivery/envelope.h"

#include <string.h>

#include "../lib/run.h"

#define GROUP "abcdefghijklmnopqrstuvwxyz"

static const guint8 app_id[DEMLS_APP_ID_SIZE] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

static GBytes *
packed (DemlsChannel channel, gsize size)
{
  g_autofree guint8 *data = g_malloc0 (size + 1);
  g_autoptr (GBytes) payload = g_bytes_new (data, size);
  return demls_envelope_pack (app_id, GROUP, channel, payload, NULL);
}

static void
refuses (Span bytes, DemlsDeliveryError code)
{
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (demls_envelope_unpack (bytes, &error));
  ck_assert_msg (g_error_matches (error, DEMLS_DELIVERY_ERROR, (int) code), "%s", error->message);
}

START_TEST (what_is_packed_is_unpacked)
{
  for (int channel = DEMLS_CHANNEL_APP_MSG; channel <= DEMLS_CHANNEL_ANNOUNCEMENT; channel++)
    {
      g_autoptr (GBytes) bytes = packed ((DemlsChannel) channel, 5);
      g_autoptr (DemlsEnvelope) envelope = demls_envelope_unpack (span_bytes (bytes), NULL);
      ck_assert_ptr_nonnull (envelope);
      ck_assert_mem_eq (envelope->app_id, app_id, sizeof app_id);
      ck_assert_str_eq (envelope->conversation, GROUP);
      ck_assert_int_eq ((int) envelope->channel, channel);
      ck_assert_uint_eq (g_bytes_get_size (envelope->payload), 5);
    }
}
END_TEST

START_TEST (the_bytes_are_these)
{
  g_autoptr (GBytes) payload = g_bytes_new_static ("hi", 2);
  g_autoptr (GBytes) bytes = demls_envelope_pack (app_id, GROUP, DEMLS_CHANNEL_WELCOME, payload, NULL);
  g_autofree char *hex = span_hex (span_bytes (bytes));
  ck_assert_str_eq (hex, "08011210"
                         "0102030405060708090a0b0c0d0e0f10"
                         "1a1a"
                         "6162636465666768696a6b6c6d6e6f707172737475767778797a"
                         "220777656c636f6d652a026869");
}
END_TEST

START_TEST (sizes_are_limited)
{
  g_autoptr (GBytes) largest = packed (DEMLS_CHANNEL_ANNOUNCEMENT, DEMLS_PACKET_MAX);
  ck_assert_uint_le (g_bytes_get_size (largest), DEMLS_ENVELOPE_MAX);
  g_autoptr (DemlsEnvelope) envelope = demls_envelope_unpack (span_bytes (largest), NULL);
  ck_assert_ptr_nonnull (envelope);
  g_autofree guint8 *data = g_malloc0 (DEMLS_ENVELOPE_MAX + 1);
  g_autoptr (GBytes) payload = g_bytes_new (data, DEMLS_PACKET_MAX + 1);
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (demls_envelope_pack (app_id, GROUP, DEMLS_CHANNEL_APP_MSG, payload, &error));
  ck_assert (g_error_matches (error, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_TOO_LARGE));
  ck_assert_ptr_null (packed (DEMLS_CHANNEL_APP_MSG, 0));
  refuses (span (data, DEMLS_ENVELOPE_MAX + 1), DEMLS_DELIVERY_ERROR_TOO_LARGE);
}
END_TEST

START_TEST (a_payload_over_the_limit_is_damage_even_if_it_fits_the_envelope)
{
  g_autoptr (GBytes) largest = packed (DEMLS_CHANNEL_APP_MSG, DEMLS_PACKET_MAX);
  gsize len = g_bytes_get_size (largest);
  g_autofree guint8 *data = g_malloc0 (len + 1);
  memcpy (data, g_bytes_get_data (largest, NULL), len);
  /* the payload's length, a varint, is what stands before it */
  data[len - DEMLS_PACKET_MAX - 3] |= 1;
  refuses (span (data, len + 1), DEMLS_DELIVERY_ERROR_DAMAGED);
}
END_TEST

START_TEST (conversation_ids_are_26_characters_of_base32)
{
  ck_assert (demls_conversation_is_valid (GROUP));
  ck_assert (demls_conversation_is_valid ("22222222222222222222222227"));
  const char *const bad[] = { "",
                              "abcdefghijklmnopqrstuvwxy",
                              "abcdefghijklmnopqrstuvwxyzz",
                              "Abcdefghijklmnopqrstuvwxyz",
                              "abcdefghijklmnopqrstuvwxy1",
                              "../../../../../../../../..",
                              "abcdefghijkl/nopqrstuvwxyz",
                              "abcdefghijklmnopqrstuvwxy+",
                              "abcdefghijklmnopqrstuvwxy#",
                              "abcdefghijklmnopqrstuvwxy\xc3",
                              "announcements" };
  g_autoptr (GBytes) payload = g_bytes_new_static ("x", 1);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      ck_assert (!demls_conversation_is_valid (bad[i]));
      ck_assert_ptr_null (demls_envelope_pack (app_id, bad[i], DEMLS_CHANNEL_APP_MSG, payload, NULL));
    }
  ck_assert (!demls_conversation_is_valid (NULL));
  g_autoptr (GBytes) bytes = packed (DEMLS_CHANNEL_APP_MSG, 3);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  data[22] = '/';
  refuses (span (data, g_bytes_get_size (bytes)), DEMLS_DELIVERY_ERROR_DAMAGED);
}
END_TEST

START_TEST (newer_versions_are_refused_politely)
{
  refuses (SPAN_OF (((guint8[]){ 0x08, 0x02, 0x7a, 0x01, 0x00 })), DEMLS_DELIVERY_ERROR_VERSION);
  refuses (SPAN_OF (((guint8[]){ 0x08, 0xff, 0xff, 0xff, 0xff, 0x0f })), DEMLS_DELIVERY_ERROR_VERSION);
  refuses (SPAN_OF (((guint8[]){ 0x08, 0xff, 0xff, 0xff, 0xff, 0x1f })), DEMLS_DELIVERY_ERROR_DAMAGED);
  refuses (SPAN_OF (((guint8[]){ 0x08, 0x00 })), DEMLS_DELIVERY_ERROR_DAMAGED);
  refuses (SPAN_OF (((guint8[]){ 0x08, 0x80 })), DEMLS_DELIVERY_ERROR_DAMAGED);
  refuses (SPAN_OF (((guint8[]){ 0x08 })), DEMLS_DELIVERY_ERROR_DAMAGED);
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (demls_envelope_unpack (SPAN_OF (((guint8[]){ 0x08, 0x07 })), &error));
  ck_assert_ptr_nonnull (strstr (error->message, "version 7"));
}
END_TEST

START_TEST (every_truncation_and_every_extension_is_damage)
{
  g_autoptr (GBytes) bytes = packed (DEMLS_CHANNEL_APP_MSG, 9);
  gsize len = g_bytes_get_size (bytes);
  g_autofree guint8 *data = g_malloc0 (len + 2);
  memcpy (data, g_bytes_get_data (bytes, NULL), len);
  for (gsize i = 0; i < len; i++)
    refuses (span (data, i), DEMLS_DELIVERY_ERROR_DAMAGED);
  refuses (span (data, len + 1), DEMLS_DELIVERY_ERROR_DAMAGED);
  /* an unknown field */
  data[len] = 0x30;
  data[len + 1] = 0x01;
  refuses (span (data, len + 2), DEMLS_DELIVERY_ERROR_DAMAGED);
}
END_TEST

START_TEST (flipped_bits_are_refused_or_understood)
{
  g_autoptr (GBytes) bytes = packed (DEMLS_CHANNEL_APP_MSG, 9);
  gsize len = g_bytes_get_size (bytes);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (bytes, NULL), len);
  for (gsize bit = 0; bit < len * 8; bit++)
    {
      data[bit / 8] ^= (guint8) (1 << bit % 8);
      g_autoptr (DemlsEnvelope) envelope = demls_envelope_unpack (span (data, len), NULL);
      ck_assert (!envelope || demls_conversation_is_valid (envelope->conversation));
      data[bit / 8] ^= (guint8) (1 << bit % 8);
    }
}
END_TEST

START_TEST (unknown_subtopics_are_refused)
{
  DemlsChannel channel;
  ck_assert (demls_channel_from_name ("welcome", &channel));
  ck_assert_int_eq ((int) channel, DEMLS_CHANNEL_WELCOME);
  ck_assert (!demls_channel_from_name ("Welcome", &channel));
  ck_assert (!demls_channel_from_name ("", &channel));
  g_autoptr (GBytes) bytes = packed (DEMLS_CHANNEL_WELCOME, 3);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  data[50] = 'W';
  refuses (span (data, g_bytes_get_size (bytes)), DEMLS_DELIVERY_ERROR_DAMAGED);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    what_is_packed_is_unpacked,
    the_bytes_are_these,
    sizes_are_limited,
    a_payload_over_the_limit_is_damage_even_if_it_fits_the_envelope,
    conversation_ids_are_26_characters_of_base32,
    newer_versions_are_refused_politely,
    every_truncation_and_every_extension_is_damage,
    flipped_bits_are_refused_or_understood,
    unknown_subtopics_are_refused,
  };
  return run_tests ("delivery/envelope", tests, G_N_ELEMENTS (tests));
}
