#include "session/error.h"

G_DEFINE_QUARK (demls-session-error-quark, demls_error)

gboolean
demls_refuse (GError **error, DemlsError code, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, DEMLS_ERROR, (gint) code, text);
  return FALSE;
}
