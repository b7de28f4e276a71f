#!/bin/sh
# make.sh TEST-SCHEMA: writes today's version of the golden stores, as SQL, into this folder. Run it once when a schema
# version is released, and never again for that version: what it wrote then is what people have on their disks.
set -e
here=$(cd "$(dirname "$0")" && pwd)
stores=$(mktemp -d)
trap 'rm -rf "$stores"' EXIT
"$1" "$stores"
for kind in plain sealed; do
  db=$stores/$kind/store.db
  version=$(sqlite3 "$db" 'PRAGMA user_version')
  file=$here/v$version-$kind.sql
  [ ! -e "$file" ] || { echo "$file exists" >&2; exit 1; }
  {
    echo "PRAGMA application_id = $(sqlite3 "$db" 'PRAGMA application_id');"
    echo "PRAGMA user_version = $version;"
    sqlite3 "$db" .dump
  } >"$file"
done
