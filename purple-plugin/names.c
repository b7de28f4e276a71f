#include "config.h"

#include "purple-plugin/names.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "purple-plugin/text.h"
#include "rules/limits.h"

#define NEAR_MAX 3       /* names offered for one that is unknown */
#define TAG_DIGITS 4     /* of `name#1a2b` */
#define BARE_DIGITS 8    /* of somebody without a name */
#define HEX_DIGITS 6     /* of a hash that need no number before them */
#define HASH_IN_NUMBER 3 /* bytes of which a number is made */

G_DEFINE_QUARK (demls - name - error - quark, demls_name_error)

DemlsPerson *
demls_person_new (GBytes *id, const char *nick)
{
  DemlsPerson *self = g_new0 (DemlsPerson, 1);
  self->id = g_bytes_ref (id);
  self->nick = g_strdup (nick);
  return self;
}

void
demls_person_free (DemlsPerson *self)
{
  g_bytes_unref (self->id);
  g_free (self->nick);
  g_free (self);
}

/* --- members -----------------------------------------------------------------------------------------------------*/

/* Nothing of it is seen on a screen. */
static gboolean
is_unseen (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);
  gboolean filler =
      c == 0x034f || c == 0x115f || c == 0x1160 || c == 0x17b4 || c == 0x17b5 || c == 0x3164 || c == 0xffa0;
  return filler || type == G_UNICODE_FORMAT || (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0000 && c <= 0xe0fff);
}

/* What counts as one name: whatever looks the same but for case and the width of gaps. */
static char *
fold (const char *nick)
{
  g_autofree char *line = demls_text_line (nick, DEMLS_NICK_CHARS);
  g_autofree char *same = g_utf8_normalize (line, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *lower = g_utf8_casefold (same, -1);
  GString *out = g_string_new (NULL);
  for (const char *at = lower; *at; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (g_unichar_isspace (c))
        g_string_append (out, out->len && out->str[out->len - 1] != ' ' ? " " : "");
      else if (!is_unseen (c))
        g_string_append_unichar (out, c);
    }
  return g_strchomp (g_string_free (out, FALSE));
}

static gboolean
is_called (const DemlsPerson *person, const char *folded)
{
  if (!person->nick)
    return FALSE;
  g_autofree char *own = fold (person->nick);
  return *own && strcmp (own, folded) == 0;
}

static gboolean
id_begins (Span id, const char *digits)
{
  g_autofree char *hex = span_hex (id);
  g_autofree char *lower = g_ascii_strdown (digits, -1);
  return g_str_has_prefix (hex, lower);
}

static guint
count_called (const GPtrArray *people, const char *folded)
{
  guint n = 0;
  for (guint i = 0; i < people->len; i++)
    n += is_called (people->pdata[i], folded) ? 1 : 0;
  return n;
}

/* Enough digits that nobody of the same name has the same ones. */
static gsize
tag_length (const GPtrArray *people, const DemlsPerson *one, const char *folded)
{
  g_autofree char *hex = span_hex (span_bytes (one->id));
  gsize len = TAG_DIGITS;
  for (guint i = 0; i < people->len; i++)
    {
      const DemlsPerson *other = people->pdata[i];
      if (other == one || !is_called (other, folded))
        continue;
      g_autofree char *its = span_hex (span_bytes (other->id));
      while (len < strlen (hex) && strncmp (hex, its, len) == 0)
        len++;
    }
  return len;
}

/* "name#1a2b": what we make to tell people apart nobody may call himself, nor a bare fingerprint. */
static gboolean
looks_like_label (const char *folded)
{
  const char *mark = strrchr (folded, '#');
  const char *digits = mark ? mark + 1 : folded;
  gsize n = strspn (digits, "0123456789abcdef");
  return digits[n] == '\0' && n >= (mark ? TAG_DIGITS : BARE_DIGITS);
}

static char *
label_of (const GPtrArray *people, const DemlsPerson *person)
{
  g_autofree char *name = person->nick ? demls_text_line (person->nick, DEMLS_NICK_CHARS) : NULL;
  g_autofree char *hex = span_hex (span_bytes (person->id));
  g_autofree char *folded = name ? fold (person->nick) : NULL;
  if (!folded || !*folded)
    return g_strndup (hex, BARE_DIGITS);
  if (count_called (people, folded) < 2 && !looks_like_label (folded))
    return g_steal_pointer (&name);
  return g_strdup_printf ("%s#%.*s", name, (int) tag_length (people, person, folded), hex);
}

char *
demls_people_label (const GPtrArray *people, Span id)
{
  for (guint i = 0; i < people->len; i++)
    {
      const DemlsPerson *person = people->pdata[i];
      if (span_equal (span_bytes (person->id), id))
        return label_of (people, person);
    }
  g_autofree char *hex = span_hex (id);
  return g_strndup (hex, BARE_DIGITS);
}

/* Splits "name#1a2b"; a name may contain a '#' itself, so only what looks like digits is cut off. */
static void
split_tag (const char *typed, char **name, char **tag)
{
  const char *mark = strrchr (typed, '#');
  gsize digits = mark ? strspn (mark + 1, "0123456789abcdefABCDEF") : 0;
  gboolean is_tag = mark && digits >= TAG_DIGITS && mark[1 + digits] == '\0';
  *name = is_tag ? g_strndup (typed, (gsize) (mark - typed)) : g_strdup (typed);
  *tag = is_tag ? g_strdup (mark + 1) : NULL;
}

/* People called so (any name if it is empty) whose ids begin so (any if NULL). */
static GPtrArray *
matches (const GPtrArray *people, const char *name, const char *tag)
{
  g_autofree char *folded = fold (name);
  GPtrArray *found = g_ptr_array_new ();
  for (guint i = 0; i < people->len; i++)
    {
      const DemlsPerson *person = people->pdata[i];
      if ((!*folded || is_called (person, folded)) && (!tag || id_begins (span_bytes (person->id), tag)))
        g_ptr_array_add (found, (gpointer) person);
    }
  return found;
}

/* Steps of inserting, deleting or changing one character; gives up (and says `most`) beyond. */
static guint
distance (const char *a, const char *b, guint most)
{
  glong n = 0, m = 0;
  g_autofree gunichar *x = g_utf8_to_ucs4_fast (a, -1, &n);
  g_autofree gunichar *y = g_utf8_to_ucs4_fast (b, -1, &m);
  if (ABS (n - m) >= (glong) most)
    return most;
  g_autofree guint *row = g_new (guint, m + 1);
  for (glong j = 0; j <= m; j++)
    row[j] = (guint) j;
  for (glong i = 1; i <= n; i++)
    {
      guint diagonal = row[0];
      row[0] = (guint) i;
      for (glong j = 1; j <= m; j++)
        {
          guint change = diagonal + (x[i - 1] != y[j - 1]);
          diagonal = row[j];
          row[j] = MIN (change, MIN (row[j], row[j - 1]) + 1);
        }
    }
  return MIN (row[m], most);
}

static gboolean
is_near (const DemlsPerson *person, const char *folded)
{
  g_autofree char *own = person->nick ? fold (person->nick) : g_strdup ("");
  return *own && *folded && (strstr (own, folded) || distance (own, folded, 3) < 3);
}

/* "alice, bob#1a2b" of at most `max` people. */
static char *
list_labels (const GPtrArray *people, const GPtrArray *some, guint max)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < MIN (some->len, max); i++)
    {
      g_autofree char *label = label_of (people, some->pdata[i]);
      g_string_append_printf (out, "%s%s", i ? ", " : "", label);
    }
  return g_string_free (out, FALSE);
}

