#include "crypto/password.h"

#include <sodium.h>

G_STATIC_ASSERT (PASSWORD_SALT == crypto_pwhash_argon2id_SALTBYTES);
G_STATIC_ASSERT (PASSWORD_MIN_KIB * 1024 == crypto_pwhash_argon2id_MEMLIMIT_MIN);

static gboolean
cost_allowed (PasswordCost cost)
{
  return cost.passes >= 1 && cost.passes <= PASSWORD_MAX_PASSES && cost.memory_kib >= PASSWORD_MIN_KIB
         && cost.memory_kib <= PASSWORD_MAX_KIB;
}

gboolean
password_key (Span passphrase, Span salt, PasswordCost cost, gsize len, Secret *out)
{
  if (salt.len != PASSWORD_SALT || len < crypto_pwhash_argon2id_BYTES_MIN || len > SECRET_MAX || !cost_allowed (cost)
      || sodium_init () < 0)
    return FALSE;
  /* an empty Span may have no pointer */
  const char *text = passphrase.len ? (const char *) passphrase.data : "";
  if (crypto_pwhash_argon2id (out->data, len, text, passphrase.len, salt.data, cost.passes,
                              (size_t) cost.memory_kib * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13)
      != 0)
    {
      secret_clear (out);
      return FALSE;
    }
  out->len = (guint8) len;
  return TRUE;
}
