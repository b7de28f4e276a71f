/* test-three.c - three people, three processes, one folder or one broker: a group's whole life, with restarts. */
#include <string.h>

#include "../lib/broker.h"
#include "client.h"

#define PEOPLE 3

typedef struct {
  char *directory;
  char *address;
  Broker *broker; /* or NULL: a folder */
  Client clients[PEOPLE];
  gboolean out[PEOPLE];           /* not a member at the moment */
  GPtrArray *due[PEOPLE][PEOPLE]; /* of char*: what [this one] should see of [that one], in order */
} Scene;

/* --- all of them -------------------------------------------------------------------------------------------------- */

static void
scene_begin (Scene *self, Broker *broker)
{
  const char *const names[] = { "alice", "bob", "carol" };
  self->directory = g_dir_make_tmp ("demls-three-XXXXXX", NULL);
  self->broker = broker;
  self->address = broker ? g_strdup_printf ("mqtt:127.0.0.1:%u", broker->port)
                         : g_strdup_printf ("folder:%s/shared", self->directory);
  for (guint i = 0; i < PEOPLE; i++)
    {
      client_init (&self->clients[i], self->directory, names[i], self->address);
      client_start (&self->clients[i]);
      for (guint k = 0; k < PEOPLE; k++)
        self->due[i][k] = g_ptr_array_new_with_free_func (g_free);
    }
}

static void
scene_end (Scene *self)
{
  for (guint i = 0; i < PEOPLE; i++)
    {
      client_free (&self->clients[i]);
      for (guint k = 0; k < PEOPLE; k++)
        g_ptr_array_unref (self->due[i][k]);
    }
  remove_tree (self->directory);
  g_free (self->directory);
  g_free (self->address);
}

/* All at a time, so that they wait together. */
static void
tell_all (Scene *self, const char *command)
{
  for (guint i = 0; i < PEOPLE; i++)
    client_send (&self->clients[i], command);
  for (guint i = 0; i < PEOPLE; i++)
    g_free (answer (&self->clients[i], command));
}

/* The authenticators of the newest epoch that anybody is in are all the same. */
static void
agree (Scene *self)
{
  for (guint tries = 0; tries < 20; tries++)
    {
      guint64 newest = 0;
      g_autofree char *first = NULL;
      gboolean same = TRUE;
      for (guint i = 0; i < PEOPLE; i++)
        {
          g_autofree char *auth = ask (&self->clients[i], "auth");
          newest = MAX (newest, g_ascii_strtoull (strchr (auth, ' ') + 1, NULL, 10));
          same = same && !g_str_has_prefix (auth, "none") && (!first || strcmp (first, auth) == 0);
          first = first ? first : g_strdup (auth);
        }
      if (same)
        return;
      g_autofree char *wait = g_strdup_printf ("wait epoch %" G_GUINT64_FORMAT " 60", newest);
      tell_all (self, wait);
    }
  ck_abort_msg ("they do not come together in one epoch");
}

/* `from` says it; whoever is in has to see it. */
static void
say (Scene *self, guint from, const char *text)
{
  g_autofree char *command = g_strconcat ("say ", text, NULL);
  tell (&self->clients[from], command);
  for (guint i = 0; i < PEOPLE; i++)
    if (!self->out[i])
      g_ptr_array_add (self->due[i][from], g_strdup (text));
}

/* `from` says so many lines, those who are in see them. */
static void
chat (Scene *self, guint from, const char *what, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("%s %u", what, i);
      say (self, from, text);
    }
  g_autofree char *last = g_strdup_printf ("wait chat %s %u 60", what, n - 1);
  for (guint i = 0; i < PEOPLE; i++)
    if (!self->out[i])
      client_send (&self->clients[i], last);
  for (guint i = 0; i < PEOPLE; i++)
    if (!self->out[i])
      g_free (answer (&self->clients[i], last));
}

/* Each line exactly once, and each sender's in order. */
static void
check_lines (Scene *self, guint who)
{
  const Client *client = &self->clients[who];
  for (guint from = 0; from < PEOPLE; from++)
    {
      g_autofree char *member = ask (&self->clients[from], "me");
      const GPtrArray *due = self->due[who][from];
      guint next = 0;
      for (guint i = 0; i < client->chat->len; i++)
        {
          const char *line = client->chat->pdata[i], *text = strchr (line, ' ') + 1;
          if (!g_str_has_prefix (line, member))
            continue;
          ck_assert_msg (next < due->len, "%s saw \"%s\" too much", client->name, text);
          ck_assert_msg (strcmp (text, due->pdata[next]) == 0, "%s saw \"%s\" where \"%s\" was due", client->name, text,
                         (const char *) due->pdata[next]);
          next++;
        }
      ck_assert_msg (next == due->len, "%s saw %u lines of %s, not %u", client->name, next, self->clients[from].name,
                     due->len);
    }
}

/* --- what happens to them ----------------------------------------------------------------------------------------- */

static void
join_by_link (Scene *self, guint who, guint inviter)
{
  g_autofree char *link = ask (&self->clients[inviter], "link");
  g_autofree char *join = g_strconcat ("join ", link, NULL);
  tell (&self->clients[who], join);
}

