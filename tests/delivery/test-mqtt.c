#include "delivery/mqtt.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <mosquitto.h>

#include "../lib/broker.h"
#include "mqtt-party.h"

#define LINE_A GROUP_A "/app_msg/"

/* ---- the ordinary ---- */

START_TEST (packets_go_both_ways_and_echoes_are_ticked_off)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autoptr (Party) alice = member_at (broker->port, 1);
  g_autoptr (Party) bob = member_at (broker->port, 2);
  ck_assert_str_eq (alice->links->str, "BN");
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "one", 7);
  party_say (bob, GROUP_A, DEMLS_CHANNEL_WELCOME, "two", 8);
  /* at least once: what is not answered soon is sent again */
  PARTY_UNTIL (bob->packets->len >= 1 && alice->packets->len >= 1);
  PARTY_UNTIL (alice->delivered->len == 1 && bob->delivered->len == 1);
  ck_assert_uint_eq (g_array_index (alice->delivered, guint64, 0), 7);
  party_idle (200);
  ck_assert_uint_eq (party_heard (bob, LINE_A "one"), bob->packets->len);
  ck_assert_uint_eq (party_heard (alice, GROUP_A "/welcome/two"), alice->packets->len);
  ck_assert_uint_eq (alice->refused->len, 0);
}
END_TEST

START_TEST (a_thousand_packets_arrive_in_order)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autoptr (Party) alice = member_at (broker->port, 1);
  g_autoptr (Party) bob = member_at (broker->port, 2);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);
      party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, text, i);
    }
  PARTY_UNTIL (alice->delivered->len == 1000);
  PARTY_UNTIL (party_heard (bob, LINE_A "999") > 0);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *line = g_strdup_printf (LINE_A "%u", i);
      ck_assert_uint_ge (party_heard (bob, line), 1);
    }
}
END_TEST

START_TEST (who_does_not_take_part_hears_nothing_but_can_speak)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autoptr (Party) alice = member_at (broker->port, 1);
  g_autoptr (Party) stranger = party_at (broker->port, 3);
  party_open (stranger);
  party_say (stranger, GROUP_A, DEMLS_CHANNEL_WELCOME, "let me in", 1);
  PARTY_UNTIL (stranger->delivered->len == 1 && alice->packets->len >= 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_WELCOME, "secret", 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "secret", 2);
  PARTY_UNTIL (alice->delivered->len == 2);
  party_idle (100);
  ck_assert_uint_eq (stranger->packets->len, 0);
}
END_TEST

START_TEST (after_leaving_nothing_is_heard)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autoptr (Party) alice = member_at (broker->port, 1);
  g_autoptr (Party) bob = member_at (broker->port, 2);
  party_say (bob, GROUP_A, DEMLS_CHANNEL_APP_MSG, "bye", 1);
  bob->delivery->ops->unsubscribe (bob->delivery, GROUP_A);
  PARTY_UNTIL (bob->delivered->len == 1 && alice->packets->len >= 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "are you gone?", 1);
  PARTY_UNTIL (alice->delivered->len == 1);
  party_idle (100);
  ck_assert_uint_eq (bob->packets->len, 0);
}
END_TEST

START_TEST (what_came_while_away_is_kept)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  party_free (member_at (broker->port, 2));
  g_autoptr (Party) alice = member_at (broker->port, 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "one", 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "two", 2);
  PARTY_UNTIL (alice->delivered->len == 2);
  g_autoptr (Party) bob = member_at (broker->port, 2);
  ck_assert_uint_ge (bob->packets->len, 2);
  ck_assert_str_eq (g_ptr_array_index (bob->packets, 0), LINE_A "one");
}
END_TEST

START_TEST (what_is_not_kept_comes_again)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autoptr (Party) alice = member_at (broker->port, 1);
  for (guint round = 0; round < 3; round++)
    {
      g_autoptr (Party) bob = member_at (broker->port, 2);
      bob->forgetful = round == 0;
      if (round == 0)
        for (guint i = 0; i < 30; i++)
          party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "hear me", i);
      if (round < 2)
        PARTY_UNTIL (party_heard (bob, LINE_A "hear me") >= (round == 0 ? 1 : 30));
      else
        ck_assert_uint_eq (bob->packets->len, 0);
    }
}
END_TEST

