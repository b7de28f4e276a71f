/* lore.h - what is remembered of a group so that what happens in it can be put into words: who is who, and what votes
 * were about when they are over.
 *
 * Knows nothing of libpurple. The names of people are those under which they were seen last, so a line about somebody
 * who is gone still has a name; demls_lore_catch_up() takes over new ones, after the line that says so.
 */
#ifndef DEMLS_PURPLE_LORE_H
#define DEMLS_PURPLE_LORE_H

#include "purple-plugin/scene.h"
#include "user/user.h"

typedef struct {
  char *id;
  char *title;           /* the newest known; or NULL */
  DemlsState state;      /* as of the newest PHASE_CHANGE that was heard */
  GPtrArray *people;     /* of DemlsPerson */
  GHashTable *questions; /* GBytes hash -> kept question */
  GHashTable *reminded;  /* GBytes hash of votes that the user was reminded of (watch.c) */
} DemlsLore;

/* Nothing is known yet of this conversation. (transfer full) */
DemlsLore *demls_lore_new (const char *id, DemlsState state);
void demls_lore_free (DemlsLore *self);

/* Before the line about an event is made: who asks to join says its name in the event. */
void demls_lore_hear (DemlsLore *self, const DemlsEvent *event);

/* Somebody was called so once; does nothing if the person has a name here already. */
void demls_lore_know (DemlsLore *self, GBytes *id, const char *nick);

/* What is known now. The scene borrows from the lore, until this is called again, and from `*open`, which is the
 * caller's to free. `ballot`: what the question is, or NULL. */
DemlsScene demls_lore_scene (DemlsLore *self, const DemlsUser *user, GBytes *ballot, DemlsNow now, GPtrArray **open);

/* After the line about an event was made (NULL: about none): names and states are the new ones from now on. */
void demls_lore_catch_up (DemlsLore *self, const DemlsUser *user, const DemlsEvent *event);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsLore, demls_lore_free)

#endif
