/* background.h - work that takes its time, in a thread, so that the client never stands still (plugin P11).
 *
 * The work sees nothing but its data. What it brings is handed over in the main loop. Everything here is called from
 * the main loop.
 */
#ifndef DEMLS_PURPLE_BACKGROUND_H
#define DEMLS_PURPLE_BACKGROUND_H

#include <glib.h>

typedef void (*DemlsWork) (gpointer data);

/* Takes `data`, calls `work` with it in a thread, then `done` from the main loop, then `release`. */
void demls_background_run (DemlsWork work, DemlsWork done, gpointer data, GDestroyNotify release);

/* Waits for the threads and releases what they brought, without `done`: nothing of us runs any more. */
void demls_background_finish (void);

#endif
