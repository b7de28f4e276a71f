/* names.h - how people call each other and their votes (plugin P5, P6).
 *
 * Members are called by nickname; two of one name are told apart as `name#1a2b`, the beginning of the member id. Votes
 * are called by number: #417 is made of the vote's hash, so it is the same on every screen; votes that share a number
 * while they are open carry more digits: #417-a3.
 *
 * Errors are DEMLS_NAME_ERROR; their messages are plain text for people.
 */
#ifndef DEMLS_PURPLE_NAMES_H
#define DEMLS_PURPLE_NAMES_H

#include "base/bytes.h"

#define DEMLS_NAME_ERROR (demls_name_error_quark ())
GQuark demls_name_error_quark (void);

typedef enum {
  DEMLS_NAME_ERROR_UNKNOWN,
  DEMLS_NAME_ERROR_AMBIGUOUS,
  DEMLS_NAME_ERROR_INVALID, /* no name or number at all */
} DemlsNameError;

/* Somebody with a member id; the nickname is as the person claims it, NULL if none is known. */
typedef struct {
  GBytes *id;
  char *nick;
} DemlsPerson;

DemlsPerson *demls_person_new (GBytes *id, const char *nick);
void demls_person_free (DemlsPerson *self);

/* What to call `id` among `people` (of DemlsPerson): nickname, `name#1a2b` if others have it too, or the short
 * fingerprint of somebody unknown. Plain, one line. (transfer full: g_free) */
char *demls_people_label (const GPtrArray *people, Span id);

/* Who is meant by `typed`: a nickname in any case, `name#1a2b`, or the first 4 or more digits of a member id alone
 * after `#`. NULL: the error names the near ones, or all that it can be. */
const DemlsPerson *demls_people_find (const GPtrArray *people, const char *typed, GError **error);

/* A vote's number with as many digits as it takes among `open` (hashes, GBytes), "417" or "417-a3".
 * (transfer full: g_free) */
char *demls_ballot_label (const GPtrArray *open, Span hash);

/* Which of `open` is meant by "417", "#417", "417-a3" or 6 and more digits of its hash. NULL: the error says why. */
GBytes *demls_ballot_find (const GPtrArray *open, const char *typed, GError **error);

#endif
