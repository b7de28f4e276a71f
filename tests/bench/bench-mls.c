/* bench-mls.c - what the operations of the MLS engine cost, beside the primitives that they cannot do without.
 *
 *   bench-mls [number of members ...]        default: 2 10 100 1000 5000
 *
 * Suite 1. A round measures the primitives and then the operation once; the ratio of a round is between those two, and
 * the median of all rounds' ratios is printed. All times are CPU time of this process. No round repeats the input of
 * another: commits come from a chain of epochs, joins from different members, added key packages are parsed anew, so
 * that nothing is remembered that a real member would have to compute.
 *
 * Targets hold for 1,000 members. They are printed, never asserted.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/mls-fixture.h"
#include "../lib/primitives.h"

#define MAX_ROUNDS 15
#define ENOUGH 2e6 /* microseconds spent on one operation */
#define BATCH 20
#define TARGET_SIZE 1000
#define MEMORY_TARGET (2.0 * 1024 * 1024)

/* The groups of one size. */
typedef struct {
  Suite *suite;
  Rng *rng;
  guint n;
  GPtrArray *members; /* of FixtureMember; the first is the founder */
  GBytes *capabilities;
  GBytes *credential;
  MlsGroup *founder; /* alone */
  MlsGroup *fresh;   /* the founder after adding all others at once: every other leaf is unmerged */
  GBytes *welcome;   /* of that commit */
  guint next_joiner;
  MlsGroup *full;   /* leaf 0 of a tree without blank parents */
  MlsGroup *across; /* the last leaf of the same: shares only the root with leaf 0 (n > 2) */
  MlsGroup *beside; /* leaf 1: shares the whole path; NULL if n = 2 */
} Scene;

typedef double Counts[N_PRIMITIVES];

typedef struct {
  const char *name;
  double target;                /* multiple of the floor */
  double fastest_ms;            /* of the fastest known implementation, 1,000 members; 0: not known */
  double (*run) (Scene *scene); /* once; the microseconds of the operation itself */
  char *(*count) (const Scene *scene, Counts counts); /* the floor, also in words */
} Operation;

typedef struct {
  double best, median, ratio;
  guint rounds;
} Figures;

static gpointer
must (gpointer result, GError *error)
{
  if (!result)
    g_error ("bench: %s", error ? error->message : "failed");
  return result;
}

static void
adopt (MlsGroup **group, MlsGroup *next)
{
  g_clear_pointer (group, mls_group_free);
  *group = next;
}

static MlsGroup *
follow (MlsGroup *group, GBytes *commit)
{
  g_autoptr (GError) error = NULL;
  return must (fixture_follow (group, commit, &error), error);
}

/* --- the operations ---------------------------------------------------------------------------------------------- */

static double
run_key_package (Scene *scene)
{
  const FixtureMember *founder = scene->members->pdata[0];
  MlsKeyPackageFields fields = { .credential = span_bytes (scene->credential),
                                 .capabilities = span_bytes (scene->capabilities),
                                 .not_before = 0,
                                 .not_after = G_MAXUINT32 };
  double start = cpu_time ();
  for (guint i = 0; i < BATCH; i++)
    {
      g_autoptr (GError) error = NULL;
      mls_key_package_secrets_free (
          must (mls_key_package_new (scene->suite, scene->rng, founder->key, &fields, &error), error));
    }
  return (cpu_time () - start) / BATCH;
}

/* From the bytes of the others' key packages to commit and Welcome. */
static double
run_add (Scene *scene)
{
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_proposal_unref);
  double start = cpu_time ();
  for (guint i = 1; i < scene->n; i++)
    {
      g_autoptr (GError) error = NULL;
      Span encoded = span_bytes (fixture_member_package (scene->members->pdata[i])->encoded);
      g_autoptr (MlsKeyPackage) package = must (mls_key_package_parse (encoded, &error), error);
      g_ptr_array_add (proposals, mls_proposal_add (package));
    }
  g_autoptr (MlsOwnCommit) commit = fixture_commit (scene->founder, scene->rng, proposals);
  double took = cpu_time () - start;
  if (!scene->fresh)
    {
      scene->fresh = g_steal_pointer (&commit->next);
      scene->welcome = g_steal_pointer (&commit->welcome);
    }
  return took;
}

