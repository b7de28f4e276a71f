#!/bin/sh
# Adds up what the programs that read the MLS working group's files have counted, so that a file, or a part of one, that
# is silently left out is noticed: 785 cases in 16 files. It reads their logs, so make runs it after them.
wanted=785
: "${DEMLS_BUILDDIR:?make check sets it: the folder of the build}"

# "messages: 300 of 300"; several programs may read one file
lines=$(cat "$DEMLS_BUILDDIR"/tests/mls/test-*.log | grep -E '^[a-z_-]+: [0-9]+ of [0-9]+$' | sort -u)
if [ -z "$lines" ]; then
  echo "SKIPPED: no program found the vectors; see README.md for where to get them"
  exit 77
fi
echo "$lines"
echo "$lines" | awk -v wanted=$wanted '
  { split ($1, name, ":"); if ($2 != $4 || name[1] in seen) faults++; seen[name[1]]; sum += $2 }
  END { print "vectors: " sum " of " wanted; exit faults > 0 || sum != wanted }'
