/* sqlite-private.h - the inside of the store on disk, shared by the files of this folder. */
#ifndef DEMLS_SQLITE_PRIVATE_H
#define DEMLS_SQLITE_PRIVATE_H

#include "store/database.h"
#include "store/seal.h"
#include "store/sqlite-store.h"

/* The longest value; SQLite takes no more than 10^9 bytes. */
#define DEMLS_VALUE_MAX (256u << 20)

/* The names in the table meta. */
#define DEMLS_META_LOCK "lock" /* what the sealer is made from */
#define DEMLS_META_ROOT "root" /* the sealed manifest of all scopes */

typedef struct {
  gint64 id;
  DemlsManifest rows;
  guint8 hash[DEMLS_MANIFEST_HASH]; /* of the manifest as it is stored */
} DemlsScope;

typedef struct {
  DemlsStore plug;
  int lock;
  DemlsDatabase database;
  DemlsSealer *sealer;
  PasswordCost cost;
  GHashTable *scopes; /* name -> DemlsScope: what is in the database */
  DemlsManifest root;
  guint checkpoint_every;
  guint stale;    /* commits since the last checkpoint that left something to wipe */
  guint unmerged; /* all commits since then */
} DemlsSqliteStore;

/* A transaction being put together. */
typedef struct {
  DemlsSqliteStore *store;
  DemlsSealer *sealer; /* borrowed */
  GHashTable *touched; /* name -> DemlsScope: will replace the store's */
  DemlsManifest root;
  gboolean leaves_traces; /* a value was replaced or removed */
  gboolean removes_scope;
} DemlsBatch;

#define DEMLS_BATCH_INIT(self)                                                                                         \
  {                                                                                                                    \
    .store = (self), .sealer = (self)->sealer, .root = (self)->root,                                                   \
    .touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free)                                         \
  }

/* Says that the database is damaged, and where. Returns FALSE. */
gboolean demls_sqlite_damaged (const char *what, const char *where, GError **error);

/* --- sqlite-store.c ---------------------------------------------------------------------------------------------- */

/* All rows of a scope, every one opened and the manifest found to be right. (transfer full) */
GPtrArray *demls_sqlite_load (DemlsSqliteStore *self, const char *scope, GError **error);

/* --- commit.c ---------------------------------------------------------------------------------------------------- */

/* Does all changes in one transaction: the plug's commit(). */
gboolean demls_sqlite_commit (DemlsStore *store, const GPtrArray *changes, GError **error);

/* Writes a row and adds it to the scope's manifest, from which an older one must have been taken before. */
gboolean demls_batch_put (DemlsBatch *self, const char *name, DemlsScope *scope, const char *key, GBytes *value,
                          GError **error);

/* Writes the manifests of the touched scopes and the root; removes scopes that have become empty. */
gboolean demls_batch_seal (DemlsBatch *self, GError **error);

/* Ends the transaction; if it is kept, the store is from now on as the batch says. */
gboolean demls_batch_end (DemlsBatch *self, gboolean keep, GError **error);

/* Stores a value of the table meta. */
gboolean demls_sqlite_put_meta (DemlsDatabase *database, const char *name, GBytes *value, GError **error);

/* Stores the manifest of all scopes. */
gboolean demls_sqlite_put_root (DemlsDatabase *database, DemlsSealer *sealer, const DemlsManifest *root,
                                GError **error);

void demls_batch_clear (DemlsBatch *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DemlsBatch, demls_batch_clear)

#endif
