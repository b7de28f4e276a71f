/* B1-B11 of reliability section 5: members who lie about commits, each with what is promised all the same. */
#include "rules/candidate-build.h"
#include "rules/limits.h"
#include "scene.h"

/* B1: the steward's commit can be opened by some only. Promised: all honest members are in one state again, by
 * themselves, and what was agreed is done (V20, V26, V30). */
START_TEST (b01_commit_to_half_the_group)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (5, 0, &liar);
  agree_on_title (sim, "Coffee");
  ck_assert (sim_lie (liar, SIM_LIE_HALF_COMMIT));
  liar->mute = TRUE;
  sim_tell (sim, 1200);
  expect_agreement (sim, "Coffee", 5);
  expect_no_framing (sim);
}
END_TEST

/* B2: two commits, one for each half. Promised: one state; both commits are evidence against their author (V19). */
START_TEST (b02_two_commits)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (5, 0, &liar);
  agree_on_title (sim, "Coffee");
  ck_assert (sim_lie (liar, SIM_LIE_TWO_COMMITS));
  liar->mute = TRUE;
  sim_tell (sim, 300);
  expect_agreement (sim, "Coffee", 5);
  expect_no_framing (sim);
  g_autofree char *line = g_strdup_printf ("holds evidence against %s", liar->base.name);
  ck_assert (sim_was_told (sim, line));
}
END_TEST

/* B3: a commit of what nobody agreed to. Promised: nobody merges it, and its signer pays (V15). */
START_TEST (b03_unvoted)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  const SimHonest *other = witness_of (sim);
  gint64 had = score (other, liar);
  ck_assert (sim_honest_expel (liar, &steward_at (sim, 1)->base));
  sim_tell (sim, 1);
  ck_assert (sim_lie (liar, SIM_LIE_UNVOTED));
  liar->mute = TRUE;
  sim_tell (sim, 300);
  expect_agreement (sim, "Tea", 4);
  expect_no_framing (sim);
  ck_assert_int_eq (score (other, liar), had - 50);
}
END_TEST

/* B4: the steward leaves out what does not suit it. Promised: somebody else commits that, or it follows next (V20,
 * V21). */
START_TEST (b04_dropped)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (5, 0, &liar);
  ck_assert (sim_honest_expel (witness_of (sim), &liar->base));
  sim_tell (sim, 0.5);
  all_say_yes (sim, 1);
  ck_assert (sim_honest_change (witness_of (sim), NULL, "Coffee"));
  sim_tell (sim, 0.5);
  all_say_yes (sim, 2);
  sim_tell (sim, 0.5);
  sim_lie (liar, SIM_LIE_DROPPED);
  liar->mute = TRUE;
  sim_tell (sim, 600);
  expect_agreement (sim, "Coffee", 4);
  expect_no_framing (sim);
}
END_TEST

/* B5: a commit of an epoch before. Promised: nothing happens. */
START_TEST (b05_old_commit)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 1, &liar);
  agree_on_title (sim, "Coffee");
  sim_tell (sim, 5);
  guint64 epoch = witness_of (sim)->state->epoch;
  ck_assert (sim_lie (liar, SIM_LIE_OLD_COMMIT));
  sim_tell (sim, 300);
  expect_agreement (sim, "Coffee", 4);
  ck_assert_uint_eq (witness_of (sim)->state->epoch, epoch);
  expect_no_framing (sim);
}
END_TEST

/* B6, H6: somebody else is named as steward. Promised: it is refused, and only its signer pays (V15). */
START_TEST (b06_claimed_steward)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  gint64 had = score (witness_of (sim), liar);
  agree_on_title (sim, "Coffee");
  if (!liar->base.index)
    return; /* it would name itself */
  ck_assert (sim_lie (liar, SIM_LIE_CLAIMED));
  liar->mute = TRUE;
  sim_tell (sim, 300);
  expect_agreement (sim, "Coffee", 4); /* by the backup */
  expect_no_framing (sim);
  ck_assert_int_lt (score (witness_of (sim), liar), had);
}
END_TEST

