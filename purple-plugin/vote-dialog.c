#include "config.h"

#include "purple-plugin/vote-dialog.h"

#include <glib/gi18n-lib.h>

#include "purple-plugin/answers.h"
#include "purple-plugin/errors.h"
#include "purple-plugin/options.h"
#include "purple-plugin/question.h"
#include "purple-plugin/watch.h"
#include "purple-plugin/windows.h"
#include "purple-plugin/wrap.h"

#define SHOWN_FOR (60 * G_TIME_SPAN_SECOND)

/* A vote that was put off. */
typedef struct {
  gint64 again_at; /* seconds since 1970; G_MAXINT64: not any more */
  gboolean seen;   /* in this turn */
} Later;

struct _DemlsVoteDialog {
  char *chat; /* what the dialog asks; NULL: there is none */
  GBytes *ballot;
  gint64 since;      /* mono */
  GHashTable *later; /* GBytes -> Later */
};

/* A vote that waits for me. */
typedef struct {
  DemlsChat *chat;
  GBytes *ballot;
  gint64 again_at; /* if it is put off now */
} Waiting;

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;
  g_bytes_unref (waiting->ballot);
  g_free (waiting);
}

DemlsVoteDialog *
demls_vote_dialog_new (void)
{
  DemlsVoteDialog *self = g_new0 (DemlsVoteDialog, 1);
  self->later = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, g_free);
  return self;
}

static void
forget (DemlsVoteDialog *self)
{
  g_clear_pointer (&self->chat, g_free);
  g_clear_pointer (&self->ballot, g_bytes_unref);
}

/* By the handle that is ours alone: the dialog itself may be gone without our knowing. */
static void
withdraw (DemlsVoteDialog *self)
{
  forget (self);
  purple_request_close_with_handle (self);
}

void
demls_vote_dialog_free (DemlsVoteDialog *self)
{
  withdraw (self);
  g_hash_table_unref (self->later);
  g_free (self);
}

/* --- what waits --------------------------------------------------------------------------------------------------*/

/* When a vote that is put off now is asked again: when a fifth of its time is left, if that is still to come. */
static gint64
again_at (const DemlsRunner *runner, const DemlsQuestion *question, gint64 now)
{
  gint64 all = (gint64) demls_runner_governance (runner)->policy.proposal_expiration_ms / 1000;
  gint64 at = question->closes - all / 5;
  return question->closes && at > now ? at : G_MAXINT64;
}

static void
collect (GPtrArray *out, DemlsChat *chat)
{
  const DemlsRunner *runner = demls_user_runner (chat->account->user, chat->id);
  if (!runner || demls_runner_is_out (runner) || !demls_runner_governance (runner))
    return;
  g_autoptr (GPtrArray) mine = demls_answer_mine (chat);
  for (guint i = 0; i < mine->len; i++)
    {
      g_autoptr (GPtrArray) open = NULL;
      DemlsScene scene = demls_chat_scene (chat, mine->pdata[i], &open);
      const DemlsEvent event = { .kind = DEMLS_EVENT_VOTE_REQUESTED, .ballot = mine->pdata[i] };
      g_autoptr (DemlsNotice) notice = scene.question ? demls_notice_of (&scene, &event, FALSE) : NULL;
      if (!notice)
        continue;
      Waiting *waiting = g_new0 (Waiting, 1);
      waiting->chat = chat;
      waiting->ballot = g_bytes_ref (mine->pdata[i]);
      waiting->again_at = again_at (runner, scene.question, scene.now);
      g_ptr_array_add (out, waiting);
    }
}

static gboolean
is_later_gone (gpointer key, gpointer value, gpointer data)
{
  Later *later = value;
  gboolean gone = !later->seen;
  later->seen = FALSE;
  return gone;
}

/* All votes that wait for me; what was put off is left out until its time has come. */
static GPtrArray *
collect_due (DemlsAccount *account)
{
  DemlsVoteDialog *self = account->dialog;
  DemlsNow now = demls_account_now ();
  GPtrArray *due = g_ptr_array_new_with_free_func (waiting_free);
  for (guint i = 0; i < account->chats->len; i++)
    collect (due, account->chats->pdata[i]);
  for (guint i = due->len; i-- > 0;)
    {
      Later *later = g_hash_table_lookup (self->later, ((Waiting *) due->pdata[i])->ballot);
      if (!later)
        continue;
      later->seen = TRUE;
      if (later->again_at <= now.wall)
        continue;
      if (later->again_at != G_MAXINT64)
        demls_account_wake_at (account, now.mono + (later->again_at - now.wall) * G_TIME_SPAN_SECOND);
      g_ptr_array_remove_index (due, i);
    }
  g_hash_table_foreach_remove (self->later, is_later_gone, NULL);
  return due;
}

static Waiting *
find_shown (const DemlsVoteDialog *self, const GPtrArray *due)
{
  for (guint i = 0; self->chat && i < due->len; i++)
    {
      Waiting *waiting = due->pdata[i];
      if (g_bytes_equal (waiting->ballot, self->ballot) && g_str_equal (waiting->chat->id, self->chat))
        return waiting;
    }
  return NULL;
}

