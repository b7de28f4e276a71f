#include <string.h>

#include "../lib/fake-store.h"
#include "../lib/run.h"
#include "user/changes.h"

static void
put (DemlsChanges *changes, const char *scope, const char *key, const char *value)
{
  demls_changes_give (changes, scope, key, g_bytes_new_static (value, strlen (value)));
}

START_TEST (the_newest_value_wins)
{
  DemlsStore *store = fake_store_new ();
  DemlsChanges *changes = demls_changes_new ();
  for (guint i = 0; i < 1000; i++)
    put (changes, "a", "row", i == 999 ? "last" : "other");
  put (changes, "b", "row", "kept");
  put (changes, "b", "gone", "x");
  demls_changes_put (changes, "b", "gone", NULL);
  ck_assert (demls_changes_commit (changes, store, NULL));
  ck_assert_uint_eq (fake_store_rows (store), 2);
  ck_assert (span_equal (span_bytes (fake_store_row (store, "a", "row")), span_str ("last")));
  ck_assert (!demls_changes_any (changes));
  guint commits = fake_store_commits (store);
  ck_assert (demls_changes_commit (changes, store, NULL));
  ck_assert_uint_eq (fake_store_commits (store), commits);
  demls_changes_free (changes);
  store->ops->close (store);
}
END_TEST

START_TEST (a_dropped_scope_can_begin_anew)
{
  DemlsStore *store = fake_store_new ();
  DemlsChanges *changes = demls_changes_new ();
  put (changes, "a", "old", "x");
  ck_assert (demls_changes_commit (changes, store, NULL));
  put (changes, "a", "never", "x");
  demls_changes_drop (changes, "a");
  demls_changes_drop (changes, "a");
  put (changes, "a", "new", "x");
  put (changes, "a", "new", "y");
  ck_assert (demls_changes_commit (changes, store, NULL));
  ck_assert_uint_eq (fake_store_rows (store), 1);
  ck_assert (span_equal (span_bytes (fake_store_row (store, "a", "new")), span_str ("y")));
  demls_changes_free (changes);
  store->ops->close (store);
}
END_TEST

START_TEST (what_could_not_be_saved_is_kept)
{
  DemlsStore *store = fake_store_new ();
  DemlsChanges *changes = demls_changes_new ();
  fake_store_fail (store, DEMLS_STORE_ERROR_FULL);
  put (changes, "a", "row", "1");
  g_autoptr (GError) error = NULL;
  ck_assert (!demls_changes_commit (changes, store, &error));
  ck_assert_int_eq (error->code, DEMLS_STORE_ERROR_FULL);
  put (changes, "a", "row", "2");
  fake_store_fail (store, -1);
  ck_assert (demls_changes_commit (changes, store, NULL));
  ck_assert (span_equal (span_bytes (fake_store_row (store, "a", "row")), span_str ("2")));
  demls_changes_free (changes);
  store->ops->close (store);
}
END_TEST

int
main (void)
{
  const TTest *const tests[]
    = { the_newest_value_wins, a_dropped_scope_can_begin_anew, what_could_not_be_saved_is_kept };
  return run_tests ("user/changes", tests, G_N_ELEMENTS (tests));
}
