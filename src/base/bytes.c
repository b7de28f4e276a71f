#include "base/bytes.h"

#include <string.h>

Span
span_str (const char *text)
{
  return span (text, strlen (text));
}

Span
span_bytes (GBytes *bytes)
{
  Span result = SPAN_EMPTY;
  if (bytes)
    result.data = g_bytes_get_data (bytes, &result.len);
  return result;
}

gboolean
span_equal (Span a, Span b)
{
  /* memcmp must not see NULL, not even with length 0. */
  return a.len == b.len && (a.len == 0 || memcmp (a.data, b.data, a.len) == 0);
}

int
span_compare (Span a, Span b)
{
  gsize common = MIN (a.len, b.len);
  int order = common ? memcmp (a.data, b.data, common) : 0;
  return order ? order : (a.len > b.len) - (a.len < b.len);
}

gboolean
span_within (Span inner, Span outer)
{
  if (inner.len == 0)
    return TRUE;
  return inner.data >= outer.data && inner.len <= outer.len
         && (gsize) (inner.data - outer.data) <= outer.len - inner.len;
}

GBytes *
span_dup (Span bytes)
{
  return g_bytes_new (bytes.data, bytes.len);
}

char *
span_hex (Span bytes)
{
  static const char digits[] = "0123456789abcdef";
  char *text = g_malloc (bytes.len * 2 + 1);
  for (gsize i = 0; i < bytes.len; i++)
    {
      text[2 * i] = digits[bytes.data[i] >> 4];
      text[2 * i + 1] = digits[bytes.data[i] & 15];
    }
  text[bytes.len * 2] = '\0';
  return text;
}

GBytes *
bytes_from_hex (const char *hex)
{
  gsize len = strlen (hex);
  if (len % 2)
    return NULL;
  guint8 *data = g_malloc (len / 2 + 1);
  for (gsize i = 0; i < len / 2; i++)
    {
      int high = g_ascii_xdigit_value (hex[2 * i]);
      int low = g_ascii_xdigit_value (hex[2 * i + 1]);
      if (high < 0 || low < 0)
        {
          g_free (data);
          return NULL;
        }
      data[i] = (guint8) (high << 4 | low);
    }
  return g_bytes_new_take (data, len / 2);
}
