#include "session/leave.h"

#include "session/runner-private.h"

void
demls_leave_finish (DemlsRunner *self, const char *reason)
{
  if (self->over)
    return;
  self->over = TRUE;
  demls_dirty (self, "runner");
  demls_emit (self, DEMLS_EVENT_LEAVING)->text = g_strdup (reason);
}

/* Our own request to be removed. */
static const DemlsMatter *
find_request (const DemlsRunner *self)
{
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (matter->alive && matter->request->kind == DEMLS_KIND_REMOVE
          && demls_is_me (self, matter->request->target) && demls_is_me (self, demls_matter_owner (matter)))
        return matter;
    }
  return NULL;
}

void
demls_leave_again (DemlsRunner *self)
{
  if (!self->leaving || self->gone || !self->current)
    return;
  if (self->current->epoch->n == 1)
    demls_leave_finish (self, "left");
  if (self->over || find_request (self))
    return;
  g_autoptr (GError) error = NULL;
  if (!demls_voting_open (self, demls_ask_remove (self->current->epoch, demls_me (self), NULL), TRUE, NULL, &error))
    demls_emit_error (self, "leave", error->message);
}

gboolean
demls_runner_leave (DemlsRunner *self, DemlsNow now, GError **error)
{
  demls_runner_enter (self, now);
  if (self->over || self->gone)
    return demls_refuse (error, DEMLS_ERROR_BLOCKED, "this conversation is over");
  if (!self->current)
    {
      demls_leave_finish (self, "left");
      return TRUE;
    }
  if (self->leaving)
    return TRUE;
  self->leaving = TRUE;
  self->leaving_since = self->now.mono;
  demls_dirty (self, "runner");
  demls_leave_again (self);
  return TRUE;
}
