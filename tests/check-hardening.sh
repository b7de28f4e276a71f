#!/bin/sh
# The plugin runs inside somebody's chat client and reads what strangers send: it must carry every defence of the
# compiler and the linker that configure found (DEMLS_HARDEN_CFLAGS).
: "${NM:=nm}" "${READELF:=readelf}" "${DEMLS_BUILDDIR:=.}"
plugin=$DEMLS_BUILDDIR/.libs/libdemls.so
status=0

want () # WHAT, COMMAND...: COMMAND succeeds
{
  what=$1
  shift
  "$@" || { echo "$plugin: no $what"; status=1; }
}

segments=$($READELF -lW "$plugin") || exit 1
dynamic=$($READELF -dW "$plugin")
imports=$($NM -D --undefined-only "$plugin")

has () { printf '%s\n' "$1" | grep -qE -- "$2"; } # TEXT, PATTERN
has_not () { ! has "$@"; }

want 'GNU_RELRO segment' has "$segments" '^ *GNU_RELRO '
want 'immediate binding (-z now)' has "$dynamic" 'BIND_NOW|Flags:.* NOW'
want 'stack that cannot be executed' has "$segments" '^ *GNU_STACK .* RW +0x'
want 'freedom from text relocations' has_not "$dynamic" 'TEXTREL'
want 'freedom from RPATH' has_not "$dynamic" 'RPATH|RUNPATH'
want 'segment layout without W+X' has_not "$segments" '^ *LOAD .* RWE '

case $DEMLS_HARDEN_CFLAGS in
  *-fstack-protector-strong*) want 'stack protector' has "$imports" ' __stack_chk_fail(@|$)' ;;
esac
case $DEMLS_HARDEN_CFLAGS in
  *-D_FORTIFY_SOURCE=*) want '_FORTIFY_SOURCE' has "$imports" ' __[a-z]+_chk(@|$)' ;;
esac
case $DEMLS_HARDEN_CFLAGS in
  *-fcf-protection*)
    # Asked of our objects, not of the plugin: one file without the mark takes it from the whole, and on Debian 12 the C
    # library's own crti.o and crtn.o have none.
    for object in $(printf '%s\n' $DEMLS_CORE_OBJECTS | sed 's,\([^/]*\)\.lo$,.libs/\1.o,'); do
      want "control-flow protection (IBT, SHSTK) in $object" has "$($READELF -nW "$object")" 'IBT, SHSTK'
    done ;;
esac
exit $status
