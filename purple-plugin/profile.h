/* profile.h - Get Info: who somebody is, as far as one can know (plugin P4).
 *
 * What libpurple calls. Texts of peers are escaped.
 */
#ifndef DEMLS_PURPLE_PROFILE_H
#define DEMLS_PURPLE_PROFILE_H

#include "purple-plugin/chats.h"

/* A row of a member list; somebody by name: oneself, or a member of any group that has this name. */
void demls_profile_of_row (PurpleConnection *connection, int number, const char *who);
void demls_profile_of_name (PurpleConnection *connection, const char *who);

/* A fingerprint in groups of four digits, which are read out more easily; `member_id` whole. (transfer full: g_free) */
char *demls_profile_fingerprint (Span member_id);

#endif
