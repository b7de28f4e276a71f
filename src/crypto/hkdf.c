#include "crypto/hkdf.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/suite-private.h"

#define MAX_BLOCKS 255

Secret
hkdf_extract (Suite *suite, Span salt, Span ikm)
{
  Secret prk = { .len = suite->row->hash };
  hmac_parts (suite, salt, &ikm, 1, prk.data); /* HMAC pads an empty key with zeros anyway */
  return prk;
}

gboolean
hkdf_expand (Suite *suite, Span prk, const Span *info, gsize n_info, guint8 *out, gsize len)
{
  gsize block_len = suite->row->hash;
  if (len > MAX_BLOCKS * block_len)
    return FALSE;
  guint8 block[HASH_MAX];
  guint8 counter = 0;
  for (gsize done = 0; done < len; done += MIN (block_len, len - done))
    {
      Hmac hmac;
      hmac_begin (&hmac, suite, prk);
      if (counter++)
        hmac_add (&hmac, span (block, block_len));
      for (gsize i = 0; i < n_info; i++)
        hmac_add (&hmac, info[i]);
      hmac_add (&hmac, span (&counter, 1));
      hmac_end (&hmac, block);
      memcpy (out + done, block, MIN (block_len, len - done));
    }
  secret_wipe (block, sizeof block);
  return TRUE;
}

/* --- RFC 9180 section 4 ------------------------------------------------------------------------------------------ */

typedef struct {
  guint8 bytes[10];
  gsize len;
} SuiteIds;

static SuiteIds
suite_ids (Suite *suite, LabelScope scope)
{
  const SuiteRow *row = suite->row;
  const guint16 ids[] = { row->kem_id, row->kdf_id, row->aead_id };
  const char *name = scope == LABEL_KEM ? "KEM" : "HPKE";
  SuiteIds result = { .len = strlen (name) };
  memcpy (result.bytes, name, result.len);
  for (gsize i = 0; i < (scope == LABEL_KEM ? 1 : G_N_ELEMENTS (ids)); i++)
    {
      result.bytes[result.len++] = (guint8) (ids[i] >> 8);
      result.bytes[result.len++] = (guint8) ids[i];
    }
  return result;
}

Secret
labeled_extract (Suite *suite, LabelScope scope, Span salt, const char *label, Span ikm)
{
  SuiteIds ids = suite_ids (suite, scope);
  const Span parts[] = { span_str ("HPKE-v1"), span (ids.bytes, ids.len), span_str (label), ikm };
  Secret prk = { .len = suite->row->hash };
  hmac_parts (suite, salt, parts, G_N_ELEMENTS (parts), prk.data);
  return prk;
}

gboolean
labeled_expand (Suite *suite, LabelScope scope, Span prk, const char *label, Span info, guint8 *out, gsize len)
{
  SuiteIds ids = suite_ids (suite, scope);
  const guint8 length[] = { (guint8) (len >> 8), (guint8) len };
  const Span parts[] = { SPAN_OF (length), span_str ("HPKE-v1"), span (ids.bytes, ids.len), span_str (label), info };
  return hkdf_expand (suite, prk, parts, G_N_ELEMENTS (parts), out, len);
}
