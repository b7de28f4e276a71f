#!/bin/sh
# The header is the manual: each begins with a comment that says what it is ("name.h - ..."), and each function in a
# header of src/ has a comment directly above it or behind it on its line, or stands directly below one that has.
# Functions named ..._free, _clear, _ref, _unref and _quark say it with their names.
cd "${srcdir:-.}" || exit 1
find src purple-plugin tests -name '*.h' | sort | xargs awk '
  function fault(line, why) { print FILENAME ":" line ": " why; faults++ }
  FNR == 1 {
    name = FILENAME
    sub (/.*\//, "", name)
    if (index ($0, "/* " name " - ") != 1)
      fault(1, "does not begin with \"/* " name " - what it is\"")
    said = comment = body = 0
    statement = ""
  }
  FILENAME !~ /^src\// { nextfile }

  # said: is there a comment, or a function that has one, directly above this line?
  comment { said = 1; comment = !/\*\//; next }
  statement == "" && /^[ \t]*\/\*/ { said = 1; comment = !/\*\//; next }
  /^[ \t]*$/ && statement == "" { said = 0; next }
  /^#/ { continued = /\\$/; next }
  continued { continued = /\\$/; next }
  # the body of an inline function or of a type
  body { if (/^}/) body = 0; next }

  {
    if (statement == "")
      start = FNR
    if (sub (/\/\*.*\*\//, ""))
      said = 1
    statement = statement " " $0
  }
  /\{[ \t]*$/ { body = !/}/ }
  /;[ \t]*$/ || body {
    is_function = statement ~ /\(/ && statement !~ /^ *(typedef|struct|union|enum|extern "C"|G_[A-Z_]+ )/
    if (is_function && !said && statement !~ /_(free|clear|ref|unref|quark) ?\(/)
      fault(start, "no comment above this function")
    if (!is_function && statement !~ /^ *typedef /)
      said = 0
    statement = ""
  }
  END { exit faults > 0 }
'
