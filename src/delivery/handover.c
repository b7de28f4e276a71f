#include "delivery/handover.h"

/* below redrawing, above idle work */
#define PRIORITY (G_PRIORITY_HIGH_IDLE + 30)
#define SLICE (4 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  gpointer item;
  gsize bytes;
} Piece;

struct _Handover {
  void (*handle) (gpointer item, gpointer data);
  GDestroyNotify drop;
  gpointer data;
  gint refs;

  GMutex lock; /* all below */
  GCond room;
  GQueue pieces;
  gsize bytes;
  gboolean scheduled;
  gboolean closed;
};

Handover *
handover_new (void (*handle) (gpointer item, gpointer data), GDestroyNotify drop, gpointer data)
{
  Handover *self = g_new0 (Handover, 1);
  self->handle = handle;
  self->drop = drop;
  self->data = data;
  self->refs = 1;
  g_mutex_init (&self->lock);
  g_cond_init (&self->room);
  g_queue_init (&self->pieces);
  return self;
}

Handover *
handover_ref (Handover *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
handover_unref (Handover *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->room);
  g_free (self);
}

static void
unref (gpointer data)
{
  handover_unref (data);
}

/* NULL if there is none; the caller frees it */
static Piece *
pop (Handover *self)
{
  g_mutex_lock (&self->lock);
  Piece *piece = g_queue_pop_head (&self->pieces);
  if (piece)
    self->bytes -= piece->bytes;
  else
    self->scheduled = FALSE;
  g_cond_signal (&self->room);
  g_mutex_unlock (&self->lock);
  return piece;
}

static gboolean
drain (gpointer data)
{
  Handover *self = data;
  gint64 until = g_get_monotonic_time () + SLICE;
  do
    {
      g_autofree Piece *piece = pop (self);
      if (!piece)
        return G_SOURCE_REMOVE;
      self->handle (piece->item, self->data);
    }
  while (g_get_monotonic_time () < until);
  return G_SOURCE_CONTINUE;
}

void
handover_push (Handover *self, gpointer item, gsize bytes)
{
  g_mutex_lock (&self->lock);
  while (self->bytes > HANDOVER_BYTES && !self->closed)
    g_cond_wait (&self->room, &self->lock);
  gboolean closed = self->closed;
  if (!closed)
    {
      Piece *piece = g_new (Piece, 1);
      piece->item = item;
      piece->bytes = bytes;
      g_queue_push_tail (&self->pieces, piece);
      self->bytes += bytes;
      if (!self->scheduled)
        g_idle_add_full (PRIORITY, drain, handover_ref (self), unref);
      self->scheduled = TRUE;
    }
  g_mutex_unlock (&self->lock);
  if (closed)
    self->drop (item);
}

void
handover_close (Handover *self)
{
  GQueue left = G_QUEUE_INIT;
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  left = self->pieces;
  g_queue_init (&self->pieces);
  self->bytes = 0;
  g_cond_broadcast (&self->room);
  g_mutex_unlock (&self->lock);
  for (Piece *piece = g_queue_pop_head (&left); piece; piece = g_queue_pop_head (&left))
    {
      self->drop (piece->item);
      g_free (piece);
    }
}
