#include "delivery/complaints.h"

GError *
demls_complaint (DemlsComplaints *self, const GError *what, gint64 now)
{
  g_return_val_if_fail (what->domain == DEMLS_DELIVERY_ERROR && what->code < DEMLS_DELIVERY_ERRORS, NULL);
  guint *untold = &self->untold[what->code];
  if (now < self->quiet_until[what->code])
    {
      *untold += *untold < G_MAXUINT;
      return NULL;
    }
  GError *told = g_error_copy (what);
  if (*untold > 0)
    {
      g_free (told->message);
      told->message = g_strdup_printf ("%s (and %u others)", what->message, *untold);
    }
  *untold = 0;
  self->quiet_until[what->code] = now + DEMLS_NOTICE_PAUSE;
  return told;
}
