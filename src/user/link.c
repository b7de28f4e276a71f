#include "user/link.h"

#include <string.h>

#include "rules/nick.h"

#define SCHEME "demls:"

static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";

/* --- ids --------------------------------------------------------------------------------------------------------- */

static gboolean
is_id (Span text)
{
  if (text.len != DEMLS_ID_CHARS)
    return FALSE;
  for (gsize i = 0; i < text.len; i++)
    if (text.data[i] == '\0' || !strchr (base32, text.data[i]))
      return FALSE;
  /* 26 characters hold 130 bits: the last two are zero */
  const char *last = strchr (base32, text.data[DEMLS_ID_CHARS - 1]);
  return (last - base32) % 4 == 0;
}

gboolean
demls_id_is_valid (const char *id)
{
  return id && is_id (span_str (id));
}

void
demls_id_format (const guint8 bytes[16], char out[DEMLS_ID_CHARS + 1])
{
  guint32 bits = 0;
  guint held = 0;
  gsize n = 0;
  for (gsize i = 0; i < 16; i++)
    {
      bits = bits << 8 | bytes[i];
      for (held += 8; held >= 5; held -= 5)
        out[n++] = base32[bits >> (held - 5) & 31];
    }
  out[n++] = base32[bits << (5 - held) & 31];
  out[n] = '\0';
}

/* --- percent-encoding -------------------------------------------------------------------------------------------- */

static gboolean
is_plain (guint8 byte)
{
  return g_ascii_isalnum (byte) || (byte != '\0' && strchr ("-._~:/", byte));
}

static void
append_encoded (GString *out, const char *name, const char *value)
{
  g_string_append_c (out, strchr (out->str, '?') ? '&' : '?');
  g_string_append_printf (out, "%s=", name);
  for (const char *at = value; *at; at++)
    if (is_plain ((guint8) *at))
      g_string_append_c (out, *at);
    else
      g_string_append_printf (out, "%%%02X", (guint8) *at);
}

/* NULL if it is not well-formed, is not UTF-8 without NUL and control characters, or is empty. */
static char *
decode (Span text)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (gsize i = 0; i < text.len; i++)
    {
      guint8 byte = text.data[i];
      if (byte == '%')
        {
          int high = text.len - i > 2 ? g_ascii_xdigit_value ((char) text.data[i + 1]) : -1;
          int low = text.len - i > 2 ? g_ascii_xdigit_value ((char) text.data[i + 2]) : -1;
          if (high < 0 || low < 0)
            return NULL;
          byte = (guint8) (high * 16 + low);
          i += 2;
        }
      else if (!is_plain (byte))
        return NULL;
      if (byte < 0x20 || byte == 0x7f)
        return NULL;
      g_string_append_c (out, (char) byte);
    }
  if (out->len == 0 || !g_utf8_validate (out->str, (gssize) out->len, NULL))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static gboolean
read_title (DemlsGroupLink *self, Span value)
{
  if (self->title || !(self->title = decode (value)))
    return FALSE;
  return demls_nick_is_valid (span_str (self->title));
}

/* No character that could disguise what people are shown. */
static gboolean
read_delivery (DemlsGroupLink *self, Span value)
{
  if (self->delivery || !(self->delivery = decode (value)) || strlen (self->delivery) > DEMLS_LINK_DELIVERY_MAX)
    return FALSE;
  for (const char *at = self->delivery; *at; at = g_utf8_next_char (at))
    if (!g_unichar_isprint (g_utf8_get_char (at)) || g_unichar_type (g_utf8_get_char (at)) == G_UNICODE_FORMAT)
      return FALSE;
  return TRUE;
}

static gboolean
read_inviter (DemlsGroupLink *self, Span value)
{
  g_autofree char *hex = g_strndup ((const char *) value.data, value.len);
  g_autoptr (GBytes) id = strlen (hex) == value.len ? bytes_from_hex (hex) : NULL;
  if (self->has_inviter || !id || g_bytes_get_size (id) != sizeof self->inviter)
    return FALSE;
  memcpy (self->inviter, g_bytes_get_data (id, NULL), sizeof self->inviter);
  self->has_inviter = TRUE;
  return TRUE;
}

static gboolean
read_preset (DemlsGroupLink *self, Span value)
{
  if (self->preset || value.len != 1 || value.data[0] < '1' || value.data[0] > '3')
    return FALSE;
  self->preset = value.data[0] - (guint32) '0';
  return TRUE;
}

static gboolean
read_parameter (DemlsGroupLink *self, Span text)
{
  if (text.len < 3 || text.data[1] != '=')
    return FALSE;
  Span value = span (text.data + 2, text.len - 2);
  switch (text.data[0])
    {
    case 't':
      return read_title (self, value);
    case 'd':
      return read_delivery (self, value);
    case 'm':
      return read_inviter (self, value);
    case 'p':
      return read_preset (self, value);
    default:
      return FALSE;
    }
}

static gboolean
read_parameters (DemlsGroupLink *self, const char *text)
{
  for (;;)
    {
      gsize len = strcspn (text, "&");
      if (!read_parameter (self, span (text, len)))
        return FALSE;
      if (text[len] == '\0')
        return TRUE;
      text += len + 1;
    }
}

DemlsGroupLink *
demls_group_link_parse (const char *text)
{
  if (!text || strnlen (text, DEMLS_LINK_MAX + 1) > DEMLS_LINK_MAX || !g_str_has_prefix (text, SCHEME))
    return NULL;
  text += strlen (SCHEME);
  gsize len = strcspn (text, "?");
  if (!is_id (span (text, len)))
    return NULL;
  g_autoptr (DemlsGroupLink) self = g_new0 (DemlsGroupLink, 1);
  memcpy (self->id, text, len);
  if (text[len] == '?' && !read_parameters (self, text + len + 1))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

char *
demls_group_link_format (const DemlsGroupLink *self)
{
  g_autoptr (GString) out = g_string_new (SCHEME);
  g_string_append (out, self->id);
  if (self->title)
    append_encoded (out, "t", self->title);
  if (self->delivery)
    append_encoded (out, "d", self->delivery);
  g_autofree char *inviter = self->has_inviter ? span_hex (SPAN_OF (self->inviter)) : NULL;
  if (inviter)
    append_encoded (out, "m", inviter);
  g_autofree char *preset = self->preset ? g_strdup_printf ("%u", self->preset) : NULL;
  if (preset)
    append_encoded (out, "p", preset);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

void
demls_group_link_free (DemlsGroupLink *self)
{
  if (!self)
    return;
  g_free (self->title);
  g_free (self->delivery);
  g_free (self);
}