static double
run_create_fresh (Scene *scene)
{
  double start = cpu_time ();
  g_autoptr (MlsOwnCommit) commit = fixture_commit (scene->fresh, scene->rng, NULL);
  double took = cpu_time () - start;
  adopt (&scene->fresh, g_steal_pointer (&commit->next));
  return took;
}

/* One commit of leaf 0 in the full tree, followed by the two others. */
static void
full_round (Scene *scene, double *create, double *across, double *beside)
{
  double start = cpu_time ();
  g_autoptr (MlsOwnCommit) commit = fixture_commit (scene->full, scene->rng, NULL);
  *create = cpu_time () - start;
  start = cpu_time ();
  MlsGroup *next = follow (scene->across, commit->message);
  *across = cpu_time () - start;
  adopt (&scene->across, next);
  start = cpu_time ();
  next = scene->beside ? follow (scene->beside, commit->message) : NULL;
  *beside = cpu_time () - start;
  adopt (&scene->beside, next);
  adopt (&scene->full, g_steal_pointer (&commit->next));
}

static double
run_create_full (Scene *scene)
{
  double create, across, beside;
  full_round (scene, &create, &across, &beside);
  return create;
}

static double
run_process_across (Scene *scene)
{
  double create, across, beside;
  full_round (scene, &create, &across, &beside);
  return across;
}

static double
run_process_beside (Scene *scene)
{
  double create, across, beside;
  full_round (scene, &create, &across, &beside);
  return beside;
}

static double
run_join (Scene *scene)
{
  g_autoptr (GError) error = NULL;
  const FixtureMember *joiner = scene->members->pdata[1 + scene->next_joiner++ % (scene->n - 1)];
  double start = cpu_time ();
  g_autoptr (MlsGroup) group = must (fixture_join (scene->suite, joiner, scene->welcome, &error), error);
  double took = cpu_time () - start;
  g_assert (mls_tree_members (mls_group_tree (group)) == scene->n);
  return took;
}

/* Leaf 0 of the full tree adds one member, who joins; nobody adopts the commit. */
static double
run_join_full (Scene *scene)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FixtureMember) joiner = fixture_member_new (scene->suite, scene->rng, "late");
  g_autoptr (GPtrArray) proposals = fixture_proposals (mls_proposal_add (fixture_member_package (joiner)), NULL);
  g_autoptr (MlsOwnCommit) commit = fixture_commit (scene->full, scene->rng, proposals);
  double start = cpu_time ();
  g_autoptr (MlsGroup) group = must (fixture_join (scene->suite, joiner, commit->welcome, &error), error);
  double took = cpu_time () - start;
  g_assert (mls_tree_members (mls_group_tree (group)) == scene->n + 1);
  return took;
}

static void
message_round (Scene *scene, double *protect, double *unprotect)
{
  static const guint8 text[1024] = "a kibibyte";
  GBytes *sealed[BATCH];
  double start = cpu_time ();
  for (guint i = 0; i < BATCH; i++)
    {
      g_autoptr (GError) error = NULL;
      sealed[i] = must (mls_group_seal (scene->full, scene->rng, SPAN_OF (text), SPAN_EMPTY, 0, &error), error);
    }
  *protect = (cpu_time () - start) / BATCH;
  start = cpu_time ();
  for (guint i = 0; i < BATCH; i++)
    {
      g_autoptr (GError) error = NULL;
      mls_received_free (must (mls_group_receive (scene->across, span_bytes (sealed[i]), &error), error));
    }
  *unprotect = (cpu_time () - start) / BATCH;
  for (guint i = 0; i < BATCH; i++)
    g_bytes_unref (sealed[i]);
}

static double
run_protect (Scene *scene)
{
  double protect, unprotect;
  message_round (scene, &protect, &unprotect);
  return protect;
}

static double
run_unprotect (Scene *scene)
{
  double protect, unprotect;
  message_round (scene, &protect, &unprotect);
  return unprotect;
}

/* --- their floors ------------------------------------------------------------------------------------------------ */

