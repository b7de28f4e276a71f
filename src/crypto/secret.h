/* secret.h - bytes that wipe themselves.
 *
 * Every key, path secret and shared secret of this project lives in a Secret. It is a value of bounded size, kept on
 * the stack or inside a structure, never behind a pointer of its own: g_auto (Secret) wipes it at the end of the
 * scope, and a structure's free function calls secret_clear() on each of its secrets before it gives the memory back.
 * A Secret has no printed form.
 */
#ifndef DEMLS_SECRET_H
#define DEMLS_SECRET_H

#include "base/bytes.h"

/* The longest secret of any suite is the P-521 private key, 66 bytes. */
#define SECRET_MAX 72

typedef struct {
  guint8 len;
  guint8 data[SECRET_MAX];
} Secret;

#define SECRET_EMPTY ((Secret){ .len = 0 })

/* A secret holding a copy of `bytes`, of which there may be at most SECRET_MAX. */
Secret secret_from (Span bytes);

/* The bytes, borrowed. */
Span secret_span (const Secret *self);

/* TRUE iff both have the same length and contents, in time that depends on the lengths only. The lengths are compared
 * first, so a truncated or empty tag never passes (K1). */
gboolean secret_equal (Span a, Span b);

/* Wipes the bytes; the secret is empty afterwards. */
void secret_clear (Secret *self);

/* Wipes `len` bytes at `data` in a way that no optimiser removes (K7). */
void secret_wipe (void *data, gsize len);

/* GBytes holding a copy, wiped when the last reference goes: for secrets whose length has no bound, such as external
 * PSKs and saved state. (transfer full) */
GBytes *secret_bytes_new (Span bytes);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Secret, secret_clear)

#endif