START_TEST (nothing_is_sent_before_what_came_is_kept)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autoptr (Party) alice = member_at (broker->port, 1);
  g_autoptr (Party) bob = member_at (broker->port, 2);
  bob->forgetful = TRUE;
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "question", 1);
  PARTY_UNTIL (bob->packets->len >= 1);
  party_say (bob, GROUP_A, DEMLS_CHANNEL_APP_MSG, "answer", 1);
  party_idle (200);
  ck_assert_uint_eq (alice->packets->len, 0);
  bob->forgetful = FALSE;
  party_keep (bob);
  PARTY_UNTIL (alice->packets->len >= 1 && bob->delivered->len == 1);
}
END_TEST

START_TEST (a_broker_that_forgot_us_is_told)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autoptr (Party) alice = member_at (broker->port, 1);
  g_autoptr (GBytes) cursor = alice->delivery->ops->cursor (alice->delivery, NULL);
  ck_assert_uint_eq (alice->notices->len, 0);
  broker_stop (broker, TRUE);
  PARTY_UNTIL (alice->link == DEMLS_LINK_OFFLINE);
  broker_start (broker);
  PARTY_UNTIL (alice->link == DEMLS_LINK_ONLINE);
  ck_assert_uint_eq (alice->notices->len, 0);
  broker_stop (broker, FALSE);
  broker_forget (broker);
  PARTY_UNTIL (alice->link == DEMLS_LINK_OFFLINE);
  broker_start (broker);
  PARTY_UNTIL (party_noticed (alice, DEMLS_DELIVERY_ERROR_FORGOTTEN) == 1);
  /* also by another process of the same account */
  g_autoptr (Party) again = party_at (broker->port, 3);
  again->delivery->ops->set_cursor (again->delivery, NULL, span_bytes (cursor));
  party_open (again);
  PARTY_UNTIL (party_noticed (again, DEMLS_DELIVERY_ERROR_FORGOTTEN) == 1);
}
END_TEST

START_TEST (announcements_are_found_by_newcomers)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autoptr (Party) alice = member_at (broker->port, 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_ANNOUNCEMENT, "old", 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_ANNOUNCEMENT, "new", 2);
  party_say (alice, GROUP_B, DEMLS_CHANNEL_ANNOUNCEMENT, "other", 3);
  /* of what was replaced before it could come back nothing is reported */
  PARTY_UNTIL (alice->delivered->len == 2);
  g_autoptr (Party) newcomer = party_at (broker->port, 2);
  party_join (newcomer, NULL);
  party_open (newcomer);
  PARTY_UNTIL (newcomer->link == DEMLS_LINK_ONLINE);
  ck_assert_uint_eq (newcomer->packets->len, 2);
  ck_assert_uint_eq (party_heard (newcomer, GROUP_A "/announcement/new"), 1);
  ck_assert_uint_eq (party_heard (newcomer, GROUP_B "/announcement/other"), 1);
}
END_TEST

START_TEST (an_impossible_packet_is_refused)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autoptr (Party) alice = member_at (broker->port, 1);
  g_autofree char *large = g_strnfill (DEMLS_PACKET_MAX + 1, 'x');
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, large, 1);
  ck_assert_uint_eq (alice->refused->len, 0);
  PARTY_UNTIL (alice->refused->len == 1);
  ck_assert (g_error_matches (alice->why, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_TOO_LARGE));
  party_say (alice, "../../etc/passwd", DEMLS_CHANNEL_APP_MSG, "x", 2);
  party_say (alice, "#", DEMLS_CHANNEL_APP_MSG, "x", 3);
  PARTY_UNTIL (alice->refused->len == 3);
  large[DEMLS_PACKET_MAX] = '\0';
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, large, 4);
  PARTY_UNTIL (alice->delivered->len == 1);
}
END_TEST

/* ---- the broker says no ---- */

START_TEST (a_wrong_password_is_told_once_and_for_all)
{
  const char *const users[] = { "alice", "right", NULL };
  const BrokerSetup setup = { .users = users };
  g_autoptr (Broker) broker = broker_new (&setup);
  DemlsMqttOptions options = plain (broker->port, 1);
  options.user = "alice";
  options.password = "wrong";
  g_autoptr (Party) alice = party_new (demls_mqtt_new (&options));
  party_open (alice);
  PARTY_UNTIL (alice->link == DEMLS_LINK_REFUSED);
  ck_assert (party_problem_has (alice, "check user name and password"));
  party_idle (300);
  ck_assert_str_eq (alice->links->str, "R");
  options.password = "right";
  memset (options.app_id, 2, sizeof options.app_id);
  g_autoptr (Party) again = party_new (demls_mqtt_new (&options));
  party_open (again);
  PARTY_UNTIL (again->link == DEMLS_LINK_ONLINE);
}
END_TEST

