#include "config.h"

#include "purple-plugin/commands.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "purple-plugin/text.h"
#include "rules/limits.h"

G_DEFINE_QUARK (demls - command - error - quark, demls_command_error)

/* What may follow the word. */
typedef enum {
  TAKES_NOTHING,
  TAKES_BALLOT,        /* [n] */
  TAKES_BALLOT_CHOICE, /* n [yes|no] */
  TAKES_NAME,          /* name, all of the line */
  TAKES_NAME_OR_NONE,
  TAKES_NAME_TEXT,     /* name [text] */
  TAKES_NAME_AND_TEXT, /* name text */
  TAKES_TEXT,          /* text, all of the line */
  TAKES_SWITCH,        /* on|off */
  TAKES_PRESET,        /* [quick|chat|slow] */
  TAKES_COUNT,         /* [n] */
} Takes;

/* TRANSLATORS (all of this table): /yes, /vote ... and what stands between | are typed as they are; only words in < >
 * and [ ] without | are to be translated. */
static const struct {
  DemlsCommandKind kind;
  Takes takes;
  const char *word;
  const char *follows;
  const char *purpose;
} table[] = {
  { DEMLS_COMMAND_YES, TAKES_BALLOT, "yes", N_ ("[number]"), N_ ("Vote yes; a vote cannot be changed.") },
  { DEMLS_COMMAND_NO, TAKES_BALLOT, "no", N_ ("[number]"), N_ ("Vote no; a vote cannot be changed.") },
  { DEMLS_COMMAND_VOTE, TAKES_BALLOT_CHOICE, "vote", N_ ("<number> [yes|no]"), N_ ("Vote, or show a vote in full.") },
  { DEMLS_COMMAND_VOTES, TAKES_NOTHING, "votes", "", N_ ("List the open votes, those that wait for you first.") },
  { DEMLS_COMMAND_INVITE, TAKES_NAME_OR_NONE, "invite", N_ ("[name]"),
    N_ ("Vouch for somebody who asks to join; with nobody waiting, show the link to pass on.") },
  { DEMLS_COMMAND_REMOVE, TAKES_NAME_TEXT, "remove", N_ ("<name> [reason]"),
    N_ ("Propose to remove a member from the group.") },
  { DEMLS_COMMAND_REMOVE, TAKES_NAME_TEXT, "ban", N_ ("<name> [reason]"), N_ ("Alias of /remove.") },
  { DEMLS_COMMAND_LEAVE, TAKES_NOTHING, "leave", "", N_ ("Leave the group. Closing the window does not.") },
  { DEMLS_COMMAND_MEMBERS, TAKES_NOTHING, "members", "", N_ ("List the members.") },
  { DEMLS_COMMAND_STEWARDS, TAKES_NOTHING, "stewards", "", N_ ("List the stewards.") },
  { DEMLS_COMMAND_INFO, TAKES_NOTHING, "info", "", N_ ("Show the state of the group with all details.") },
  { DEMLS_COMMAND_RULES, TAKES_PRESET, "rules", "[quick|chat|slow]",
    N_ ("Show the rules of the group, or propose others.") },
  { DEMLS_COMMAND_SAFETY, TAKES_NAME_OR_NONE, "safety", N_ ("[name]"),
    N_ ("Show the group code and fingerprints, to be compared.") },
  { DEMLS_COMMAND_VERIFY, TAKES_NAME_OR_NONE, "verify", N_ ("[name]"),
    N_ ("Remember that you compared a member's fingerprint, or, without a name, the group code.") },
  { DEMLS_COMMAND_HISTORY, TAKES_COUNT, "history", N_ ("[how many]"), N_ ("List the last decisions.") },
  { DEMLS_COMMAND_LINK, TAKES_NOTHING, "link", "", N_ ("Show the link by which others can ask to join.") },
  { DEMLS_COMMAND_TOPIC, TAKES_TEXT, "topic", N_ ("<title>"), N_ ("Propose another title for the group.") },
  { DEMLS_COMMAND_NICK, TAKES_TEXT, "nick", N_ ("<name>"), N_ ("Change your nickname.") },
  { DEMLS_COMMAND_ANNOUNCE, TAKES_SWITCH, "announce", "on|off", N_ ("Show the group in the room list, or not.") },
  { DEMLS_COMMAND_FORGET, TAKES_NOTHING, "forget", "", N_ ("Delete the messages of this group that are kept here.") },
  { DEMLS_COMMAND_ACCUSE, TAKES_NAME_AND_TEXT, "accuse", N_ ("<name> <reason>"),
    N_ ("Propose to state that a steward broke the rules.") },
  { DEMLS_COMMAND_ELECT, TAKES_NOTHING, "elect", "", N_ ("Propose to elect the stewards anew.") },
  { DEMLS_COMMAND_REJOIN, TAKES_NOTHING, "rejoin", "",
    N_ ("Come back with new keys after losing touch with the group.") },
};

