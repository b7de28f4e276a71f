#include "rules/nick.h"

#include <string.h>

#include "rules/limits.h"

static gboolean
is_allowed (gunichar c)
{
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F))
    return FALSE; /* control characters */
  if (c == 0x2028 || c == 0x2029)
    return FALSE; /* line and paragraph separators */
  if (c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
    return FALSE; /* bidi controls */
  return TRUE;
}

gboolean
demls_text_is_agreeable (Span text)
{
  const char *at = (const char *) text.data;
  if (text.len == 0 || text.len > 4 * DEMLS_NICK_CHARS || !g_utf8_validate_len (at, text.len, NULL))
    return FALSE;
  guint chars = 0;
  for (const char *end = at + text.len; at < end; at = g_utf8_next_char (at), chars++)
    if (!is_allowed (g_utf8_get_char (at)))
      return FALSE;
  return chars <= DEMLS_NICK_CHARS;
}

gboolean
demls_nick_is_valid (Span text)
{
  if (!demls_text_is_agreeable (text))
    return FALSE;
  g_autofree char *normal = g_utf8_normalize ((const char *) text.data, (gssize) text.len, G_NORMALIZE_NFC);
  return normal && span_equal (span_str (normal), text);
}

char *
demls_nick_tidy (const char *typed)
{
  g_autofree char *normal = g_utf8_normalize (typed, -1, G_NORMALIZE_NFC);
  if (!normal)
    return NULL;
  g_autoptr (GString) kept = g_string_new (NULL);
  for (const char *at = normal; *at != '\0'; at = g_utf8_next_char (at))
    if (is_allowed (g_utf8_get_char (at)))
      g_string_append_unichar (kept, g_utf8_get_char (at));
  g_strstrip (kept->str);
  g_autofree char *cut = g_utf8_substring (kept->str, 0, MIN (g_utf8_strlen (kept->str, -1), DEMLS_NICK_CHARS));
  g_strchomp (cut);
  /* dropping a character can bring two together that NFC joins */
  g_autofree char *joined = g_utf8_normalize (cut, -1, G_NORMALIZE_NFC);
  return demls_nick_is_valid (span_str (joined)) ? g_steal_pointer (&joined) : NULL;
}