START_TEST (a_publish_that_is_not_allowed_is_refused)
{
  const char *const users[] = { "alice", "a", "bob", "b", NULL };
  const BrokerSetup setup = { .users = users, .acl = "user alice\ntopic read #\nuser bob\ntopic readwrite #\n" };
  g_autoptr (Broker) broker = broker_new (&setup);
  DemlsMqttOptions options = plain (broker->port, 1);
  options.user = "alice";
  options.password = "a";
  g_autoptr (Party) alice = party_new (demls_mqtt_new (&options));
  party_join (alice, GROUP_A);
  party_open (alice);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "no", 5);
  PARTY_UNTIL (alice->refused->len == 1);
  ck_assert (g_error_matches (alice->why, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_DENIED));
  party_idle (100);
  ck_assert_uint_eq (alice->delivered->len, 0);
  ck_assert_uint_eq (alice->refused->len, 1);
}
END_TEST

static void
refuses_large (const char *limit)
{
  const BrokerSetup setup = { .more = limit };
  g_autoptr (Broker) broker = broker_new (&setup);
  g_autoptr (Party) alice = member_at (broker->port, 1);
  g_autofree char *text = g_strnfill (5000, 'x');
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, text, 5);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "small", 6);
  PARTY_UNTIL (alice->refused->len == 1 && alice->delivered->len == 1);
  ck_assert_uint_eq (g_array_index (alice->refused, guint64, 0), 5);
  ck_assert (g_error_matches (alice->why, DEMLS_DELIVERY_ERROR, DEMLS_DELIVERY_ERROR_TOO_LARGE));
}

START_TEST (a_publish_that_is_too_large_for_the_broker_is_refused)
{
  refuses_large ("message_size_limit 1000\n");
  refuses_large ("max_packet_size 1000\n");
}
END_TEST

/* ---- TLS ---- */

static Party *
party_with_tls (const char *dir, const char *certificate, Broker **broker)
{
  g_autofree char *pem = g_strdup_printf ("%s/%s.pem", dir, certificate);
  g_autofree char *ca = g_strdup_printf ("%s/ca.pem", dir);
  const BrokerSetup setup = { .certificate = pem };
  *broker = broker_new (&setup);
  DemlsMqttOptions options = plain ((*broker)->port, 1);
  options.plain = FALSE;
  options.ca_file = ca;
  Party *self = party_new (demls_mqtt_new (&options));
  party_join (self, GROUP_A);
  party_open (self);
  return self;
}

static void
remove_dir (const char *dir)
{
  g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);
  for (const char *name = g_dir_read_name (open); name; name = g_dir_read_name (open))
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      g_unlink (path);
    }
  g_rmdir (dir);
}

START_TEST (certificates_are_verified)
{
  g_autofree char *dir = g_dir_make_tmp ("demls-tls-XXXXXX", NULL);
  broker_make_certificates (dir);
  const char *const bad[] = { "expired", "other-name", "other-ca" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (Broker) broker = NULL;
      g_autoptr (Party) alice = party_with_tls (dir, bad[i], &broker);
      PARTY_UNTIL (alice->link == DEMLS_LINK_REFUSED);
      ck_assert_msg (party_problem_has (alice, "certificate"), "%s: %s", bad[i], alice->problem);
    }
  g_autoptr (Broker) broker = NULL;
  g_autoptr (Party) alice = party_with_tls (dir, "good", &broker);
  PARTY_UNTIL (alice->link == DEMLS_LINK_ONLINE);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "hello", 1);
  PARTY_UNTIL (alice->delivered->len == 1);
  /* the system does not trust the test's authority */
  DemlsMqttOptions options = plain (broker->port, 2);
  options.plain = FALSE;
  g_autoptr (Party) bob = party_new (demls_mqtt_new (&options));
  party_open (bob);
  PARTY_UNTIL (bob->link == DEMLS_LINK_REFUSED);
  remove_dir (dir);
}
END_TEST

