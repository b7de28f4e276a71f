/* test-hpke.c - crypto/hpke.h and what crypto/kem.h derives, against RFC 9180.
 *
 * The numbers are those that appendix A and its companion file (test-vectors.json of cfrg/draft-irtf-cfrg-hpke) give
 * for base mode: first message, third export. There are none for P-384 (suite 7); it is tested with itself here and
 * with the vectors of the MLS working group in tests/mls.
 */
#include <string.h>

#include "../lib/run.h"
#include "../lib/vectors.h"
#include "crypto/aead.h"
#include "crypto/hpke.h"
#include "crypto/suite-private.h"

#define INFO span_str ("Ode on a Grecian Urn")
#define AAD span_str ("Count-0")
#define PLAINTEXT span_str ("Beauty is truth, truth beauty")
#define EXPORT_CONTEXT span_str ("TestContext")

typedef struct {
  guint16 suite;
  const char *ikm_r, *priv_r, *pub_r; /* the recipient */
  const char *ikm_e, *priv_e, *enc;   /* the ephemeral pair of the sender */
  const char *shared;
  const char *ciphertext;
  const char *exported;
} Case;

static const Case cases[] = {
  {
      .suite = 1,
      .ikm_r = "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
      .priv_r = "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
      .pub_r = "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
      .ikm_e = "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
      .priv_e = "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
      .enc = "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
      .shared = "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc",
      .ciphertext = "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
      .exported = "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931",
  },
  {
      .suite = 2,
      .ikm_r = "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550",
      .priv_r = "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
      .pub_r = "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62f"
               "b3d30ad6aa8f80e30f1d128aafd68a2ce72ea0",
      .ikm_e = "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e",
      .priv_e = "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb",
      .enc = "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c"
             "0900be863c403ce65c9bfcb9382657222d18c4",
      .shared = "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8",
      .ciphertext = "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
      .exported = "d8f1ea7942adbba7412c6d431c62d01371ea476b823eb697e1f6e6cae1dab85a",
  },
  {
      .suite = 3,
      .ikm_r = "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
      .priv_r = "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
      .pub_r = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
      .ikm_e = "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
      .priv_e = "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600",
      .enc = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
      .shared = "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7",
      .ciphertext = "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
      .exported = "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53",
  },
  {
      .suite = 4,
      .ikm_r = "93e714430d3cb00e8e8a03dd820dcbcc7f0141f93c63a7dede2dfb152b5b23982a1a55f2d86dd9e0f5a0f53b9c21"
               "605257ec1349d7f89e53",
      .priv_r = "c4e72a57af1640806c01617b947ee6d1bbe5eb1a5b4616fb705a5d2ed30b7f4317365c504249750e090805d44a2d"
                "dc2970172414a90a09e5",
      .pub_r = "d920db89afdb25df110a44cf0d7dc4e4d4b74f09ceaba5e76a12d3cafefcd962e244804a58bfd12303732be21d51"
               "1f877ddc2ed694447b3d",
      .ikm_e = "39ed47496020ec7c2afc214425fc6a15fb6f1e16759c2b066265b6624c84ed50ee6c3129d9ed71318b19a96e5c5c"
               "c6b27aca5e1ae9cdc7e0",
      .priv_e = "9abfbdf9132c22e95f4d25dc6ae16ca1269d3692e75f32e3aeecd4aee7cb8edb4e26da9422afb940c42caf388a1d"
                "1215b405795a28d43a60",
      .enc = "390f2971ca97d513915a2bc5aac0cb81b832d9424d2264eaa9e868d80862edd7918276883a8d0434309e049408fe"
             "c2340ae5799702f948d7",
      .shared = "081f8572019ac78daca420cf23c5183027e9bdaa7fe4b5f8e55b2ff24bc5cdc8bf4362965e6ccd2b832af12b0ed6"
                "f2f669b15b42cb6f4361d36d99b88b7dc5a6",
      .ciphertext = "6a5ef0f8c88a17c6d26bee63b4468cd43360eb69804fb392d8c9b8eba2f9bd806726c7d99cb9073022000ce41a",
      .exported = "419d16ff65523a00452d37ba2fd5f2b1a9261aeb30f1b1736cc2f3febb16c884",
  },
  {
      .suite = 5,
      .ikm_r = "2ad954bbe39b7122529f7dde780bff626cd97f850d0784a432784e69d86eccaade43b6c10a8ffdb94bf943c6da47"
               "9db137914ec835a7e715e36e45e29b587bab3bf1",
      .priv_r = "01462680369ae375e4b3791070a7458ed527842f6a98a79ff5e0d4cbde83c27196a3916956655523a6a2556a7af6"
                "2c5cadabe2ef9da3760bb21e005202f7b2462847",
      .pub_r = "0401b45498c1714e2dce167d3caf162e45e0642afc7ed435df7902ccae0e84ba0f7d373f646b7738bbbdca11ed91"
               "bdeae3cdcba3301f2457be452f271fa6837580e661012af49583a62e48d44bed350c7118c0d8dc861c238c72a2bd"
               "a17f64704f464b57338e7f40b60959480c0e58e6559b190d81663ed816e523b6b6a418f66d2451ec64",
      .ikm_e = "7f06ab8215105fc46aceeb2e3dc5028b44364f960426eb0d8e4026c2f8b5d7e7a986688f1591abf5ab753c357a5d"
               "6f0440414b4ed4ede71317772ac98d9239f70904",
      .priv_e = "014784c692da35df6ecde98ee43ac425dbdd0969c0c72b42f2e708ab9d535415a8569bdacfcc0a114c85b8e3f26a"
                "cf4d68115f8c91a66178cdbd03b7bcc5291e374b",
      .enc = "040138b385ca16bb0d5fa0c0665fbbd7e69e3ee29f63991d3e9b5fa740aab8900aaeed46ed73a49055758425a0ce"
             "36507c54b29cc5b85a5cee6bae0cf1c21f2731ece2013dc3fb7c8d21654bb161b463962ca19e8c654ff24c94dd28"
             "98de12051f1ed0692237fb02b2f8d1dc1c73e9b366b529eb436e98a996ee522aef863dd5739d2f29b0",
      .shared = "776ab421302f6eff7d7cb5cb1adaea0cd50872c71c2d63c30c4f1d5e43653336fef33b103c67e7a98add2d3b66e2"
                "fda95b5b2a667aa9dac7e59cc1d46d30e818",
      .ciphertext = "170f8beddfe949b75ef9c387e201baf4132fa7374593dfafa90768788b7b2b200aafcc6d80ea4c795a7c5b841a",
      .exported = "f389beaac6fcf6c0d9376e20f97e364f0609a88f1bc76d7328e9104df8477013",
  },
  {
      .suite = 6,
      .ikm_r = "1a91ec4a112661d663caad07437e07486dcc80b499c83c6bf17fb2faba77c180404d983bd32ed4284fa1aee3bb38"
               "87b61402036b058c3c8d",
      .priv_r = "c2f51845154d6bb6917e44ef0fa0a1fbf1d80f61d199486e75295e8a7e50432d548a7f8040953826c4f1bce79e43"
                "3dedb4469391c3cc98a1",
      .pub_r = "f2fdb31a7829a6d2d78b9d8b670397457c92cb2417af37dbe0c1c12a9547e4eda9fde09fc3fe0f359bb7b4151e8a"
               "6fb592530af71d9dc0b5",
      .ikm_e = "178e4db14a03ebf5b5205e11a3c3918431b4d4bb143b62a52bebdd61d107d23122868395cca3dbc46e98964d4c1d"
               "fdc4b0e05cbb2934d9e5",
      .priv_e = "fa7562b37eef0c60126a0cac505c9a8854223794ee5c195f44ede823f9a74c41697c8927d056f8920ba7e021bde9"
                "1b749751a1253a964aa6",
      .enc = "3d4f6aa08c635205bcd96a0791695d08638714474b4d2c0132b69e25cdb826e1a2a84bc0c40c4fc75f52051b034e"
             "0afa82b8457e28794f92",
      .shared = "cc20a83a9af44bc5a03a53f06beb01af474d5a85dd3c4f2082197ccdfe32a275996e497433e58460726459a1b40e"
                "31e6141e1fb605fb8ae0580b90bd7398f318",
      .ciphertext = "4df124bd68d45b84dd5b82146597cdab8b56ab618166f814c2fe98ce35f43b09917283a58810aac71e852bff0a",
      .exported = "f4b7df9f1f608657f97084d9847cab976e88083fd2d35f3636dcaa9a14ce62e5",
  },
};

