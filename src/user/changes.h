/* changes.h - rows that changed and are not in the store yet.
 *
 * The newest value of a row replaces an earlier one, so that a store that refuses for hours does not make us grow.
 */
#ifndef DEMLS_CHANGES_H
#define DEMLS_CHANGES_H

#include "user/store.h"

typedef struct _DemlsChanges DemlsChanges;

/* None yet. (transfer full) */
DemlsChanges *demls_changes_new (void);
void demls_changes_free (DemlsChanges *self);

/* The row `key` of `scope` now holds `value`, or is gone (NULL). */
void demls_changes_put (DemlsChanges *self, const char *scope, const char *key, GBytes *value);

/* The same, and takes `value`. */
void demls_changes_give (DemlsChanges *self, const char *scope, const char *key, GBytes *value);

/* The whole scope is gone. */
void demls_changes_drop (DemlsChanges *self, const char *scope);

/* Is there anything to save? */
gboolean demls_changes_any (const DemlsChanges *self);

/* Does them all in one transaction; on failure they are kept. */
gboolean demls_changes_commit (DemlsChanges *self, DemlsStore *store, GError **error);

#endif
