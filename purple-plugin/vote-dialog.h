/* vote-dialog.h - votes asked for by a dialog, for those who chose it and for clients without commands (plugin P8).
 *
 * One dialog at a time: Later, Yes, No. What is asked is kept here, never in the dialog, since a dialog can be closed
 * without a word: it is taken back when the vote is over, and makes room after a minute if others wait. Later means
 * once more when a fifth of the time is left, and after the next login.
 */
#ifndef DEMLS_PURPLE_VOTE_DIALOG_H
#define DEMLS_PURPLE_VOTE_DIALOG_H

#include "purple-plugin/account.h"

typedef struct _DemlsVoteDialog DemlsVoteDialog;

/* Nothing is asked. (transfer full) */
DemlsVoteDialog *demls_vote_dialog_new (void);

/* Takes the dialog back. */
void demls_vote_dialog_free (DemlsVoteDialog *self);

/* Asks what there is to ask, and takes back what there is not any more. */
void demls_vote_dialog_refresh (DemlsAccount *account);

#endif
