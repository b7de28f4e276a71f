#!/bin/sh
# count.sh FOLDER - adds up the results of "make check" in a build folder and prints "PASSED FAILED SKIPPED".
# Each case of a libcheck program counts; a script, or a program that prints no number of cases, counts as one.
# What failed or was skipped is named on stderr, with what it said.
find "$1" -name '*.trs' | sort | {
  passed=0 failed=0 skipped=0
  while read -r trs; do
    log=${trs%.trs}.log
    result=$(sed -n 's/^:test-result: *//p' "$trs")
    # "66%: Checks: 3, Failures: 1, Errors: 0"
    set -- $(awk '/^[0-9]+%: Checks: / { c += $3; f += $5 + $7 } END { print c + 0, f + 0 }' "$log")
    case $result in
      PASS) passed=$((passed + ($1 > 0 ? $1 : 1))) ;;
      SKIP) passed=$((passed + $1 - $2)) failed=$((failed + $2)) skipped=$((skipped + 1)) ;;
      *) passed=$((passed + $1 - $2)) failed=$((failed + ($2 > 0 ? $2 : 1))) ;;
    esac
    if [ "$result" != PASS ]; then
      echo "$result: ${trs%.trs}" >&2
      tail -n 20 "$log" | sed 's/^/  | /' >&2
    fi
  done
  echo "$passed $failed $skipped"
}
