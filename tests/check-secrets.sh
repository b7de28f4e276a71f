#!/bin/sh
# After the whole life of a group no registered secret is left in memory that was freed (K7), whatever the optimiser
# makes of the wiping: at -O2, at -O3, and at -O3 over the whole program at once (LTO). And the scanner can fail: a leak
# made on purpose is found.
#
# Builds the core and the driver by itself, outside the tree, because each level needs the core anew.
: "${CC:=cc}" "${PKG_CONFIG:=pkg-config}"
cd "${srcdir:-.}" || exit 1
packages='glib-2.0 libcrypto libsodium'
$PKG_CONFIG --exists $packages || { echo "SKIP: pkg-config does not know: $packages"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cflags="-std=gnu11 -g -fPIC -fvisibility=hidden -Isrc -DG_LOG_DOMAIN=\"demls\" $($PKG_CONFIG --cflags $packages)"
libs=$($PKG_CONFIG --libs $packages)
sources="$(ls src/base/*.c src/crypto/*.c src/mls/*.c) tests/lib/mls-fixture.c tests/lib/mls-scene.c"
found_one=33 # SECRET_SCAN_STATUS of secret-scan.c

$CC -std=gnu11 -O2 -fPIC -shared tests/preload/secret-scan.c -o "$work/secret-scan.so" || exit 1

# GLib's own slices would hide what is freed
driver () {
  G_SLICE=always-malloc LD_PRELOAD="$work/secret-scan.so" "$work/driver" "$@" 2>"$work/log"
}

# a comma stands for a space
levels="-O2 -O3"
echo 'int main (void) { return 0; }' >"$work/try.c"
if $CC -O3 -flto "$work/try.c" -o "$work/try" 2>/dev/null; then
  levels="$levels -O3,-flto"
else
  echo "check-secrets: no LTO with $CC"
fi

test -z "$DEMLS_FAST" || levels=-O2

for level in $levels; do
  $CC $cflags $(echo "$level" | tr , ' ') $sources tests/mls/secret-driver.c -o "$work/driver" $libs || exit 1
  driver; status=$?
  if test $status != 0; then
    cat "$work/log"
    echo "check-secrets: at $level the driver ended with status $status"
    exit 1
  fi
  driver --leak; status=$?
  if test $status != $found_one; then
    cat "$work/log"
    echo "check-secrets: at $level a leak made on purpose was not found (status $status)"
    exit 1
  fi
  echo "check-secrets: nothing left at $level"
done
