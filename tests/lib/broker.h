/* broker.h - a Mosquitto of one's own, on a free port of the loopback interface.
 *
 * Everything it writes is in a temporary directory that goes with it. It is ended by its process id, also when the test
 * that started it dies.
 */
#ifndef DEMLS_TESTS_BROKER_H
#define DEMLS_TESTS_BROKER_H

#include <glib.h>

typedef struct {
  char *dir;
  char *program;
  guint16 port;
  GPid pid; /* 0: not running */
} Broker;

/* What the configuration says besides port, persistence and log. */
typedef struct {
  const char *const *users; /* name, password, name, password, ..., NULL; NULL: anybody */
  const char *acl;          /* the text of the ACL file, or NULL */
  const char *certificate;  /* PEM file, whose key is next to it as .key; NULL: without TLS */
  const char *more;         /* further lines, or NULL */
} BrokerSetup;

/* Is there a Mosquitto on this machine? If not, says so loudly: the test then ends with 77. */
gboolean broker_is_there (void);

/* A broker that is running and answers. NULL setup: anybody may do anything. */
Broker *broker_new (const BrokerSetup *setup);
void broker_free (Broker *self);

/* Ends it, by SIGTERM if `gently` (it saves its sessions), otherwise by SIGKILL; starts it again on the same port. */
void broker_stop (Broker *self, gboolean gently);
void broker_start (Broker *self);

/* Removes all that it saved; while it is stopped. */
void broker_forget (Broker *self);

/* A port on which nobody listens. */
guint16 broker_free_port (void);

/* Makes DIR/ca.pem, DIR/good.pem and DIR/expired.pem (for 127.0.0.1, signed by ca), DIR/other-name.pem and
 * DIR/other-ca.pem. */
void broker_make_certificates (const char *dir);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Broker, broker_free)

#endif
