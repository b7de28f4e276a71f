/* headless.c - a client without a face: does what it is told by lines on its standard input.
 *
 *   headless STORE-DIRECTORY NICK folder:PATH | mqtt:HOST:PORT
 *
 * Every command is answered by one line, "= ok ..." or "= no ...", in order; what happens is told by lines beginning
 * with "! ". There is one group at a time, the last one that was created or joined, or the first of those in the store.
 *
 *   create TITLE | link | join LINK | leave | rejoin | title TEXT | expel MEMBER | invite (all applicants)
 *   say TEXT | yes (on all open votes) | no | me | members | auth | offline | online | restart | quit | die US
 *   announce on|off | rooms
 *   wait members N S | wait in S | wait epoch N S | wait chat TEXT S | wait vote S | wait title TEXT S | wait over S
 *   wait sent S | wait online S | wait room TITLE S | wait no-room TITLE S
 *
 * S: within so many seconds. A restart is done with everything thrown away but the store; for a crash there is
 * "die", and the environment's HEADLESS_DIE=US, which counts from the very beginning.
 */
#include "headless.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "delivery/folder.h"
#include "delivery/mqtt.h"
#include "store/sqlite-store.h"

static DemlsNow
now (void)
{
  return (DemlsNow){ g_get_monotonic_time (), g_get_real_time () / G_USEC_PER_SEC };
}