static void
set_unknown_person (const GPtrArray *people, const char *typed, GError **error)
{
  g_autofree char *shown = demls_text_line (typed, DEMLS_NICK_CHARS);
  g_autofree char *folded = fold (typed);
  g_autoptr (GPtrArray) near = g_ptr_array_new ();
  for (guint i = 0; i < people->len; i++)
    if (is_near (people->pdata[i], folded))
      g_ptr_array_add (near, people->pdata[i]);
  g_autofree char *names = list_labels (people, near, NEAR_MAX);
  if (near->len > 0)
    g_set_error (error, DEMLS_NAME_ERROR, DEMLS_NAME_ERROR_UNKNOWN,
                 _ ("There is nobody called \"%s\" here. Did you mean: %s?"), shown, names);
  else
    g_set_error (error, DEMLS_NAME_ERROR, DEMLS_NAME_ERROR_UNKNOWN, _ ("There is nobody called \"%s\" here."), shown);
}

const DemlsPerson *
demls_people_find (const GPtrArray *people, const char *typed, GError **error)
{
  g_autofree char *name = NULL, *tag = NULL;
  split_tag (typed, &name, &tag);
  g_autoptr (GPtrArray) found = matches (people, typed, NULL); /* the whole of it may be a name */
  if (found->len == 0 || !*typed)
    {
      g_ptr_array_unref (found);
      found = *name || tag ? matches (people, name, tag) : g_ptr_array_new ();
    }
  if (found->len == 1)
    return found->pdata[0];
  if (found->len == 0)
    {
      set_unknown_person (people, typed, error);
      return NULL;
    }
  g_autofree char *names = list_labels (people, found, found->len);
  g_set_error (error, DEMLS_NAME_ERROR,
               DEMLS_NAME_ERROR_AMBIGUOUS, /* TRANSLATORS: names, each with its mark: alice#1a2b, alice#77f0 */
               _ ("More than one is called so: %s. Type one of these."), names);
  return NULL;
}

