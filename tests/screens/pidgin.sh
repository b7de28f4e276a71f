# pidgin.sh - sourced by tests: Pidgin on a screen of its own (Xvfb with openbox), driven by keys and mouse, kept as PNG.
#
#   pidgin_screen               starts the screen; all Pidgins are on it
#   pidgin_start NAME           opens Pidgin for the profile NAME, without waiting for any window
#   pidgin_window NAME TITLE [SECONDS]   waits for a window of NAME whose title matches the extended regular expression,
#                               brings it to the front; its id is in $window
#   pidgin_lacks NAME TITLE     there is none, or it is about to go
#   pidgin_place X Y WIDTH HEIGHT   puts that window there
#   pidgin_click X Y            clicks into it; negative: from its right and bottom edge
#   pidgin_action NAME N        picks the Nth action of the account's menu
#   pidgin_type TEXT            types it into the window in front
#   pidgin_key KEY...           presses keys there, by xdotool's names
#   pidgin_logged NAME PATTERN [SECONDS]  waits until the window's text, which libpurple logs if the profile says
#                               log_chats, matches
#   pidgin_shot FILE            keeps the screen as $shots/FILE.png
#   pidgin_quit NAME
#
# What a window says cannot be read from its picture, so tests read the log of somebody who chose to log (P1).

. "${BASH_SOURCE[0]%/*}/lib.sh"

declare -A pidgin_pid=()
background=()

client_end ()
{
  local pid
  for pid in "${pidgin_pid[@]}" "${background[@]}"; do
    kill "$pid" 2>/dev/null
  done
  wait 2>/dev/null
}

pidgin_is_up () { xdotool getdisplaygeometry >/dev/null 2>&1; }

# Xvfb picks a number that is free and says it on a descriptor.
pidgin_screen ()
{
  local number
  exec {from_server}< <(exec Xvfb -displayfd 1 -screen 0 1100x760x24 -nolisten tcp 2>"$work/xvfb.log" & echo "pid $!"; wait)
  read -r _ number <&"$from_server"
  background+=("$number")
  read -r -t 20 number <&"$from_server" || fail "Xvfb does not start"
  export DISPLAY=:$number
  eventually 20 pidgin_is_up || fail "Xvfb does not answer"
  openbox >/dev/null 2>/dev/null &
  background+=($!)
}

pidgin_start ()
{
  # -m: several at once; -f: without asking whether there is a network
  pidgin -c "$work/$1" -m -f >"$work/$1/errors" 2>&1 &
  pidgin_pid[$1]=$!
}

# "Edit Account" is the first entry, and the actions follow.
pidgin_action ()
{
  local n
  pidgin_window "$1" '^Buddy List'
  pidgin_key alt+a Down Right
  for (( n = 0; n < $2; n++ )); do pidgin_key Down; done
  pidgin_key Return
}

# From the left and top, or with negative numbers from the right and bottom.
pidgin_click ()
{
  local x=$1 y=$2 WIDTH HEIGHT
  eval "$(xdotool getwindowgeometry --shell "$window" | grep -E '^(WIDTH|HEIGHT)=[0-9]+$')"
  (( x >= 0 )) || (( x += WIDTH ))
  (( y >= 0 )) || (( y += HEIGHT ))
  xdotool mousemove --window "$window" "$x" "$y" click 1
}

pidgin_place () { xdotool windowsize "$window" "$3" "$4" windowmove "$window" "$1" "$2"; }

pidgin_find ()
{
  local id
  for id in $(xdotool search --all --onlyvisible --pid "${pidgin_pid[$1]}" --name "$2" 2>/dev/null); do
    window=$id
    return 0
  done
  return 1
}

pidgin_is_in_front () { [[ $(xdotool getactivewindow 2>/dev/null) == "$window" ]]; }

pidgin_window ()
{
  eventually "${3-60}" pidgin_find "$1" "$2" || { pidgin_explain "$1"; fail "$1 has no window: $2"; }
  xdotool windowactivate "$window" 2>/dev/null
  eventually 10 pidgin_is_in_front || true
}

# What is there instead.
pidgin_explain ()
{
  pidgin_shot failed
  pidgin_titles
  kill -0 "${pidgin_pid[$1]}" 2>/dev/null || echo "  the process has ended"
  tail -n 5 "$work/$1/errors" | sed 's/^/  said: /'
}

pidgin_titles ()
{
  local id
  for id in $(xdotool search --onlyvisible --name . 2>/dev/null); do
    echo "  window: $(xdotool getwindowname "$id")"
  done
}

pidgin_has_none () { ! pidgin_find "$1" "$2"; }

pidgin_lacks () { eventually 10 pidgin_has_none "$1" "$2" || { pidgin_shot failed; fail "$1 has a window: $2"; }; }

pidgin_type () { xdotool type --delay 12 -- "$1"; }

pidgin_key ()
{
  local key
  for key; do
    xdotool key --delay 30 "$key"
  done
}

# The log is HTML, lines of it in order of time.
pidgin_text ()
{
  find "$work/$1/logs" -name '*.html' -exec cat {} + 2>/dev/null |
    sed -e 's/<[^>]*>//g' -e 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&apos;/'\''/g; s/&amp;/\&/g'
}

pidgin_matches () { pidgin_text "$1" | grep -qE -- "$2"; }

pidgin_logged ()
{
  eventually "${3-60}" pidgin_matches "$1" "$2" && return
  pidgin_shot failed
  pidgin_text "$1" | tail -n 20
  fail "$1 never sees: $2"
}

pidgin_shot () { import -window root "$shots/$1.png"; }

pidgin_is_gone () { ! kill -0 "${pidgin_pid[$1]}" 2>/dev/null; }

# Ctrl+Q in the buddy list
pidgin_quit ()
{
  pidgin_window "$1" '^Buddy List'
  pidgin_key ctrl+q
  eventually 20 pidgin_is_gone "$1" || fail "$1 does not quit"
  wait "${pidgin_pid[$1]}" || fail "$1 ends with $?"
  unset "pidgin_pid[$1]"
}
