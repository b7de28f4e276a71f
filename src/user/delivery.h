/* delivery.h - the plug for delivery services (DESIGN 6): who carries packets between the members of a conversation.
 *
 * A delivery service is at-least-once store-and-forward at best: packets may be lost, doubled, reordered, late or
 * forged, and nothing above relies on more. Implementations live in src/delivery/; each struct begins with a
 * DemlsDelivery. No function blocks.
 *
 * A packet that was handed over is under way until the service reports it delivered, which means that its own echo came
 * back (told by app_id and SHA-256 of the payload; echoes are not reported as packets), or refused. The implementation
 * sends again, with back-off, until then; what is lost with the process is handed over again after a restart.
 */
#ifndef DEMLS_DELIVERY_H
#define DEMLS_DELIVERY_H

#include "base/bytes.h"

/* The largest payload that is carried, in bytes. */
#define DEMLS_PACKET_MAX (1024 * 1024)

/* A conversation's two channels (governance G6), and the announcement by which strangers find it (plugin P2). */
typedef enum {
  DEMLS_CHANNEL_APP_MSG,
  DEMLS_CHANNEL_WELCOME,
  DEMLS_CHANNEL_ANNOUNCEMENT,
} DemlsChannel;

/* Where a service stands. */
typedef enum {
  DEMLS_LINK_OFFLINE, /* trying again by itself; `problem` says why */
  DEMLS_LINK_BACKLOG, /* connected, packets from before are still unread */
  DEMLS_LINK_ONLINE,
  DEMLS_LINK_REFUSED, /* will not try again: wrong password, certificate, unusable folder */
} DemlsLink;

/* What a service reports, always from the main loop and never from inside a call of its functions. */
typedef struct {
  gpointer data;
  /* Somebody's packet. */
  void (*packet) (gpointer data, const char *conversation, DemlsChannel channel, Span payload);
  /* The packet handed over with `token` came back. */
  void (*delivered) (gpointer data, guint64 token);
  /* It never will: the service said no (too large, not allowed). */
  void (*refused) (gpointer data, guint64 token, const GError *why);
  /* The link changed; `problem` is for people, or NULL. */
  void (*link) (gpointer data, DemlsLink link, const char *problem);
  /* Something that people should know once: what came and cannot be read, what the service lost. The implementation
   * does not tell the same kind twice within DEMLS_NOTICE_PAUSE. */
  void (*notice) (gpointer data, const GError *what);
} DemlsDeliverySink;

#define DEMLS_NOTICE_PAUSE G_TIME_SPAN_HOUR

typedef struct _DemlsDelivery DemlsDelivery;

typedef struct {
  /* Begins to connect; reports to `sink`, whose data outlives the service. */
  void (*open) (DemlsDelivery *self, const DemlsDeliverySink *sink);
  /* Hands over one packet. `token` is the caller's and names it in reports. An announcement takes the place of an
   * earlier one of the same conversation, of which nothing more is reported. */
  void (*publish) (DemlsDelivery *self, const char *conversation, DemlsChannel channel, GBytes *payload, guint64 token);
  /* Takes or leaves part in a conversation: both its channels. NULL: the announcements of all. */
  void (*subscribe) (DemlsDelivery *self, const char *conversation);
  void (*unsubscribe) (DemlsDelivery *self, const char *conversation);
  /* Disconnects and frees. Nothing is reported afterwards. */
  void (*close) (DemlsDelivery *self);

  /* All that was reported so far is in the caller's store: until then the service keeps it, and brings it again after
   * a crash. May be called from inside a report. NULL if the service keeps everything anyway. */
  void (*kept) (DemlsDelivery *self);
  /* How far a conversation (NULL: the announcements) was read, in the service's own form, for the transaction that
   * keeps what was reported so far, or a later one: what was read after it was taken is only reported again. NULL:
   * there is nothing to keep. Handed back before subscribing; one that is damaged is ignored. Both NULL if the service
   * has no use for it. (transfer full) */
  GBytes *(*cursor) (DemlsDelivery *self, const char *conversation);
  void (*set_cursor) (DemlsDelivery *self, const char *conversation, Span cursor);
} DemlsDeliveryOps;

struct _DemlsDelivery {
  const DemlsDeliveryOps *ops;
};

#define DEMLS_DELIVERY_ERROR (demls_delivery_error_quark ())
GQuark demls_delivery_error_quark (void);

typedef enum {
  DEMLS_DELIVERY_ERROR_UNREACHABLE,
  DEMLS_DELIVERY_ERROR_DENIED, /* credentials or permissions */
  DEMLS_DELIVERY_ERROR_CERTIFICATE,
  DEMLS_DELIVERY_ERROR_TOO_LARGE,
  DEMLS_DELIVERY_ERROR_VERSION,   /* an envelope of a newer version */
  DEMLS_DELIVERY_ERROR_DAMAGED,   /* no envelope at all */
  DEMLS_DELIVERY_ERROR_FULL,      /* no space */
  DEMLS_DELIVERY_ERROR_FORGOTTEN, /* the service no longer has what came while we were away */
} DemlsDeliveryError;

#define DEMLS_DELIVERY_ERRORS (DEMLS_DELIVERY_ERROR_FORGOTTEN + 1)

#endif
