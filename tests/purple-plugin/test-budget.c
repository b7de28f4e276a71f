/* test-budget.c - P9 with whole groups on a virtual clock: what a day on which nobody does anything, and commits that
 * change nobody, write into a window.
 */
#include "../user/world.h"
#include "purple-plugin/lore.h"
#include "purple-plugin/notices.h"

#define DAY (86400 * G_TIME_SPAN_SECOND)

/* Lines that these events make, logged or not; and how many commits were among them. */
static guint
count_lines (Person *person, const char *id, guint *commits)
{
  guint n = 0;
  g_autoptr (DemlsLore) lore = demls_lore_new (id, DEMLS_STATE_WORKING);
  for (guint i = 0; i < person->events->len; i++)
    {
      const DemlsUserEvent *told = person->events->pdata[i];
      if (told->kind != DEMLS_USER_EVENT_GROUP)
        continue;
      g_autoptr (GPtrArray) open = NULL;
      DemlsScene scene = demls_lore_scene (lore, person->user, told->event->ballot, world_now (person->world), &open);
      g_autoptr (DemlsNotice) notice = demls_notice_of (&scene, told->event, told->waiting);
      n += notice ? 1 : 0;
      *commits += told->event->kind == DEMLS_EVENT_COMMIT_APPLIED ? 1 : 0;
      demls_lore_catch_up (lore, person->user, told->event);
    }
  return n;
}

static void
pass (World *world, gint64 duration, gint64 step)
{
  for (gint64 end = world->mono + duration; world->mono < end; world->mono += step - WORLD_STEP)
    world_step (world);
}

static void
forget_events (World *world)
{
  for (guint i = 0; i < world->people->len; i++)
    g_ptr_array_set_size (((Person *) world->people->pdata[i])->events, 0);
}

static World *
gathered (char **id)
{
  World *world = world_new ();
  world_person (world, "alice");
  world_person (world, "bob");
  world_person (world, "carol");
  *id = world_found (world);
  world_gather (world, *id);
  pass (world, SECONDS (60), SECONDS (1));
  forget_events (world);
  return world;
}

START_TEST (an_idle_day_is_no_line)
{
  g_autofree char *id = NULL;
  g_autoptr (World) world = gathered (&id);
  guint commits = 0;
  pass (world, DAY, SECONDS (10));
  for (guint i = 0; i < world->people->len; i++)
    ck_assert_uint_eq (count_lines (world->people->pdata[i], id, &commits), 0);
}
END_TEST

/* V32: keys are renewed every week. */
START_TEST (a_commit_that_changes_nobody_is_no_line)
{
  g_autofree char *id = NULL;
  g_autoptr (World) world = gathered (&id);
  guint commits = 0, lines = 0;
  pass (world, 7 * DAY, SECONDS (120));
  pass (world, SECONDS (600), SECONDS (1));
  for (guint i = 0; i < world->people->len; i++)
    lines += count_lines (world->people->pdata[i], id, &commits);
  ck_assert_uint_gt (commits, 0);
  ck_assert_uint_eq (lines, 0);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { an_idle_day_is_no_line, a_commit_that_changes_nobody_is_no_line };
  g_setenv ("CK_DEFAULT_TIMEOUT", "60", FALSE);
  return run_tests ("purple-plugin/budget", tests, G_N_ELEMENTS (tests));
}
