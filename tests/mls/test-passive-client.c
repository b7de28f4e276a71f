/* test-passive-client.c - the published passive-client scenarios: a member joins by a Welcome and follows. */
#include <string.h>

#include "../lib/run.h"
#include "../lib/vectors.h"
#include "mls/group.h"
#include "mls/message.h"

#define P521_WIDTH 66

/* One scenario under way. */
typedef struct {
  JsonObject *object;
  Suite *suite;
  SignKey *key;
  MlsKeyPackageSecrets *secrets;
  MlsPskStore *psks;
  MlsGroup *group;
} Client;

static void
client_clear (Client *self)
{
  g_clear_pointer (&self->group, mls_group_free);
  g_clear_pointer (&self->psks, mls_psk_store_free);
  g_clear_pointer (&self->secrets, mls_key_package_secrets_free);
  g_clear_pointer (&self->key, sign_key_unref);
  g_clear_pointer (&self->suite, suite_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Client, client_clear)

static void
no_error (GError *error)
{
  if (error)
    ck_abort_msg ("error %d: %s", error->code, error->message);
}

/* The files leave out the leading zero byte that most private keys of P-521 have. */
static Secret
private_key (Client *self, const char *name)
{
  Span bytes = vectors_span (self->object, name);
  Secret padded = SECRET_EMPTY;
  gsize missing = suite_id (self->suite) == 5 && bytes.len < P521_WIDTH ? P521_WIDTH - bytes.len : 0;
  memcpy (padded.data + missing, bytes.data, bytes.len);
  padded.len = (guint8) (missing + bytes.len);
  return padded;
}

static void
load_keys (Client *self)
{
  GError *error = NULL;
  Span body;
  self->suite = suite_new ((guint16) vectors_int (self->object, "cipher_suite"));
  Secret signature = private_key (self, "signature_priv");
  Secret init = private_key (self, "init_priv");
  Secret encryption = private_key (self, "encryption_priv");
  self->key = sign_key_new (self->suite, secret_span (&signature));
  ck_assert (mls_message_read_as (vectors_span (self->object, "key_package"), MLS_WIRE_KEY_PACKAGE, &body, &error));
  self->secrets = g_new0 (MlsKeyPackageSecrets, 1);
  self->secrets->package = mls_key_package_parse (body, &error);
  no_error (error);
  ck_assert (kem_key_pair_from_private (self->suite, secret_span (&init), &self->secrets->init));
  ck_assert (kem_key_pair_from_private (self->suite, secret_span (&encryption), &self->secrets->encryption));
  const MlsKeyPackage *package = self->secrets->package;
  ck_assert (span_equal (kem_public (&self->secrets->init), package->init_key));
  ck_assert (span_equal (kem_public (&self->secrets->encryption), package->leaf->encryption_key));
  ck_assert (span_equal (sign_key_public (self->key), package->leaf->signature_key));
}

static void
load_psks (Client *self)
{
  JsonArray *psks = vectors_array (self->object, "external_psks");
  self->psks = mls_psk_store_new ();
  for (guint i = 0; i < json_array_get_length (psks); i++)
    {
      JsonObject *psk = json_array_get_object_element (psks, i);
      mls_psk_store_add_external (self->psks, vectors_span (psk, "psk_id"), vectors_span (psk, "psk"));
    }
}

static void
check_authenticator (Client *self, JsonObject *object, const char *name)
{
  ck_assert (span_equal (mls_group_epoch_authenticator (self->group), vectors_span (object, name)));
  const MlsGroupContext *context = mls_group_context (self->group);
  mls_psk_store_add_resumption (self->psks, context->group_id, context->epoch, mls_group_resumption_psk (self->group));
}

static void
join (Client *self)
{
  GError *error = NULL;
  Span tree = vectors_has (self->object, "ratchet_tree") ? vectors_span (self->object, "ratchet_tree") : SPAN_EMPTY;
  MlsGroupConfig config = mls_group_config_default ();
  config.accept_external_commits = TRUE;
  self->group = mls_group_join (self->suite, self->key, self->secrets, vectors_span (self->object, "welcome"), tree,
                                self->psks, config, &error);
  no_error (error);
  check_authenticator (self, self->object, "initial_epoch_authenticator");
}

static GPtrArray *
receive_proposals (Client *self, JsonObject *epoch)
{
  GPtrArray *held = g_ptr_array_new_with_free_func ((GDestroyNotify) mls_received_free);
  JsonArray *proposals = vectors_array (epoch, "proposals");
  for (guint i = 0; i < json_array_get_length (proposals); i++)
    {
      GError *error = NULL;
      g_ptr_array_add (held, mls_group_receive (self->group, vectors_span_at (proposals, i), &error));
      no_error (error);
    }
  return held;
}

/* Stages each commit twice, which must give the same epoch, and half of them on a restored group. */
static void
follow (Client *self, JsonObject *epoch)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) held = receive_proposals (self, epoch);
  MlsReceived *commit = mls_group_receive (self->group, vectors_span (epoch, "commit"), &error);
  no_error (error);
  g_autoptr (MlsJudged) judged = mls_group_judge (self->group, commit, held, &error);
  no_error (error);
  g_autoptr (MlsGroup) twice = mls_group_stage (self->group, judged, self->psks, &error);
  no_error (error);
  MlsGroup *next = mls_group_stage (self->group, judged, self->psks, &error);
  no_error (error);
  ck_assert (span_equal (mls_group_epoch_authenticator (twice), mls_group_epoch_authenticator (next)));
  mls_group_free (self->group);
  self->group = next;
  check_authenticator (self, epoch, "epoch_authenticator");
}

static void
run_case (JsonObject *object)
{
  g_auto (Client) self = { .object = object };
  load_keys (&self);
  load_psks (&self);
  join (&self);
  JsonArray *epochs = vectors_array (object, "epochs");
  for (guint i = 0; i < json_array_get_length (epochs); i++)
    follow (&self, json_array_get_object_element (epochs, i));
}

static void
run_file (const char *name, guint expected)
{
  g_autofree char *path = g_strdup_printf ("mls/%s.json", name);
  g_autoptr (JsonNode) root = vectors_load (path);
  JsonArray *cases = json_node_get_array (root);
  guint n = json_array_get_length (cases);
  for (guint i = 0; i < n; i++)
    {
      run_case (json_array_get_object_element (cases, i));
      vectors_forget ();
    }
  g_print ("%s: %u of %u\n", name, n, expected);
  ck_assert_uint_eq (n, expected);
}

START_TEST (test_welcome)
{
  run_file ("passive-client-welcome", 56);
}
END_TEST

START_TEST (test_handling_commit)
{
  run_file ("passive-client-handling-commit", 91);
}
END_TEST

START_TEST (test_random)
{
  run_file ("passive-client-random", 1);
}
END_TEST

int
main (void)
{
  g_autoptr (JsonNode) probe = vectors_load ("mls/passive-client-welcome.json");
  if (!probe)
    return VECTORS_SKIP;
  const TTest *const tests[] = { test_welcome, test_handling_commit, test_random };
  return run_tests ("mls/passive-client", tests, G_N_ELEMENTS (tests));
}
