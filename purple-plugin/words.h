/* words.h - gettext for a plugin: the plural, too, is looked up among our own translations and not the client's.
 */
#ifndef DEMLS_PURPLE_WORDS_H
#define DEMLS_PURPLE_WORDS_H

#include <glib/gi18n-lib.h>

/* gi18n-lib.h has _() and C_() for libraries, but no ngettext() */
#undef ngettext
#define ngettext(one, many, n) g_dngettext (GETTEXT_PACKAGE, one, many, n)

#endif
