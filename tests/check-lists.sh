#!/bin/sh
# Fails if a source file, test or test script is not named in Makefile.am, or a plugin source with words for people is
# not named in po/POTFILES.in. (What is named and is not there stops make by itself.)
cd "${srcdir:-.}" || exit 1
{
  find src purple-plugin tests -name '*.[ch]' ! -name '*.pb-c.[ch]'
  find src -name '*.proto'
  find tests -name '*.sh'
} | sort | awk '
  # a program whose only source is PROGRAM.c is named without the .c
  FILENAME == "Makefile.am" { for (i = 1; i <= NF; i++) named[$i] = 1; next }
  { program = $0; sub (/\.c$/, "", program) }
  !($0 in named) && !(program in named) { print $0 ": not named in Makefile.am"; missing = 1 }
  END { exit missing }
' Makefile.am - || status=1

for file in $(grep -lE '(^|[^A-Za-z_])(N?_|C_|ngettext) ?\("' purple-plugin/*.c); do
  grep -qxF "$file" po/POTFILES.in || { echo "$file: has words for people, not named in po/POTFILES.in"; status=1; }
done
exit ${status:-0}
