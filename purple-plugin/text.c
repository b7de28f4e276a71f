#include "config.h"

#include "purple-plugin/text.h"

#include <purple.h>
#include <string.h>

#include "rules/limits.h"

#define ELLIPSIS "\xe2\x80\xa6"

static gboolean
is_direction_mark (gunichar c)
{
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static gboolean
is_control (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfeff;
}

/* Appends what is left of one character; "\r\n" is one line end. */
static void
append_clean (GString *out, gunichar c, gunichar before)
{
  if (c == '\n' && before == '\r')
    return;
  if (c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029)
    g_string_append_c (out, '\n');
  else if (c == '\t')
    g_string_append_c (out, ' ');
  else if (!is_control (c) && !is_direction_mark (c))
    g_string_append_unichar (out, c);
}

char *
demls_text_clean (const char *text, gsize max)
{
  if (!text)
    return g_strdup ("");
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_sized_new (MIN (strlen (valid), max));
  gunichar before = 0;
  for (const char *at = valid; *at; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gsize len = out->len;
      append_clean (out, c, before);
      before = c;
      if (out->len > max)
        {
          g_string_truncate (out, len);
          g_string_append (out, ELLIPSIS);
          break;
        }
    }
  return g_string_free (out, FALSE);
}

char *
demls_text_line (const char *text, gsize max_chars)
{
  g_autofree char *clean = demls_text_clean (text, max_chars * 6);
  g_strdelimit (clean, "\n", ' ');
  g_strstrip (clean);
  if (g_utf8_strlen (clean, -1) <= (glong) max_chars)
    return g_steal_pointer (&clean);
  *g_utf8_offset_to_pointer (clean, (glong) max_chars - 1) = '\0';
  return g_strconcat (clean, ELLIPSIS, NULL);
}

char *
demls_text_list_name (const char *name)
{
  return demls_text_list_line (name, DEMLS_NICK_CHARS);
}

char *
demls_text_list_line (const char *text, gsize max_chars)
{
  g_autofree char *line = demls_text_line (text, max_chars);
  GString *out = g_string_new (NULL);
  for (const char *at = line; *at; at++)
    switch (*at)
      {
      case '<':
        g_string_append (out, "\xe2\x80\xb9");
        break;
      case '>':
        g_string_append (out, "\xe2\x80\xba");
        break;
      case '&':
        g_string_append (out, "\xef\xbc\x86");
        break;
      default:
        g_string_append_c (out, *at);
      }
  return g_string_free (out, FALSE);
}

char *
demls_text_sentences (const char *first, ...)
{
  GString *out = g_string_new (first);
  va_list more;
  va_start (more, first);
  for (const char *one = va_arg (more, const char *); one; one = va_arg (more, const char *))
    if (*one)
      g_string_append_printf (out, "%s%s", out->len ? " " : "", one);
  va_end (more);
  return g_string_free (out, FALSE);
}

/* g_markup_escape_text() would escape "'" too, which Finch shows as it is written. */
char *
demls_text_escape (const char *text)
{
  GString *out = g_string_new (NULL);
  for (const char *at = text; *at; at++)
    switch (*at)
      {
      case '&':
        g_string_append (out, "&amp;");
        break;
      case '<':
        g_string_append (out, "&lt;");
        break;
      case '>':
        g_string_append (out, "&gt;");
        break;
      case '"':
        g_string_append (out, "&quot;");
        break;
      case '\n':
        g_string_append (out, "<br>");
        break;
      default:
        g_string_append_c (out, *at);
      }
  return g_string_free (out, FALSE);
}

#define LINK "<A HREF=\""
#define LINK_END "</A>"

/* A click on a stranger's file:// would open something of our own. */
static gboolean
is_harmless (const char *address)
{
  static const char *const schemes[] = { "http://", "https://", "ftp://", "mailto:", "xmpp:" };
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (address, schemes[i], strlen (schemes[i])) == 0)
      return TRUE;
  return FALSE;
}

/* Takes links that libpurple made, and should not have, away again; there are no other tags like them in `markup`. */
static char *
without_harmful_links (const char *markup)
{
  GString *out = g_string_new (NULL);
  gboolean dropped = FALSE;
  for (const char *at = markup; *at;)
    if (g_str_has_prefix (at, LINK) && !is_harmless (at + strlen (LINK)))
      {
        const char *end = strchr (at, '>');
        dropped = TRUE;
        at = end ? end + 1 : at + strlen (at);
      }
    else if (dropped && g_str_has_prefix (at, LINK_END))
      {
        dropped = FALSE;
        at += strlen (LINK_END);
      }
    else
      g_string_append_c (out, *at++);
  return g_string_free (out, FALSE);
}

char *
demls_text_show (const char *message)
{
  g_autofree char *clean = demls_text_clean (message, DEMLS_TEXT_MAX);
  g_autofree char *escaped = demls_text_escape (clean);
  g_autofree char *linked = purple_markup_linkify (escaped);
  return without_harmful_links (linked);
}

/* The end of a tag that begins at `tag`, quotes respected; NULL if it does not end. */
static const char *
tag_end (const char *tag)
{
  char quote = 0;
  for (const char *at = tag; *at; at++)
    if (quote)
      quote = *at == quote ? 0 : quote;
    else if (*at == '"' || *at == '\'')
      quote = *at;
    else if (*at == '>')
      return at + 1;
  return NULL;
}

static gboolean
is_anchor (const char *tag)
{
  const char *name = tag + (tag[1] == '/' ? 2 : 1);
  return (*name == 'a' || *name == 'A') && (g_ascii_isspace (name[1]) || name[1] == '>');
}

/* libpurple would write the address of a link behind its text, and take line ends for spaces. */
char *
demls_text_from_markup (const char *markup)
{
  GString *kept = g_string_new (NULL);
  for (const char *at = markup; *at;)
    {
      const char *end = *at == '<' && is_anchor (at) ? tag_end (at) : NULL;
      if (end)
        at = end;
      else if (*at == '\n')
        {
          g_string_append (kept, "<br>");
          at++;
        }
      else
        g_string_append_c (kept, *at++);
    }
  char *plain = purple_markup_strip_html (kept->str);
  g_string_free (kept, TRUE);
  return plain;
}

static gboolean
is_word_char (gunichar c)
{
  return g_unichar_isalnum (c) || c == '_';
}

static gboolean
stands_alone (const char *text, const char *at, gsize len)
{
  const char *before = g_utf8_find_prev_char (text, at);
  return (!before || !is_word_char (g_utf8_get_char (before))) && !is_word_char (g_utf8_get_char (at + len));
}

gboolean
demls_text_names (const char *text, const char *nick)
{
  g_autofree char *in = g_utf8_casefold (text, -1);
  g_autofree char *word = g_utf8_casefold (nick, -1);
  gsize len = strlen (word);
  if (len == 0)
    return FALSE;
  for (const char *at = strstr (in, word); at; at = strstr (at + 1, word))
    if (stands_alone (in, at, len))
      return TRUE;
  return FALSE;
}
