/* link.h - the text that names a group for those who are not in it (plugin P2).
 *
 *   demls:<conversation id>?t=<title>&d=<delivery>&m=<member id of who invites, hexadecimal>&p=<preset>
 *
 * Parameters come in any order, each at most once, all optional; values are percent-encoded UTF-8. The parser accepts
 * nothing else: no unknown parameters, no empty values, no raw bytes, no characters that nicknames may not have.
 */
#ifndef DEMLS_LINK_H
#define DEMLS_LINK_H

#include "base/bytes.h"
#include "rules/limits.h"

#define DEMLS_ID_CHARS 26        /* lower-case base32 of 16 bytes, without padding */
#define DEMLS_LINK_MAX 2048      /* bytes of a whole link */
#define DEMLS_LINK_DELIVERY_MAX 512

typedef struct {
  char id[DEMLS_ID_CHARS + 1];
  char *title;                    /* or NULL */
  char *delivery;                 /* or NULL: "folder", "mqtt:host:port" ...; the plugin's business */
  gboolean has_inviter;
  guint8 inviter[DEMLS_MEMBER_ID_SIZE];
  guint32 preset;                 /* 1..3; 0: the group's own numbers, or unknown */
} DemlsGroupLink;

/* Reads a link; NULL if it is not one. (transfer full) */
DemlsGroupLink *demls_group_link_parse (const char *text);

/* The inverse. (transfer full: g_free) */
char *demls_group_link_format (const DemlsGroupLink *self);

void demls_group_link_free (DemlsGroupLink *self);

/* Is it a conversation id: 26 characters a-z2-7 that 16 bytes can give? */
gboolean demls_id_is_valid (const char *id);

/* The id that these 16 bytes give. */
void demls_id_format (const guint8 bytes[16], char out[DEMLS_ID_CHARS + 1]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemlsGroupLink, demls_group_link_free)

#endif
