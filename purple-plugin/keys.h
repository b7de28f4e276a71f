/* keys.h - the keys of an account: under which passphrase they lie, and how the identity is taken along (plugin P1).
 *
 * Actions of an account; what they ask for and say are dialogs. Argon2id's time is spent in a thread, and only one of
 * these is under way at a time.
 */
#ifndef DEMLS_PURPLE_KEYS_H
#define DEMLS_PURPLE_KEYS_H

#include <purple.h>

void demls_keys_change_passphrase (PurplePluginAction *action);

/* Our signature key, nickname and whom we have verified, to a file under a passphrase of its own, and back. Groups are
 * not taken along, so importing is for an account that is in none. */
void demls_keys_export (PurplePluginAction *action);
void demls_keys_import (PurplePluginAction *action);

#endif
