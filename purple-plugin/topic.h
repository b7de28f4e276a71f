/* topic.h - the line above a chat: its title and, while something is going on, one phrase about it (plugin P3).
 *
 * Pure. Finch has no such line: /info says the same.
 */
#ifndef DEMLS_PURPLE_TOPIC_H
#define DEMLS_PURPLE_TOPIC_H

#include "purple-plugin/scene.h"
#include "user/delivery.h"

/* What a group is doing. */
typedef struct {
  DemlsState state;
  gboolean confirmed; /* V29 */
  Span inviter;       /* who has to be heard, if it is not */
  gboolean out_of_sync, cloned;
  DemlsLink link;
  guint waiting; /* own messages */
  guint mine;    /* votes that wait for me */
  Span adding;   /* whom a vote that passed is about, while it is carried out; or empty */
  Span removing;
  gboolean changing; /* something else that passed is being carried out */
  guint applicants;
} DemlsStanding;

/* The phrase alone, plain; NULL while nothing is going on. (transfer full: g_free) */
char *demls_topic_phrase (const DemlsScene *scene, const DemlsStanding *standing);

/* Title and phrase, plain, without characters that a client could take for markup. (transfer full: g_free) */
char *demls_topic_text (const DemlsScene *scene, const DemlsStanding *standing);

#endif
