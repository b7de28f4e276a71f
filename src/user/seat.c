#include "user/seat.h"

#include <string.h>

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/secret.h"
#include "rules/limits.h"
#include "session/error.h"

#define ROW_VERSION 1
#define OWN_ROWS "user/"

/* --- life -------------------------------------------------------------------------------------------------------- */

DemlsSeat *
demls_seat_new (const char *id, DemlsRunner *runner)
{
  DemlsSeat *self = g_new0 (DemlsSeat, 1);
  self->id = g_strdup (id);
  self->runner = runner;
  self->title = g_strdup ("");
  self->history = demls_history_new ();
  self->nicks = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, g_free);
  self->flights = g_queue_new ();
  self->touched = TRUE;
  self->wakeup = DEMLS_NEVER;
  return self;
}

static void
flight_free (gpointer data)
{
  DemlsFlight *flight = data;
  demls_packet_free (flight->packet);
  g_free (flight);
}

void
demls_seat_free (DemlsSeat *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->runner, demls_runner_free);
  g_clear_pointer (&self->history, demls_history_free);
  g_clear_pointer (&self->nicks, g_hash_table_unref);
  g_queue_free_full (self->flights, flight_free);
  g_clear_pointer (&self->cursor, g_bytes_unref);
  g_free (self->typed);
  g_free (self->ended);
  g_free (self->title);
  g_free (self->id);
  g_free (self);
}

/* --- what is written --------------------------------------------------------------------------------------------- */

void
demls_seat_save_about (const DemlsSeat *self, DemlsChanges *changes)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, ROW_VERSION);
  writer_u8 (&w, (guint8) ((self->announced ? 1 : 0) | (self->leaving ? 2 : 0) | (self->ended ? 4 : 0)));
  writer_u64 (&w, (guint64) self->last_activity);
  writer_vector (&w, span_str (self->title));
  writer_vector (&w, span_str (self->ended ? self->ended : ""));
  demls_changes_give (changes, self->id, OWN_ROWS "about", writer_take (&w));
}

void
demls_seat_save_shown (const DemlsSeat *self, DemlsChanges *changes)
{
  g_auto (Writer) w = WRITER_INIT;
  writer_u8 (&w, ROW_VERSION);
  writer_u64 (&w, self->history->shown);
  demls_changes_give (changes, self->id, OWN_ROWS "shown", writer_take (&w));
}

static char *
serial_key (const char *kind, guint64 serial)
{
  return g_strdup_printf (OWN_ROWS "%s/%016" G_GINT64_MODIFIER "x", kind, serial);
}

guint64
demls_seat_add_line (DemlsSeat *self, const DemlsEvent *chat, DemlsChanges *changes)
{
  if (self->leaving)
    return 0;
  const char *nick = chat->member ? demls_seat_nick (self, span_bytes (chat->member)) : NULL;
  const DemlsHistoryLine *line = demls_history_add (self->history, chat, nick);
  g_autofree char *key = serial_key ("line", line->serial);
  demls_changes_give (changes, self->id, key, demls_history_line_save (line));
  return line->serial;
}

void
demls_seat_add_decision (DemlsSeat *self, const DemlsEvent *event, DemlsChanges *changes)
{
  if (self->leaving)
    return;
  const DemlsDecision *decision = demls_history_decide (self->history, event);
  g_autofree char *key = serial_key ("decision", decision->serial);
  demls_changes_give (changes, self->id, key, demls_decision_save (decision));
  for (DemlsDecision *old; (old = demls_history_trim_decisions (self->history)); demls_decision_free (old))
    {
      g_autofree char *old_key = serial_key ("decision", old->serial);
      demls_changes_put (changes, self->id, old_key, NULL);
    }
}

void
demls_seat_trim (DemlsSeat *self, guint limit, DemlsChanges *changes)
{
  for (DemlsHistoryLine *old; (old = demls_history_trim (self->history, limit)); demls_history_line_free (old))
    {
      g_autofree char *key = serial_key ("line", old->serial);
      demls_changes_put (changes, self->id, key, NULL);
    }
}

void
demls_seat_forget (DemlsSeat *self, DemlsChanges *changes)
{
  self->history->shown = self->history->next_line - 1;
  demls_seat_save_shown (self, changes);
  demls_seat_trim (self, 0, changes);
  for (guint i = 0; i < self->history->decisions->len; i++)
    {
      g_autofree char *key = serial_key ("decision",
                                         ((const DemlsDecision *) self->history->decisions->pdata[i])->serial);
      demls_changes_put (changes, self->id, key, NULL);
    }
  g_ptr_array_set_size (self->history->decisions, 0);
}

/* --- nicknames and other texts ----------------------------------------------------------------------------------- */

static char *
nick_key (Span member)
{
  g_autofree char *hex = span_hex (member);
  return g_strconcat (OWN_ROWS "nick/", hex, NULL);
}

void
demls_seat_set_nick (DemlsSeat *self, GBytes *member, const char *nick, DemlsChanges *changes)
{
  gboolean known = g_hash_table_contains (self->nicks, member);
  if (!known && g_hash_table_size (self->nicks) >= DEMLS_NICKS_MAX)
    return;
  g_hash_table_replace (self->nicks, g_bytes_ref (member), g_strdup (nick));
  g_autofree char *key = nick_key (span_bytes (member));
  demls_changes_give (changes, self->id, key, span_dup (span_str (nick)));
}

