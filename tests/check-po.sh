#!/bin/sh
# Each language of po/LINGUAS is complete: msgfmt accepts its formats and plurals, nothing is untranslated, fuzzy or
# missing, no plural is looked up elsewhere, and no translation has markup that its English does not have. Without
# gettext it is skipped.
cd "${srcdir:-.}" || exit 1
command -v msgfmt >/dev/null && command -v xgettext >/dev/null || { echo "gettext is not installed"; exit 77; }
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
status=0
fault () { echo "$*"; status=1; }

options=$(sed -n 's/^XGETTEXT_OPTIONS = //p' po/Makevars)
grep -v '^#' po/POTFILES.in | xgettext $options --files-from=- --output="$folder/all.pot" || exit 1

# libintl's own ngettext() would look among the client's translations
for file in $(grep -l 'ngettext (' purple-plugin/*.c); do
  grep -q '"purple-plugin/words.h"' "$file" || fault "$file: ngettext without purple-plugin/words.h"
done

languages=$(sed 's/#.*//' po/LINGUAS)
[ -n "$languages" ] || fault "po/LINGUAS: no language"
for language in $languages; do
  po=po/$language.po
  [ -f "$po" ] || { fault "$po is missing"; continue; }
  msgfmt --check --output-file=/dev/null "$po" || fault "$po: not well-formed"
  # what is translated and not obsolete must be all that there is
  msgmerge --quiet --no-fuzzy-matching --output-file="$folder/now.po" "$po" "$folder/all.pot" || fault "$po: cannot be merged"
  for kind in untranslated only-fuzzy; do
    msgattrib --no-obsolete --$kind --no-wrap "$folder/now.po" | sed -n 's/^msgid "\(..*\)"$/\1/p' >"$folder/bad"
    [ -s "$folder/bad" ] && fault "$po: $kind:" && cat "$folder/bad"
  done
  # <...> only where the English has as many (the arguments of commands), no HTML entities at all
  msgattrib --no-obsolete --translated --no-wrap "$folder/now.po" | awk -v po="$po" '
    function marks(text) { return gsub (/</, "<", text) }
    function judge() {
      if (id != "" && (marks(text) != marks(id) * plurals || text ~ /&(lt|gt|amp|quot|#[0-9]+);/)) {
        print po ": markup in: " text
        bad = 1
      }
    }
    function content(line) { sub (/^[^"]*"/, "", line); sub (/"$/, "", line); return line }
    /^msgid "/ { judge(); id = content($0); text = ""; plurals = 0; part = "id"; next }
    /^msgid_plural / { part = "plural"; next }
    /^msgstr/ { text = text content($0); plurals++; part = "text"; next }
    /^"/ && part == "id" { id = id content($0) }
    /^"/ && part == "text" { text = text content($0) }
    END { judge(); exit bad }
  ' || status=1
done
exit $status
