/* psk.h - pre-shared keys (RFC 9420 sections 8.4, 8.6).
 */
#ifndef DEMLS_MLS_PSK_H
#define DEMLS_MLS_PSK_H

#include "base/reader.h"
#include "base/writer.h"
#include "mls/error.h"
#include "mls/labels.h"
#include "mls/registry.h"

/* PreSharedKeyID, a view of the bytes it was read from. */
typedef struct {
  MlsPskType type;
  Span external_id;  /* external */
  MlsPskUsage usage; /* resumption */
  Span group_id;     /* resumption */
  guint64 epoch;     /* resumption */
  Span nonce;
  Span encoded;
} MlsPskId;

/* Errors: MALFORMED, PSK_TYPE, PSK_USAGE (unknown values). */
gboolean mls_psk_id_read (Reader *reader, MlsPskId *out, GError **error);
void mls_psk_id_write (Writer *writer, const MlsPskId *id);

/* TRUE iff both name the same key (type and identifiers; neither nonce nor usage counts). */
gboolean mls_psk_id_same (const MlsPskId *a, const MlsPskId *b);

/* Where PSK values are looked up: the caller fills one for each commit or Welcome it hands in. */
typedef struct _MlsPskStore MlsPskStore;
MlsPskStore *mls_psk_store_new (void);
void mls_psk_store_free (MlsPskStore *self);
void mls_psk_store_add_external (MlsPskStore *self, Span external_id, Span value);
void mls_psk_store_add_resumption (MlsPskStore *self, Span group_id, guint64 epoch, Span value);
/* Empty Span, and FALSE, if unknown. */
gboolean mls_psk_store_find (const MlsPskStore *self, const MlsPskId *id, Span *value);

/* 8.4: psk_secret of a list of PSKs, of which `values` are the keys; no PSKs: Nh zero bytes. */
Secret mls_psk_secret (Suite *suite, const MlsPskId *ids, const Span *values, guint n);

/* Checks every id (nonce length, no two the same), looks all up in `store` (NULL: none known) and computes psk_secret.
 * Errors: TOO_LARGE (more than 65,535), PSK_NONCE, PSK_DUPLICATE, PSK_UNKNOWN. */
gboolean mls_psk_secret_from_store (Suite *suite, const MlsPskStore *store, const MlsPskId *ids, guint n, Secret *out,
                                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsPskStore, mls_psk_store_free)

#endif
