/* people.h - several people, each a real libpurple process with the built plugin (host.c), as a test sees them.
 *
 * Nothing sleeps: sees() waits for a line, up to a deadline, and shows all that was seen if it does not come.
 * DEMLS_TRACE shows everything as it is typed and seen.
 */
#ifndef DEMLS_TESTS_PEOPLE_H
#define DEMLS_TESTS_PEOPLE_H

#include "../lib/run.h"

#include <gio/gio.h>

typedef struct {
  const char *name;
  char *folder;           /* the user folder of libpurple */
  GPtrArray *options;     /* of char*, "OPTION=VALUE" for host */
  GPtrArray *before;      /* of char*: words before the host's own, e.g. "valgrind" */
  GPtrArray *environment; /* of char*, "NAME=VALUE" */
  GSubprocess *process;   /* NULL while it is not running */
  GDataInputStream *out;
  GPtrArray *lines; /* of char*: what was seen, since the last forget() */
  guint at;         /* of `lines`: how far sees() has looked */
} Person;

/* A folder of this test; everything is below it. People that still run are ended with it. */
void people_begin (void);
void people_end (void);

/* A path below it. (transfer full) */
char *people_path (const char *first, const char *second);

/* Somebody who is not running yet: on the test's shared folder, with preset quick. Lives until people_end(). */
Person *person_new (const char *name);
void person_option (Person *self, const char *option);

/* Starts the process and waits until it is online; ends it as a person does; kills it; stops and continues it. */
void starts (Person *self);
void launches (Person *self);
void quits (Person *self);
void is_killed (Person *self);
void is_signalled (Person *self, int signal);

/* Types one line of the script (host.c); with a printf format. */
void types (Person *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Waits until a line not yet looked at contains `part`; the line, valid until forget(). */
const char *sees (Person *self, const char *part);

/* Like sees(), among all lines since forget(); gives up after `seconds` (0: the usual deadline). */
const char *sees_within (Person *self, const char *part, guint seconds);

/* Types a line and waits until it is done: what it shows at once has been seen by then. */
void does (Person *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Has it been seen since forget()? How often? */
gboolean has_seen (const Person *self, const char *part);
guint count_seen (const Person *self, const char *part);

/* Lines that are logged: those in windows without NO_LOG, chat apart. */
guint count_logged (const Person *self);
void forget (Person *self);

/* A number out of "measured ..."; `measures` asks for it anew. */
void measures (Person *self);
guint64 measured (const Person *self, const char *what);

/* Founds a group; asks to join, and waits until that was said; the link. (transfer full) */
char *founds (Person *self, const char *title);
char *link_of (Person *self);
void asks_to_join (Person *self, const char *link);

/* `joiner` asks, all of `members` (NULL-terminated) vote yes, the joiner is in. */
void is_let_in (Person *joiner, const char *link, Person *const *members);

/* Does a file below `path` contain `text`? The path of the first, or NULL. (transfer full) */
char *file_with (const char *path, const char *text);

#endif
