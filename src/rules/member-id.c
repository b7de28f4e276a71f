#include "rules/member-id.h"

#include <string.h>

#include "crypto/hash.h"

#define SHORT_DIGITS 8

void
demls_member_id (Span signature_key, guint8 out[DEMLS_MEMBER_ID_SIZE])
{
  guint8 hash[32];
  hash_sha256 (signature_key, hash);
  memcpy (out, hash, DEMLS_MEMBER_ID_SIZE);
}

gboolean
demls_member_id_check (const MlsLeafNode *leaf, GError **error)
{
  guint8 id[DEMLS_MEMBER_ID_SIZE];
  demls_member_id (leaf->signature_key, id);
  if (leaf->credential_type == MLS_CREDENTIAL_BASIC && span_equal (leaf->identity, SPAN_OF (id)))
    return TRUE;
  return demls_rule_refuse (error, DEMLS_RULE_MEMBER_ID, "a credential that is not its key's");
}

char *
demls_member_id_short (Span id)
{
  char *hex = span_hex (id);
  if (strlen (hex) > SHORT_DIGITS)
    hex[SHORT_DIGITS] = '\0';
  return hex;
}

guint32
demls_self_leave_id (Span id)
{
  guint8 hash[32];
  hash_sha256 (id, hash);
  return (guint32) hash[0] << 24 | (guint32) hash[1] << 16 | (guint32) hash[2] << 8 | hash[3];
}

char *
demls_self_leave_name (Span id)
{
  return g_strdup_printf ("self-leave:%u", demls_self_leave_id (id));
}
