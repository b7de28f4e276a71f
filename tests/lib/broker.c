#include "broker.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_SECONDS 20

static char *
find_program (const char *name)
{
  char *found = g_find_program_in_path (name);
  if (found)
    return found;
  found = g_build_filename ("/usr/sbin", name, NULL);
  if (g_file_test (found, G_FILE_TEST_IS_EXECUTABLE))
    return found;
  g_free (found);
  return NULL;
}

gboolean
broker_is_there (void)
{
  g_autofree char *broker = find_program ("mosquitto");
  g_autofree char *passwd = find_program ("mosquitto_passwd");
  if (broker && passwd)
    return TRUE;
  g_printerr ("\n*** SKIPPED: no Mosquitto on this machine (apt-get install mosquitto): MQTT is NOT tested ***\n\n");
  return FALSE;
}

static void
run (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  int status = 0;
  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &said, &status, &error)
      || !g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s\n%s", argv[0], error->message, said ? said : "");
}

/* ---- ports ---- */

static struct sockaddr_in
loopback (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  return address;
}

guint16
broker_free_port (void)
{
  struct sockaddr_in address = loopback (0);
  socklen_t size = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind (fd, (struct sockaddr *) &address, size) != 0 || getsockname (fd, (struct sockaddr *) &address, &size) != 0)
    g_error ("no free port");
  close (fd);
  return ntohs (address.sin_port);
}

static gboolean
answers (guint16 port)
{
  struct sockaddr_in address = loopback (port);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean yes = connect (fd, (struct sockaddr *) &address, sizeof address) == 0;
  close (fd);
  return yes;
}

/* ---- its life ---- */