/* The shared secret is extracted and expanded, the schedule extracts once and expands key and nonce. */
static void
count_hpke (Counts counts, guint seals, guint opens)
{
  counts[PRIMITIVE_BASE] += seals;
  counts[PRIMITIVE_DH] += seals + opens;
  counts[PRIMITIVE_HMAC] += 5 * (seals + opens);
  counts[PRIMITIVE_AEAD] += seals + opens;
}

static char *
count_key_package (const Scene *scene G_GNUC_UNUSED, Counts counts)
{
  counts[PRIMITIVE_BASE] = 2;
  counts[PRIMITIVE_SIGN] = 2;
  return g_strdup ("2 base + 2 sign");
}

static char *
count_add (const Scene *scene, Counts counts)
{
  guint added = scene->n - 1;
  counts[PRIMITIVE_VERIFY] = 2 * added;
  count_hpke (counts, added, 0);
  return g_strdup_printf ("%u x (2 verify + 1 HPKE seal)", added);
}

/* The path that leaf 0 of `group` would make now. */
static char *
count_create (const MlsGroup *group, Counts counts)
{
  const MlsTree *tree = mls_group_tree (group);
  guint32 path[MLS_MAX_DEPTH], copath[MLS_MAX_DEPTH];
  guint length = mls_tree_filtered_path (tree, mls_group_own_leaf (group), path, copath);
  guint seals = 0;
  for (guint i = 0; i < length; i++)
    seals += mls_tree_resolution_size (tree, copath[i]);
  counts[PRIMITIVE_BASE] = length + 1;
  counts[PRIMITIVE_SIGN] = 2;
  count_hpke (counts, seals, 0);
  return g_strdup_printf ("%u HPKE seals + %u base + 2 sign", seals, length + 1);
}

static char *
count_create_full (const Scene *scene, Counts counts)
{
  return count_create (scene->full, counts);
}

static char *
count_create_fresh (const Scene *scene, Counts counts)
{
  return count_create (scene->fresh, counts);
}

static char *
count_process (const Scene *scene G_GNUC_UNUSED, Counts counts)
{
  counts[PRIMITIVE_VERIFY] = 2;
  count_hpke (counts, 0, 1);
  return g_strdup ("2 verify + 1 HPKE open");
}

/* The nearest leaf opens the lowest path secret and has to derive every key above it. */
static char *
count_process_beside (const Scene *scene, Counts counts)
{
  guint32 path[MLS_MAX_DEPTH], copath[MLS_MAX_DEPTH];
  guint length = mls_tree_filtered_path (mls_group_tree (scene->full), 0, path, copath);
  counts[PRIMITIVE_VERIFY] = 2;
  counts[PRIMITIVE_BASE] = length;
  count_hpke (counts, 0, 1);
  return g_strdup_printf ("2 verify + 1 HPKE open + %u base", length);
}

static char *
count_join (const Scene *scene, Counts counts)
{
  counts[PRIMITIVE_VERIFY] = scene->n + 1;
  count_hpke (counts, 0, 1);
  return g_strdup_printf ("%u verify + 1 HPKE open", scene->n + 1);
}

static char *
count_join_full (const Scene *scene, Counts counts)
{
  counts[PRIMITIVE_VERIFY] = scene->n + 2;
  count_hpke (counts, 0, 1);
  return g_strdup_printf ("%u verify + 1 HPKE open", scene->n + 2);
}

static char *
count_protect (const Scene *scene G_GNUC_UNUSED, Counts counts)
{
  counts[PRIMITIVE_SIGN_1K] = 1;
  counts[PRIMITIVE_SEAL_1K] = 1;
  return g_strdup ("1 sign + 1 AEAD, of 1 KiB");
}

static char *
count_unprotect (const Scene *scene G_GNUC_UNUSED, Counts counts)
{
  counts[PRIMITIVE_VERIFY_1K] = 1;
  counts[PRIMITIVE_OPEN_1K] = 1;
  return g_strdup ("1 verify + 1 AEAD, of 1 KiB");
}

enum { ADD = 1, PROCESS = 2 };

