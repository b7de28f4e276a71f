/* nick.h - which characters nicknames and titles may have (mandates V28, V1).
 *
 * UTF-8, 1..64 characters, no control characters, line separators or bidi controls: this part is made of fixed lists,
 * so all members judge alike whatever their GLib knows of Unicode, and validity of anything agreed rests on it alone.
 * That a text is in NFC is asked of what one writes oneself and of what one is about to show.
 */
#ifndef DEMLS_RULES_NICK_H
#define DEMLS_RULES_NICK_H

#include "base/bytes.h"

/* The part that all judge alike. */
gboolean demls_text_is_agreeable (Span text);

/* That, and NFC. */
gboolean demls_nick_is_valid (Span text);

/* What somebody typed as a valid nickname or title: NFC, forbidden characters dropped, white space at the ends cut
 * off, shortened; NULL if nothing is left. (transfer full: g_free) */
char *demls_nick_tidy (const char *typed);

#endif
