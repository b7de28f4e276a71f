#!/bin/sh
# No function longer than 60 lines (from its name to its closing brace), no file longer than 600.
# It leans on the house style: a function's name, its { and its } stand in column 0.
cd "${srcdir:-.}" || exit 1

# Exceptions by name, "file" or "file:function", each with its reason:
exceptions='
'

find src purple-plugin tests -name '*.[ch]' ! -name '*.pb-c.[ch]' | sort | xargs awk -v exceptions="$exceptions" '
  function fault(what, lines, limit) {
    if (what in excepted)
      return
    print what ": " lines " lines, the limit is " limit
    faults++
  }
  function end_of_file() { if (lines > 600) fault(file, lines, 600) }
  BEGIN {
    count = split (exceptions, line, "\n")
    for (i = 1; i <= count; i++)
      if (split (line[i], word, " ") > 0)
        excepted[word[1]] = 1
  }
  FNR == 1 { end_of_file(); file = FILENAME; name = ""; inside = 0 }
  { lines = FNR }
  !inside && /^[A-Za-z_][A-Za-z0-9_]* ?\(/ { name = $1; sub (/\(.*/, "", name); start = FNR
    # START_TEST (name)
    if (name == "START_TEST") { name = $0; gsub (/.*\(|\).*/, "", name) } }
  /^\{/ { inside = 1 }
  /^\}/ {
    if (inside && name != "" && FNR - start + 1 > 60)
      fault(file ":" name, FNR - start + 1, 60)
    inside = 0
    name = ""
  }
  END { end_of_file(); exit faults > 0 }
'
