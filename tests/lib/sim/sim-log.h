/* sim-log.h - what happened in a simulated world, line by line.
 *
 *   [ 12.020] bob    votes yes on #1
 *
 * The log is the proof that a seed repeats: two runs of one seed must have the same digest. Only the last lines are
 * kept unless all are asked for, because a long run would fill the memory with what nobody reads.
 */
#ifndef DEMLS_TESTS_SIM_LOG_H
#define DEMLS_TESTS_SIM_LOG_H

#include <glib.h>

typedef struct _SimLog SimLog;

/* Keeps the last `keep` lines (0: all); writes each to standard error too if `echo`. (transfer full) */
SimLog *sim_log_new (guint keep, gboolean echo);
void sim_log_free (SimLog *self);

/* One line: the instant in microseconds, who (NULL: the world), and what. */
void sim_log (SimLog *self, gint64 at, const char *who, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* The digest of all lines so far, in hexadecimal; their number; the lines that were kept. (transfer full: g_free) */
char *sim_log_digest (const SimLog *self);
guint64 sim_log_lines (const SimLog *self);
char *sim_log_text (const SimLog *self);

/* Forgets the lines, so that sim_log_text() begins anew; the digest goes on. */
void sim_log_clear (SimLog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimLog, sim_log_free)

#endif
