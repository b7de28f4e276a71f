/* text.h - texts on their way between people: out of what libpurple hands over, and into what it shows (plugin P10).
 *
 * libpurple takes everything that it shows for markup, and what peers say is anything. So there are two kinds of text
 * here: plain (UTF-8 as people mean it, on the wire and in all our structs) and markup. Plain text becomes markup in
 * one place only, at the very end.
 */
#ifndef DEMLS_PURPLE_TEXT_H
#define DEMLS_PURPLE_TEXT_H

#include <glib.h>

/* A plain text without what could deceive or harm a screen: bytes that are no UTF-8 become U+FFFD, control characters
 * and direction marks are dropped, all line ends become "\n", what is beyond `max` bytes becomes an ellipsis. `text`
 * may be NULL. (transfer full: g_free) */
char *demls_text_clean (const char *text, gsize max);

/* The same on one line, at most `max_chars` characters: names, titles, reasons. (transfer full: g_free) */
char *demls_text_line (const char *text, gsize max_chars);

/* A name for libpurple's member lists, which one client takes for markup and others do not: `<`, `>` and `&` become
 * characters that look alike. Plain. (transfer full: g_free) */
char *demls_text_list_name (const char *name);

/* The same for other short texts that some clients take for markup, like the topic. (transfer full: g_free) */
char *demls_text_list_line (const char *text, gsize max_chars);

/* Whole sentences, the empty ones left out, up to NULL, as one text. Plain. (transfer full: g_free) */
char *demls_text_sentences (const char *first, ...) G_GNUC_NULL_TERMINATED;

/* Plain text as markup that shows exactly it. (transfer full: g_free) */
char *demls_text_escape (const char *text);

/* A peer's message as markup: cleaned, at most 16 KiB, escaped, addresses clickable. (transfer full: g_free) */
char *demls_text_show (const char *message);

/* What the user typed, out of libpurple's markup: a link becomes its text. (transfer full: g_free) */
char *demls_text_from_markup (const char *markup);

/* TRUE iff `nick` stands in `text` as a word of its own, in whatever case. */
gboolean demls_text_names (const char *text, const char *nick);

#endif
