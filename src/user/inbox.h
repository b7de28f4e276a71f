/* inbox.h - whose packet is it? (governance G6, plugin P2)
 *
 * user.h has its functions: demls_user_receive(), demls_user_delivered(), demls_user_refused(), demls_user_link().
 */
#ifndef DEMLS_INBOX_H
#define DEMLS_INBOX_H

#include "user/user.h"

/* An announcement is saved again only if people would see a difference, or so many seconds after the last time. */
#define DEMLS_ROOM_SAVE_S 600

#endif
