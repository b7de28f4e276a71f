#!/bin/sh
# An #include only goes down the floors of src/, and the outside world is let in only where it belongs.
# Prints each line that breaks a rule.
cd "${srcdir:-.}" || exit 1
find src purple-plugin -name '*.[ch]' | sort | xargs awk '
  function fault(why) { print FILENAME ":" FNR ": " $0 "  -- " why; faults++ }
  BEGIN {
    # folders that share a floor do not know each other
    floor["base"] = 1; floor["crypto"] = 2; floor["mls"] = floor["consensus"] = 3; floor["rules"] = 4
    floor["session"] = 5; floor["user"] = 6; floor["delivery"] = floor["store"] = 7; floor["purple-plugin"] = 8
  }
  FNR == 1 {
    parts = split (FILENAME, part, "/")
    here = part[1] == "src" ? part[2] : part[1]
    if (!(here in floor))
      fault("this folder is on no floor")
  }
  !/^[ \t]*#[ \t]*include/ { next }
  match ($0, /"[^"]*"/) {
    target = substr ($0, RSTART + 1, RLENGTH - 2)
    if (target == "config.h")
      next
    there = target
    sub (/\/.*/, "", there)
    if (target !~ /^[a-z-]+\/[^\/]+$/)
      fault("write \"folder/name.h\"")
    else if (!(there in floor))
      fault("no such floor")
    else if (there != here && floor[there] >= floor[here])
      fault(here " may not know " there)
    else if (there != here && target ~ /-private\.h$/)
      fault("private to " there)
    next
  }
  /<(openssl\/|sodium)/ && here != "crypto" { fault("only crypto may use it") }
  /<(purple|libpurple\/|pidgin|finch)/ && here != "purple-plugin" { fault("only purple-plugin may use it") }
  /<sqlite3/ && here != "store" { fault("only store may use it") }
  /<mosquitto/ && here != "delivery" { fault("only delivery may use it") }
  /<(gio\/|glib\/gstdio|stdio|unistd|fcntl|time|pthread|threads|poll|sys\/|net\/|netinet\/|arpa\/)/ && floor[here] < 7 {
    # the system random source is the one thing that the core fetches by itself
    if (FILENAME != "src/crypto/rng.c")
      fault("floors 1 to 6 do not reach outside")
  }
  END { exit faults > 0 }
'
