# people.sh - sourced by scripts that play people: each is a libpurple process of its own (host.c), told what to do line
# by line, and heard line by line.
#
#   people_begin HOST PLUGIN-FOLDER FOLDER   before anything else; users are kept in FOLDER/NAME, packets in FOLDER/shared
#   starts NAME             the client starts; returns when it is online
#   does NAME WORDS...      one line for host.c ("say hello", "cmd yes")
#   sees NAME TEXT          waits until a line of NAME contains TEXT; lines before the last "forget" count, too
#   forget                  what was seen up to now no longer counts
#   quits NAME              the client ends, and has ended when this returns
#   link_of NAME            sets $link to the link of NAME's group
#   not_the_turn_of NAME OTHER...   makes it the turn of another steward than NAME; the OTHERs vote
#   people_end              ends all that still run
#
# The caller defines heard (NAME LINE), which is called once for each line, in the order in which they came. A wait that
# takes longer than $patience seconds prints what was seen, and ends the script.

patience=45 people_part=
declare -A person_in=() person_pid=() person_seen=()

people_begin ()
{
  host=$1 plugins=$2 people=$3
  mkdir -p "$people/shared" "$people/pipes"
  rm -f "$people/pipes/all"
  mkfifo -m 600 "$people/pipes/all"
  # open for both, so that it has no end while nobody writes
  exec {people_out}<>"$people/pipes/all"
}

starts ()
{
  local name=$1 pipe=$people/pipes/$1 fd
  rm -f "$pipe"
  mkfifo -m 600 "$pipe"
  exec {fd}<>"$pipe"
  person_in[$name]=$fd person_seen[$name]=
  # each line in one write, so that the lines of all can share one pipe
  ( exec {fd}>&-
    "$host" "$people/$name" "$plugins" "$name" "folder=$people/shared" preset=quick <"$pipe" 2>"$people/$name.errors" |
      sed -u "s/^/$name /" >&"$people_out" ) &
  person_pid[$name]=$!
  sees "$name" online
}

does () { local name=$1; shift; echo "$*" >&"${person_in[$name]}"; }

# Takes in one line of anybody; fails if none comes within $1 seconds.
hear ()
{
  local name line part
  # what was read of a line when the time was over is kept for the next call
  IFS= read -r -t "$1" -u "$people_out" part || { people_part+=$part; return 1; }
  line=$people_part$part people_part=
  name=${line%% *} line=${line#* }
  person_seen[$name]+=$line$'\n'
  heard "$name" "$line"
}

sees ()
{
  local name=$1 end=$((SECONDS + patience))
  until [[ ${person_seen[$name]} == *"$2"* ]]; do
    if (( SECONDS >= end )); then
      echo "$name never sees \"$2\", but:" >&2
      tail -n 20 <<<"${person_seen[$name]}" >&2
      people_end
      exit 1
    fi
    hear 1
  done
}

forget ()
{
  local name
  while hear 0.01; do :; done
  for name in "${!person_seen[@]}"; do
    person_seen[$name]=
  done
}

quits ()
{
  local name=$1 fd=${person_in[$1]}
  does "$name" quit
  wait "${person_pid[$name]}"
  exec {fd}>&-
  unset "person_in[$name]" "person_pid[$name]"
}

link_of ()
{
  does "$1" cmd link
  sees "$1" 'demls:'
  link=$(sed -n 's/.*\(demls:[^ "<]*\).*/\1/p' <<<"${person_seen[$1]}" | head -n 1 | sed 's/&amp;/\&/g')
}

# A steward does not carry out a decision about itself, and before the next one does it a while must pass: a minute and
# a half with preset quick. So that nobody has to wait, the group decides something else first if it is NAME's turn: that
# brings the next turn, at random.
not_the_turn_of ()
{
  local name=$1 other turn=1
  shift
  while :; do
    forget
    does "$name" cmd stewards
    sees "$name" 'It is the turn of '
    [[ ${person_seen[$name]} == *"It is the turn of $name"* ]] || return 0
    does "$1" cmd "topic book club $((++turn))"
    for other in "${@:2}"; do
      sees "$other" 'Vote #'
      does "$other" cmd yes
    done
    for other in "$name" "$@"; do
      sees "$other" 'The rules or the title'
    done
  done
}

people_end ()
{
  local name
  for name in "${!person_in[@]}"; do
    quits "$name"
  done
}
