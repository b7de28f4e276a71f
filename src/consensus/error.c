#include "consensus/error.h"

G_DEFINE_QUARK (consensus - error - quark, consensus_error)

gboolean
consensus_refuse (GError **error, ConsensusError code, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, CONSENSUS_ERROR, (gint) code, text);
  return FALSE;
}
