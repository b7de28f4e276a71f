/* folder-private.h - the inside of a DemlsFolder, for folder.c (what others ask of it) and folder-pump.c (what it does
 * by itself).
 */
#ifndef DEMLS_DELIVERY_FOLDER_PRIVATE_H
#define DEMLS_DELIVERY_FOLDER_PRIVATE_H

#include "delivery/complaints.h"
#include "delivery/echo.h"
#include "delivery/folder-job.h"
#include "delivery/folder-shelf.h"
#include "delivery/folder.h"

typedef struct {
  guint64 token;
  GError *why;
} FolderRefusal;

void folder_refusal_free (FolderRefusal *self);

typedef struct {
  DemlsDelivery parent;
  DemlsDeliverySink sink;
  char *path;
  guint8 app_id[DEMLS_APP_ID_SIZE];
  gboolean create;
  guint keep_days;
  gint64 poll_us, retry_us;

  gboolean opened, in_step;
  gboolean closed;     /* from inside a report: to be freed when it ends */
  gboolean usable;     /* the last look at the folder itself went well */
  gboolean was_usable; /* and ever did */
  gboolean given_up;
  gboolean check_wanted;
  char *problem;       /* why it is not usable, or NULL */
  char *write_problem; /* why the last write failed, or NULL */
  DemlsLink link;      /* as last reported, with `told` */
  char *told;
  gboolean reported;

  GHashTable *shelves; /* name -> FolderShelf */
  DemlsEcho *echo;
  guint64 marks;   /* counts entries */
  GQueue refusals; /* FolderRefusal, to be reported */
  GQueue notices;  /* GError, to be reported */
  DemlsComplaints complaints;
  FolderRun *run;    /* the errand under way, or NULL */
  FolderJob *landed; /* a read whose files are being reported, or NULL */
  guint landed_at;
  gint64 poll_at;  /* when to look through everything */
  gint64 retry_at; /* when to look at the folder again */
  gint64 write_at; /* when to write again */
  guint retries, write_retries;
  guint wake; /* source ids, or 0 */
  guint step;
} DemlsFolder;

/* Has the folder look, at the next turn of the main loop, for what there is to do. */
void folder_pump (DemlsFolder *self);

/* Frees it; nothing of it is under way. */
void folder_free (DemlsFolder *self);

/* The shelf of that name; made if missing. */
FolderShelf *folder_shelf (DemlsFolder *self, const char *name);

/* A file that is no packet: people are told, unless they just were. */
void folder_complain (DemlsFolder *self, const GError *what);

/* The shelf's name for a conversation's channel. */
const char *folder_shelf_name (const char *conversation, DemlsChannel channel);

#endif
