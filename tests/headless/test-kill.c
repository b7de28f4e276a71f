/* test-kill.c - kill -9 at any moment: the store always loads, nothing is lost, nothing is said twice. */
#include "client.h"

typedef struct {
  char *directory, *address;
  Client alice, bob;
} Pair;

static void
pair_begin (Pair *self)
{
  self->directory = g_dir_make_tmp ("demls-kill-XXXXXX", NULL);
  self->address = g_strdup_printf ("folder:%s/shared", self->directory);
  Client *clients[] = { &self->alice, &self->bob };
  const char *const names[] = { "alice", "bob" };
  for (guint i = 0; i < 2; i++)
    {
      client_init (clients[i], self->directory, names[i], self->address);
      client_start (clients[i]);
      tell (clients[i], "wait sent 20");
    }
  tell (&self->alice, "create killers");
  g_autofree char *link = ask (&self->alice, "link");
  g_autofree char *join = g_strconcat ("join ", link, NULL);
  tell (&self->bob, join);
  tell (&self->bob, "wait members 2 40");
  tell (&self->alice, "wait members 2 40");
}

/* How often this client showed the text. */
static guint
count_text (const Client *client, const char *text)
{
  guint n = 0;
  for (guint i = 0; i < client->chat->len; i++)
    n += strcmp (strchr (client->chat->pdata[i], ' ') + 1, text) == 0;
  return n;
}

/* One round: the victim says something and is killed a moment later; it was answered, so it was saved. */
static void
round_of (Pair *self, guint i)
{
  Client *victim = i % 2 ? &self->alice : &self->bob;
  Client *other = i % 2 ? &self->bob : &self->alice;
  g_autofree char *mine = g_strdup_printf ("say mine %u", i), *theirs = g_strdup_printf ("say theirs %u", i);
  tell (victim, mine);
  client_send (other, theirs);
  g_usleep ((gulong) g_random_int_range (0, 60000));
  client_kill (victim);
  g_free (answer (other, theirs));
  client_start (victim);
  tell (victim, "wait in 20");
}

START_TEST (killed_at_any_moment)
{
  Pair pair;
  guint n = run_rounds (500), again = 0;
  pair_begin (&pair);
  for (guint i = 0; i < n; i++)
    round_of (&pair, i);
  tell (&pair.alice, "say the end");
  tell (&pair.bob, "wait chat the end 40");
  tell (&pair.bob, "say finis");
  tell (&pair.alice, "wait chat finis 40");
  g_autofree char *a = ask (&pair.alice, "auth"), *b = ask (&pair.bob, "auth");
  ck_assert_str_eq (a, b);
  const Client *const clients[] = { &pair.alice, &pair.bob };
  for (guint c = 0; c < 2; c++)
    for (guint i = 0; i < 2 * n; i++)
      {
        g_autofree char *text = g_strdup_printf ("%s %u", i % 2 ? "mine" : "theirs", i / 2);
        guint shown = count_text (clients[c], text);
        ck_assert_msg (shown >= 1, "%s lost \"%s\"", clients[c]->name, text);
        ck_assert_msg (shown <= 2, "%s saw \"%s\" %u times", clients[c]->name, text, shown);
        again += shown - 1;
      }
  /* killed after showing and before the next save: counted, not wrong */
  g_print ("%u kills, %u lines shown again\n", n, again);
  client_free (&pair.alice);
  client_free (&pair.bob);
  remove_tree (pair.directory);
  g_free (pair.directory);
  g_free (pair.address);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { killed_at_any_moment };
  g_setenv ("CK_DEFAULT_TIMEOUT", "600", FALSE);
  return run_tests ("headless/kill", tests, G_N_ELEMENTS (tests));
}
