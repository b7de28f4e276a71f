/* store.h - the plug for what is kept on disk (DESIGN 4): one person's rows, changed all at once or not at all.
 *
 * A row has a scope (a conversation id, or "" for what belongs to the person), a key unique in its scope, and a value.
 * Values may be secret: an implementation seals them if it has a passphrase, and wipes what it replaces. The
 * implementation for files is src/store/.
 */
#ifndef DEMLS_STORE_H
#define DEMLS_STORE_H

#include "base/bytes.h"

/* One change: a NULL value removes the row; a NULL key removes the whole scope. */
typedef struct {
  char *scope;
  char *key;
  GBytes *value;
} DemlsChange;

/* A change that owns copies of the texts and a reference to the value. (transfer full) */
DemlsChange *demls_change_new (const char *scope, const char *key, GBytes *value);
void demls_change_free (DemlsChange *self);

typedef struct _DemlsStore DemlsStore;

typedef struct {
  /* All scopes that have rows, "" too; an array of char*. (transfer full) */
  GPtrArray *(*scopes) (DemlsStore *self, GError **error);
  /* All rows of a scope in order of keys; an array of DemlsChange. Fails as a whole if one of them is missing, damaged
   * or does not open. (transfer full) */
  GPtrArray *(*load) (DemlsStore *self, const char *scope, GError **error);
  /* Does all `changes` (of DemlsChange) in one transaction. */
  gboolean (*commit) (DemlsStore *self, const GPtrArray *changes, GError **error);
  void (*close) (DemlsStore *self);
} DemlsStoreOps;

struct _DemlsStore {
  const DemlsStoreOps *ops;
};

#define DEMLS_STORE_ERROR (demls_store_error_quark ())
GQuark demls_store_error_quark (void);

typedef enum {
  DEMLS_STORE_ERROR_BUSY,       /* another process has it open */
  DEMLS_STORE_ERROR_PASSPHRASE, /* wrong, or one is needed */
  DEMLS_STORE_ERROR_DAMAGED,
  DEMLS_STORE_ERROR_VERSION,    /* written by a newer version */
  DEMLS_STORE_ERROR_FULL,       /* no space: nothing was changed, try again later */
  DEMLS_STORE_ERROR_READ_ONLY,
  DEMLS_STORE_ERROR_IO,
} DemlsStoreError;

#endif
