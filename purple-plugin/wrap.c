#include "config.h"

#include "purple-plugin/wrap.h"

#include <string.h>

static guint
width_of (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

static guint
width (const char *from, const char *to)
{
  guint sum = 0;
  for (const char *at = from; at < to; at = g_utf8_next_char (at))
    sum += width_of (g_utf8_get_char (at));
  return sum;
}

/* Appends one word, on the next line if this one has no room for it; `used`: columns of this one. */
static void
append_word (GString *out, const char *word, const char *end, guint *used, guint columns)
{
  guint needed = width (word, end);
  if (*used > 0 && *used + 1 + needed <= columns)
    {
      g_string_append_c (out, ' ');
      *used += 1;
    }
  else if (*used > 0)
    {
      g_string_append_c (out, '\n');
      *used = 0;
    }
  for (const char *at = word; at < end; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (*used > 0 && *used + width_of (c) > columns)
        {
          g_string_append_c (out, '\n');
          *used = 0;
        }
      g_string_append_unichar (out, c);
      *used += width_of (c);
    }
}

char *
demls_wrap (const char *text, guint columns)
{
  GString *out = g_string_new (NULL);
  guint used = 0;
  for (const char *at = text; *at;)
    {
      const char *end = at + strcspn (at, " \n");
      if (end > at)
        append_word (out, at, end, &used, columns);
      if (*end == '\n')
        {
          g_string_append_c (out, '\n');
          used = 0;
        }
      at = *end ? end + 1 : end;
    }
  return g_string_free (out, FALSE);
}
