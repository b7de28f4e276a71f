/* test-memory-store.c - store/memory-store.h: the same as the store on disk, commit by commit. */
#define _GNU_SOURCE

#include "store/memory-store.h"
#include "stores.h"

START_TEST (it_does_what_the_store_on_disk_does)
{
  g_autoptr (Directory) directory = new_directory ();
  g_autoptr (GRand) random = g_rand_new_with_seed (9);
  g_autoptr (OpenStore) disk = must_open (directory, NULL);
  g_autoptr (OpenStore) memory = demls_memory_store_new ();
  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (Changes) changes = changes_new ();
      for (int n = g_rand_int_range (random, 0, 6); n > 0; n--)
        {
          g_autofree char *scope = g_strnfill ((gsize) g_rand_int_range (random, 0, 4), 's');
          g_autofree char *key = g_strnfill ((gsize) g_rand_int_range (random, 1, 8), 'k');
          int what = g_rand_int_range (random, 0, 12);
          change (changes, scope, what == 0 ? NULL : key, what < 4 ? NULL : key);
        }
      ck_assert (disk->ops->commit (disk, changes, NULL) && memory->ops->commit (memory, changes, NULL));
      g_autofree char *expected = must_dump (disk);
      holds (memory, expected);
    }
}
END_TEST

START_TEST (told_to_refuse_it_changes_nothing)
{
  g_autoptr (OpenStore) store = demls_memory_store_new ();
  g_autoptr (Changes) changes = changes_new ();
  g_autoptr (GError) error = NULL;
  put (store, "room", "k", "1");
  change (changes, "room", "k", "2");
  demls_memory_store_refuse (store, DEMLS_STORE_ERROR_FULL);
  ck_assert (!store->ops->commit (store, changes, &error));
  ck_assert (g_error_matches (error, DEMLS_STORE_ERROR, DEMLS_STORE_ERROR_FULL));
  holds (store, "room/k=31\n");
  demls_memory_store_refuse (store, -1);
  put (store, "room", "k", "2");
  holds (store, "room/k=32\n");
}
END_TEST

int
main (void)
{
  const TTest *const tests[] = { it_does_what_the_store_on_disk_does, told_to_refuse_it_changes_nothing };
  return run_tests ("store/memory-store", tests, G_N_ELEMENTS (tests));
}