static const Operation operations[] = {
  { "key package", 1.2, 0, run_key_package, count_key_package },
  [ADD] = { "add n-1, Welcome", 1.4, 304, run_add, count_add },
  [PROCESS] = { "process, full tree", 3, 3.2, run_process_across, count_process },
  { "  as nearest leaf", 3, 0, run_process_beside, count_process_beside },
  { "create, full tree", 1.6, 6.7, run_create_full, count_create_full },
  { "create, fresh tree", 1.2, 42, run_create_fresh, count_create_fresh },
  { "join, fresh tree", 1.15, 54, run_join, count_join },
  { "join, full tree", 1.15, 0, run_join_full, count_join_full },
  { "protect 1 KiB", 1.4, 0.057, run_protect, count_protect },
  { "unprotect 1 KiB", 1.3, 0.060, run_unprotect, count_unprotect },
};

/* --- measuring --------------------------------------------------------------------------------------------------- */

static int
by_value (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;
  return (left > right) - (left < right);
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, by_value);
  return values[n / 2];
}

static double
floor_now (const Primitives *primitives, const Counts counts)
{
  double sum = 0;
  for (guint i = 0; i < N_PRIMITIVES; i++)
    sum += counts[i] * primitives_last (primitives, (Primitive) i);
  return sum;
}

static Figures
measure (const Operation *operation, Scene *scene, Primitives *primitives, const Counts counts)
{
  double times[MAX_ROUNDS], ratios[MAX_ROUNDS];
  double spent = 0;
  guint rounds = 0;
  while (rounds < MAX_ROUNDS && spent < ENOUGH)
    {
      primitives_measure (primitives);
      times[rounds] = operation->run (scene);
      ratios[rounds] = times[rounds] / floor_now (primitives, counts);
      spent += times[rounds++];
    }
  Figures figures = { .rounds = rounds, .ratio = median (ratios, rounds) };
  figures.median = median (times, rounds);
  figures.best = times[0];
  return figures;
}

/* Our milliseconds beside those of the fastest known implementation. */
static char *
compare (const Operation *operation, const Figures *figures)
{
  if (operation->fastest_ms > 0)
    return g_strdup_printf ("%.3g / %.3g ms", figures->median / 1e3, operation->fastest_ms);
  return g_strdup ("");
}

static Figures
bench (const Operation *operation, Scene *scene, Primitives *primitives)
{
  Counts counts = { 0 };
  g_autofree char *words = operation->count (scene, counts);
  Figures figures = measure (operation, scene, primitives, counts);
  const char *verdict = figures.ratio <= operation->target ? "met" : "MISS";
  g_autofree char *compared = compare (operation, &figures);
  gboolean judged = scene->n == TARGET_SIZE;
  g_print ("%-20s %11.1f %11.1f %5.2f %5.2f  %-4s %-19s %s (%u rounds)\n", operation->name, figures.median,
           figures.best, figures.ratio, operation->target, judged ? verdict : "", judged ? compared : "", words,
           figures.rounds);
  return figures;
}

/* --- scenes ------------------------------------------------------------------------------------------------------ */

static void
set_up_full (Scene *scene)
{
  guint32 leaves[] = { 0, scene->n - 1, 1 };
  guint n_leaves = scene->n > 2 ? 3 : 2;
  g_autoptr (GPtrArray) groups = fixture_full_tree_group (scene->suite, scene->rng, scene->n, leaves, n_leaves);
  g_ptr_array_set_free_func (groups, NULL);
  scene->full = groups->pdata[0];
  scene->across = groups->pdata[1];
  scene->beside = n_leaves > 2 ? groups->pdata[2] : NULL;
}

static void
set_up (Scene *scene, Suite *suite, Rng *rng, guint n)
{
  *scene = (Scene){ .suite = suite, .rng = rng, .n = n };
  scene->capabilities = fixture_capabilities (suite);
  scene->credential = mls_credential_basic (span_str ("bench"));
  scene->members = fixture_members_new (suite, rng, n);
  scene->founder = fixture_create (suite, rng, scene->members->pdata[0]);
  set_up_full (scene);
}

static void
tear_down (Scene *scene)
{
  g_clear_pointer (&scene->founder, mls_group_free);
  g_clear_pointer (&scene->fresh, mls_group_free);
  g_clear_pointer (&scene->full, mls_group_free);
  g_clear_pointer (&scene->across, mls_group_free);
  g_clear_pointer (&scene->beside, mls_group_free);
  g_bytes_unref (scene->welcome);
  g_bytes_unref (scene->capabilities);
  g_bytes_unref (scene->credential);
  g_ptr_array_unref (scene->members);
}

