/* What a person may ask of a conversation, beyond what runner.c tells. */
#include "session/runner-private.h"

#include "mls/group-context.h"

gint64
demls_runner_wall_of (const DemlsRunner *self, gint64 instant)
{
  return self->now.wall - (self->now.mono - instant) / SECOND;
}

gboolean
demls_runner_is_confirmed (const DemlsRunner *self)
{
  return self->current && !self->unconfirmed;
}

Span
demls_runner_inviter (const DemlsRunner *self)
{
  return self->inviter ? span_bytes (self->inviter) : SPAN_EMPTY;
}

gboolean
demls_runner_is_out (const DemlsRunner *self)
{
  return self->gone && !self->replaced;
}

gboolean
demls_runner_is_out_of_sync (const DemlsRunner *self)
{
  return self->out_of_sync;
}

gboolean
demls_runner_is_cloned (const DemlsRunner *self)
{
  return self->cloned;
}

guint
demls_runner_waiting (const DemlsRunner *self)
{
  guint n = 0;
  for (guint i = 0; i < self->sayings->len; i++)
    n += ((const DemlsSaying *) self->sayings->pdata[i])->sent ? 0 : 1;
  return n;
}

Span
demls_runner_tree_hash (const DemlsRunner *self)
{
  return self->current ? mls_group_context (self->current->group)->tree_hash : SPAN_EMPTY;
}

GPtrArray *
demls_runner_passed (const DemlsRunner *self)
{
  GPtrArray *passed = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < self->matters->len; i++)
    {
      const DemlsMatter *matter = self->matters->pdata[i];
      if (demls_matter_is_work (matter))
        g_ptr_array_add (passed, span_dup (demls_matter_hash (matter)));
    }
  return passed;
}
