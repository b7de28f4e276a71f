/* primitives.h - what the bare primitives of suite 1 cost on this machine, at this moment, for benches.
 *
 * Each is measured with raw libsodium and raw OpenSSL, keys and contexts ready, and the faster one counts: the floor
 * under anything that is built on them. Time is the CPU time of this process, so what other processes do to the clock
 * on the wall does not count, and what they do to caches and frequency hurts primitives and operations alike if the
 * two are measured in turn.
 */
#ifndef DEMLS_TESTS_PRIMITIVES_H
#define DEMLS_TESTS_PRIMITIVES_H

#include <glib.h>

typedef enum {
  PRIMITIVE_BASE, /* X25519, public key from private key */
  PRIMITIVE_DH,   /* X25519, shared secret */
  PRIMITIVE_SIGN, /* Ed25519, 300 bytes */
  PRIMITIVE_VERIFY,
  PRIMITIVE_SIGN_1K, /* Ed25519, 1 KiB and what MLS signs with it (GroupContext and framing: 300 bytes) */
  PRIMITIVE_VERIFY_1K,
  PRIMITIVE_HMAC,    /* HMAC-SHA-256, 32-byte key, 100 bytes: an HKDF step */
  PRIMITIVE_SHA256,  /* of 100 bytes */
  PRIMITIVE_AEAD,    /* AES-128-GCM seal, 32 bytes */
  PRIMITIVE_SEAL_1K, /* AES-128-GCM, 1 KiB and its signature */
  PRIMITIVE_OPEN_1K,
  N_PRIMITIVES,
} Primitive;

const char *primitive_name (Primitive which);

typedef struct _Primitives Primitives;

/* Sets the keys up. (transfer full) */
Primitives *primitives_new (void);
void primitives_free (Primitives *self);

/* One short round: each primitive several times; about 15 ms in all. */
void primitives_measure (Primitives *self);

/* Microseconds of the faster library in the last round, and the smallest of all rounds. */
double primitives_last (const Primitives *self, Primitive which);
double primitives_best (const Primitives *self, Primitive which);

/* "libsodium" or "OpenSSL": the faster one over all rounds. */
const char *primitives_faster (const Primitives *self, Primitive which);

/* CPU time of this process in microseconds. */
double cpu_time (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Primitives, primitives_free)

#endif
