/* sim-words.h - events in words, for logs and for the stories that tests tell.
 */
#ifndef DEMLS_TESTS_SIM_WORDS_H
#define DEMLS_TESTS_SIM_WORDS_H

#include "sim-world.h"

/* What the member's log line says about an event, or NULL if it is not worth one. (transfer full: g_free) */
char *sim_words (SimWorld *world, SimMember *member, const DemlsEvent *event);

/* "add dave, remove carol". (transfer full: g_free) */
char *sim_action_words (SimWorld *world, const GPtrArray *actions);

/* The name of a member, or the first digits of an id nobody here has. (transfer full: g_free) */
char *sim_name (SimWorld *world, GBytes *id);

/* The names of several, with commas. (transfer full: g_free) */
char *sim_names (SimWorld *world, const GPtrArray *ids);

#endif
