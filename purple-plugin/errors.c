#include "config.h"

#include "purple-plugin/errors.h"

#include <glib/gi18n-lib.h>

#include "purple-plugin/commands.h"
#include "purple-plugin/names.h"
#include "purple-plugin/text.h"
#include "session/error.h"
#include "user/user.h"

static const char *
session_text (gint code)
{
  switch (code)
    {
    case DEMLS_ERROR_BLOCKED:
      return _ ("this is not possible at the moment (/info says what the group is doing).");
    case DEMLS_ERROR_NOT_MEMBER:
      return _ ("this person is not a member.");
    case DEMLS_ERROR_UNKNOWN:
      return _ ("there is no such vote, or nobody of this name is waiting.");
    case DEMLS_ERROR_LIMIT:
      return _ ("too much is waiting already; wait until something is decided.");
    case DEMLS_ERROR_INVALID:
      return _ ("this text is not allowed here: it is empty, too long or has forbidden characters.");
    case DEMLS_ERROR_DUPLICATE:
      return _ ("there is an open vote about this already; /votes lists it.");
    case DEMLS_ERROR_ALREADY_VOTED:
      return _ ("you have voted already, and a vote cannot be changed.");
    case DEMLS_ERROR_EXPIRED:
      return _ ("this vote is over.");
    default:
      return NULL;
    }
}

static const char *
user_text (gint code)
{
  switch (code)
    {
    case DEMLS_USER_ERROR_UNKNOWN_GROUP:
      return _ ("you are not in this group any more.");
    case DEMLS_USER_ERROR_NOT_ANNOUNCED:
      return _ ("nobody announces a group of this name; ask a member for the link (/link).");
    case DEMLS_USER_ERROR_LINK:
      return _ ("this link is damaged; copy it again, whole.");
    case DEMLS_USER_ERROR_UNSAVED:
      return _ ("nothing can be saved at the moment, so nothing is sent.");
    case DEMLS_USER_ERROR_LEAVING:
      return _ ("you are leaving this group; wait until that is done.");
    default:
      return NULL;
    }
}

static const char *
store_text (gint code)
{
  switch (code)
    {
    case DEMLS_STORE_ERROR_BUSY:
      return _ ("another program has it open.");
    case DEMLS_STORE_ERROR_PASSPHRASE:
      return _ ("the passphrase is wrong.");
    case DEMLS_STORE_ERROR_DAMAGED:
      return _ ("the file is damaged, or is something else.");
    case DEMLS_STORE_ERROR_VERSION:
      return _ ("it was written by a newer version of this plugin.");
    case DEMLS_STORE_ERROR_FULL:
      return _ ("the disk is full.");
    case DEMLS_STORE_ERROR_READ_ONLY:
      return _ ("it may not be written to.");
    default:
      return NULL;
    }
}

char *
demls_error_text (const GError *error)
{
  const char *known = NULL;
  if (!error)
    return g_strdup (_ ("something went wrong."));
  if (error->domain == DEMLS_COMMAND_ERROR || error->domain == DEMLS_NAME_ERROR)
    return g_strdup (error->message);
  if (error->domain == DEMLS_ERROR)
    known = session_text (error->code);
  else if (error->domain == DEMLS_USER_ERROR)
    known = user_text (error->code);
  else if (error->domain == DEMLS_STORE_ERROR)
    known = store_text (error->code);
  if (known)
    return g_strdup (known);
  g_autofree char *message = demls_text_line (error->message, 200);
  return g_strdup_printf (_ ("it was refused (%s)."), message);
}
