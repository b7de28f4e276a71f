#include "config.h"

#include "purple-plugin/watch.h"

#include "purple-plugin/answers.h"
#include "purple-plugin/away.h"
#include "purple-plugin/question.h"
#include "purple-plugin/windows.h"

#define SECOND G_TIME_SPAN_SECOND

/* A gap longer than that was sleep, or a broken connection worth a summary. */
#define GAP (60 * SECOND)

/* What came is summed up when nothing more came for so long, or so long after the connection stood. */
#define CALM (3 * SECOND)
#define CALM_AT_LAST (20 * SECOND)

/* Own chat that waits for the inviter is explained when it has waited so long (V29). */
#define WAIT_EXPLAINED (5 * SECOND)

struct _DemlsWatch {
  DemlsNow last;
  gboolean away;
  gboolean woken;      /* by the user, since */
  gint64 connected_at; /* mono, while connected; DEMLS_NEVER */
  gint64 cut_at;       /* mono, while not; DEMLS_NEVER */
  gint64 stirred_at;   /* mono: when something came that is summed up, or the link changed */
};

DemlsWatch *
demls_watch_new (DemlsNow now)
{
  DemlsWatch *self = g_new0 (DemlsWatch, 1);
  self->last = now;
  self->away = TRUE;
  self->connected_at = DEMLS_NEVER;
  self->cut_at = now.mono;
  self->stirred_at = now.mono;
  return self;
}

void
demls_watch_free (DemlsWatch *self)
{
  g_free (self);
}

gboolean
demls_watch_takes (DemlsChat *chat, const DemlsEvent *event, DemlsNotice **notice)
{
  DemlsWatch *self = chat->account->watch;
  if (!self->away || chat->told_out || !demls_away_takes (event))
    return FALSE;
  self->stirred_at = self->last.mono;
  demls_away_add (chat->away, event, g_steal_pointer (notice));
  return TRUE;
}

void
demls_watch_wake (DemlsAccount *account)
{
  account->watch->woken = TRUE;
}

static void
go_away (DemlsWatch *self, DemlsNow now)
{
  self->away = TRUE;
  self->woken = FALSE;
  self->stirred_at = now.mono;
}

/* The steady clock stands still while the machine sleeps, the other one does not. */
static gboolean
was_asleep (const DemlsWatch *self, DemlsNow now)
{
  gint64 ran = now.mono - self->last.mono, passed = (now.wall - self->last.wall) * SECOND;
  return passed - ran > GAP;
}

void
demls_watch_enter (DemlsAccount *account, DemlsNow now)
{
  DemlsWatch *self = account->watch;
  DemlsLink link = demls_user_link_state (account->user);
  gboolean connected = link == DEMLS_LINK_ONLINE;
  if (was_asleep (self, now))
    {
      go_away (self, now);
      self->connected_at = connected ? now.mono : DEMLS_NEVER;
    }
  if (link == DEMLS_LINK_OFFLINE && self->cut_at == DEMLS_NEVER)
    self->cut_at = now.mono;
  if (link != DEMLS_LINK_OFFLINE && self->cut_at != DEMLS_NEVER)
    {
      if (now.mono - self->cut_at > GAP)
        go_away (self, now);
      self->cut_at = DEMLS_NEVER;
    }
  if (connected && self->connected_at == DEMLS_NEVER)
    self->connected_at = self->stirred_at = now.mono;
  if (!connected)
    self->connected_at = DEMLS_NEVER;
  self->last = now;
}

/* --- coming back -------------------------------------------------------------------------------------------------*/

/* DEMLS_NEVER while packets from before are unread: the delivery service will say when they are. */
static gint64
back_at (const DemlsAccount *account)
{
  const DemlsWatch *self = account->watch;
  DemlsLink link = demls_user_link_state (account->user);
  if (link == DEMLS_LINK_BACKLOG)
    return DEMLS_NEVER;
  if (self->woken)
    return self->last.mono;
  if (self->connected_at == DEMLS_NEVER)
    return self->stirred_at + GAP;
  return MIN (self->stirred_at + CALM, self->connected_at + CALM_AT_LAST);
}