static void reply (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
reply (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  fputs ("= ", stdout);
  vprintf (format, args);
  va_end (args);
  putchar ('\n');
  fflush (stdout);
}

/* Answers with ok, or with the error. */
static void
reply_done (gboolean done, const GError *error)
{
  if (done)
    reply ("ok");
  else
    reply ("no %s", error ? error->message : "");
}

/* --- what happens ------------------------------------------------------------------------------------------------- */

static void pump_soon (Headless *self);

static void
on_packet (gpointer data, const char *conversation, DemlsChannel channel, Span payload)
{
  Headless *self = data;
  g_autoptr (GError) error = NULL;
  if (!demls_user_receive (self->user, conversation, channel, payload, now (), &error) && g_getenv ("HEADLESS_TRACE"))
    printf ("! refuse %s\n", error ? error->message : "");
  pump_soon (self);
}

static void
on_delivered (gpointer data, guint64 token)
{
  Headless *self = data;
  demls_user_delivered (self->user, token, now ());
  pump_soon (self);
}

static void
on_refused (gpointer data, guint64 token, const GError *why)
{
  Headless *self = data;
  demls_user_refused (self->user, token, why, now ());
  pump_soon (self);
}

static void
on_link (gpointer data, DemlsLink link, const char *problem)
{
  Headless *self = data;
  self->link = link;
  demls_user_link (self->user, link, problem, now ());
  pump_soon (self);
}

static void
on_notice (gpointer data, const GError *what)
{
  Headless *self = data;
  demls_user_notice (self->user, what, now ());
  pump_soon (self);
}

static void
show_group (Headless *self, const DemlsUserEvent *told)
{
  const DemlsEvent *event = told->event;
  g_autofree char *member = event->member ? span_hex (span_bytes (event->member)) : g_strdup ("-");
  printf ("! %s %s %s%s\n", demls_event_name (event->kind), member, event->text ? event->text : "",
          told->waiting ? " (waiting)" : "");
  if (event->kind == DEMLS_EVENT_CHAT)
    g_ptr_array_add (self->chat, g_strdup (event->text));
  if (event->kind == DEMLS_EVENT_VOTE_REQUESTED)
    g_hash_table_add (self->to_vote, g_bytes_ref (event->ballot));
  if (event->kind == DEMLS_EVENT_CONSENSUS_REACHED && event->ballot)
    g_hash_table_remove (self->to_vote, event->ballot);
  if (event->kind == DEMLS_EVENT_LEAVING && g_strcmp0 (told->conversation, self->group) == 0)
    self->over = TRUE;
}

static void
show (Headless *self)
{
  g_autoptr (GPtrArray) events = demls_user_drain_events (self->user);
  g_ptr_array_set_free_func (events, (GDestroyNotify) demls_user_event_free);
  for (guint i = 0; i < events->len; i++)
    {
      const DemlsUserEvent *told = events->pdata[i];
      if (told->kind == DEMLS_USER_EVENT_GROUP)
        show_group (self, told);
      else
        printf ("! user %d link %d %s\n", told->kind, told->link, told->text ? told->text : "");
    }
  fflush (stdout);
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

static void
check_waiting (Headless *self)
{
  if (!self->waiting)
    return;
  gboolean held = headless_holds (self, self->waiting);
  if (!held && g_get_monotonic_time () < self->wait_until)
    return;
  if (held)
    reply ("ok");
  else
    reply ("no, waited for %s in vain", self->waiting[1]);
  g_clear_pointer (&self->waiting, g_strfreev);
}

/* --- the pump ----------------------------------------------------------------------------------------------------- */

static void next_command (Headless *self);

static gboolean
pump (gpointer data)
{
  Headless *self = data;
  self->timer = 0;
  demls_user_tick (self->user, now ());
  show (self);
  check_waiting (self);
  next_command (self);
  if (self->timer || !g_main_loop_is_running (self->loop))
    return G_SOURCE_REMOVE;
  gint64 wakeup = demls_user_next_wakeup (self->user);
  if (self->waiting)
    wakeup = MIN (wakeup, self->wait_until);
  gint64 ms = CLAMP ((wakeup - g_get_monotonic_time ()) / 1000 + 1, 0, 1000);
  self->timer = g_timeout_add ((guint) ms, pump, self);
  return G_SOURCE_REMOVE;
}

static void
pump_soon (Headless *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_idle_add (pump, self);
}

/* --- beginning and end -------------------------------------------------------------------------------------------- */

static DemlsDelivery *
make_delivery (Headless *self)
{
  Span app_id = demls_user_app_id (self->user);
  if (g_str_has_prefix (self->address, "folder:"))
    {
      DemlsFolderOptions options = {
        .path = self->address + strlen ("folder:"), .create = TRUE, .poll_ms = 200, .retry_ms = 100
      };
      memcpy (options.app_id, app_id.data, app_id.len);
      return demls_folder_new (&options);
    }
  g_auto (GStrv) parts = g_strsplit (self->address, ":", 3);
  DemlsMqttOptions options = {
    .host = parts[1], .port = (guint) g_ascii_strtoull (parts[2], NULL, 10), .plain = TRUE, .retry_ms = 100
  };
  memcpy (options.app_id, app_id.data, app_id.len);
  return demls_mqtt_new (&options);
}

static void
go_online (Headless *self)
{
  if (self->delivery)
    return;
  self->delivery = make_delivery (self);
  self->delivery->ops->open (self->delivery, &self->sink);
  demls_user_set_delivery (self->user, self->delivery);
}

static void
go_offline (Headless *self)
{
  if (!self->delivery)
    return;
  demls_user_tick (self->user, now ());
  demls_user_set_delivery (self->user, NULL);
  self->delivery->ops->close (self->delivery);
  self->delivery = NULL;
  on_link (self, DEMLS_LINK_OFFLINE, NULL);
}

static void
start (Headless *self)
{
  g_autoptr (GError) error = NULL;
  DemlsSqliteOptions options = { .directory = self->directory };
  self->store = demls_sqlite_store_open (&options, &error);
  if (self->store)
    self->user = demls_user_new (self->store, self->suite, self->rng, self->nick, now (), &error);
  if (!self->user)
    {
      reply ("no start: %s", error->message);
      _exit (1);
    }
  g_autoptr (GPtrArray) groups = demls_user_groups (self->user);
  if (!self->group && groups->len > 0)
    self->group = g_strdup (groups->pdata[0]);
  go_online (self);
  pump_soon (self);
}

static void
stop (Headless *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  go_offline (self);
  show (self);
  demls_user_tick (self->user, now ());
  g_clear_pointer (&self->user, demls_user_free);
  self->store->ops->close (self->store);
  self->store = NULL;
}

/* --- commands ----------------------------------------------------------------------------------------------------- */

/* Short enough that a test lasts seconds. */
static DemlsPolicy
brisk_policy (void)
{
  DemlsPolicy policy = demls_policy_preset (DEMLS_PRESET_QUICK);
  policy.preset = DEMLS_PRESET_CUSTOM;
  policy.voting_delay_ms = 300;
  policy.election_voting_delay_ms = 300;
  policy.consensus_timeout_ms = 2000;
  policy.proposal_expiration_ms = 60000;
  policy.commit_batch_delay_ms = 200;
  policy.commit_inactivity_ms = 4000;
  policy.freeze_ms = 1500;
  policy.recovery_inactivity_ms = 1000;
  policy.rollback_window_ms = 120000;
  return policy;
}

static void
take_group (Headless *self, char *id, const GError *error)
{
  if (!id)
    {
      reply ("no %s", error->message);
      return;
    }
  g_free (self->group);
  self->group = id;
  self->over = FALSE;
  reply ("ok %s", id);
}

static void
vote_all (Headless *self, gboolean yes)
{
  g_autoptr (GList) ballots = g_hash_table_get_keys (self->to_vote);
  guint n = 0;
  for (GList *link = ballots; link; link = link->next)
    {
      g_autoptr (GError) error = NULL;
      if (demls_user_vote (self->user, self->group, span_bytes (link->data), yes, now (), &error))
        n++;
      else
        printf ("! vote: %s\n", error->message);
    }
  g_hash_table_remove_all (self->to_vote);
  reply ("ok %u", n);
}

static void
invite_all (Headless *self)
{
  const DemlsRunner *runner = headless_runner (self);
  g_autoptr (GPtrArray) applicants = runner ? demls_runner_applicants (runner) : g_ptr_array_new ();
  for (guint i = 0; i < applicants->len; i++)
    demls_user_invite (self->user, self->group, span_bytes (applicants->pdata[i]), now (), NULL);
  reply ("ok %u", applicants->len);
}

static void
tell_members (const Headless *self)
{
  const DemlsRunner *runner = headless_runner (self);
  g_autoptr (GPtrArray) members = runner ? demls_runner_members (runner) : g_ptr_array_new ();
  g_autoptr (GString) text = g_string_new ("ok");
  for (guint i = 0; i < members->len; i++)
    {
      g_autofree char *hex = span_hex (span_bytes (members->pdata[i]));
      g_string_append_printf (text, " %s", hex);
    }
  reply ("%s", text->str);
}

static void
tell_authenticator (const Headless *self)
{
  const DemlsRunner *runner = headless_runner (self);
  g_autofree char *hex = runner ? span_hex (demls_runner_authenticator (runner)) : g_strdup ("none");
  reply ("ok %s %u", hex, runner ? (guint) demls_runner_epoch (runner) : 0);
}

static void
expel (Headless *self, const char *hex)
{
  g_autoptr (GBytes) member = bytes_from_hex (hex);
  g_autoptr (GError) error = NULL;
  gboolean done = demls_user_expel (self->user, self->group, span_bytes (member), "spam", now (), &error);
  reply_done (done, error);
}

/* "wait WHAT [ARGUMENT with spaces] SECONDS" */
static void
begin_wait (Headless *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 3);
  char *last = words[1] && words[2] ? strrchr (words[2], ' ') : NULL;
  const char *seconds = last ? last + 1 : words[1] ? words[2] : NULL;
  gint64 length = seconds ? (gint64) (g_ascii_strtod (seconds, NULL) * G_USEC_PER_SEC) : 0;
  if (last)
    *last = '\0';
  self->wait_until = g_get_monotonic_time () + length;
  self->waiting = g_steal_pointer (&words);
  check_waiting (self);
}

/* kill -9 after so many microseconds, wherever this process is by then. */
static gboolean
die_in (const char *microseconds)
{
  gint64 after = MAX (1, g_ascii_strtoll (microseconds, NULL, 10));
  struct sigevent how = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
  const struct itimerspec when = { .it_value = { .tv_sec = after / G_USEC_PER_SEC,
                                                 .tv_nsec = after % G_USEC_PER_SEC * 1000 } };
  timer_t timer;
  return timer_create (CLOCK_MONOTONIC, &how, &timer) == 0 && timer_settime (timer, 0, &when, NULL) == 0;
}

/* Those about the process; FALSE if it is none of them. */
static gboolean
do_process (Headless *self, const char *verb, const char *line)
{
  if (strcmp (verb, "wait") == 0)
    {
      begin_wait (self, line);
      return TRUE;
    }
  if (strcmp (verb, "quit") == 0)
    g_main_loop_quit (self->loop);
  else if (strcmp (verb, "offline") == 0)
    go_offline (self);
  else if (strcmp (verb, "online") == 0)
    go_online (self);
  else if (strcmp (verb, "restart") == 0)
    {
      stop (self);
      start (self);
    }
  else if (strcmp (verb, "die") != 0 || !die_in (line + strlen ("die")))
    return FALSE;
  reply ("ok");
  return TRUE;
}

/* Title, size and id of each. */
static void
tell_rooms (const Headless *self)
{
  g_autoptr (GPtrArray) rooms = demls_user_rooms (self->user);
  g_autoptr (GString) text = g_string_new ("ok");
  for (guint i = 0; i < rooms->len; i++)
    {
      const DemlsRoom *room = rooms->pdata[i];
      g_string_append_printf (text, " %s/%u/%s", room->title, room->members, room->id);
    }
  reply ("%s", text->str);
}

/* Those that tell something. */
static gboolean
do_tell (Headless *self, const char *verb)
{
  g_autofree char *text = NULL;
  if (strcmp (verb, "members") == 0)
    tell_members (self);
  else if (strcmp (verb, "auth") == 0)
    tell_authenticator (self);
  else if (strcmp (verb, "rooms") == 0)
    tell_rooms (self);
  else if (strcmp (verb, "me") == 0)
    reply ("ok %s", text = span_hex (demls_user_member_id (self->user)));
  else if (strcmp (verb, "link") == 0)
    reply ("ok %s", text = demls_user_make_link (self->user, self->group, NULL));
  else
    return FALSE;
  return TRUE;
}

/* Those that do something in the group. */
static void
do_act (Headless *self, const char *verb, const char *rest)
{
  g_autoptr (GError) error = NULL;
  DemlsPolicy policy = brisk_policy ();
  if (strcmp (verb, "create") == 0)
    take_group (self, demls_user_found (self->user, rest, &policy, FALSE, now (), &error), error);
  else if (strcmp (verb, "join") == 0)
    take_group (self, demls_user_join (self->user, rest, now (), &error), error);
  else if (strcmp (verb, "yes") == 0 || strcmp (verb, "no") == 0)
    vote_all (self, verb[0] == 'y');
  else if (strcmp (verb, "invite") == 0)
    invite_all (self);
  else if (strcmp (verb, "expel") == 0)
    expel (self, rest);
  else if (strcmp (verb, "say") == 0)
    reply_done (demls_user_say (self->user, self->group, rest, now (), &error), error);
  else if (strcmp (verb, "title") == 0)
    reply_done (demls_user_change (self->user, self->group, NULL, rest, now (), &error), error);
  else if (strcmp (verb, "announce") == 0)
    reply_done (demls_user_set_announced (self->user, self->group, strcmp (rest, "on") == 0, now (), &error), error);
  else if (strcmp (verb, "leave") == 0)
    reply_done (demls_user_leave (self->user, self->group, now (), &error), error);
  else if (strcmp (verb, "rejoin") == 0)
    reply_done (demls_user_rejoin (self->user, self->group, now (), &error), error);
  else
    reply ("no such command: %s", verb);
}

static void
do_line (Headless *self, const char *line)
{
  const char *space = strchr (line, ' ');
  g_autofree char *verb = space ? g_strndup (line, (gsize) (space - line)) : g_strdup (line);
  if (!do_process (self, verb, line) && !do_tell (self, verb))
    do_act (self, verb, space ? space + 1 : "");
}

/* One command after the other; a wait holds up those behind it. */
static void
next_command (Headless *self)
{
  char *end;
  while (!self->waiting && g_main_loop_is_running (self->loop)
         && (end = memchr (self->input->str, '\n', self->input->len)))
    {
      g_autofree char *line = g_strndup (self->input->str, (gsize) (end - self->input->str));
      g_string_erase (self->input, 0, end - self->input->str + 1);
      if (*line && *line != '#')
        do_line (self, line);
    }
}

static gboolean
on_input (gint fd, GIOCondition condition, gpointer data)
{
  Headless *self = data;
  char buffer[4096];
  (void) condition;
  gssize n = read (fd, buffer, sizeof buffer);
  if (n <= 0)
    {
      self->stdin_source = 0;
      g_main_loop_quit (self->loop);
      return G_SOURCE_REMOVE;
    }
  g_string_append_len (self->input, buffer, n);
  pump_soon (self);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  if (argc != 4)
    {
      fprintf (stderr, "usage: %s STORE-DIRECTORY NICK folder:PATH|mqtt:HOST:PORT\n", argv[0]);
      return 2;
    }
  if (g_getenv ("HEADLESS_DIE"))
    die_in (g_getenv ("HEADLESS_DIE"));
  Headless self = { .directory = argv[1], .nick = argv[2], .address = argv[3] };
  self.sink = (DemlsDeliverySink){ &self, on_packet, on_delivered, on_refused, on_link, on_notice };
  self.loop = g_main_loop_new (NULL, FALSE);
  self.suite = suite_new (1);
  self.rng = rng_new_system ();
  self.input = g_string_new (NULL);
  self.chat = g_ptr_array_new_with_free_func (g_free);
  self.to_vote = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  self.stdin_source = g_unix_fd_add (0, G_IO_IN | G_IO_HUP, on_input, &self);
  start (&self);
  g_main_loop_run (self.loop);
  stop (&self);
  g_clear_handle_id (&self.stdin_source, g_source_remove);
  g_hash_table_unref (self.to_vote);
  g_ptr_array_unref (self.chat);
  g_string_free (self.input, TRUE);
  g_free (self.group);
  suite_unref (self.suite);
  rng_free (self.rng);
  g_main_loop_unref (self.loop);
  return 0;
}
