/* test-three.c - three people, three processes, one folder or one broker: a group's whole life, with restarts. */
#include <string.h>

#include "../lib/broker.h"
#include "client.h"

typedef struct {
  char *directory;
  char *address;
  Client clients[3];
} Scene;

/* --- all of them -------------------------------------------------------------------------------------------------- */

static void
scene_begin (Scene *self, char *address)
{
  const char *const names[] = { "alice", "bob", "carol" };
  self->directory = g_dir_make_tmp ("demls-three-XXXXXX", NULL);
  self->address = address ? address : g_strdup_printf ("folder:%s/shared", self->directory);
  for (guint i = 0; i < 3; i++)
    {
      Client *client = &self->clients[i];
      *client = (Client){ names[i], self->address, g_build_filename (self->directory, names[i], NULL), NULL, NULL,
                          g_ptr_array_new_with_free_func (g_free) };
      client_start (client);
    }
}

static void
scene_end (Scene *self)
{
  for (guint i = 0; i < 3; i++)
    client_free (&self->clients[i]);
  remove_tree (self->directory);
  g_free (self->directory);
  g_free (self->address);
}

static void
tell_all (Scene *self, const char *command)
{
  for (guint i = 0; i < 3; i++)
    client_send (&self->clients[i], command);
  for (guint i = 0; i < 3; i++)
    g_free (answer (&self->clients[i], command));
}

/* Within 20 s all have the same epoch. */
static void
agree (Scene *self)
{
  for (guint tries = 0; tries < 100; tries++)
    {
      g_autofree char *a = ask (&self->clients[0], "auth"), *b = ask (&self->clients[1], "auth");
      g_autofree char *c = ask (&self->clients[2], "auth");
      if (strcmp (a, b) == 0 && strcmp (b, c) == 0 && !g_str_has_prefix (a, "none"))
        return;
      g_usleep (200000);
    }
  ck_abort_msg ("three epochs");
}

/* `from` says so many lines, the others see them. */
static void
chat (Scene *self, guint from, const char *what, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *line = g_strdup_printf ("say %s %u", what, i);
      tell (&self->clients[from], line);
    }
  g_autofree char *last = g_strdup_printf ("wait chat %s %u 40", what, n - 1);
  tell_all (self, last);
}

/* Each of these lines exactly once, in order. */
static void
check_lines (const Client *client, const char *what, guint n)
{
  guint next = 0;
  for (guint i = 0; i < client->chat->len; i++)
    {
      const char *text = strchr (client->chat->pdata[i], ' ') + 1;
      g_autofree char *expected = g_strdup_printf ("%s %u", what, next);
      if (!g_str_has_prefix (text, what))
        continue;
      ck_assert_msg (strcmp (text, expected) == 0, "%s saw \"%s\" where \"%s\" was due", client->name, text, expected);
      next++;
    }
  ck_assert_msg (next == n, "%s saw %u lines \"%s\" of %u", client->name, next, what, n);
}

static void
gather (Scene *self)
{
  Client *alice = &self->clients[0];
  tell_all (self, "wait sent 20");
  tell (alice, "create book club");
  g_autofree char *link = ask (alice, "link");
  g_autofree char *join = g_strconcat ("join ", link, NULL);
  for (guint i = 1; i < 3; i++)
    {
      g_autofree char *members = g_strdup_printf ("wait members %u 40", i + 1);
      tell (&self->clients[i], join);
      for (guint k = 0; k <= i; k++)
        client_send (&self->clients[k], members);
      for (guint k = 0; k <= i; k++)
        g_free (answer (&self->clients[k], members));
    }
  agree (self);
}

/* Carol is away while the others vote and commit; she has it all when she is back. */
static void
away_for_a_vote (Scene *self)
{
  client_stop (&self->clients[2]);
  tell (&self->clients[0], "title the reading room");
  tell (&self->clients[1], "wait vote 20");
  tell (&self->clients[1], "yes");
  for (guint i = 0; i < 2; i++)
    tell (&self->clients[i], "wait title the reading room 40");
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *line = g_strdup_printf ("say away %u", i);
      tell (&self->clients[0], line);
    }
  tell (&self->clients[1], "wait chat away 4 20");
  client_start (&self->clients[2]);
  tell_all (self, "wait title the reading room 40");
  tell (&self->clients[2], "wait chat away 4 40");
  agree (self);
}

static void
leave_and_rejoin (Scene *self)
{
  Client *carol = &self->clients[2];
  tell (carol, "leave");
  for (guint i = 0; i < 2; i++)
    tell (&self->clients[i], "wait members 2 40");
  tell (carol, "wait over 40");
  g_autofree char *link = ask (&self->clients[1], "link");
  g_autofree char *join = g_strconcat ("join ", link, NULL);
  tell (carol, join);
  tell_all (self, "wait members 3 60");
  agree (self);
}

static void
remove_and_rejoin (Scene *self)
{
  g_autofree char *bob = ask (&self->clients[1], "me");
  g_autofree char *expel = g_strconcat ("expel ", bob, NULL);
  tell (&self->clients[0], expel);
  tell (&self->clients[2], "wait vote 20");
  tell (&self->clients[2], "yes");
  tell (&self->clients[1], "wait over 40");
  tell (&self->clients[0], "wait members 2 40");
  tell (&self->clients[2], "wait members 2 40");
  g_autofree char *link = ask (&self->clients[0], "link");
  g_autofree char *join = g_strconcat ("join ", link, NULL);
  tell (&self->clients[1], join);
  tell_all (self, "wait members 3 60");
  agree (self);
}

static void
restart_all (Scene *self)
{
  for (guint i = 0; i < 3; i++)
    client_stop (&self->clients[i]);
  for (guint i = 0; i < 3; i++)
    client_start (&self->clients[i]);
  tell_all (self, "wait in 20");
  agree (self);
}

static void
whole_life (char *address)
{
  Scene scene;
  scene_begin (&scene, address);
  gather (&scene);
  for (guint i = 0; i < 3; i++)
    chat (&scene, i, scene.clients[i].name, 10);
  restart_all (&scene);
  chat (&scene, 1, "restarted", 5);
  away_for_a_vote (&scene);
  leave_and_rejoin (&scene);
  /* the inviter is heard: only then does what carol types go out (V29) */
  chat (&scene, 1, "welcome", 1);
  chat (&scene, 2, "returned", 5);
  tell_all (&scene, "restart");
  remove_and_rejoin (&scene);
  chat (&scene, 0, "last", 5);
  tell_all (&scene, "wait sent 20");
  for (guint i = 0; i < 3; i++)
    {
      const Client *client = &scene.clients[i];
      check_lines (client, "alice", 10);
      check_lines (client, "bob", 10);
      check_lines (client, "carol", 10);
      check_lines (client, "restarted", 5);
      check_lines (client, "away", 5);
      check_lines (client, "welcome", 1);
      check_lines (client, "returned", 5);
      check_lines (client, "last", 5);
    }
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
  whole_life (g_strdup_printf ("mqtt:127.0.0.1:%u", broker->port));
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { on_one_folder, on_one_broker };
  g_setenv ("CK_DEFAULT_TIMEOUT", "300", FALSE);
  return run_tests ("headless/three", tests, G_N_ELEMENTS (tests));
}