START_TEST (settings_that_cannot_be_used_are_told)
{
  DemlsMqttOptions options = plain (1, 1);
  options.prefix = "a/#";
  g_autoptr (Party) alice = party_new (demls_mqtt_new (&options));
  party_open (alice);
  PARTY_UNTIL (alice->link == DEMLS_LINK_REFUSED);
  ck_assert (party_problem_has (alice, "a/#"));
  options = plain (1, 1);
  options.plain = FALSE;
  options.ca_file = "/nowhere/ca.pem";
  g_autoptr (Party) bob = party_new (demls_mqtt_new (&options));
  party_open (bob);
  PARTY_UNTIL (bob->link == DEMLS_LINK_REFUSED);
  ck_assert (party_problem_has (bob, "/nowhere/ca.pem"));
}
END_TEST

/* ---- the network goes and comes ---- */

START_TEST (a_broker_that_is_restarted_loses_nothing)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autoptr (Party) alice = member_at (broker->port, 1);
  g_autoptr (Party) bob = member_at (broker->port, 2);
  for (guint round = 0; round < 2; round++)
    {
      /* at the second end it forgets the sessions */
      broker_stop (broker, round == 0);
      PARTY_UNTIL (alice->link == DEMLS_LINK_OFFLINE && bob->link == DEMLS_LINK_OFFLINE);
      ck_assert (party_problem_has (alice, "127.0.0.1"));
      party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, round == 0 ? "one" : "two", round);
      broker_start (broker);
      PARTY_UNTIL (alice->link == DEMLS_LINK_ONLINE && bob->link == DEMLS_LINK_ONLINE);
      ck_assert_ptr_null (alice->problem);
      PARTY_UNTIL (alice->delivered->len == round + 1);
    }
  /* bob may have come back only after alice spoke to a broker that had forgotten him: that is for the core to mend */
  ck_assert_uint_ge (party_heard (bob, LINE_A "one"), 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "three", 3);
  PARTY_UNTIL (party_heard (bob, LINE_A "three") >= 1);
}
END_TEST

START_TEST (an_unreachable_broker_is_waited_for)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  broker_stop (broker, TRUE);
  g_autoptr (Party) alice = party_at (broker->port, 1);
  party_join (alice, GROUP_A);
  gint64 before = g_get_monotonic_time ();
  party_open (alice);
  ck_assert_int_lt (g_get_monotonic_time () - before, 20 * G_TIME_SPAN_MILLISECOND);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "wait", 1);
  PARTY_UNTIL (alice->link == DEMLS_LINK_OFFLINE && alice->problem);
  ck_assert_msg (party_problem_has (alice, "refused"), "%s", alice->problem);
  broker_start (broker);
  PARTY_UNTIL (alice->link == DEMLS_LINK_ONLINE && alice->delivered->len == 1);
}
END_TEST

START_TEST (an_unknown_host_is_told)
{
  DemlsMqttOptions options = plain (1883, 1);
  options.host = "no-such-host.invalid";
  g_autoptr (Party) alice = party_new (demls_mqtt_new (&options));
  party_open (alice);
  PARTY_UNTIL (alice->link == DEMLS_LINK_OFFLINE && alice->problem);
  ck_assert (party_problem_has (alice, "no-such-host.invalid"));
}
END_TEST

START_TEST (nothing_blocks_on_a_host_that_does_not_answer)
{
  /* accepts connections, and says nothing */
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  Party *alice = party_at (port, 1);
  party_open (alice);
  gint64 worst = 0;
  for (guint i = 0; i < 100; i++)
    {
      gint64 before = g_get_monotonic_time ();
      g_main_context_iteration (NULL, FALSE);
      worst = MAX (worst, g_get_monotonic_time () - before);
    }
  gint64 before = g_get_monotonic_time ();
  party_free (alice);
  worst = MAX (worst, g_get_monotonic_time () - before);
  ck_assert_int_lt (worst, 50 * G_TIME_SPAN_MILLISECOND);
}
END_TEST

START_TEST (two_with_one_session_do_not_make_war)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  g_autoptr (Party) first = member_at (broker->port, 1);
  g_autoptr (Party) second = member_at (broker->port, 1);
  PARTY_UNTIL (party_problem_has (first, "another program") || party_problem_has (second, "another program"));
  g_string_truncate (first->links, 0);
  g_string_truncate (second->links, 0);
  party_idle (1000);
  /* with a pause of 20 ms, a war would have had 50 battles */
  ck_assert_uint_le (first->links->len + second->links->len, 8);
  /* and when the second goes, the first comes back */
  party_free (g_steal_pointer (&second));
  PARTY_UNTIL (first->link == DEMLS_LINK_ONLINE);
}
END_TEST

