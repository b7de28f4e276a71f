/* handover.h - a queue from another thread to the main loop.
 *
 * The other thread pushes items; the main loop handles them in order, in slices of a few milliseconds. When more is
 * waiting than the main loop should have to hold, the pusher waits. After handover_close() nothing is handled any more
 * and what is pushed is freed at once.
 *
 * This is all that a delivery service and its thread share; it has a lock of its own.
 */
#ifndef DEMLS_DELIVERY_HANDOVER_H
#define DEMLS_DELIVERY_HANDOVER_H

#include <glib.h>

/* The pusher waits while items of more bytes than this are in the queue. */
#define HANDOVER_BYTES (8 * 1024 * 1024)

typedef struct _Handover Handover;

/* `handle` is called from the main loop, with `data`, and owns the item; `drop` frees one that is not handled.
 * (transfer full) */
Handover *handover_new (void (*handle) (gpointer item, gpointer data), GDestroyNotify drop, gpointer data);

Handover *handover_ref (Handover *self);
void handover_unref (Handover *self);

/* From any thread but the main loop's: puts `item`, of about `bytes`, at the end of the queue. (item: transfer full) */
void handover_push (Handover *self, gpointer item, gsize bytes);

/* From the main loop, also from inside `handle`: it is the last call. Drops what is waiting. */
void handover_close (Handover *self);

#endif
