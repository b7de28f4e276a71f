/* error.h - what can be wrong with MLS bytes: one code per rule of RFC 9420, named after the rule.
 *
 * A function that refuses sets exactly one of these and has changed nothing. The message text is for logs; callers
 * decide by code.
 */
#ifndef DEMLS_MLS_ERROR_H
#define DEMLS_MLS_ERROR_H

#include <glib.h>

#define MLS_ERROR (mls_error_quark ())
GQuark mls_error_quark (void);

typedef enum {
  /* 2, 6: framing of bytes */
  MLS_ERROR_MALFORMED,   /* not the claimed structure, or bytes left over */
  MLS_ERROR_VERSION,     /* protocol version other than mls10 */
  MLS_ERROR_SUITE,       /* unknown cipher suite, or not the group's */
  MLS_ERROR_WIRE_FORMAT, /* MLSMessage of another kind than expected */
  MLS_ERROR_TOO_LARGE,   /* beyond a limit of this implementation */
  MLS_ERROR_INTERNAL,    /* the crypto library failed */
  MLS_ERROR_UNSUPPORTED, /* valid MLS that this implementation refuses politely */

  /* 5.3 */
  MLS_ERROR_CREDENTIAL_TYPE, /* credential type not supported */

  /* 6, 6.1, 6.2, 6.3 */
  MLS_ERROR_WRONG_GROUP,
  MLS_ERROR_WRONG_EPOCH,
  MLS_ERROR_CONTENT_TYPE,         /* unknown, or not allowed here */
  MLS_ERROR_SENDER_TYPE,          /* unknown, or may not send this content */
  MLS_ERROR_SENDER_UNKNOWN,       /* leaf index outside the tree, or blank */
  MLS_ERROR_SIGNATURE,            /* FramedContentAuthData.signature */
  MLS_ERROR_MEMBERSHIP_TAG,       /* missing or wrong (6.2) */
  MLS_ERROR_CONFIRMATION_TAG,     /* wrong (8.1, 12.4.2) */
  MLS_ERROR_APPLICATION_IN_CLEAR, /* application data in a PublicMessage (6.2) */
  MLS_ERROR_PADDING,              /* not all zero (6.3.1) */
  MLS_ERROR_SENDER_DATA,          /* sender data does not decrypt (6.3.2) */
  MLS_ERROR_DECRYPT,              /* content does not decrypt (6.3.1) */
  MLS_ERROR_GENERATION_USED,      /* key of this generation already used and deleted (9.2) */
  MLS_ERROR_GENERATION_OLD,       /* behind the out-of-order window */
  MLS_ERROR_GENERATION_AHEAD,     /* further ahead than the forward limit */
  MLS_ERROR_OWN_MESSAGE,          /* sent by this very leaf */

  /* 7.2, 7.3 leaf nodes */
  MLS_ERROR_LEAF_SOURCE, /* leaf_node_source does not fit the place */
  MLS_ERROR_LEAF_SIGNATURE,
  MLS_ERROR_LEAF_REQUIRED_CAPABILITIES, /* lacks what the group requires */
  MLS_ERROR_LEAF_CREDENTIAL,            /* its credential type is not supported by all members, or vice versa */
  MLS_ERROR_LEAF_EXTENSION,             /* carries an extension that its capabilities do not list */
  MLS_ERROR_LEAF_CAPABILITIES,          /* capabilities lack mls10 or its own credential type */
  MLS_ERROR_LEAF_ENCRYPTION_KEY,        /* not a public key of the suite */
  MLS_ERROR_LEAF_SIGNATURE_KEY,         /* not a public key of the suite */
  MLS_ERROR_LIFETIME_EARLY,             /* not_before lies ahead */
  MLS_ERROR_LIFETIME_OVER,              /* not_after has passed */
  MLS_ERROR_LIFETIME_RANGE,             /* not_after < not_before */
  MLS_ERROR_DUPLICATE_SIGNATURE_KEY,
  MLS_ERROR_DUPLICATE_ENCRYPTION_KEY,
  MLS_ERROR_DUPLICATE_EXTENSION, /* two extensions of one type (13.4) */
  MLS_ERROR_EXTENSION,           /* a known extension whose content does not parse */

  /* 7.4 - 7.9, 12.4.3.1, 12.4.3.3 ratchet tree */
  MLS_ERROR_TREE_SHAPE,            /* leaf where a parent belongs or the reverse; empty; too wide */
  MLS_ERROR_TREE_TRAILING_BLANK,   /* last node blank (K9) */
  MLS_ERROR_UNMERGED_ORDER,        /* not strictly increasing */
  MLS_ERROR_UNMERGED_DESCENDANT,   /* names a blank leaf or one that is not below */
  MLS_ERROR_UNMERGED_INTERMEDIATE, /* a non-blank node in between does not list it */
  MLS_ERROR_PARENT_KEY,            /* not a public key of the suite */
  MLS_ERROR_PARENT_HASH,           /* a non-blank parent without valid parent hash (7.9.2) */
  MLS_ERROR_TREE_HASH,             /* GroupContext.tree_hash differs */

  /* 7.5, 7.6, 12.4.2 update paths */
  MLS_ERROR_PATH_MISSING,       /* required by the proposals (12.4) */
  MLS_ERROR_PATH_LENGTH,        /* nodes differ from the filtered direct path */
  MLS_ERROR_PATH_CIPHERTEXTS,   /* ciphertexts differ from the copath resolution */
  MLS_ERROR_PATH_KEY,           /* not a public key of the suite */
  MLS_ERROR_PATH_DUPLICATE_KEY, /* a path key already stands in the tree, or twice in the path */
  MLS_ERROR_PATH_PARENT_HASH,   /* the leaf's parent hash does not fit the path */
  MLS_ERROR_PATH_DECRYPT,       /* our ciphertext does not open */
  MLS_ERROR_PATH_MISMATCH,      /* path secret and public keys do not belong together */

  /* 8.4 PSKs */
  MLS_ERROR_PSK_UNKNOWN,
  MLS_ERROR_PSK_NONCE, /* psk_nonce is not Nh bytes long */
  MLS_ERROR_PSK_TYPE,
  MLS_ERROR_PSK_USAGE, /* resumption PSK with a usage not allowed here */
  MLS_ERROR_PSK_DUPLICATE,

  /* 10, 10.1 key packages */
  MLS_ERROR_KEY_PACKAGE_VERSION,
  MLS_ERROR_KEY_PACKAGE_SUITE,
  MLS_ERROR_KEY_PACKAGE_SIGNATURE,
  MLS_ERROR_KEY_PACKAGE_SOURCE,   /* its leaf's source is not key_package */
  MLS_ERROR_KEY_PACKAGE_INIT_KEY, /* not a public key of the suite */
  MLS_ERROR_KEY_PACKAGE_SAME_KEY, /* init key = encryption key */

  /* 11.1, 12.1.7 group context extensions */
  MLS_ERROR_GROUP_EXTENSION_UNSUPPORTED, /* some member does not list it */
  MLS_ERROR_REQUIRED_CAPABILITIES,       /* some member lacks a newly required capability */

  /* 12.1, 12.2 proposals and lists of them */
  MLS_ERROR_PROPOSAL_TYPE,    /* unknown, or not supported by all members */
  MLS_ERROR_PROPOSAL_UNKNOWN, /* reference to a proposal that is not held */
  MLS_ERROR_PROPOSAL_SENDER,  /* this sender may not make this proposal */
  MLS_ERROR_UPDATE_BY_COMMITTER,
  MLS_ERROR_UPDATE_SENDER, /* Update not from a member, or by value in a commit */
  MLS_ERROR_REMOVE_COMMITTER,
  MLS_ERROR_REMOVE_BLANK,       /* removes a leaf that is blank or outside the tree */
  MLS_ERROR_LEAF_TOUCHED_TWICE, /* several Updates or Removes of one leaf */
  MLS_ERROR_ADD_TWICE,          /* two Adds with the same key */
  MLS_ERROR_EXTENSIONS_TWICE,   /* more than one GroupContextExtensions */
  MLS_ERROR_REINIT_NOT_ALONE,
  MLS_ERROR_EXTERNAL_INIT, /* ExternalInit from a member */

  /* 12.4, 12.4.2 commits */
  MLS_ERROR_COMMIT_BY_SELF,      /* own commit handed to the receiving side */
  MLS_ERROR_COMMIT_NOT_READABLE, /* removed by it, or no private key for it: judge, do not stage */
  MLS_ERROR_REMOVED,             /* the group ended for this member */

  /* 12.4.3 Welcome and GroupInfo */
  MLS_ERROR_WELCOME_NOT_FOR_US, /* no entry for this key package */
  MLS_ERROR_WELCOME_SUITE,      /* suite differs from the key package's (K8) */
  MLS_ERROR_WELCOME_SECRETS,    /* GroupSecrets do not decrypt or parse */
  MLS_ERROR_WELCOME_GROUP_INFO, /* GroupInfo does not decrypt */
  MLS_ERROR_GROUP_INFO_SIGNER,  /* signer leaf blank or outside the tree */
  MLS_ERROR_GROUP_INFO_SIGNATURE,
  MLS_ERROR_RATCHET_TREE_MISSING,
  MLS_ERROR_OWN_LEAF_MISSING,    /* our leaf is not in the tree */
  MLS_ERROR_WELCOME_PATH_SECRET, /* path secret does not fit the tree */
  MLS_ERROR_REINIT_REFUSED,      /* groups made by ReInit or branching are refused (11.2, 11.3) */

  /* 12.4.3.2 external commits */
  MLS_ERROR_EXTERNAL_REFUSED,    /* refused by this group's policy (default, K10) */
  MLS_ERROR_EXTERNAL_INIT_COUNT, /* not exactly one ExternalInit */
  MLS_ERROR_EXTERNAL_PROPOSAL,   /* a proposal that an external commit must not carry, or by reference */
  MLS_ERROR_EXTERNAL_REMOVE,     /* more than one Remove, or of somebody else */

  /* saved groups */
  MLS_ERROR_SAVED_VERSION, /* written by a newer version */
  MLS_ERROR_SAVED_DAMAGED,
} MlsError;

/* Shorthand: sets `error` to `code` with a text made as by printf, and returns FALSE. */
gboolean mls_refuse (GError **error, MlsError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

#endif
