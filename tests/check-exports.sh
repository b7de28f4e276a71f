#!/bin/sh
# The plugin shows the program that loads it one symbol and no more.
: "${NM:=nm}" "${DEMLS_BUILDDIR:=.}"
plugin=$DEMLS_BUILDDIR/.libs/libdemls.so
exports=$($NM -D --defined-only "$plugin" | awk '{ print $NF }' | sort | tr '\n' ' ')
[ "$exports" = 'purple_init_plugin ' ] && exit 0
echo "$plugin exports: $exports(only purple_init_plugin is wanted)"
exit 1