static void
gather (Scene *self)
{
  tell_all (self, "wait online 60");
  tell (&self->clients[0], "create book club");
  for (guint i = 1; i < PEOPLE; i++)
    {
      g_autofree char *members = g_strdup_printf ("wait members %u 60", i + 1);
      join_by_link (self, i, 0);
      for (guint k = 0; k <= i; k++)
        client_send (&self->clients[k], members);
      for (guint k = 0; k <= i; k++)
        g_free (answer (&self->clients[k], members));
    }
  agree (self);
}

/* Alice proposes a title, bob votes for it, and it is committed. */
static void
retitle (Scene *self, const char *title)
{
  g_autofree char *propose = g_strconcat ("title ", title, NULL);
  g_autofree char *wait = g_strdup_printf ("wait title %s 60", title);
  tell (&self->clients[0], propose);
  tell (&self->clients[1], "wait vote 60");
  tell (&self->clients[1], "yes");
  tell (&self->clients[0], wait);
  tell (&self->clients[1], wait);
}

/* Carol's program is not running while the others vote, commit and talk. */
static void
not_running_for_a_vote (Scene *self)
{
  client_stop (&self->clients[2]);
  retitle (self, "the reading room");
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *text = g_strdup_printf ("away %u", i);
      say (self, 0, text);
    }
  tell (&self->clients[1], "wait chat away 4 60");
  client_start (&self->clients[2]);
  tell_all (self, "wait title the reading room 60");
  tell (&self->clients[2], "wait chat away 4 60");
  agree (self);
}

/* It runs, but has no network; what she types meanwhile is not lost. */
static void
offline_for_a_vote (Scene *self)
{
  Client *carol = &self->clients[2];
  tell (carol, "offline");
  retitle (self, "the quiet room");
  say (self, 1, "said without carol");
  say (self, 2, "typed offline 0");
  say (self, 2, "typed offline 1");
  tell (carol, "online");
  tell_all (self, "wait title the quiet room 60");
  tell_all (self, "wait chat said without carol 60");
  tell_all (self, "wait chat typed offline 1 60");
  agree (self);
}

static void
leave_and_come_again (Scene *self)
{
  Client *carol = &self->clients[2];
  self->out[2] = TRUE;
  tell (carol, "leave");
  for (guint i = 0; i < 2; i++)
    tell (&self->clients[i], "wait members 2 60");
  tell (carol, "wait over 60");
  chat (self, 0, "without carol", 3);
  join_by_link (self, 2, 1);
  tell_all (self, "wait members 3 60");
  self->out[2] = FALSE;
  agree (self);
}

static void
removed_and_let_in_again (Scene *self)
{
  g_autofree char *bob = ask (&self->clients[1], "me");
  g_autofree char *expel = g_strconcat ("expel ", bob, NULL);
  self->out[1] = TRUE;
  tell (&self->clients[0], expel);
  tell (&self->clients[2], "wait vote 60");
  tell (&self->clients[2], "yes");
  tell (&self->clients[1], "wait over 60");
  tell (&self->clients[0], "wait members 2 60");
  tell (&self->clients[2], "wait members 2 60");
  chat (self, 2, "without bob", 3);
  join_by_link (self, 1, 0);
  tell_all (self, "wait members 3 60");
  self->out[1] = FALSE;
  agree (self);
}

static void
restart_all (Scene *self)
{
  for (guint i = 0; i < PEOPLE; i++)
    client_stop (&self->clients[i]);
  for (guint i = 0; i < PEOPLE; i++)
    client_start (&self->clients[i]);
  tell_all (self, "wait in 60");
  agree (self);
}

/* Lines that are said while the broker is away come when it is back. */
static void
restart_broker (Scene *self)
{
  if (!self->broker)
    return;
  broker_stop (self->broker, TRUE);
  for (guint i = 0; i < PEOPLE; i++)
    say (self, i, "said into the void");
  broker_start (self->broker);
  tell_all (self, "wait sent 60");
  for (guint i = 0; i < PEOPLE; i++)
    {
      /* a text of its own: readers wait for it, and not for what another has said */
      g_autofree char *text = g_strdup_printf ("%s is back at the broker", self->clients[i].name);
      chat (self, i, text, 1);
    }
}

static void
whole_life (Broker *broker)
{
  Scene scene = { 0 };
  scene_begin (&scene, broker);
  gather (&scene);
  for (guint i = 0; i < PEOPLE; i++)
    chat (&scene, i, scene.clients[i].name, 10);
  restart_all (&scene);
  chat (&scene, 1, "restarted", 5);
  not_running_for_a_vote (&scene);
  offline_for_a_vote (&scene);
  restart_broker (&scene);
  leave_and_come_again (&scene);
  /* the inviter is heard: only then does what carol types go out (V29) */
  chat (&scene, 1, "welcome", 1);
  chat (&scene, 2, "returned", 5);
  tell_all (&scene, "restart");
  removed_and_let_in_again (&scene);
  chat (&scene, 0, "last", 5);
  tell_all (&scene, "wait sent 60");
  for (guint i = 0; i < PEOPLE; i++)
    check_lines (&scene, i);
  scene_end (&scene);
}

START_TEST (on_one_folder)
{
  whole_life (NULL);
}
END_TEST

START_TEST (on_one_broker)
{
  if (!broker_is_there ())
    return;
  g_autoptr (Broker) broker = broker_new (NULL);
  whole_life (broker);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { on_one_folder, on_one_broker };
  g_setenv ("CK_DEFAULT_TIMEOUT", "300", FALSE);
  return run_tests ("headless/three", tests, G_N_ELEMENTS (tests));
}