static gint
find_row (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_ascii_strcasecmp (table[i].word, word) == 0)
      return (gint) i;
  return -1;
}

/* gettext ("") is the header of the translations. */
static const char *
translated (const char *text)
{
  return *text ? _ (text) : "";
}

const char *
demls_command_word (guint index)
{
  return index < G_N_ELEMENTS (table) ? table[index].word : NULL;
}

static char *
usage (gint row)
{
  const char *follows = translated (table[row].follows);
  return g_strdup_printf ("%s%s%s", table[row].word, *follows ? " " : "", follows);
}

char *
demls_command_help (const char *word)
{
  gint row = find_row (word);
  if (row < 0)
    return NULL;
  g_autofree char *how = usage (row);
  g_autofree char *plain = g_strdup_printf ("%s:  %s", how, translated (table[row].purpose));
  return demls_text_escape (plain);
}

void
demls_command_free (DemlsCommand *self)
{
  g_free (self->ballot);
  g_free (self->name);
  g_free (self->text);
  g_free (self);
}

gboolean
demls_command_is_typed (const char *text)
{
  while (g_unichar_isspace (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  if (*text != '/')
    return FALSE;
  const char *word = text + 1, *at = word;
  while (g_unichar_isalpha (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  gboolean ends = *at == '\0' || g_unichar_isspace (g_utf8_get_char (at));
  gboolean acts = at == word + 2 && g_ascii_strncasecmp (word, "me", 2) == 0;
  return at > word && ends && !acts;
}

/* --- words -------------------------------------------------------------------------------------------------------*/

/* The mark that ends what `c` begins; 0 if it begins nothing. An apostrophe is part of a name. */
static gunichar
closing_mark (gunichar c)
{
  switch (c)
    {
    case '"':
      return '"';
    case 0x201c:
      return 0x201d;
    case 0x201e:
      return 0x201c;
    case 0xab:
      return 0xbb;
    default:
      return 0;
    }
}

static const char *
skip_space (const char *at)
{
  while (g_unichar_isspace (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  return at;
}

/* The end of an unquoted word. */
static const char *
word_end (const char *at)
{
  while (*at && !g_unichar_isspace (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  return at;
}

/* Cuts the first word off `*line`; NULL if there is none. A mark that is not closed is a character like others. */
static char *
take_word (const char **line)
{
  const char *begin = skip_space (*line);
  gunichar mark = *begin ? closing_mark (g_utf8_get_char (begin)) : 0;
  const char *inside = mark ? g_utf8_next_char (begin) : NULL;
  const char *close = mark ? g_utf8_strchr (inside, -1, mark) : NULL;
  if (close && close > inside)
    {
      *line = skip_space (g_utf8_next_char (close));
      return g_strndup (inside, (gsize) (close - inside));
    }
  const char *end = word_end (begin);
  *line = skip_space (end);
  return end > begin ? g_strndup (begin, (gsize) (end - begin)) : NULL;
}

/* What is left of the line, without quotation marks around all of it; NULL if nothing. */
static char *
take_rest (const char **line)
{
  const char *rest = skip_space (*line);
  const char *after = rest;
  g_autofree char *word = take_word (&after);
  *line = rest + strlen (rest);
  if (!word)
    return NULL;
  if (!*after && closing_mark (g_utf8_get_char (rest)) && strlen (word) < strlen (rest))
    return g_steal_pointer (&word);
  return g_strchomp (g_strdup (rest));
}

static gboolean
is_one_of (const char *word, const char *plain, const char *local)
{
  g_autofree char *lower = g_utf8_strdown (word, -1);
  return strcmp (lower, plain) == 0 || strcmp (lower, local) == 0;
}

/* --- what follows ------------------------------------------------------------------------------------------------*/

static gboolean
refuse (gint row, DemlsCommandError why, const char *word, GError **error)
{
  gint code = (gint) why;
  g_autofree char *how = usage (row);
  g_autofree char *shown = demls_text_line (word, DEMLS_NICK_CHARS);
  if (code == DEMLS_COMMAND_ERROR_MISSING)
    g_set_error (error, DEMLS_COMMAND_ERROR, code, _ ("Something is missing. Type: /%s"), how);
  else if (code == DEMLS_COMMAND_ERROR_SURPLUS)
    g_set_error (error, DEMLS_COMMAND_ERROR, code, _ ("\"%s\" is too much. Type: /%s"), shown, how);
  else
    g_set_error (error, DEMLS_COMMAND_ERROR, code, _ ("\"%s\" is not understood here. Type: /%s"), shown, how);
  return FALSE;
}

static void
take_ballot (DemlsCommand *self, const char **line)
{
  g_autofree char *word = take_word (line);
  if (word)
    self->ballot = g_strdup (*word == '#' ? word + 1 : word);
}

static gboolean
take_choice (DemlsCommand *self, gint row, const char **line, GError **error)
{
  g_autofree char *word = take_word (line);
  if (!word)
    return TRUE;
  /* TRANSLATORS: what one may type instead of "yes" in /vote 7 yes; lower case */
  gboolean yes = is_one_of (word, "yes", C_ ("typed", "yes"));
  /* TRANSLATORS: what one may type instead of "no" in /vote 7 no; lower case */
  if (!yes && !is_one_of (word, "no", C_ ("typed", "no")))
    return refuse (row, DEMLS_COMMAND_ERROR_WRONG, word, error);
  self->has_choice = TRUE;
  self->choice = yes;
  return TRUE;
}

static gboolean
take_switch (DemlsCommand *self, gint row, const char **line, GError **error)
{
  g_autofree char *word = take_word (line);
  if (!word)
    return refuse (row, DEMLS_COMMAND_ERROR_MISSING, NULL, error);
  self->choice = is_one_of (word, "on", C_ ("typed", "on"));
  if (!self->choice && !is_one_of (word, "off", C_ ("typed", "off")))
    return refuse (row, DEMLS_COMMAND_ERROR_WRONG, word, error);
  return TRUE;
}

static gboolean
take_preset (DemlsCommand *self, gint row, const char **line, GError **error)
{
  static const char *const names[] = { NULL, "quick", "chat", "slow" };
  g_autofree char *word = take_word (line);
  if (!word)
    return TRUE;
  for (guint i = DEMLS_PRESET_QUICK; i <= DEMLS_PRESET_SLOW; i++)
    if (g_ascii_strcasecmp (word, names[i]) == 0)
      {
        self->preset = (DemlsPreset) i;
        return TRUE;
      }
  return refuse (row, DEMLS_COMMAND_ERROR_WRONG, word, error);
}

static gboolean
take_count (DemlsCommand *self, gint row, const char **line, GError **error)
{
  g_autofree char *word = take_word (line);
  guint64 count = 0;
  if (!word)
    return TRUE;
  if (!g_ascii_string_to_unsigned (word, 10, 1, 1000, &count, NULL))
    return refuse (row, DEMLS_COMMAND_ERROR_WRONG, word, error);
  self->count = (guint) count;
  return TRUE;
}

static gboolean
take_what_follows (DemlsCommand *self, gint row, const char **line, GError **error)
{
  switch (table[row].takes)
    {
    case TAKES_NOTHING:
      return TRUE;
    case TAKES_BALLOT:
      take_ballot (self, line);
      return TRUE;
    case TAKES_BALLOT_CHOICE:
      take_ballot (self, line);
      return self->ballot ? take_choice (self, row, line, error) : TRUE;
    case TAKES_NAME:
    case TAKES_NAME_OR_NONE:
      self->name = take_rest (line);
      return TRUE;
    case TAKES_NAME_TEXT:
    case TAKES_NAME_AND_TEXT:
      self->name = take_word (line);
      self->text = take_rest (line);
      return TRUE;
    case TAKES_TEXT:
      self->text = take_rest (line);
      return TRUE;
    case TAKES_SWITCH:
      return take_switch (self, row, line, error);
    case TAKES_PRESET:
      return take_preset (self, row, line, error);
    case TAKES_COUNT:
      return take_count (self, row, line, error);
    default:
      g_return_val_if_reached (FALSE);
    }
}

static gboolean
is_complete (const DemlsCommand *self, Takes takes)
{
  gboolean name = takes == TAKES_NAME || takes == TAKES_NAME_TEXT || takes == TAKES_NAME_AND_TEXT;
  gboolean text = takes == TAKES_TEXT || takes == TAKES_NAME_AND_TEXT;
  return (!name || self->name) && (!text || self->text) && (takes != TAKES_BALLOT_CHOICE || self->ballot);
}

DemlsCommand *
demls_command_parse (const char *word, const char *line, GError **error)
{
  gint row = find_row (word);
  if (row < 0)
    {
      g_set_error (error, DEMLS_COMMAND_ERROR, DEMLS_COMMAND_ERROR_UNKNOWN, _ ("There is no such command."));
      return NULL;
    }
  g_autofree char *clean = demls_text_clean (line, DEMLS_TEXT_MAX);
  const char *left = clean;
  g_autoptr (DemlsCommand) self = g_new0 (DemlsCommand, 1);
  self->kind = table[row].kind;
  self->choice = self->kind == DEMLS_COMMAND_YES;
  self->has_choice = self->kind == DEMLS_COMMAND_YES || self->kind == DEMLS_COMMAND_NO;
  if (!take_what_follows (self, row, &left, error))
    return NULL;
  if (!is_complete (self, table[row].takes))
    {
      refuse (row, DEMLS_COMMAND_ERROR_MISSING, NULL, error);
      return NULL;
    }
  if (*skip_space (left))
    {
      refuse (row, DEMLS_COMMAND_ERROR_SURPLUS, skip_space (left), error);
      return NULL;
    }
  return g_steal_pointer (&self);
}
