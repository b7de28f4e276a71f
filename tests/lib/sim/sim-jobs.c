#include "sim-jobs.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef enum { SLOT_WAITS, SLOT_RUNS, SLOT_GOOD, SLOT_BAD } SlotState;

typedef struct {
  gint state;         /* SlotState */
  gboolean converged; /* `took` is known */
  gint64 took;
} Slot;

/* What the processes share. */
typedef struct {
  gint next;                      /* task */
  SimCounts counts[SIM_JOBS_MAX]; /* without the list, which is in the slots */
  Slot slots[];
} Board;

static Board *
board_new (guint n_tasks, gsize *size)
{
  *size = sizeof (Board) + n_tasks * sizeof (Slot);
  Board *board = mmap (NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (board == MAP_FAILED)
    g_error ("no memory to share");
  return board;
}

static void
work (Board *board, const GArray *tasks, guint job)
{
  g_autoptr (SimCounts) counts = sim_counts_new ();
  for (;;)
    {
      guint i = (guint) g_atomic_int_add (&board->next, 1);
      if (i >= tasks->len)
        return;
      const SimTask *task = &g_array_index (tasks, SimTask, i);
      Slot *slot = &board->slots[i];
      slot->state = SLOT_RUNS;
      guint before = counts->convergence->len;
      gboolean good = sim_seed_check (&task->seed, task->twice, counts);
      slot->converged = counts->convergence->len > before;
      if (slot->converged)
        slot->took = g_array_index (counts->convergence, gint64, before);
      board->counts[job] = *counts;
      slot->state = good ? SLOT_GOOD : SLOT_BAD;
    }
}

static guint
collect_slots (const Board *board, const GArray *tasks, SimCounts *counts)
{
  guint failed = 0;
  for (guint i = 0; i < tasks->len; i++)
    {
      const Slot *slot = &board->slots[i];
      failed += slot->state != SLOT_GOOD;
      if (slot->converged)
        g_array_append_val (counts->convergence, slot->took);
      if (slot->state == SLOT_GOOD || slot->state == SLOT_BAD)
        continue;
      g_autofree char *replay = sim_seed_replay (&g_array_index (tasks, SimTask, i).seed);
      g_printerr ("%s\n  see it: %s\n", slot->state == SLOT_RUNS ? "the program died at a seed" : "a seed was not run",
                  replay);
    }
  return failed;
}

guint
sim_jobs_run (const GArray *tasks, guint jobs, SimCounts *counts)
{
  gsize size;
  Board *board = board_new (tasks->len, &size);
  jobs = CLAMP (jobs, 1, SIM_JOBS_MAX);
  fflush (NULL);
  for (guint job = 0; job < jobs; job++)
    {
      pid_t child = fork ();
      if (child < 0)
        g_error ("no process: %s", g_strerror (errno));
      if (child > 0)
        continue;
      work (board, tasks, job);
      fflush (NULL);
      _exit (0);
    }
  while (wait (NULL) > 0)
    continue;
  guint failed = collect_slots (board, tasks, counts);
  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint job = 0; job < jobs; job++)
    {
      board->counts[job].convergence = none;
      sim_counts_add (counts, &board->counts[job]);
    }
  munmap (board, size);
  return failed;
}