/* --- memory ------------------------------------------------------------------------------------------------------ */

static double
allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();
  return (double) (info.uordblks + info.hblkhd);
}

static void
report_join (const Scene *scene, const char *tree, const FixtureMember *joiner, GBytes *welcome)
{
  g_autoptr (GError) error = NULL;
  double before = allocated ();
  g_autoptr (MlsGroup) group = must (fixture_join (scene->suite, joiner, welcome, &error), error);
  double size = allocated () - before;
  guint members = mls_tree_members (mls_group_tree (group));
  g_print ("memory of a joined group, %s tree: %.0f KiB, %.0f bytes a member", tree, size / 1024, size / members);
  if (scene->n == TARGET_SIZE)
    g_print ("; target %.0f KiB: %s", MEMORY_TARGET / 1024, size <= MEMORY_TARGET ? "met" : "MISS");
  g_print ("\n");
}

static void
report_memory (Scene *scene)
{
  report_join (scene, "fresh", scene->members->pdata[1], scene->welcome);
  g_autoptr (FixtureMember) joiner = fixture_member_new (scene->suite, scene->rng, "last");
  g_autoptr (GPtrArray) proposals = fixture_proposals (mls_proposal_add (fixture_member_package (joiner)), NULL);
  g_autoptr (MlsOwnCommit) commit = fixture_commit (scene->full, scene->rng, proposals);
  report_join (scene, "full", joiner, commit->welcome);
  g_print ("\n");
}

/* --- the run ----------------------------------------------------------------------------------------------------- */

static void
print_primitives (const Primitives *primitives)
{
  g_print ("%-24s %8s  %s\n", "primitive, best", "us", "faster library");
  for (guint i = 0; i < N_PRIMITIVES; i++)
    g_print ("%-24s %8.2f  %s\n", primitive_name ((Primitive) i), primitives_best (primitives, (Primitive) i),
             primitives_faster (primitives, (Primitive) i));
}

static void
bench_size (Suite *suite, Rng *rng, Primitives *primitives, guint n, Figures figures[G_N_ELEMENTS (operations)])
{
  Scene scene;
  set_up (&scene, suite, rng, n);
  g_print ("n = %u\n%-20s %11s %11s %5s %5s %5s %-19s %s\n", n, "operation", "us median", "us best", "ratio", "target",
           "", n == TARGET_SIZE ? "ours / fastest" : "", "floor");
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    if (operations[i].run == run_process_beside && !scene.beside)
      continue;
    else
      figures[i] = bench (&operations[i], &scene, primitives);
  report_memory (&scene);
  tear_down (&scene);
}

static void
print_growth (const Figures *small, const Figures *large)
{
  double add = large[ADD].best / small[ADD].best, process = large[PROCESS].best / small[PROCESS].best;
  g_print ("from 1,000 to 5,000 members: adding %.2f-fold (target 6: %s), processing %.2f-fold (target 2: %s)\n\n", add,
           add <= 6 ? "met" : "MISS", process, process <= 2 ? "met" : "MISS");
}

int
main (int argc, char **argv)
{
  static const guint defaults[] = { 2, 10, 100, 1000, 5000 };
  g_autoptr (Suite) suite = suite_new (1);
  g_autoptr (Rng) rng = rng_new_seeded (1);
  g_autoptr (Primitives) primitives = primitives_new ();
  Figures small[G_N_ELEMENTS (operations)] = { 0 }, large[G_N_ELEMENTS (operations)] = { 0 },
                             other[G_N_ELEMENTS (operations)];
  guint count = argc > 1 ? (guint) argc - 1 : G_N_ELEMENTS (defaults);
  for (guint i = 0; i < count; i++)
    {
      guint n = argc > 1 ? (guint) atoi (argv[i + 1]) : defaults[i];
      if (n < 2)
        g_error ("bench-mls: %s: a group has at least 2 members", argv[i + 1]);
      bench_size (suite, rng, primitives, n, n == 1000 ? small : n == 5000 ? large : other);
    }
  if (small[ADD].rounds && large[ADD].rounds)
    print_growth (small, large);
  print_primitives (primitives);
  return EXIT_SUCCESS;
}
