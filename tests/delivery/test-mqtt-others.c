/* delivery/mqtt.h with brokers that Mosquitto is not: some lines of code that answer as one could. */
#include <gio/gio.h>
#include <mosquitto.h>

#include "mqtt-party.h"

static gboolean
receive (GInputStream *in, guint8 *data, gsize len)
{
  return g_input_stream_read_all (in, data, len, &len, NULL, NULL) && len > 0;
}

/* one packet without its fixed header; 0 at the end of the connection */
static guint8
receive_packet (GInputStream *in, guint8 body[1024], gsize *len)
{
  guint8 type = 0;
  guint8 digit = 0x80;
  *len = 0;
  if (!receive (in, &type, 1))
    return 0;
  for (guint shift = 0; digit & 0x80; shift += 7)
    {
      if (!receive (in, &digit, 1))
        return 0;
      *len |= (gsize) (digit & 0x7f) << shift;
    }
  return *len <= 1024 && (*len == 0 || receive (in, body, *len)) ? type : 0;
}

static void
reply (GOutputStream *out, Span bytes)
{
  g_output_stream_write_all (out, bytes.data, bytes.len, NULL, NULL, NULL);
}

#define REPLY(out, ...) reply (out, SPAN_OF (((const guint8[]){ __VA_ARGS__ })))

/* one of long ago, which knows only MQTT 3.1.1 and sends everything back */
static gboolean
serve_old (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  guint8 body[1024];
  gsize len;
  (void) service;
  (void) source;
  (void) data;
  for (guint8 type = receive_packet (in, body, &len); type != 0; type = receive_packet (in, body, &len))
    if (type == 0x10 && body[6] == 5)
      {
        REPLY (out, 0x20, 2, 0, 1);
        return TRUE;
      }
    else if (type == 0x10)
      REPLY (out, 0x20, 2, 0, 0);
    else if (type == 0x82)
      REPLY (out, 0x90, 3, body[0], body[1], 1);
    else if ((type & 0xf0) == 0x30)
      {
        gsize topic = 2 + body[1];
        REPLY (out, 0x40, 2, body[topic], body[topic + 1]);
        /* short enough for a length of two digits */
        gsize rest = len - 2;
        REPLY (out, 0x30, (guint8) (0x80 | (rest & 0x7f)), (guint8) (rest >> 7));
        reply (out, span (body, topic));
        reply (out, span (body + topic + 2, len - topic - 2));
      }
  return TRUE;
}

/* one that takes every packet and loses the first two */
static gboolean
serve_lossy (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  guint8 body[1024];
  gsize len;
  (void) service;
  (void) source;
  for (guint8 type = receive_packet (in, body, &len); type != 0; type = receive_packet (in, body, &len))
    if (type == 0x10)
      REPLY (out, 0x20, 3, 0, 0, 0);
    else if (type == 0x82)
      REPLY (out, 0x90, 4, body[0], body[1], 0, 1);
    else if ((type & 0xf0) == 0x30)
      {
        gsize topic = 2 + body[1];
        REPLY (out, 0x40, 2, body[topic], body[topic + 1]);
        if (g_atomic_int_add ((gint *) data, 1) < 2)
          continue;
        gsize rest = len - 2;
        REPLY (out, 0x30, (guint8) (0x80 | (rest & 0x7f)), (guint8) (rest >> 7));
        reply (out, span (body, topic));
        reply (out, span (body + topic + 2, len - topic - 2));
      }
  return TRUE;
}

/* one that says, unlike Mosquitto 2.0, that somebody else has the session */
static gboolean
serve_taken_over (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  guint8 body[1024];
  gsize len;
  (void) service;
  (void) source;
  g_atomic_int_inc ((gint *) data);
  if (receive_packet (in, body, &len) == 0x10)
    REPLY (out, 0x20, 3, 0, 0, 0, 0xe0, 2, 0x8e, 0);
  while (receive_packet (in, body, &len) != 0)
    ;
  return TRUE;
}

START_TEST (an_old_broker_is_used_and_told_of)
{
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (4);
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  g_signal_connect (service, "run", G_CALLBACK (serve_old), NULL);
  g_autoptr (Party) alice = member_at (port, 1);
  ck_assert (party_problem_has (alice, "3.1.1"));
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "x", 1);
  PARTY_UNTIL (alice->delivered->len == 1);
}
END_TEST

START_TEST (what_does_not_come_back_is_sent_again)
{
  gint published = 0;
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (4);
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  g_signal_connect (service, "run", G_CALLBACK (serve_lossy), &published);
  g_autoptr (Party) alice = member_at (port, 1);
  party_say (alice, GROUP_A, DEMLS_CHANNEL_APP_MSG, "again and again", 1);
  PARTY_UNTIL (g_atomic_int_get (&published) == 2);
  ck_assert_uint_eq (alice->delivered->len, 0);
  PARTY_UNTIL (alice->delivered->len == 1);
  gint sent = g_atomic_int_get (&published);
  ck_assert_int_ge (sent, 3);
  party_idle (300);
  ck_assert_int_le (g_atomic_int_get (&published), sent + 1);
}
END_TEST

START_TEST (a_takeover_that_is_told_makes_a_long_pause)
{
  gint connections = 0;
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (4);
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  g_signal_connect (service, "run", G_CALLBACK (serve_taken_over), &connections);
  g_autoptr (Party) alice = party_at (port, 1);
  party_open (alice);
  PARTY_UNTIL (party_problem_has (alice, "another program"));
  party_idle (600);
  ck_assert_int_eq (g_atomic_int_get (&connections), 1);
  PARTY_UNTIL (g_atomic_int_get (&connections) == 2);
}
END_TEST

int
main (void)
{
  mosquitto_lib_init ();
  const TTest *const tests[] = {
    an_old_broker_is_used_and_told_of,
    what_does_not_come_back_is_sent_again,
    a_takeover_that_is_told_makes_a_long_pause,
  };
  return run_tests ("delivery/mqtt-others", tests, G_N_ELEMENTS (tests));
}
