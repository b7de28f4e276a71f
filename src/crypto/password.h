/* password.h - a key from a passphrase: Argon2id (RFC 9106), by libsodium, so that every build computes the same.
 */
#ifndef DEMLS_PASSWORD_H
#define DEMLS_PASSWORD_H

#include "crypto/secret.h"

#define PASSWORD_SALT 16 /* bytes */

/* What guessing one passphrase costs. It is stored beside what the key opens, so that it can grow later. */
typedef struct {
  guint32 passes;
  guint32 memory_kib;
} PasswordCost;

/* What this project asks for: 3 passes over 64 MiB. */
#define PASSWORD_COST ((PasswordCost){ .passes = 3, .memory_kib = 64 * 1024 })

/* The least and the most that password_key() does; a stored cost is not to be trusted with more. */
#define PASSWORD_MIN_KIB 8
#define PASSWORD_MAX_KIB (1024 * 1024)
#define PASSWORD_MAX_PASSES 64

/* The key of `len` (16 .. SECRET_MAX) bytes that belongs to `passphrase` and a `salt` of PASSWORD_SALT bytes. FALSE if
 * a size or the cost is out of bounds or the memory is not to be had. */
gboolean password_key (Span passphrase, Span salt, PasswordCost cost, gsize len, Secret *out) G_GNUC_WARN_UNUSED_RESULT;

#endif
