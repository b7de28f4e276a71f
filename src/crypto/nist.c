#include <openssl/bn.h>
#include <openssl/ec.h>

#include "crypto/suite-private.h"

/* EC_POINT_mul() with one scalar runs a ladder whose course does not depend on it. Temporary numbers live in a BN_CTX
 * of their own, because freeing it is what wipes them. */

void
nist_mask (Suite *suite, Secret *candidate)
{
  guint spare = 8 * suite->row->kem_private - (guint) EC_GROUP_order_bits (suite->group);
  candidate->data[0] &= (guint8) (0xff >> spare);
}

/* The scalar, or NULL if it is out of range. */
static BIGNUM *
read_private (Suite *suite, Span priv)
{
  if (priv.len != suite->row->kem_private)
    return NULL;
  g_autoptr (BIGNUM) scalar = BN_secure_new ();
  suite_require (scalar && BN_bin2bn (priv.data, (int) priv.len, scalar), "a big number");
  BN_set_flags (scalar, BN_FLG_CONSTTIME);
  if (BN_is_zero (scalar) || BN_cmp (scalar, EC_GROUP_get0_order (suite->group)) >= 0)
    return NULL;
  return g_steal_pointer (&scalar);
}

/* Length and form are checked here because OpenSSL would also take compressed, hybrid and infinite points; that the
 * coordinates are in range and on the curve is checked by EC_POINT_oct2point(). */
static EC_POINT *
read_public (Suite *suite, Span public_key, BN_CTX *ctx)
{
  if (public_key.len != suite->row->kem_public || public_key.data[0] != POINT_UNCOMPRESSED)
    return NULL;
  g_autoptr (EC_POINT) point = EC_POINT_new (suite->group);
  if (!point || EC_POINT_oct2point (suite->group, point, public_key.data, public_key.len, ctx) != 1)
    return NULL;
  return g_steal_pointer (&point);
}

gboolean
nist_private_valid (Suite *suite, Span priv)
{
  g_autoptr (BIGNUM) scalar = read_private (suite, priv);
  return scalar != NULL;
}

gboolean
nist_public_valid (Suite *suite, Span public_key)
{
  ERR_set_mark ();
  g_autoptr (BN_CTX) ctx = BN_CTX_new ();
  g_autoptr (EC_POINT) point = read_public (suite, public_key, ctx);
  return errors_forgotten (point != NULL);
}

gboolean
nist_public_from_private (Suite *suite, Span priv, guint8 out[KEM_PUBLIC_MAX])
{
  ERR_set_mark ();
  gsize len = suite->row->kem_public;
  g_autoptr (BN_CTX) ctx = BN_CTX_secure_new ();
  g_autoptr (BIGNUM) scalar = read_private (suite, priv);
  g_autoptr (EC_POINT) point = EC_POINT_new (suite->group);
  return errors_forgotten (scalar && point && EC_POINT_mul (suite->group, point, scalar, NULL, NULL, ctx) == 1
                           && EC_POINT_point2oct (suite->group, point, POINT_CONVERSION_UNCOMPRESSED, out, len, ctx)
                                  == len);
}

/* Fails on the point at infinity, which has no coordinates. */
static gboolean
multiply (Suite *suite, const BIGNUM *scalar, const EC_POINT *point, BN_CTX *ctx, Secret *out)
{
  gsize width = suite->row->kem_private; /* the field is as wide as the scalar */
  g_autoptr (EC_POINT) shared = EC_POINT_new (suite->group);
  g_autoptr (BIGNUM) x = BN_secure_new ();
  if (!shared || !x || EC_POINT_mul (suite->group, shared, NULL, point, scalar, ctx) != 1
      || EC_POINT_get_affine_coordinates (suite->group, shared, x, NULL, ctx) != 1
      || BN_bn2binpad (x, out->data, (int) width) != (int) width)
    return FALSE;
  out->len = (guint8) width;
  return TRUE;
}

gboolean
nist_dh (Suite *suite, Span priv, Span public_key, Secret *out)
{
  ERR_set_mark ();
  g_autoptr (BN_CTX) ctx = BN_CTX_secure_new ();
  g_autoptr (BIGNUM) scalar = read_private (suite, priv);
  g_autoptr (EC_POINT) point = scalar ? read_public (suite, public_key, ctx) : NULL;
  return errors_forgotten (point && multiply (suite, scalar, point, ctx, out));
}