static void
assert_hex (Span got, const char *expected)
{
  g_autofree char *hex = span_hex (got);
  ck_assert_str_eq (hex, expected);
}

START_TEST (key_pairs_are_derived)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Suite) suite = suite_new (cases[i].suite);
      g_auto (KemKeyPair) recipient = { .public_len = 0 };
      g_auto (KemKeyPair) sender = { .public_len = 0 };
      ck_assert (kem_derive_key_pair (suite, vectors_parse (cases[i].ikm_r), &recipient));
      assert_hex (secret_span (&recipient.private_key), cases[i].priv_r);
      assert_hex (kem_public (&recipient), cases[i].pub_r);
      ck_assert (kem_derive_key_pair (suite, vectors_parse (cases[i].ikm_e), &sender));
      assert_hex (secret_span (&sender.private_key), cases[i].priv_e);
      assert_hex (kem_public (&sender), cases[i].enc);
    }
}
END_TEST

START_TEST (both_sides_share_the_secret)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Suite) suite = suite_new (cases[i].suite);
      g_auto (KemKeyPair) recipient = { .public_len = 0 };
      g_auto (KemKeyPair) sender = { .public_len = 0 };
      g_auto (Secret) sent = SECRET_EMPTY;
      g_auto (Secret) received = SECRET_EMPTY;
      ck_assert (kem_key_pair_from_private (suite, vectors_parse (cases[i].priv_r), &recipient));
      ck_assert (kem_key_pair_from_private (suite, vectors_parse (cases[i].priv_e), &sender));
      ck_assert (kem_encap_with (suite, &sender, vectors_parse (cases[i].pub_r), &sent));
      ck_assert (kem_decap (suite, &recipient, vectors_parse (cases[i].enc), &received));
      assert_hex (secret_span (&sent), cases[i].shared);
      assert_hex (secret_span (&received), cases[i].shared);
    }
}
END_TEST