static void
put_off (DemlsVoteDialog *self, GBytes *ballot, gint64 at)
{
  Later *later = g_new0 (Later, 1);
  gboolean again = g_hash_table_contains (self->later, ballot);
  later->again_at = again ? G_MAXINT64 : at;
  g_hash_table_replace (self->later, g_bytes_ref (ballot), later);
}

/* --- the dialog --------------------------------------------------------------------------------------------------*/

static void
vote (DemlsChat *chat, GBytes *ballot, gboolean yes)
{
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (GError) error = NULL;
  DemlsScene scene = demls_chat_scene (chat, ballot, &open);
  if (!demls_user_vote (chat->account->user, chat->id, span_bytes (ballot), yes, demls_account_now (), &error))
    {
      g_autofree char *text = demls_error_text (error);
      demls_chat_tell (chat, text);
      return;
    }
  g_autoptr (DemlsNotice) notice = scene.question ? demls_notice_voted (&scene, yes) : NULL;
  if (notice)
    demls_chat_write (chat, notice);
}

/* The next dialog comes from the pump, not from inside this one. */
static void
answered (DemlsAccount *account, gboolean voted, gboolean yes)
{
  DemlsVoteDialog *self = account->dialog;
  DemlsChat *chat = self->chat ? demls_chats_find (account, self->chat) : NULL;
  g_autoptr (GBytes) ballot = self->ballot ? g_bytes_ref (self->ballot) : NULL;
  forget (self);
  demls_watch_wake (account);
  demls_account_pump_soon (account);
  if (!chat || !ballot)
    return;
  const DemlsRunner *runner = demls_user_runner (account->user, chat->id);
  if (voted)
    {
      vote (chat, ballot, yes);
      return;
    }
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (chat, ballot, &open);
  put_off (self, ballot, runner && scene.question ? again_at (runner, scene.question, scene.now) : G_MAXINT64);
}

/* One for each button: clients do not agree on how buttons are numbered. */
static void
on_later (gpointer account, int button)
{
  answered (account, FALSE, FALSE);
}

static void
on_yes (gpointer account, int button)
{
  answered (account, TRUE, TRUE);
}

static void
on_no (gpointer account, int button)
{
  answered (account, TRUE, FALSE);
}

/* The first button is the one that a stray space presses in Finch, which also shows mnemonics as they are written. */
static void
ask (DemlsAccount *account, const Waiting *waiting)
{
  DemlsVoteDialog *self = account->dialog;
  g_autoptr (GPtrArray) open = NULL;
  DemlsScene scene = demls_chat_scene (waiting->chat, waiting->ballot, &open);
  g_autofree char *number = demls_question_number (&scene, waiting->ballot);
  g_autofree char *phrase = demls_question_wish (&scene);
  g_autofree char *terms = demls_question_terms (&scene);
  g_autofree char *question = g_strdup_printf (_ ("Vote %s: %s."), number, phrase);
  g_autofree char *where = g_strdup_printf (_ ("In \"%s\". %s"), scene.title, terms);
  g_autofree char *primary = demls_wrap (question, DEMLS_WRAP_COLUMNS);
  g_autofree char *secondary = demls_wrap (where, DEMLS_WRAP_COLUMNS);
  PurpleAccount *purple = account->connection->account;
  self->chat = g_strdup (waiting->chat->id);
  self->ballot = g_bytes_ref (waiting->ballot);
  self->since = demls_account_now ().mono;
  purple_request_action (self, _ ("Vote"), primary, secondary, PURPLE_DEFAULT_ACTION_NONE, purple, NULL, NULL, account,
                         3, _ ("Later"), G_CALLBACK (on_later), _ ("Yes"), G_CALLBACK (on_yes), _ ("No"),
                         G_CALLBACK (on_no));
}

/* After a minute, others have their turn: the dialog may have been closed without a word. */
static void
make_room (DemlsAccount *account, const Waiting *shown)
{
  DemlsVoteDialog *self = account->dialog;
  if (demls_account_now ().mono < self->since + SHOWN_FOR)
    {
      demls_account_wake_at (account, self->since + SHOWN_FOR);
      return;
    }
  put_off (self, shown->ballot, shown->again_at);
  withdraw (self);
}

void
demls_vote_dialog_refresh (DemlsAccount *account)
{
  DemlsVoteDialog *self = account->dialog;
  if (!demls_options_asks (account->connection->account))
    {
      if (self->chat)
        withdraw (self);
      return;
    }
  g_autoptr (GPtrArray) due = collect_due (account);
  const Waiting *shown = find_shown (self, due);
  if (shown && due->len > 1)
    make_room (account, shown);
  else if (self->chat && !shown)
    withdraw (self);
  for (guint i = 0; !self->chat && i < due->len; i++)
    if (due->pdata[i] != shown)
      ask (account, due->pdata[i]);
}
