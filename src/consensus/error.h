/* error.h - what can be wrong with proposals and votes: one code per rule.
 *
 * A function that refuses sets exactly one of these and has changed nothing. The message text is for logs; callers
 * decide by code.
 */
#ifndef DEMLS_CONSENSUS_ERROR_H
#define DEMLS_CONSENSUS_ERROR_H

#include <glib.h>

#define CONSENSUS_ERROR (consensus_error_quark ())
GQuark consensus_error_quark (void);

typedef enum {
  /* canonical.h: any protobuf message */
  CONSENSUS_ERROR_MALFORMED,     /* ends too early, wrong wire type, value out of range, bad UTF-8 */
  CONSENSUS_ERROR_UNKNOWN,       /* a field or enum value that the schema does not name */
  CONSENSUS_ERROR_NOT_CANONICAL, /* wrong order, a field twice, a default value written, a varint too long */
  CONSENSUS_ERROR_ONEOF,         /* no or more than one member of a oneof */
  CONSENSUS_ERROR_SIZE,          /* a field shorter or longer than it may be, or absent, or too many of them */
  CONSENSUS_ERROR_TOO_LARGE,     /* more bytes than allowed, or more memory than they are worth */

  /* vote.h */
  CONSENSUS_ERROR_VOTE_VALUE, /* not 0, 1 or 2, or field 24 says something else (V5) */
  CONSENSUS_ERROR_VOTE_HASH,  /* not what G50 gives */
  CONSENSUS_ERROR_VOTE_OWNER, /* no member */
  CONSENSUS_ERROR_VOTE_SIGNATURE,

  /* proposal.h */
  CONSENSUS_ERROR_BUNDLE, /* votes where none may be, or not the owner's for this proposal (G54) */

  /* ballot-box.h */
  CONSENSUS_ERROR_KNOWN,       /* this proposal has a ballot */
  CONSENSUS_ERROR_TOO_FAR,     /* opened in an epoch more than 64 ahead (V6) */
  CONSENSUS_ERROR_OWNER_LIMIT, /* its owner, or who relayed it, has enough open ones (G151) */
  CONSENSUS_ERROR_FULL,        /* the conversation has (G59) */
} ConsensusError;

/* Shorthand: sets `error` to `code` with a text made as by printf, and returns FALSE. */
gboolean consensus_refuse (GError **error, ConsensusError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

#endif
