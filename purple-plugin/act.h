/* act.h - commands are registered here and done (plugin P5); what they are is in commands.h.
 */
#ifndef DEMLS_PURPLE_ACT_H
#define DEMLS_PURPLE_ACT_H

/* All commands of the table, in our chats only. */
void demls_act_register (void);
void demls_act_unregister (void);

#endif
