#!/bin/sh
# What the objects of floors 1 to 6 ask of others, and what they keep:
#  - no clock, randomness, file, socket, thread or timer, except the system random source in crypto/rng.c;
#  - nothing of libpurple; OpenSSL and libsodium in crypto alone;
#  - no static data that can change, since two accounts in one client must not meet there. The one exception is the
#    GQuark of an error domain (G_DEFINE_QUARK): a variable "q" inside a function called ..._quark.
# An undefined symbol must be one of ours, GLib's, protobuf-c's, or on the list of harmless C library functions.
: "${NM:=nm}" "${DEMLS_CORE_OBJECTS:?make check sets it: the .lo files of the core}"

# DIR/NAME.lo stands for DIR/.libs/NAME.o
objects=$(printf '%s\n' $DEMLS_CORE_OBJECTS | sed 's,\([^/]*\)\.lo$,.libs/\1.o,')

for object in $objects; do
  echo "OBJECT $object"
  # "sysv" names the section, which tells relocated constants (.data.rel.ro) from variables (.data)
  $NM --format=sysv "$object" || echo "UNREADABLE $object"
done | awk -F '|' '
  function fault(object, symbol, why) { print object ": " symbol ": " why; faults++ }
  BEGIN {
    harmless = "^(mem(cpy|move|set|cmp|chr)|str(len|cmp|ncmp|chr|rchr|str|spn|cspn|nlen)|explicit_bzero|abort|qsort|bsearch" \
      "|__(mem|str)[a-z]+_chk|__explicit_bzero_chk|__popcountdi2|__stack_chk_fail|__assert_fail|_GLOBAL_OFFSET_TABLE_)$"
    # GLib functions that reach outside, block, or depend on where and when they run
    outside = "^g_(get_(real_time|monotonic_time|current|host|user|home|tmp|environ|prgname)|time_|timer_|timeout_|date_time_new_(now|local)" \
      "|idle_|usleep|source_|main_|poll|thread_|mutex_|rec_mutex_|rw_lock_|cond_|private_|async_queue_|spawn_|socket_|inet_" \
      "|file_|dir_|open|fopen|creat|access|stat|lstat|unlink|remove|rmdir|mkdir|mkstemp|chmod|rename|io_channel_|mapped_file_" \
      "|getenv|setenv|rand|uuid_string_random|print$|printerr$)"
    chance = "^(RAND_|randombytes|getrandom$|getentropy$|arc4random)"
    # key generation takes randomness behind our back; keys are derived from bytes that Rng drew
    keygen = "(_keygen|_keypair|_generate|BN_rand)"
    libraries = "^(EVP|OSSL|OPENSSL|CRYPTO|ERR|BN|EC|ECDSA|HMAC|OBJ|i2d|d2i|sodium|crypto|X25519|ED25519)_"
  }
  /^OBJECT / {
    object = substr ($0, 8)
    floor = object
    sub (/^.*src\//, "", floor)
    sub (/\/.*/, "", floor)
    is_rng = object ~ /src\/crypto\/\.libs\/(libdemls_core_la-)?rng\.o$/
    objects++
    next
  }
  /^UNREADABLE / { fault(substr ($0, 12), "nm", "cannot read it"); next }
  NF < 7 || $1 ~ /^Name/ { next }
  {
    for (i = 1; i <= NF; i++)
      gsub (/^[ \t]+|[ \t]+$/, "", $i)
    name = $1; class = $3; section = $7
  }
  class == "U" || class == "w" { wanted[name] = wanted[name] " " object; at[name, object] = floor; rng[object] = is_rng; next }
  { if (class ~ /^[A-Z]$/) ours[name] = 1; if (name ~ /_quark$/) quarks[object]++ }
  section ~ /^(\.data(\.rel)?(\.local)?|\.bss|\.tdata|\.tbss|\*COM\*|COMMON)([.$].*)?$/ && section !~ /^\.data\.rel\.ro/ && $4 != "SECTION" {
    if (name ~ /^q\.[0-9]+$/ || name ~ /_quark\.q$/)
      quark_data[object]++
    else
      fault(object, name, "static data that can change, in " section)
  }
  END {
    for (object in quark_data)
      if (quark_data[object] > quarks[object])
        fault(object, "q", "more variables of this name than GQuark functions")
    for (name in wanted) {
      if (name in ours || name ~ harmless)
        continue
      count = split (wanted[name], by, " ")
      for (i = 1; i <= count; i++) {
        object = by[i]
        floor = at[name, object]
        if (name ~ /^g_/ && name !~ outside || name ~ /^protobuf_c_/)
          continue
        if (name ~ chance && rng[object])
          continue
        if (floor == "crypto" && name ~ libraries && (name !~ keygen || name ~ /_seed_keypair$/))
          continue
        fault(object, name, "not for floor " floor)
      }
    }
    if (!objects)
      fault("make", "DEMLS_CORE_OBJECTS", "names no object")
    exit faults > 0
  }
'