START_TEST (closing_from_inside_a_report_is_allowed)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (Party) alice = party_at (broker->port, (guint8) i);
      party_join (alice, GROUP_A);
      party_open (alice);
      party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "x", 1);
      party_idle (i);
    }
}
END_TEST

/* ---- what others put on the broker ---- */

static void
put_retained (guint16 port, const char *topic, Span content)
{
  struct mosquitto *mosq = mosquitto_new (NULL, TRUE, NULL);
  ck_assert_int_eq (mosquitto_connect (mosq, "127.0.0.1", port, 30), MOSQ_ERR_SUCCESS);
  ck_assert_int_eq (mosquitto_publish (mosq, NULL, topic, (int) content.len, content.data, 1, TRUE), MOSQ_ERR_SUCCESS);
  while (mosquitto_want_write (mosq))
    mosquitto_loop (mosq, 10, 1);
  for (guint i = 0; i < 10; i++)
    mosquitto_loop (mosq, 10, 1);
  mosquitto_disconnect (mosq);
  mosquitto_destroy (mosq);
}

START_TEST (retained_garbage_is_ignored)
{
  g_autoptr (Broker) broker = broker_new (NULL);
  const guint8 app_id[DEMLS_APP_ID_SIZE] = { 9 };
  g_autoptr (GBytes) payload = g_bytes_new_static ("x", 1);
  g_autoptr (GBytes) elsewhere = demls_envelope_pack (app_id, GROUP_B, DEMLS_CHANNEL_ANNOUNCEMENT, payload, NULL);
  g_autoptr (GBytes) packet = demls_envelope_pack (app_id, GROUP_A, DEMLS_CHANNEL_APP_MSG, payload, NULL);
  put_retained (broker->port, "demls/" GROUP_A "/1/app_msg/proto", span_str ("rubbish"));
  put_retained (broker->port, "demls/" GROUP_A "/1/welcome/proto", span_bytes (packet));
  put_retained (broker->port, "demls/" GROUP_A "/1/announcement/proto", span_bytes (elsewhere));
  put_retained (broker->port, "demls/nonsense/1/announcement/proto", span_str ("\x08\x02"));
  g_autoptr (Party) alice = party_at (broker->port, 1);
  party_join (alice, NULL);
  party_join (alice, GROUP_A);
  party_open (alice);
  PARTY_UNTIL (alice->link == DEMLS_LINK_ONLINE);
  ck_assert_uint_eq (alice->packets->len, 0);
  PARTY_UNTIL (alice->notices->len == 2);
  ck_assert_uint_eq (party_noticed (alice, DEMLS_DELIVERY_ERROR_DAMAGED), 1);
  ck_assert_uint_eq (party_noticed (alice, DEMLS_DELIVERY_ERROR_VERSION), 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "fine", 1);
  PARTY_UNTIL (alice->delivered->len == 1);
}
END_TEST

int
main (void)
{
  if (!broker_is_there ())
    return 77;
  mosquitto_lib_init ();
  const TTest *const tests[] = {
    packets_go_both_ways_and_echoes_are_ticked_off,
    a_thousand_packets_arrive_in_order,
    who_does_not_take_part_hears_nothing_but_can_speak,
    after_leaving_nothing_is_heard,
    what_came_while_away_is_kept,
    what_is_not_kept_comes_again,
    nothing_is_sent_before_what_came_is_kept,
    a_broker_that_forgot_us_is_told,
    announcements_are_found_by_newcomers,
    an_impossible_packet_is_refused,
    a_wrong_password_is_told_once_and_for_all,
    a_publish_that_is_not_allowed_is_refused,
    a_publish_that_is_too_large_for_the_broker_is_refused,
    certificates_are_verified,
    settings_that_cannot_be_used_are_told,
    a_broker_that_is_restarted_loses_nothing,
    an_unreachable_broker_is_waited_for,
    an_unknown_host_is_told,
    nothing_blocks_on_a_host_that_does_not_answer,
    two_with_one_session_do_not_make_war,
    closing_from_inside_a_report_is_allowed,
    retained_garbage_is_ignored,
  };
  return run_tests ("delivery/mqtt", tests, G_N_ELEMENTS (tests));
}
