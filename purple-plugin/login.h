/* login.h - how an account begins and ends (plugin P1, P11).
 *
 * The store is opened in a thread, since Argon2id takes its time. Without a saved password one is asked for only if the
 * keys are under a passphrase.
 */
#ifndef DEMLS_PURPLE_LOGIN_H
#define DEMLS_PURPLE_LOGIN_H

#include <purple.h>

/* libpurple's login and close. */
void demls_login (PurpleAccount *account);
void demls_logout (PurpleConnection *connection);

/* The folder of an account's store. (transfer full: g_free) */
char *demls_login_directory (PurpleAccount *account);

#endif
