#include "rules/error.h"

G_DEFINE_QUARK (demls - rule - error - quark, demls_rule_error)

gboolean
demls_rule_refuse (GError **error, DemlsRuleError code, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, DEMLS_RULE_ERROR, (gint) code, text);
  return FALSE;
}
