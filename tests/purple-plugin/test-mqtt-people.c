/* test-mqtt-people.c - real libpurple processes on a Mosquitto of their own: TLS, user and password as the account's
 * options say, a broker that goes away and comes back, and what is refused (plugin P1, P11).
 */
#include "../lib/broker.h"
#include "people.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const users[] = { "alice", "wonder", "bob", "builder", NULL };

static void G_GNUC_PRINTF (2, 3) option (Person *self, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  person_option (self, text);
}

static Person *
person_at (const Broker *broker, const char *name, const char *password)
{
  Person *self = person_new (name);
  option (self, "delivery=mqtt");
  option (self, "broker_host=127.0.0.1");
  option (self, "broker_port=%u", broker->port);
  option (self, "broker_user=%s", name);
  option (self, "broker_password=%s", password);
  return self;
}

START_TEST (a_group_lives_on_a_broker)
{
  people_begin ();
  g_autofree char *certificates = people_path ("certificates", NULL);
  g_mkdir_with_parents (certificates, 0700);
  broker_make_certificates (certificates);
  g_autofree char *good = g_build_filename (certificates, "good.pem", NULL);
  g_autofree char *ca = g_build_filename (certificates, "ca.pem", NULL);
  const BrokerSetup setup = { .users = users, .certificate = good };
  g_autoptr (Broker) broker = broker_new (&setup);
  Person *alice = person_at (broker, "alice", "wonder"), *bob = person_at (broker, "bob", "builder");
  option (alice, "broker_ca=%s", ca);
  option (bob, "broker_ca=%s", ca);
  starts (alice);
  starts (bob);
  g_autofree char *link = founds (alice, "den");
  is_let_in (bob, link, (Person *[]){ alice, NULL });
  types (alice, "say over the broker");
  sees (bob, "|over the broker");
  broker_stop (broker, TRUE);
  const char *line = sees (alice, "Offline, what you write will be sent later.");
  g_autofree char *place = g_strdup_printf ("127.0.0.1:%u", broker->port);
  ck_assert_ptr_nonnull (strstr (line, place));
  types (alice, "say patience");
  sees (alice, "|patience (waiting)");
  broker_start (broker);
  sees (bob, "|patience"); /* nobody was logged out */
  sees (alice, "Online again.");
  quits (bob);
  types (alice, "say meanwhile");
  sees (alice, "|meanwhile");
  starts (bob);
  sees (bob, "|meanwhile");
  quits (alice);
  quits (bob);
  people_end ();
}
END_TEST

/* What the user has to change ends the login, with the broker's name. */
START_TEST (refused_credentials_say_so)
{
  people_begin ();
  const BrokerSetup setup = { .users = users };
  g_autoptr (Broker) broker = broker_new (&setup);
  Person *alice = person_at (broker, "alice", "wrong");
  option (alice, "broker_tls=no");
  launches (alice);
  const char *error = sees (alice, "error 7 ");
  g_autofree char *place = g_strdup_printf ("127.0.0.1:%u cannot be used for delivery", broker->port);
  ck_assert_ptr_nonnull (strstr (error, place));
  ck_assert_ptr_null (strstr (error, "wrong")); /* the password is nobody's business */
  quits (alice);
  people_end ();
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { a_group_lives_on_a_broker, refused_credentials_say_so };
  if (!broker_is_there ())
    return 77;
  return run_tests ("purple-plugin/mqtt-people", tests, G_N_ELEMENTS (tests));
}
