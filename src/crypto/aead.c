#include "crypto/aead.h"

#include <string.h>

#include "crypto/suite-private.h"

/* OpenSSL counts bytes in an int. */
static gboolean
sizes_fit (Suite *suite, Span key, Span nonce, Span aad, gsize len)
{
  return key.len == suite->row->key && nonce.len == AEAD_NONCE && aad.len <= G_MAXINT && len <= G_MAXINT - AEAD_TAG;
}

static gboolean
feed (EVP_CIPHER_CTX *ctx, guint8 *out, Span in)
{
  int written;
  return in.len == 0 || (EVP_CipherUpdate (ctx, out, &written, in.data, (int) in.len) == 1 && written == (int) in.len);
}

/* The whole operation but for the tag, which sealing asks for afterwards and opening needs before the end. */
static gboolean
start (Suite *suite, Span key, Span nonce, Span aad, Span input, guint8 *out, gboolean sealing)
{
  EVP_CIPHER_CTX *ctx = suite->cipher_ctx;
  return EVP_CipherInit_ex2 (ctx, suite->cipher, key.data, nonce.data, sealing, NULL) == 1 && feed (ctx, NULL, aad)
         && feed (ctx, out, input);
}

gboolean
aead_seal (Suite *suite, Span key, Span nonce, Span aad, Span plaintext, guint8 *out)
{
  EVP_CIPHER_CTX *ctx = suite->cipher_ctx;
  if (!sizes_fit (suite, key, nonce, aad, plaintext.len))
    return FALSE;
  guint8 *tag = out + plaintext.len;
  int more = 0;
  suite_require (start (suite, key, nonce, aad, plaintext, out, TRUE) && EVP_CipherFinal_ex (ctx, tag, &more) == 1
                     && EVP_CIPHER_CTX_ctrl (ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG, tag) == 1,
                 suite->row->cipher_name);
  EVP_CIPHER_CTX_reset (ctx); /* wipes the key */
  return TRUE;
}

static gboolean
tag_fits (EVP_CIPHER_CTX *ctx, guint8 *tag)
{
  guint8 nothing[AEAD_TAG];
  int more = 0;
  return EVP_CIPHER_CTX_ctrl (ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG, tag) == 1
         && EVP_CipherFinal_ex (ctx, nothing, &more) == 1;
}

gboolean
aead_open (Suite *suite, Span key, Span nonce, Span aad, Span ciphertext, guint8 *out)
{
  EVP_CIPHER_CTX *ctx = suite->cipher_ctx;
  if (ciphertext.len < AEAD_TAG || !sizes_fit (suite, key, nonce, aad, ciphertext.len - AEAD_TAG))
    return FALSE;
  Span body = span (ciphertext.data, ciphertext.len - AEAD_TAG);
  guint8 tag[AEAD_TAG];
  memcpy (tag, ciphertext.data + body.len, AEAD_TAG);
  gboolean opened = WITHOUT_ERRORS (start (suite, key, nonce, aad, body, out, FALSE) && tag_fits (ctx, tag));
  EVP_CIPHER_CTX_reset (ctx); /* wipes the key */
  if (!opened)
    secret_wipe (out, body.len);
  return opened;
}
