/* host.h - the parts of the client without a screen (host.c).
 */
#ifndef DEMLS_TESTS_HOST_H
#define DEMLS_TESTS_HOST_H

#include <purple.h>

#define HOST_UI "demls-host"

/* Writes one line to standard output; line ends and backslashes in it as \n and \\. */
void host_tell (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* --- host-ui.c ----------------------------------------------------------------------------------------------------*/

/* Tells libpurple how this client shows things; before purple_core_init(). */
void host_ui_set_up (void);

/* --- host-dialogs.c ------------------------------------------------------------------------------------------------*/

void host_dialogs_set_up (void);
void host_dialogs_free (void);

/* Puts `text` into the open dialog: into its only entry, or the field of that id, or (id NULL) the first one that takes
 * text. FALSE: there is none. */
gboolean host_dialog_fill (const char *id, const char *text);

/* Presses the button of the open dialog whose label begins so. FALSE: there is none. */
gboolean host_dialog_press (const char *label);

/* --- host-person.c ------------------------------------------------------------------------------------------------*/

/* Does one line of the script; FALSE: quit. */
gboolean host_person_do (PurpleAccount *account, const char *word, const char *rest);

/* Joins what this account joins at every login, as clients do. */
void host_person_autojoin (PurpleAccount *account);

/* --- host-measure.c -----------------------------------------------------------------------------------------------*/

/* Watches how long the main loop is away from its poll. */
void host_measure_begin (void);

/* Tells "measured ...", and begins anew. */
void host_measure_tell (void);

#endif
