/* commands.h - what can be typed in a group after a slash (plugin P5): the table, and how a line is read.
 *
 * Pure: names and numbers are only cut out here; names.h says whom and what they mean. Errors are DEMLS_COMMAND_ERROR;
 * their messages are plain text for people and say how it is typed.
 */
#ifndef DEMLS_PURPLE_COMMANDS_H
#define DEMLS_PURPLE_COMMANDS_H

#include "rules/policy.h"

#define DEMLS_COMMAND_ERROR (demls_command_error_quark ())
GQuark demls_command_error_quark (void);

typedef enum {
  DEMLS_COMMAND_ERROR_UNKNOWN, /* no such command */
  DEMLS_COMMAND_ERROR_MISSING, /* something has to follow */
  DEMLS_COMMAND_ERROR_SURPLUS, /* too many words */
  DEMLS_COMMAND_ERROR_WRONG,   /* a word that is none of those expected */
} DemlsCommandError;

typedef enum {
  DEMLS_COMMAND_YES,
  DEMLS_COMMAND_NO,
  DEMLS_COMMAND_VOTE,
  DEMLS_COMMAND_VOTES,
  DEMLS_COMMAND_INVITE,
  DEMLS_COMMAND_REMOVE,
  DEMLS_COMMAND_LEAVE,
  DEMLS_COMMAND_MEMBERS,
  DEMLS_COMMAND_STEWARDS,
  DEMLS_COMMAND_INFO,
  DEMLS_COMMAND_RULES,
  DEMLS_COMMAND_SAFETY,
  DEMLS_COMMAND_VERIFY,
  DEMLS_COMMAND_HISTORY,
  DEMLS_COMMAND_LINK,
  DEMLS_COMMAND_TOPIC,
  DEMLS_COMMAND_NICK,
  DEMLS_COMMAND_ANNOUNCE,
  DEMLS_COMMAND_FORGET,
  DEMLS_COMMAND_ACCUSE,
  DEMLS_COMMAND_ELECT,
  DEMLS_COMMAND_REJOIN,
} DemlsCommandKind;

/* One line as it is meant. */
typedef struct {
  DemlsCommandKind kind;
  char *ballot;        /* yes, no, vote: its number as typed, without '#'; NULL: the only one */
  char *name;          /* whom, as typed; NULL where it may be left out */
  char *text;          /* reason, title or nickname; NULL if none */
  gboolean has_choice; /* vote: "yes" or "no" was typed */
  gboolean choice;     /* yes; on */
  DemlsPreset preset;  /* rules: CUSTOM if none was typed */
  guint count;         /* history: 0 if none was typed */
} DemlsCommand;

/* All words that begin a command, aliases too, in the order of /help; NULL beyond the last. */
const char *demls_command_word (guint index);

/* The help of a word for libpurple: "remove &lt;name&gt; [reason]:  Propose ...", markup, translated. NULL if there is
 * no such command. (transfer full: g_free) */
char *demls_command_help (const char *word);

/* Reads what was typed: a command's word and `line`, the rest, plain text, which may be NULL. Words are told apart by
 * white space unless they stand in quotation marks. (transfer full) */
DemlsCommand *demls_command_parse (const char *word, const char *line, GError **error);

/* TRUE iff a text would be a command if clients took it for one: "/vtoe 7", also with blanks before it. "/me waves" is
 * said, and so is "/usr/bin". */
gboolean demls_command_is_typed (const char *text);

void demls_command_free (DemlsCommand *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsCommand, demls_command_free)

#endif
