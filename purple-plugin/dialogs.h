/* dialogs.h - what is asked and shown in windows of their own: the account's actions (plugin P1).
 */
#ifndef DEMLS_PURPLE_DIALOGS_H
#define DEMLS_PURPLE_DIALOGS_H

#include <purple.h>

/* The actions of an account (`context` is its connection); of PurplePluginAction. (transfer full) */
GList *demls_dialogs_actions (PurplePlugin *plugin, gpointer context);

/* Says something in a window of its own: plain texts, broken into lines that fit on a terminal. `handle`: a connection
 * or account. */
void demls_dialogs_tell (void *handle, const char *primary, const char *secondary);
void demls_dialogs_complain (void *handle, const char *primary, const char *secondary);

#endif
