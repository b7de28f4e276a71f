#include "mls/error.h"

#include <stdarg.h>

G_DEFINE_QUARK (mls - error - quark, mls_error)

gboolean
mls_refuse (GError **error, MlsError code, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autoptr (GError) refusal = g_error_new_valist (MLS_ERROR, (gint) code, format, args);
  va_end (args);
  if (error)
    *error = g_steal_pointer (&refusal);
  return FALSE;
}
