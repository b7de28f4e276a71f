#!/usr/bin/env bash
# The plugin in Finch, in two terminals: a group made and joined through dialogs, votes by command and by dialog, a typo
# that goes nowhere, a window closed and open again, both restarted (issue of the plugin; P1-P12, anchors/ecosystem).
set -u
. "${srcdir:-.}/tests/screens/finch.sh"

# P1: without a passphrase the first login says so, once
first_login ()
{
  local name
  for name in alice bob; do
    finch_start $name
    finch_sees $name 'not protected by a passphrase'
    finch_shot $name finch-first-login
    finch_window $name 2
    finch_key $name Enter
    finch_lacks $name 'not protected by a passphrase'
  done
}

found_a_group ()
{
  finch_action alice 'Create group'
  finch_sees alice 'What shall the group be called'
  finch_shot alice finch-create
  finch_tmux send-keys -t alice -l 'book club'
  finch_button alice 1
  finch_sees alice 'only member so far'
  finch_sees alice 'book club \(alice'
  finch_type alice '/link'
  finch_sees alice 'demls:'
  link=$(finch_link alice)
}

ask_to_join ()
{
  finch_action bob 'Join group'
  finch_sees bob 'link of the group'
  finch_tmux send-keys -t bob -l "$link"
  finch_shot bob finch-join
  finch_button bob 1
  finch_sees bob 'Asking to join "book club"'
}

vote_by_command ()
{
  finch_sees alice 'Vote #[0-9]+: .*bob'
  finch_shot alice finch-vote
  finch_type alice '/yes'
  finch_sees alice 'you voted yes'
  finch_sees bob 'book club \(bob'
  finch_sees bob 'You are in\.'
  finch_sees alice 'bob is now in the group'
  finch_shot bob finch-in
}

talk ()
{
  finch_type alice 'hello <b>bob</b> & "all"'
  finch_sees bob 'alice:? ?hello <b>bob</b> & "all"'
  finch_type bob '/vtoe 3'
  finch_sees bob 'No such command'
  finch_type bob '/no'
  finch_sees bob 'No vote waits for you'
  finch_type bob 'after the typo'
  finch_sees alice 'after the typo'
  finch_lacks alice 'vtoe'
  finch_shot alice finch-talk
}

# bob has chosen to be asked (P8)
vote_by_dialog ()
{
  finch_type alice '/topic film club'
  finch_sees bob 'Vote #[0-9]+: alice proposes'
  finch_window bob 3
  finch_sees bob 'Later'
  finch_sees bob 'film club'
  finch_shot bob finch-dialog
  finch_button bob 1 # Later, Yes, No
  finch_type alice '/yes'
  finch_sees alice 'passed, 2 yes'
  finch_sees bob 'passed, 2 yes'
  finch_sees bob 'title of the group changed'
  finch_sees alice 'title of the group changed'
}

close_and_reopen ()
{
  finch_window bob 2
  finch_key bob M-c
  finch_lacks bob 'book club \(bob|film club \(bob'
  finch_type alice 'are you there?'
  finch_sees bob 'club \(bob'
  finch_window bob 2
  finch_sees bob 'are you there\?'
  finch_type bob 'I never left'
  finch_sees alice 'I never left'
  finch_lacks alice 'bob is no longer'
  finch_shot bob finch-reopened
}

restart_both ()
{
  finch_quit alice
  finch_quit bob
  finch_start alice
  finch_start bob
  finch_lacks alice 'not protected by a passphrase'
  finch_sees alice 'club \(alice'
  finch_window alice 2
  finch_sees alice 'I never left' # X10: what was said is there again
  finch_type alice '/members'
  finch_sees alice '2 members'
  finch_type alice 'good morning'
  finch_sees bob 'club \(bob'
  finch_window bob 2
  finch_sees bob 'good morning'
  finch_shot alice finch-restarted
}

screens_need finch tmux
screens_begin
profile alice gnt-purple
profile bob gnt-purple ask_dialog=bool:1
for step in first_login found_a_group ask_to_join vote_by_command talk vote_by_dialog close_and_reopen restart_both; do
  echo "$step ($SECONDS s)"
  $step
done
finch_quit alice
finch_quit bob
grep -hE 'CRITICAL|Segmentation' "$work"/*/errors && fail "GLib complains"
echo "all of it, $SECONDS s"
