/* identity.h - who we are in every group: one signature key, made once (governance G3, G5).
 */
#ifndef DEMLS_IDENTITY_H
#define DEMLS_IDENTITY_H

#include "crypto/sign.h"
#include "rules/limits.h"

#define DEMLS_IDENTITY_APP_ID 16

typedef struct {
  SignKey *key;
  guint8 member_id[DEMLS_MEMBER_ID_SIZE];
  guint8 app_id[DEMLS_IDENTITY_APP_ID]; /* of this instance: never exported with the identity */
} DemlsIdentity;

/* A fresh one; NULL if the library failed. (transfer full) */
DemlsIdentity *demls_identity_make (Suite *suite, Rng *rng);

/* As a row, which wipes itself, and back; NULL if it is damaged or of another suite. (transfer full) */
GBytes *demls_identity_save (const DemlsIdentity *self, const Suite *suite);
DemlsIdentity *demls_identity_load (Suite *suite, Span row);

void demls_identity_free (DemlsIdentity *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsIdentity, demls_identity_free)

#endif
