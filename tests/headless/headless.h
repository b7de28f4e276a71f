/* headless.h - a client without a face from inside: headless.c does what it is told, headless-wait.c knows what is so.
 */
#ifndef DEMLS_TESTS_HEADLESS_HEADLESS_H
#define DEMLS_TESTS_HEADLESS_HEADLESS_H

#include "user/user.h"

typedef struct {
  const char *directory, *nick, *address;
  GMainLoop *loop;
  Suite *suite;
  Rng *rng;
  DemlsStore *store;
  DemlsUser *user;
  DemlsDelivery *delivery;
  DemlsDeliverySink sink;
  char *group; /* or NULL */
  guint timer, stdin_source;
  GString *input;
  GPtrArray *chat;     /* of char*: all texts shown since the start */
  GHashTable *to_vote; /* of GBytes: ballots that wait for us */
  gboolean over;
  DemlsLink link;
  char **waiting; /* the words of a wait command, or NULL */
  gint64 wait_until;
} Headless;

/* The group's runner; NULL while there is no group or we are not in it. (borrowed) */
const DemlsRunner *headless_runner (const Headless *self);

/* Is it so, what a wait command waits for? `words`: "wait", what, and its argument. */
gboolean headless_holds (const Headless *self, char **words);

#endif
