#!/usr/bin/env bash
# demo.sh HOST PLUGIN-FOLDER FOLDER - a story of four people, each in a libpurple process of its own, and what each of
# them sees. It ends with status 0 only if all of it came to pass. Everything that it makes is below FOLDER.
set -u
. "$(dirname "$0")/people.sh"

colours=()
[[ -t 1 ]] && colours=([0]=$'\e[32m' [1]=$'\e[34m' [2]=$'\e[35m' [3]=$'\e[33m')
names=(alice bob carol dave)

# What libpurple gives a client is markup.
plain () { sed 's/<[^>]*>//g; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#39;/'"'"'/g; s/&amp;/\&/g'; }

heard ()
{
  local name=$1 line=$2 who text i colour= normal=
  [[ $line == "line "* ]] || return 0
  for i in "${!names[@]}"; do
    [[ ${names[i]} == "$name" && ${colours[i]-} ]] && colour=${colours[i]} normal=$'\e[0m'
  done
  line=${line#line * } who=${line%%|*}
  text=$(plain <<<"${line#*|}")
  # a system line has the room's name where others have a person's
  [[ $line == *'|'* && $who && ! $who =~ ^[a-z2-7]{26}$ ]] && text="$who: $text"
  printf '%3d s  %s%-5s%s | %s\n' "$SECONDS" "$colour" "$name" "$normal" "$text"
}

tell () { printf '\n-- %s\n' "$*"; }

joins () # NAME, with the $link
{
  does "$1" join "$link"
  sees "$1" 'Asking to join'
}

people_begin "$1" "$2" "$3"
trap people_end EXIT
SECONDS=0

tell 'Alice, Bob, Carol and Dave start their clients. Alice creates a group.'
for name in "${names[@]}"; do
  starts "$name"
done
does alice create book club
link_of alice

tell 'Bob asks to join with the link that Alice gave him. She votes yes.'
joins bob
sees alice 'Vote #'
does alice cmd yes
sees bob 'You are in.'

tell 'Carol asks to join. Two members vote.'
forget
joins carol
sees alice 'Vote #'
sees bob 'Vote #'
does alice cmd yes
does bob cmd yes
sees carol 'You are in.'

tell 'Dave asks. Bob is against it, but two of three are for it.'
forget
joins dave
for name in alice bob carol; do
  sees "$name" 'Vote #'
done
does bob cmd no
does alice cmd yes
does carol cmd yes
sees dave 'You are in.'

tell 'They talk. Only members can read it.'
forget
does alice say Welcome, Dave!
sees dave '|Welcome, Dave!'
does dave say 'Cheap watches at <b>shiny.example</b>!'
for name in alice bob carol; do
  sees "$name" 'shiny.example'
done

not_the_turn_of dave bob alice carol
tell 'Bob has seen enough and proposes to remove Dave.'
forget
does bob cmd remove dave advertising
sees bob 'Type the same again'
does bob cmd remove dave advertising
sees alice 'Vote #'
sees carol 'Vote #'
does alice cmd yes
does carol cmd yes
sees bob 'is no longer in the group'
sees alice 'is no longer in the group'
sees carol 'is no longer in the group'

tell "Carol's client is closed. Bob writes meanwhile; she reads it when she is back."
forget
quits carol
does bob say The next book is Momo.
sees alice 'Momo'
starts carol
sees carol 'Momo'
does carol say I have read it twice.
sees bob 'twice'

not_the_turn_of carol alice bob
tell 'Carol leaves.'
forget
does carol cmd leave
sees carol 'again to leave'
does carol cmd leave
sees alice 'is no longer in the group'
sees bob 'is no longer in the group'

tell 'Who is there now, as everybody sees it:'
forget
for name in alice bob; do
  does "$name" cmd members
  does "$name" members
  sees "$name" 'members 2'
done

trap - EXIT
people_end
tell "That was all, in $SECONDS s. Nothing that was said is in $3/shared in plain text:"
if grep -rqE 'Welcome|shiny|Momo|twice' "$3/shared"; then
  echo "   but it is!"
  exit 1
fi
printf '   %d packets, %s, no word of it.\n' "$(find "$3/shared" -type f | wc -l)" "$(du -sh "$3/shared" | cut -f1)"
