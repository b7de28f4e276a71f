/* scene.h - what one needs to know of a group to put into words what happens in it, as values.
 *
 * Everything is borrowed. The functions that make sentences (question.h, notices.h) see the group through this only,
 * so they can be tried without one.
 */
#ifndef DEMLS_PURPLE_SCENE_H
#define DEMLS_PURPLE_SCENE_H

#include "purple-plugin/names.h"
#include "rules/policy.h"
#include "rules/proposal-kind.h"
#include "session/event.h"

/* What a vote is about. */
typedef struct {
  Span hash;
  DemlsKind kind;
  Span owner;
  Span target;               /* whom it concerns; or empty */
  const char *reason;        /* of a removal or accusation; or NULL */
  const char *title;         /* a new title; or NULL */
  const DemlsPolicy *policy; /* new rules; or NULL */
  gint64 opened, closes;     /* seconds since 1970; 0 unknown */
  gint64 auto_vote;          /* when my client votes by itself if I do not; 0 never */
  gboolean silence_is_yes;
  guint members; /* who may vote */
} DemlsQuestion;

typedef struct {
  gint64 now; /* seconds since 1970 */
  const char *title;
  Span me;
  const char *nick;              /* mine */
  const GPtrArray *people;       /* of DemlsPerson: all that were ever named here */
  const GPtrArray *open;         /* hashes of open votes, GBytes */
  const DemlsQuestion *question; /* of the ballot that it is about; NULL if it is not known any more */
  DemlsState before;             /* the state before a PHASE_CHANGE */
  guint members;
} DemlsScene;

#endif