/* B7: a commit with a byte changed, wherever. Promised: refused, and the backup does the work. */
START_TEST (b07_broken_commit)
{
  for (guint i = 0; i < run_rounds (40); i += 10)
    {
      SimHonest *liar;
      g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
      agree_on_title (sim, "Coffee");
      for (guint j = 0; j < 10 && sim_liar_can (liar); j++)
        ck_assert (sim_lie (liar, SIM_LIE_BROKEN_COMMIT));
      liar->mute = TRUE;
      sim_tell (sim, 300);
      expect_agreement (sim, "Coffee", 4);
      expect_no_framing (sim);
    }
}
END_TEST

/* B8: the Welcome is broken. Promised: the joiner gets in, once it has announced itself again (V29). */
START_TEST (b08_bad_welcome)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  DemlsPolicy policy = quick (5);
  SimHonest *newcomer = sim_one (sim, "grace");
  ck_assert (sim_honest_await (newcomer, witness_of (sim), &policy));
  sim_tell (sim, 0.5);
  all_say_yes (sim, 1);
  sim_tell (sim, 0.5);
  ck_assert (sim_lie (liar, SIM_LIE_BAD_WELCOME));
  liar->mute = TRUE;
  gint64 end = sim->now + 1800 * SIM_SECOND;
  while (!sim_honest_is_in (newcomer) && sim->now < end)
    sim_tell (sim, 10);
  ck_assert (sim_honest_is_in (newcomer));
  sim_honest_confirm (newcomer);
  sim_settle (sim, 600);
  expect_agreement (sim, "Tea", 5);
}
END_TEST

/* B9: the steward says nothing. Promised: the backup commits in its turn, and absence costs nothing (V21, mandates
 * 9). */
START_TEST (b09_silent_steward)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 0, &liar);
  liar->mute = TRUE;
  gint64 had = score (witness_of (sim), liar);
  agree_on_title (sim, "Coffee");
  sim_tell (sim, 200);
  ck_assert_str_eq (witness_of (sim)->state->governance->title, "Coffee");
  ck_assert_int_eq (score (witness_of (sim), liar), had);
  expect_no_framing (sim);
}
END_TEST

/* B10, H5: a thousand candidates that are none. Promised: they cost nobody else anything, and work goes on. */
START_TEST (b10_commit_flood)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (4, 1, &liar);
  gsize before, after;
  sim_store_size (witness_of (sim)->store, &before);
  for (guint i = 0; i < run_rounds (1000); i += 40)
    ck_assert (sim_lie (liar, SIM_LIE_FLOOD));
  sim_store_size (witness_of (sim)->store, &after);
  ck_assert_uint_lt (after, before + 1024 * 1024);
  agree_on_title (sim, "Coffee");
  sim_tell (sim, 100);
  expect_agreement (sim, "Coffee", 4);
  expect_no_framing (sim);
}
END_TEST

/* B11, H8, H12: of many equal candidates the one with the best hash. Promised: it may win, and wins nothing: what it
 * does is what was agreed (V15), and its rank was settled before its hash (V19). */
START_TEST (b11_ground_hash)
{
  SimHonest *liar;
  g_autoptr (SimWorld) sim = liar_story (5, 2, &liar);
  agree_on_title (sim, "Coffee");
  ck_assert (sim_lie (liar, SIM_LIE_GROUND));
  liar->mute = TRUE;
  sim_tell (sim, 300);
  expect_agreement (sim, "Coffee", 5);
  expect_no_framing (sim);
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    b01_commit_to_half_the_group,
    b02_two_commits,
    b03_unvoted,
    b04_dropped,
    b05_old_commit,
    b06_claimed_steward,
    b07_broken_commit,
    b08_bad_welcome,
    b09_silent_steward,
    b10_commit_flood,
    b11_ground_hash,
  };
  return run_tests ("scenarios/liars-commit", tests, G_N_ELEMENTS (tests));
}
