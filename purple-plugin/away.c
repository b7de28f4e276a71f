#include "config.h"

#include "purple-plugin/away.h"

#include <glib/gi18n-lib.h>

#include "purple-plugin/text.h"
#include "purple-plugin/words.h"

struct _DemlsAway {
  GPtrArray *notices; /* of DemlsNotice */
  GPtrArray *came;    /* of GBytes: member ids */
  GPtrArray *went;
  guint decided, by_machine, asked;
};

static GPtrArray *
ids_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

DemlsAway *
demls_away_new (void)
{
  DemlsAway *self = g_new0 (DemlsAway, 1);
  self->notices = g_ptr_array_new_with_free_func ((GDestroyNotify) demls_notice_free);
  self->came = ids_new ();
  self->went = ids_new ();
  return self;
}

void
demls_away_free (DemlsAway *self)
{
  g_ptr_array_unref (self->notices);
  g_ptr_array_unref (self->came);
  g_ptr_array_unref (self->went);
  g_free (self);
}

gboolean
demls_away_takes (const DemlsEvent *event)
{
  switch (event->kind) /* no default: a new kind shall not compile */
    {
    case DEMLS_EVENT_VOTE_REQUESTED:
    case DEMLS_EVENT_BALLOT_TALLY:
    case DEMLS_EVENT_AUTO_VOTED:
    case DEMLS_EVENT_CONSENSUS_REACHED:
    case DEMLS_EVENT_FREEZE_PROGRESS:
    case DEMLS_EVENT_COMMIT_APPLIED:
    case DEMLS_EVENT_WELCOME_READY:
    case DEMLS_EVENT_APPLICANT:
    case DEMLS_EVENT_NICK_CHANGED:
    case DEMLS_EVENT_STEWARDS_CHANGED:
      return TRUE;
    case DEMLS_EVENT_PHASE_CHANGE:
      return event->state != DEMLS_STATE_PENDING_JOIN;
    case DEMLS_EVENT_CHAT:
    case DEMLS_EVENT_OWN_PROPOSAL:
    case DEMLS_EVENT_JOINED:
    case DEMLS_EVENT_CONFIRMED:
    case DEMLS_EVENT_LEAVING:
    case DEMLS_EVENT_ERROR:
    case DEMLS_EVENT_ROLLED_BACK:
    case DEMLS_EVENT_MESSAGE_RETURNED:
    case DEMLS_EVENT_MESSAGE_UNDECRYPTABLE:
    case DEMLS_EVENT_OUT_OF_SYNC:
    case DEMLS_EVENT_REJOINED:
    case DEMLS_EVENT_EVIDENCE:
      return FALSE;
    }
  g_return_val_if_reached (FALSE);
}

static void
drop (GPtrArray *ids, GBytes *id)
{
  guint at = 0;
  if (g_ptr_array_find_with_equal_func (ids, id, g_bytes_equal, &at))
    g_ptr_array_remove_index (ids, at);
}

/* Who came and went again did neither. */
static void
move (GPtrArray *to, GPtrArray *from, GBytes *id)
{
  guint before = from->len;
  drop (from, id);
  drop (to, id);
  if (from->len == before)
    g_ptr_array_add (to, g_bytes_ref (id));
}

static void
add_commit (DemlsAway *self, const DemlsEvent *event)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new (), removed = g_ptr_array_new ();
  demls_notice_moves (event, added, removed);
  for (guint i = 0; i < added->len; i++)
    move (self->came, self->went, added->pdata[i]);
  for (guint i = 0; i < removed->len; i++)
    move (self->went, self->came, removed->pdata[i]);
}

void
demls_away_add (DemlsAway *self, const DemlsEvent *event, DemlsNotice *notice)
{
  if (event->kind == DEMLS_EVENT_COMMIT_APPLIED)
    add_commit (self, event);
  if (notice && event->kind == DEMLS_EVENT_CONSENSUS_REACHED)
    self->decided++;
  if (notice && event->kind == DEMLS_EVENT_AUTO_VOTED)
    self->by_machine++;
  if (notice && event->kind == DEMLS_EVENT_VOTE_REQUESTED)
    self->asked++;
  if (notice)
    g_ptr_array_add (self->notices, notice);
}

/* "alice, bob" */
static char *
names (const DemlsScene *scene, const GPtrArray *ids)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < ids->len; i++)
    {
      g_autofree char *name = demls_people_label (scene->people, span_bytes (ids->pdata[i]));
      g_string_append_printf (out, "%s%s", i ? ", " : "", name);
    }
  return g_string_free (out, FALSE);
}

static char *
membership (const DemlsAway *self, const DemlsScene *scene)
{
  g_autofree char *in = names (scene, self->came), *out = names (scene, self->went);
  /* TRANSLATORS (these two): names of members, "alice, bob" */
  g_autofree char *came = *in ? g_strdup_printf (_ ("Came in: %s."), in) : g_strdup ("");
  g_autofree char *went = *out ? g_strdup_printf (_ ("No longer in the group: %s."), out) : g_strdup ("");
  return demls_text_sentences (came, went, NULL);
}

static char *
summary (const DemlsAway *self, const DemlsScene *scene, guint mine)
{
  g_autofree char *moved = membership (self, scene);
  g_autofree char *decided = NULL, *machine = NULL, *waiting = NULL;
  if (self->decided > 0)
    decided = g_strdup_printf (ngettext ("%u vote was decided; /history shows it.",
                                         "%u votes were decided; /history lists them.", self->decided),
                               self->decided);
  if (self->by_machine > 0)
    machine = g_strdup_printf (ngettext ("Your client voted by itself on %u vote.",
                                         "Your client voted by itself on %u votes.", self->by_machine),
                               self->by_machine);
  if (mine > 0)
    waiting = g_strdup_printf (
        ngettext ("%u vote waits for you; /votes shows it.", "%u votes wait for you; /votes lists them.", mine), mine);
  g_autofree char *rest =
      demls_text_sentences (moved, decided ? decided : "", machine ? machine : "", waiting ? waiting : "", NULL);
  /* TRANSLATORS: whole sentences follow */
  return *rest ? demls_text_sentences (_ ("While you were away:"), rest, NULL) : NULL;
}

/* The only line that there is, if it still says what matters. */
static DemlsNotice *
only_one (DemlsAway *self, guint mine)
{
  gboolean fits = self->notices->len == 1 && mine == self->asked;
  return fits ? g_ptr_array_steal_index (self->notices, 0) : NULL;
}

DemlsNotice *
demls_away_end (DemlsAway *self, const DemlsScene *scene, guint mine)
{
  DemlsNotice *notice = only_one (self, mine);
  g_autofree char *text = notice ? NULL : summary (self, scene, mine);
  if (text)
    notice = demls_notice_plain (scene, text, mine > 0);
  g_ptr_array_set_size (self->notices, 0);
  g_ptr_array_set_size (self->came, 0);
  g_ptr_array_set_size (self->went, 0);
  self->decided = 0;
  self->by_machine = 0;
  self->asked = 0;
  return notice;
}
