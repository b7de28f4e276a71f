#include "user/history.h"

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/secret.h"
#include "rules/limits.h"

#define ROW_VERSION 1

/* --- life -------------------------------------------------------------------------------------------------------- */

void
demls_history_line_free (DemlsHistoryLine *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->member, g_bytes_unref);
  g_clear_pointer (&self->message_id, g_bytes_unref);
  g_free (self->nick);
  g_free (self->text);
  g_free (self);
}

void
demls_decision_free (DemlsDecision *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->ballot, g_bytes_unref);
  g_clear_pointer (&self->member, g_bytes_unref);
  g_clear_pointer (&self->actions, g_ptr_array_unref);
  g_free (self);
}

DemlsHistory *
demls_history_new (void)
{
  DemlsHistory *self = g_new0 (DemlsHistory, 1);
  self->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_history_line_free);
  self->decisions = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_decision_free);
  self->next_line = 1;
  self->next_decision = 1;
  return self;
}

void
demls_history_free (DemlsHistory *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->decisions);
  g_free (self);
}

static GBytes *
bytes_or_empty (GBytes *bytes)
{
  return bytes ? g_bytes_ref (bytes) : g_bytes_new (NULL, 0);
}

/* --- adding and trimming ----------------------------------------------------------------------------------------- */

const DemlsHistoryLine *
demls_history_add (DemlsHistory *self, const DemlsEvent *chat, const char *nick)
{
  DemlsHistoryLine *line = g_new0 (DemlsHistoryLine, 1);
  line->serial = self->next_line++;
  line->time = chat->time;
  line->own = chat->own;
  line->member = bytes_or_empty (chat->member);
  line->message_id = bytes_or_empty (chat->message_id);
  line->nick = g_strdup (nick ? nick : "");
  line->text = g_strdup (chat->text ? chat->text : "");
  g_ptr_array_add (self->lines, line);
  return line;
}

static GPtrArray *
copy_actions (const GPtrArray *actions)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_action_free);
  for (guint i = 0; actions && i < actions->len; i++)
    {
      const DemlsAction *action = actions->pdata[i];
      g_ptr_array_add (copy, demls_action_new (action->kind, action->target));
    }
  return copy;
}

const DemlsDecision *
demls_history_decide (DemlsHistory *self, const DemlsEvent *event)
{
  DemlsDecision *decision = g_new0 (DemlsDecision, 1);
  decision->serial = self->next_decision++;
  decision->time = event->time;
  decision->done = event->kind == DEMLS_EVENT_COMMIT_APPLIED;
  decision->approved = event->approved || decision->done;
  decision->epoch = event->epoch;
  decision->ballot = bytes_or_empty (event->ballot);
  decision->member = bytes_or_empty (event->member);
  decision->yes = event->yes;
  decision->no = event->no;
  decision->witnesses = event->witnesses;
  decision->electorate = event->electorate;
  decision->actions = copy_actions (event->actions);
  g_ptr_array_add (self->decisions, decision);
  return decision;
}

DemlsHistoryLine *
demls_history_trim (DemlsHistory *self, guint limit)
{
  if (self->lines->len <= limit || ((const DemlsHistoryLine *) self->lines->pdata[0])->serial > self->shown)
    return NULL;
  return g_ptr_array_steal_index (self->lines, 0);
}

DemlsDecision *
demls_history_trim_decisions (DemlsHistory *self)
{
  return self->decisions->len > DEMLS_DECISIONS_MAX ? g_ptr_array_steal_index (self->decisions, 0) : NULL;
}

DemlsEvent *
demls_history_line_event (const DemlsHistoryLine *line)
{
  DemlsEvent *event = demls_event_new (DEMLS_EVENT_CHAT, line->time);
  event->own = line->own;
  event->member = g_bytes_ref (line->member);
  event->message_id = g_bytes_ref (line->message_id);
  event->text = g_strdup (line->text);
  return event;
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

static GBytes *
finish (Writer *writer)
{
  return secret_bytes_new (writer_span (writer));
}

GBytes *
demls_history_line_save (const DemlsHistoryLine *self)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, ROW_VERSION);
  writer_u64 (&w, self->serial);
  writer_u64 (&w, (guint64) self->time);
  writer_u8 (&w, self->own ? 1 : 0);
  writer_vector (&w, span_bytes (self->member));
  writer_vector (&w, span_bytes (self->message_id));
  writer_vector (&w, span_str (self->nick));
  writer_vector (&w, span_str (self->text));
  return finish (&w);
}

