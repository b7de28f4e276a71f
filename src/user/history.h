/* history.h - what was said and decided in a group, as kept in the store (DESIGN X10).
 *
 * Lines are numbered in the order in which they were saved. Which of them were shown is known by one number, so that
 * after a crash what may not have been shown is shown, and all else is not shown again. A history that may keep no
 * lines still keeps those that were not shown.
 */
#ifndef DEMLS_HISTORY_H
#define DEMLS_HISTORY_H

#include "base/bytes.h"
#include "session/event.h"

#define DEMLS_DECISIONS_MAX 200

typedef struct {
  guint64 serial;       /* from 1 */
  gint64 time;          /* seconds since 1970: the sender's claim */
  gboolean own;
  GBytes *member;       /* member id of who said it */
  char *nick;           /* what it was called then; may be "" */
  GBytes *message_id;   /* may be empty */
  char *text;
} DemlsHistoryLine;

/* Something was decided by a vote, or done by a commit. */
typedef struct {
  guint64 serial;
  gint64 time;
  gboolean done;        /* FALSE: decided; TRUE: committed */
  gboolean approved;
  guint64 epoch;        /* if done */
  GBytes *ballot;       /* if decided; or empty */
  GBytes *member;       /* if done: who committed; or empty */
  guint yes, no, witnesses, electorate;
  GPtrArray *actions;   /* of DemlsAction */
} DemlsDecision;

typedef struct {
  GPtrArray *lines;     /* of DemlsHistoryLine, oldest first */
  GPtrArray *decisions; /* of DemlsDecision, oldest first */
  guint64 next_line, next_decision;
  guint64 shown;        /* serial of the newest line that was shown */
} DemlsHistory;

/* Empty. (transfer full) */
DemlsHistory *demls_history_new (void);
void demls_history_free (DemlsHistory *self);

/* Adds a line made of a CHAT event, or a decision of a CONSENSUS_REACHED or COMMIT_APPLIED. (borrowed) */
const DemlsHistoryLine *demls_history_add (DemlsHistory *self, const DemlsEvent *chat, const char *nick);
const DemlsDecision *demls_history_decide (DemlsHistory *self, const DemlsEvent *event);

/* Takes the oldest line (decision) out if there are more than may be kept; NULL if not. A line that was not shown
 * stays. (transfer full) */
DemlsHistoryLine *demls_history_trim (DemlsHistory *self, guint limit);
DemlsDecision *demls_history_trim_decisions (DemlsHistory *self);

/* A line as a CHAT event again. (transfer full) */
DemlsEvent *demls_history_line_event (const DemlsHistoryLine *line);

/* Rows and back. Loading takes rows in the order of their serials; FALSE if one is damaged. (save: transfer full) */
GBytes *demls_history_line_save (const DemlsHistoryLine *self);
gboolean demls_history_line_load (DemlsHistory *self, Span row);
GBytes *demls_decision_save (const DemlsDecision *self);
gboolean demls_decision_load (DemlsHistory *self, Span row);

void demls_history_line_free (DemlsHistoryLine *self);
void demls_decision_free (DemlsDecision *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsHistory, demls_history_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsHistoryLine, demls_history_line_free)

#endif