START_TEST (published_messages_open)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Suite) suite = suite_new (cases[i].suite);
      g_auto (KemKeyPair) recipient = { .public_len = 0 };
      g_auto (Secret) exported = SECRET_EMPTY;
      guint8 opened[64];
      Span enc = vectors_parse (cases[i].enc);
      ck_assert (kem_key_pair_from_private (suite, vectors_parse (cases[i].priv_r), &recipient));
      ck_assert (hpke_open (suite, &recipient, enc, INFO, AAD, vectors_parse (cases[i].ciphertext), opened));
      ck_assert (span_equal (span (opened, PLAINTEXT.len), PLAINTEXT));
      ck_assert (hpke_receive_export (suite, &recipient, enc, INFO, EXPORT_CONTEXT, 32, &exported));
      assert_hex (secret_span (&exported), cases[i].exported);
    }
}
END_TEST

/* --- every suite with itself ------------------------------------------------------------------------------------- */

/* A message under way. */
typedef struct {
  Suite *suite;
  Rng *rng;
  KemKeyPair pair;
  guint8 enc[KEM_PUBLIC_MAX];
  guint8 sealed[64];
  gsize sealed_len;
} Letter;

static void
letter_clear (Letter *self)
{
  g_clear_pointer (&self->suite, suite_unref);
  g_clear_pointer (&self->rng, rng_free);
  kem_key_pair_clear (&self->pair);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Letter, letter_clear)

static Letter
letter_new (guint16 id)
{
  Letter self = { .suite = suite_new (id), .rng = rng_new_seeded (id), .sealed_len = PLAINTEXT.len + AEAD_TAG };
  ck_assert (kem_generate (self.suite, self.rng, &self.pair));
  ck_assert (hpke_seal (self.suite, self.rng, kem_public (&self.pair), INFO, AAD, PLAINTEXT, self.enc, self.sealed));
  return self;
}

static gboolean
letter_opens (Letter *self, Span enc, Span info, Span aad, Span sealed)
{
  guint8 out[80];
  return hpke_open (self->suite, &self->pair, enc, info, aad, sealed, out)
         && span_equal (span (out, PLAINTEXT.len), PLAINTEXT);
}

START_TEST (sealed_messages_open)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Letter) letter = letter_new (id);
      Span enc = span (letter.enc, suite_kem_public_size (letter.suite));
      ck_assert (letter_opens (&letter, enc, INFO, AAD, span (letter.sealed, letter.sealed_len)));
      guint8 again[64], enc_again[KEM_PUBLIC_MAX];
      ck_assert (
          hpke_seal (letter.suite, letter.rng, kem_public (&letter.pair), INFO, AAD, PLAINTEXT, enc_again, again));
      ck_assert (!span_equal (span (enc_again, enc.len), enc));
      ck_assert (!span_equal (span (again, letter.sealed_len), span (letter.sealed, letter.sealed_len)));
    }
}
END_TEST