static void
die_with_parent (gpointer data)
{
  (void) data;
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
on_time (gpointer data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

void
broker_start (Broker *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *conf = g_build_filename (self->dir, "mosquitto.conf", NULL);
  char *argv[] = { self->program, (char *) "-c", conf, NULL };
  if (!g_spawn_async (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, die_with_parent, NULL,
                      &self->pid, &error))
    g_error ("%s", error->message);
  guint tick = g_timeout_add (5, on_time, NULL);
  gint64 until = g_get_monotonic_time () + START_SECONDS * G_TIME_SPAN_SECOND;
  while (!answers (self->port) && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  if (!answers (self->port) || waitpid (self->pid, NULL, WNOHANG) != 0)
    g_error ("Mosquitto does not start: see %s", self->dir);
}

void
broker_stop (Broker *self, gboolean gently)
{
  if (self->pid == 0)
    return;
  kill (self->pid, gently ? SIGTERM : SIGKILL);
  waitpid (self->pid, NULL, 0);
  self->pid = 0;
}

void
broker_forget (Broker *self)
{
  g_autofree char *path = g_build_filename (self->dir, "mosquitto.db", NULL);
  g_unlink (path);
}

/* ---- its configuration ---- */

static void
put (const char *dir, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GError) error = NULL;
  if (!g_file_set_contents (path, text, -1, &error))
    g_error ("%s", error->message);
}

static void
add_users (const Broker *self, const BrokerSetup *setup, GString *conf)
{
  if (!setup || !setup->users)
    {
      g_string_append (conf, "allow_anonymous true\n");
      return;
    }
  g_autofree char *passwd = find_program ("mosquitto_passwd");
  g_autofree char *path = g_build_filename (self->dir, "passwords", NULL);
  put (self->dir, "passwords", "");
  for (const char *const *user = setup->users; *user; user += 2)
    {
      const char *const argv[] = { passwd, "-b", path, user[0], user[1], NULL };
      run (argv);
    }
  g_string_append_printf (conf, "allow_anonymous false\npassword_file %s\n", path);
}

static void
configure (const Broker *self, const BrokerSetup *setup)
{
  g_autoptr (GString) conf = g_string_new (NULL);
  g_string_append_printf (conf,
                          "listener %u 127.0.0.1\nuser %s\npersistence true\npersistence_location %s/\n"
                          "log_dest file %s/log\nlog_type all\nmax_queued_messages 0\n",
                          self->port, g_get_user_name (), self->dir, self->dir);
  if (setup && setup->certificate)
    g_string_append_printf (conf, "certfile %s\nkeyfile %s.key\n", setup->certificate, setup->certificate);
  add_users (self, setup, conf);
  if (setup && setup->acl)
    {
      put (self->dir, "acl", setup->acl);
      g_string_append_printf (conf, "acl_file %s/acl\n", self->dir);
    }
  if (setup && setup->more)
    g_string_append (conf, setup->more);
  put (self->dir, "mosquitto.conf", conf->str);
}

Broker *
broker_new (const BrokerSetup *setup)
{
  Broker *self = g_new0 (Broker, 1);
  g_autoptr (GError) error = NULL;
  self->dir = g_dir_make_tmp ("demls-broker-XXXXXX", &error);
  if (!self->dir)
    g_error ("%s", error->message);
  self->program = find_program ("mosquitto");
  self->port = broker_free_port ();
  configure (self, setup);
  broker_start (self);
  return self;
}

void
broker_free (Broker *self)
{
  broker_stop (self, FALSE);
  g_autoptr (GDir) dir = g_dir_open (self->dir, 0, NULL);
  for (const char *name = g_dir_read_name (dir); name; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (self->dir, name, NULL);
      g_unlink (path);
    }
  g_rmdir (self->dir);
  g_free (self->dir);
  g_free (self->program);
  g_free (self);
}

/* ---- certificates ---- */

static void
make_ca (const char *dir, const char *name)
{
  g_autofree char *pem = g_strdup_printf ("%s/%s.pem", dir, name);
  g_autofree char *key = g_strdup_printf ("%s/%s.pem.key", dir, name);
  const char *const argv[] = {
    "openssl", "req",   "-x509",       "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
    "-nodes",  "-subj", "/CN=test CA", "-days",   "2",  "-keyout",  key,
    "-out",    pem,     NULL
  };
  run (argv);
}

static void
make_server (const char *dir, const char *name, const char *ca, const char *names, const char *days)
{
  g_autofree char *pem = g_strdup_printf ("%s/%s.pem", dir, name);
  g_autofree char *key = g_strdup_printf ("%s/%s.pem.key", dir, name);
  g_autofree char *request = g_strdup_printf ("%s/%s.csr", dir, name);
  g_autofree char *ca_pem = g_strdup_printf ("%s/%s.pem", dir, ca);
  g_autofree char *ca_key = g_strdup_printf ("%s/%s.pem.key", dir, ca);
  g_autofree char *alternatives = g_strconcat ("subjectAltName=", names, NULL);
  const char *const ask[] = {
    "openssl", "req",   "-new",     "-newkey", "ec",         "-pkeyopt", "ec_paramgen_curve:prime256v1",
    "-nodes",  "-subj", "/CN=test", "-addext", alternatives, "-keyout",  key,
    "-out",    request, NULL
  };
  const char *const sign[] = {
    "openssl",          "x509", "-req",  "-in", request, "-CA", ca_pem, "-CAkey", ca_key, "-CAcreateserial",
    "-copy_extensions", "copy", "-days", days,  "-out",  pem,   NULL
  };
  run (ask);
  run (sign);
}

void
broker_make_certificates (const char *dir)
{
  make_ca (dir, "ca");
  make_ca (dir, "stranger");
  make_server (dir, "good", "ca", "IP:127.0.0.1,DNS:localhost", "2");
  make_server (dir, "expired", "ca", "IP:127.0.0.1,DNS:localhost", "-1");
  make_server (dir, "other-name", "ca", "DNS:elsewhere.example", "2");
  make_server (dir, "other-ca", "stranger", "IP:127.0.0.1,DNS:localhost", "2");
}
