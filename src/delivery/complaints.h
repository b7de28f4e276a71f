/* complaints.h - what came in and is no packet: people are told of each kind, but not of each case.
 *
 * Anybody who can write to a folder or a broker can leave rubbish there by the thousand. The first of each kind is told
 * at once, and then no other for DEMLS_NOTICE_PAUSE; how many there were meanwhile is told with the next.
 */
#ifndef DEMLS_DELIVERY_COMPLAINTS_H
#define DEMLS_DELIVERY_COMPLAINTS_H

#include "user/delivery.h"

typedef struct {
  gint64 quiet_until[DEMLS_DELIVERY_ERRORS]; /* by kind, which is the error's code; 0: never told */
  guint untold[DEMLS_DELIVERY_ERRORS];
} DemlsComplaints;

/* What to tell of `what`, which is of DEMLS_DELIVERY_ERROR, now (g_get_monotonic_time()); NULL: nothing.
 * (transfer full) */
GError *demls_complaint (DemlsComplaints *self, const GError *what, gint64 now);

#endif
