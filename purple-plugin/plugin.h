/* plugin.h - names by which libpurple and the rest of purple-plugin/ know this plugin.
 */
#ifndef DEMLS_PURPLE_PLUGIN_H
#define DEMLS_PURPLE_PLUGIN_H

#define DEMLS_PLUGIN_ID "prpl-demls"
#define DEMLS_PLUGIN_NAME "de-MLS"

/* What libpurple calls us in file names: protocol icons and log folders. */
#define DEMLS_PLUGIN_WORD "demls"

#endif