const char *
demls_seat_nick (const DemlsSeat *self, Span member)
{
  g_autoptr (GBytes) key = span_dup (member);
  return g_hash_table_lookup (self->nicks, key);
}

void
demls_seat_set_typed (DemlsSeat *self, const char *text, DemlsChanges *changes)
{
  gboolean any = text && *text;
  if (g_strcmp0 (any ? text : NULL, self->typed) == 0)
    return;
  g_free (self->typed);
  self->typed = any ? g_strdup (text) : NULL;
  g_autoptr (GBytes) value = any ? secret_bytes_new (span_str (text)) : NULL;
  demls_changes_put (changes, self->id, OWN_ROWS "typed", value);
}

const char *
demls_seat_title (const DemlsSeat *self)
{
  const DemlsGovernance *governance = self->runner ? demls_runner_governance (self->runner) : NULL;
  return governance ? governance->title : self->title;
}

/* --- what was written -------------------------------------------------------------------------------------------- */

static char *
take_text (Span text)
{
  if (!g_utf8_validate ((const char *) text.data, (gssize) text.len, NULL))
    return NULL;
  return text.len ? g_strndup ((const char *) text.data, text.len) : g_strdup ("");
}

static gboolean
load_about (DemlsSeat *self, Span row)
{
  Reader r = reader_init (row);
  guint8 version = reader_u8 (&r), flags = reader_u8 (&r);
  self->last_activity = (gint64) reader_u64 (&r);
  g_autofree char *title = take_text (reader_vector (&r));
  g_autofree char *ended = take_text (reader_vector (&r));
  if (!reader_end (&r) || version != ROW_VERSION || flags > 7 || !title || !ended)
    return FALSE;
  self->announced = (flags & 1) != 0;
  self->leaving = (flags & 2) != 0;
  self->ended = flags & 4 ? g_steal_pointer (&ended) : NULL;
  g_free (self->title);
  self->title = g_steal_pointer (&title);
  return TRUE;
}

static gboolean
load_shown (DemlsSeat *self, Span row)
{
  Reader r = reader_init (row);
  guint8 version = reader_u8 (&r);
  self->history->shown = reader_u64 (&r);
  return reader_end (&r) && version == ROW_VERSION;
}

static gboolean
load_nick (DemlsSeat *self, const char *hex, Span row)
{
  GBytes *member = bytes_from_hex (hex);
  char *nick = take_text (row);
  if (member && nick)
    return g_hash_table_replace (self->nicks, member, nick);
  g_clear_pointer (&member, g_bytes_unref);
  g_free (nick);
  return FALSE;
}

static gboolean
load_typed (DemlsSeat *self, Span row)
{
  g_free (self->typed);
  self->typed = take_text (row);
  return self->typed != NULL;
}

static gboolean
load_own (DemlsSeat *self, const char *key, Span row)
{
  if (strcmp (key, "about") == 0)
    return load_about (self, row);
  if (strcmp (key, "shown") == 0)
    return load_shown (self, row);
  if (strcmp (key, "typed") == 0)
    return load_typed (self, row);
  if (strcmp (key, "cursor") == 0)
    return (self->cursor = span_dup (row)) != NULL;
  if (g_str_has_prefix (key, "line/"))
    return demls_history_line_load (self->history, row);
  if (g_str_has_prefix (key, "decision/"))
    return demls_decision_load (self->history, row);
  if (g_str_has_prefix (key, "nick/"))
    return load_nick (self, key + strlen ("nick/"), row);
  return FALSE;
}

/* Ours are loaded, the others returned, of DemlsRow; NULL if one is damaged. */
static GPtrArray *
sort_out (DemlsSeat *self, const GPtrArray *rows, GError **error)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_row_free);
  for (guint i = 0; i < rows->len; i++)
    {
      const DemlsChange *row = rows->pdata[i];
      if (!g_str_has_prefix (row->key, OWN_ROWS))
        {
          DemlsRow *other = g_new0 (DemlsRow, 1);
          other->key = g_strdup (row->key);
          other->value = g_bytes_ref (row->value);
          g_ptr_array_add (others, other);
        }
      else if (!load_own (self, row->key + strlen (OWN_ROWS), span_bytes (row->value)))
        {
          g_set_error (error, DEMLS_ERROR, DEMLS_ERROR_STORE, "row %s of group %s is damaged", row->key, self->id);
          return NULL;
        }
    }
  return g_steal_pointer (&others);
}

DemlsSeat *
demls_seat_restore (const DemlsEnv *env, const char *id, const GPtrArray *rows, DemlsNow now, GError **error)
{
  DemlsSeat *self = demls_seat_new (id, NULL);
  g_autoptr (GPtrArray) others = sort_out (self, rows, error);
  if (others && !self->ended)
    self->runner = demls_runner_restore (env, others, now, error);
  if (!others || (!self->ended && (!self->runner || strcmp (demls_runner_id (self->runner), id) != 0)))
    {
      if (error && !*error)
        g_set_error (error, DEMLS_ERROR, DEMLS_ERROR_STORE, "group %s holds rows of another one", id);
      demls_seat_free (self);
      return NULL;
    }
  self->history->next_line = MAX (self->history->next_line, self->history->shown + 1);
  return self;
}
