/* error.h - why the session floor refuses something: named after what the caller does next.
 *
 * A function that refuses sets exactly one of these (or a code of MLS_ERROR, CONSENSUS_ERROR or the rules) and has
 * changed nothing. The message text is for logs.
 */
#ifndef DEMLS_SESSION_ERROR_H
#define DEMLS_SESSION_ERROR_H

#include <glib.h>

#define DEMLS_ERROR (demls_error_quark ())
GQuark demls_error_quark (void);

typedef enum {
  /* what the user asked for */
  DEMLS_ERROR_BLOCKED,       /* not in this state (G18): still joining, over, out of sync, somebody uses our keys */
  DEMLS_ERROR_NOT_MEMBER,    /* the named person is no member */
  DEMLS_ERROR_UNKNOWN,       /* no such ballot or applicant */
  DEMLS_ERROR_LIMIT,         /* too many open ballots or messages (G151) */
  DEMLS_ERROR_INVALID,       /* a text, policy or id that is not allowed */
  DEMLS_ERROR_DUPLICATE,     /* a ballot on this very matter is open */
  DEMLS_ERROR_ALREADY_VOTED, /* one member, one vote (V5) */
  DEMLS_ERROR_EXPIRED,       /* the ballot is over */

  /* what a packet may be */
  DEMLS_ERROR_MALFORMED,     /* no packet of ours, or not for this conversation */
  DEMLS_ERROR_TOO_LARGE,     /* beyond a limit (A10) */
  DEMLS_ERROR_REPEATED,      /* seen before, or an echo of our own */
  DEMLS_ERROR_HELD,          /* does not open yet; held (V25) */
  DEMLS_ERROR_STALE,         /* of an epoch that is not kept, or whose sender may not say this any more */
  DEMLS_ERROR_FORGED,        /* claims another author than the one that MLS proves (G16) */
  DEMLS_ERROR_FLOOD,         /* its sender said too much lately (G151) */
  DEMLS_ERROR_NOT_FOR_US,    /* a Welcome for somebody else */
  DEMLS_ERROR_UNJOINABLE,    /* the Welcome is ours, but the group breaks V1, V2 or G4 */

  /* saved rows */
  DEMLS_ERROR_STORE,         /* missing, damaged, or written by a newer version */
} DemlsError;

/* Shorthand: sets `error` to `code` with a text made as by printf, and returns FALSE. */
gboolean demls_refuse (GError **error, DemlsError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

#endif