/* What waits for the user is in the summary, so it is no reason for a reminder too. */
static void
sum_up (DemlsChat *chat, DemlsNow now)
{
  g_autoptr (GPtrArray) mine = demls_answer_mine (chat), open = NULL;
  for (guint i = 0; i < mine->len; i++)
    {
      g_autoptr (GPtrArray) others = NULL;
      DemlsScene scene = demls_chat_scene (chat, mine->pdata[i], &others);
      if (scene.question && demls_question_remind_at (scene.question) <= now.wall)
        g_hash_table_add (chat->lore->reminded, g_bytes_ref (mine->pdata[i]));
    }
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  g_autoptr (DemlsNotice) notice = demls_away_end (chat->away, &scene, mine->len);
  if (notice)
    demls_chat_write (chat, notice);
}

/* --- what waits --------------------------------------------------------------------------------------------------*/

static gint64
mono_of (gint64 wall, DemlsNow now)
{
  return now.mono + (wall - now.wall) * SECOND;
}

static gint64
remind (DemlsChat *chat, DemlsNow now)
{
  gint64 next = DEMLS_NEVER;
  g_autoptr (GPtrArray) mine = demls_answer_mine (chat);
  for (guint i = 0; i < mine->len; i++)
    {
      GBytes *ballot = mine->pdata[i];
      g_autoptr (GPtrArray) open = NULL;
      DemlsScene scene = demls_chat_scene (chat, ballot, &open);
      gint64 at = scene.question ? demls_question_remind_at (scene.question) : 0;
      if (at == 0 || g_hash_table_contains (chat->lore->reminded, ballot))
        continue;
      if (at > now.wall)
        {
          next = MIN (next, mono_of (at, now));
          continue;
        }
      g_hash_table_add (chat->lore->reminded, g_bytes_ref (ballot));
      g_autoptr (DemlsNotice) notice = demls_notice_reminder (&scene);
      demls_chat_write (chat, notice);
    }
  return next;
}

static gint64
explain_waiting (DemlsChat *chat, DemlsNow now)
{
  const DemlsRunner *runner = demls_user_runner (chat->account->user, chat->id);
  gboolean waits = runner && demls_runner_state (runner) != DEMLS_STATE_PENDING_JOIN
                   && !demls_runner_is_confirmed (runner) && demls_runner_waiting (runner) > 0;
  if (!waits)
    chat->waits_since = 0;
  else if (chat->waits_since == 0)
    chat->waits_since = now.mono;
  if (!waits || chat->waits_since == DEMLS_NEVER)
    return DEMLS_NEVER;
  if (now.mono < chat->waits_since + WAIT_EXPLAINED)
    return chat->waits_since + WAIT_EXPLAINED;
  chat->waits_since = DEMLS_NEVER;
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, NULL, &open);
  g_autoptr (DemlsNotice) notice = demls_notice_unconfirmed (&scene, demls_runner_inviter (runner));
  demls_chat_write (chat, notice);
  return DEMLS_NEVER;
}

gint64
demls_watch_leave (DemlsAccount *account, DemlsNow now)
{
  DemlsWatch *self = account->watch;
  gint64 next = DEMLS_NEVER, back = self->away ? back_at (account) : DEMLS_NEVER;
  gboolean comes_back = self->away && back <= now.mono;
  if (comes_back)
    self->away = FALSE;
  for (guint i = 0; i < account->chats->len; i++)
    {
      DemlsChat *chat = account->chats->pdata[i];
      if (comes_back)
        sum_up (chat, now);
      next = MIN (next, explain_waiting (chat, now));
      if (!self->away)
        next = MIN (next, remind (chat, now));
    }
  return self->away ? MIN (next, back) : next;
}