/* --- votes -------------------------------------------------------------------------------------------------------*/

static guint
number_of (Span hash)
{
  if (hash.len < HASH_IN_NUMBER)
    return 0;
  return ((guint) hash.data[0] << 16 | (guint) hash.data[1] << 8 | hash.data[2]) % 1000;
}

/* The hexadecimal digits that may follow a number. */
static char *
digits_after_number (Span hash)
{
  gsize skip = MIN (hash.len, HASH_IN_NUMBER);
  return span_hex (span (hash.data + skip, hash.len - skip));
}

/* How many digits of `hash` it takes to differ from all others of its number; somebody can make hashes to measure, so
 * two need not be enough. */
static gsize
digits_needed (const GPtrArray *open, Span hash)
{
  g_autofree char *own = digits_after_number (hash);
  gsize need = 0;
  for (guint i = 0; i < open->len; i++)
    {
      Span other = span_bytes (open->pdata[i]);
      if (span_equal (other, hash) || number_of (other) != number_of (hash))
        continue;
      g_autofree char *its = digits_after_number (other);
      need = MAX (need, 2);
      while (need < strlen (own) && strncmp (own, its, need) == 0)
        need += 2;
    }
  return need;
}

char *
demls_ballot_label (const GPtrArray *open, Span hash)
{
  gsize digits = digits_needed (open, hash);
  if (digits == 0)
    return g_strdup_printf ("%03u", number_of (hash));
  g_autofree char *more = digits_after_number (hash);
  return g_strdup_printf ("%03u-%.*s", number_of (hash), (int) digits, more);
}

/* "417", "417-a3" or a hash: what of a ballot must be so. */
typedef struct {
  gboolean by_hash;
  guint number;
  char *digits;
} Wanted;

static gboolean
is_hex (const char *text)
{
  return *text && text[strspn (text, "0123456789abcdef")] == '\0';
}

static gboolean
read_wanted (const char *typed, Wanted *wanted)
{
  g_autofree char *lower = g_ascii_strdown (*typed == '#' ? typed + 1 : typed, -1);
  gsize decimals = strspn (lower, "0123456789");
  if (decimals >= 1 && decimals <= 3 && (lower[decimals] == '\0' || lower[decimals] == '-'))
    {
      wanted->number = (guint) g_ascii_strtoull (lower, NULL, 10);
      wanted->digits = g_strdup (lower[decimals] ? lower + decimals + 1 : "");
      return lower[decimals] == '\0' || is_hex (wanted->digits);
    }
  wanted->by_hash = TRUE;
  wanted->digits = g_strdup (lower);
  return strlen (lower) >= HEX_DIGITS && is_hex (lower);
}

static gboolean
is_wanted (Span hash, const Wanted *wanted)
{
  g_autofree char *digits = wanted->by_hash ? span_hex (hash) : digits_after_number (hash);
  return (wanted->by_hash || number_of (hash) == wanted->number) && g_str_has_prefix (digits, wanted->digits);
}

static void
set_ambiguous_ballot (const GPtrArray *open, const GPtrArray *found, GError **error)
{
  GString *names = g_string_new (NULL);
  for (guint i = 0; i < found->len; i++)
    {
      g_autofree char *label = demls_ballot_label (open, span_bytes (found->pdata[i]));
      g_string_append_printf (names, "%s#%s", i ? ", " : "", label);
    }
  g_set_error (error, DEMLS_NAME_ERROR, DEMLS_NAME_ERROR_AMBIGUOUS,
               _ ("More than one open vote has this number: %s. Type one of them whole."), names->str);
  g_string_free (names, TRUE);
}

GBytes *
demls_ballot_find (const GPtrArray *open, const char *typed, GError **error)
{
  g_autofree char *shown = demls_text_line (typed, DEMLS_NICK_CHARS);
  Wanted wanted = { 0 };
  gboolean readable = read_wanted (typed, &wanted);
  if (!readable)
    {
      g_free (wanted.digits);
      g_set_error (error, DEMLS_NAME_ERROR, DEMLS_NAME_ERROR_INVALID,
                   _ ("\"%s\" is not the number of a vote; /votes lists them."), shown);
      return NULL;
    }
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  for (guint i = 0; i < open->len; i++)
    if (is_wanted (span_bytes (open->pdata[i]), &wanted))
      g_ptr_array_add (found, open->pdata[i]);
  g_free (wanted.digits);
  if (found->len == 1)
    return found->pdata[0];
  if (found->len > 1)
    set_ambiguous_ballot (open, found, error);
  else
    g_set_error (error, DEMLS_NAME_ERROR, DEMLS_NAME_ERROR_UNKNOWN,
                 _ ("There is no open vote %s. /votes lists the open ones, /history what was decided."), shown);
  return NULL;
}
