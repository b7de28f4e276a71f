# finch.sh - sourced by tests: Finch in tmux, one session for each person, driven by keys and read as text.
#
#   finch_start NAME            opens Finch for the profile NAME, waits for its buddy list
#   finch_key NAME KEY...       presses keys, by tmux's names, and waits until the screen has settled
#   finch_type NAME TEXT        types the text, and Enter
#   finch_text NAME             what the screen shows, on one line, without frames; lines that were wrapped are whole
#   finch_sees NAME PATTERN [SECONDS]   waits until that matches an extended regular expression
#   finch_lacks NAME PATTERN    it does not match now
#   finch_link NAME             the first link (demls:...) on the screen
#   finch_action NAME LABEL     picks an entry of the account's menu (Accounts > NAME > LABEL...)
#   finch_shot NAME FILE        keeps the screen as text in $shots
#   finch_window NAME N         goes to the window with this number: 1 is the buddy list
#   finch_quit NAME, finch_kill NAME
#
# The text of a dialog's button is pressed by finch_button NAME TIMES: Tab so often, then Enter.

. "${BASH_SOURCE[0]%/*}/lib.sh"

columns=100 rows=32

finch_tmux () { tmux -L "demls-$$" "$@"; }
client_end () { finch_tmux kill-server 2>/dev/null; }

finch_start ()
{
  finch_tmux -u new-session -d -x $columns -y $rows -s "$1" \
    "TERM=screen-256color exec finch -c '$work/$1' 2>'$work/$1/errors'" || fail "tmux does not start"
  finch_tmux set-option -t "$1" status off
  finch_tmux resize-window -t "$1" -x $columns -y $rows
  finch_sees "$1" 'Buddy List' 20
}

finch_screen () { finch_tmux capture-pane -p -t "$1"; }

# Frames and scroll bars go, and nothing comes between lines: a word is only broken where a line is full.
finch_text () { finch_screen "$1" | sed -E 's|^ *│||; s|[│▒]* *│ *$||' | tr -d '\n' | sed -E 's|[ ─_]+| |g'; }

finch_matches () { finch_text "$1" | grep -qE -- "$2"; }

finch_sees ()
{
  eventually "${3-60}" finch_matches "$1" "$2" && return
  finch_screen "$1"
  fail "$1 never sees: $2"
}

finch_lacks ()
{
  finch_matches "$1" "$2" || return 0
  finch_screen "$1"
  fail "$1 sees: $2"
}

# Two looks alike mean that a key was taken.
finch_is_still ()
{
  local now before=$still
  now=$(finch_screen "$1")
  still=$now
  [[ $now == "$before" ]]
}

finch_key ()
{
  local name=$1 key still
  shift
  for key; do
    finch_tmux send-keys -t "$name" "$key"
    still=
    sleep 0.2 # Finch waits this long to tell Escape from M-
    eventually 5 finch_is_still "$name" || true
  done
}

finch_type ()
{
  finch_tmux send-keys -t "$1" -l -- "$2"
  finch_key "$1" Enter
}

finch_window () { finch_key "$1" "M-$2"; }

finch_button ()
{
  local n
  for (( n = 0; n < $2; n++ )); do finch_key "$1" Tab; done
  finch_key "$1" Enter
}

# The entry's key is shown behind its label.
finch_action ()
{
  local key
  finch_window "$1" 1
  finch_key "$1" F10 Right Enter
  finch_sees "$1" "$2[^(]*\\(" 10
  key=$(finch_text "$1" | sed -nE "s/.*$2[^(]*\\((.)\\).*/\\1/p")
  finch_key "$1" "$key"
}

finch_link () { finch_text "$1" | grep -oE 'demls:[^ ]+' | head -n 1; }

finch_shot () { finch_screen "$1" >"$shots/$2.txt"; }

finch_is_gone () { ! finch_tmux has-session -t "$1" 2>/dev/null; }

finch_quit ()
{
  finch_key "$1" M-q
  eventually 20 finch_is_gone "$1" || fail "$1 does not quit"
}

finch_kill () { finch_tmux kill-session -t "$1"; }