START_TEST (changed_messages_do_not_open)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Letter) letter = letter_new (id);
      gsize enc_len = suite_kem_public_size (letter.suite);
      Span enc = span (letter.enc, enc_len);
      Span sealed = span (letter.sealed, letter.sealed_len);
      ck_assert (!letter_opens (&letter, enc, span_str ("Ode"), AAD, sealed));
      ck_assert (!letter_opens (&letter, enc, INFO, SPAN_EMPTY, sealed));
      for (gsize len = 0; len < sealed.len; len++)
        ck_assert (!letter_opens (&letter, enc, INFO, AAD, span (sealed.data, len)));
      ck_assert (!letter_opens (&letter, enc, INFO, AAD, span (sealed.data, sealed.len + 1)));
      for (gsize len = 0; len < enc_len; len += 8)
        ck_assert (!letter_opens (&letter, span (enc.data, len), INFO, AAD, sealed));
      for (gsize i = 0; i < sealed.len; i++)
        {
          letter.sealed[i] ^= 1;
          ck_assert (!letter_opens (&letter, enc, INFO, AAD, sealed));
          letter.sealed[i] ^= 1;
        }
      for (gsize i = 0; i < enc_len; i += 8)
        {
          letter.enc[i] ^= 1;
          ck_assert (!letter_opens (&letter, enc, INFO, AAD, sealed));
          letter.enc[i] ^= 1;
        }
      ck_assert (letter_opens (&letter, enc, INFO, AAD, sealed));
    }
}
END_TEST

START_TEST (wrong_recipients_do_not_open)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Letter) letter = letter_new (id);
      Span enc = span (letter.enc, suite_kem_public_size (letter.suite));
      kem_key_pair_clear (&letter.pair);
      ck_assert (kem_generate (letter.suite, letter.rng, &letter.pair));
      ck_assert (!letter_opens (&letter, enc, INFO, AAD, span (letter.sealed, letter.sealed_len)));
    }
}
END_TEST

START_TEST (exports_agree)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Letter) letter = letter_new (id);
      Suite *suite = letter.suite;
      Span public_key = kem_public (&letter.pair);
      Span enc = span (letter.enc, suite_kem_public_size (suite));
      static const gsize lengths[] = { 0, 1, 32, SECRET_MAX };
      for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
        {
          g_auto (Secret) sent = SECRET_EMPTY;
          g_auto (Secret) received = SECRET_EMPTY;
          ck_assert (hpke_send_export (suite, letter.rng, public_key, INFO, AAD, lengths[i], letter.enc, &sent));
          ck_assert (hpke_receive_export (suite, &letter.pair, enc, INFO, AAD, lengths[i], &received));
          ck_assert_uint_eq (sent.len, lengths[i]);
          ck_assert (secret_equal (secret_span (&sent), secret_span (&received)));
        }
      g_auto (Secret) none = SECRET_EMPTY;
      ck_assert (!hpke_send_export (suite, letter.rng, public_key, INFO, AAD, SECRET_MAX + 1, letter.enc, &none));
      ck_assert (!hpke_receive_export (suite, &letter.pair, enc, INFO, AAD, SECRET_MAX + 1, &none));
      ck_assert (!hpke_receive_export (suite, &letter.pair, span (enc.data, enc.len - 1), INFO, AAD, 32, &none));
      ck_assert_uint_eq (none.len, 0);
    }
}
END_TEST

START_TEST (invalid_public_keys_get_nothing)
{
  for (guint16 id = 1; id <= 7; id++)
    {
      g_auto (Letter) letter = letter_new (id);
      guint8 zeros[KEM_PUBLIC_MAX] = { 0 }, enc[KEM_PUBLIC_MAX], out[64];
      for (gsize len = 0; len <= KEM_PUBLIC_MAX; len++)
        ck_assert (!hpke_seal (letter.suite, letter.rng, span (zeros, len), INFO, AAD, PLAINTEXT, enc, out));
    }
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = {
    key_pairs_are_derived, both_sides_share_the_secret,     published_messages_open,
    sealed_messages_open,  changed_messages_do_not_open,    wrong_recipients_do_not_open,
    exports_agree,         invalid_public_keys_get_nothing,
  };
  return run_tests ("crypto/hpke", tests, G_N_ELEMENTS (tests));
}