/* NULL, and the reader failed, unless it is UTF-8 without NUL. */
static char *
read_text (Reader *reader)
{
  Span text = reader_vector (reader);
  if (!g_utf8_validate ((const char *) text.data, (gssize) text.len, NULL))
    {
      reader_fail (reader);
      return NULL;
    }
  return text.len ? g_strndup ((const char *) text.data, text.len) : g_strdup ("");
}

gboolean
demls_history_line_load (DemlsHistory *self, Span row)
{
  Reader r = reader_init (row);
  g_autoptr (DemlsHistoryLine) line = g_new0 (DemlsHistoryLine, 1);
  guint8 version = reader_u8 (&r);
  line->serial = reader_u64 (&r);
  line->time = (gint64) reader_u64 (&r);
  line->own = reader_u8 (&r) != 0;
  line->member = span_dup (reader_vector (&r));
  line->message_id = span_dup (reader_vector (&r));
  line->nick = read_text (&r);
  line->text = read_text (&r);
  if (!reader_end (&r) || version != ROW_VERSION || line->serial < self->next_line)
    return FALSE;
  self->next_line = line->serial + 1;
  g_ptr_array_add (self->lines, g_steal_pointer (&line));
  return TRUE;
}

static void
write_actions (Writer *writer, const GPtrArray *actions)
{
  gsize block = writer_open (writer);
  for (guint i = 0; i < actions->len; i++)
    {
      const DemlsAction *action = actions->pdata[i];
      writer_u32 (writer, action->kind);
      writer_vector (writer, span_bytes (action->target));
    }
  writer_close (writer, block);
}

GBytes *
demls_decision_save (const DemlsDecision *self)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, ROW_VERSION);
  writer_u64 (&w, self->serial);
  writer_u64 (&w, (guint64) self->time);
  writer_u8 (&w, (guint8) ((self->done ? 1 : 0) | (self->approved ? 2 : 0)));
  writer_u64 (&w, self->epoch);
  writer_vector (&w, span_bytes (self->ballot));
  writer_vector (&w, span_bytes (self->member));
  writer_u32 (&w, self->yes);
  writer_u32 (&w, self->no);
  writer_u32 (&w, self->witnesses);
  writer_u32 (&w, self->electorate);
  write_actions (&w, self->actions);
  return finish (&w);
}

static GPtrArray *
read_actions (Reader *reader)
{
  GPtrArray *actions = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_action_free);
  Reader inner = reader_open (reader);
  while (reader_more (&inner))
    {
      guint32 kind = reader_u32 (&inner);
      Span target = reader_vector (&inner);
      g_autoptr (GBytes) bytes = target.len > 0 ? span_dup (target) : NULL;
      g_ptr_array_add (actions, demls_action_new (kind, bytes));
    }
  reader_close (reader, &inner);
  return actions;
}

static gboolean
decision_read (DemlsDecision *self, Reader *reader)
{
  guint8 version = reader_u8 (reader);
  self->serial = reader_u64 (reader);
  self->time = (gint64) reader_u64 (reader);
  guint8 flags = reader_u8 (reader);
  self->done = (flags & 1) != 0;
  self->approved = (flags & 2) != 0;
  self->epoch = reader_u64 (reader);
  self->ballot = span_dup (reader_vector (reader));
  self->member = span_dup (reader_vector (reader));
  self->yes = reader_u32 (reader);
  self->no = reader_u32 (reader);
  self->witnesses = reader_u32 (reader);
  self->electorate = reader_u32 (reader);
  self->actions = read_actions (reader);
  return reader_end (reader) && version == ROW_VERSION && flags < 4;
}

gboolean
demls_decision_load (DemlsHistory *self, Span row)
{
  Reader r = reader_init (row);
  DemlsDecision *decision = g_new0 (DemlsDecision, 1);
  if (!decision_read (decision, &r) || decision->serial < self->next_decision)
    {
      demls_decision_free (decision);
      return FALSE;
    }
  self->next_decision = decision->serial + 1;
  g_ptr_array_add (self->decisions, decision);
  return TRUE;
}
