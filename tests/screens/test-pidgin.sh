#!/usr/bin/env bash
# The plugin in Pidgin, two of them on one screen: a group made and joined through dialogs, votes by command and by
# dialog, a typo that goes nowhere, a window closed and open again, both restarted (P1-P12, anchors/ecosystem).
# The windows' text is read from the log, which both have chosen to keep; the pictures are for people to look at.
set -u
. "${srcdir:-.}/tests/screens/pidgin.sh"

alice_window () { pidgin_window alice "${1-book club}"; }
bob_window () { pidgin_window bob "${1-book club}"; }

# P1: without a passphrase the first login says so, once
first_login ()
{
  local name
  for name in alice bob; do
    pidgin_start $name
    pidgin_window $name '^de-MLS'
    pidgin_shot pidgin-first-login
    pidgin_key Return
    pidgin_window $name '^Buddy List'
    pidgin_lacks $name '^de-MLS'
  done
}

found_a_group ()
{
  pidgin_action alice 1
  pidgin_window alice '^Create group'
  pidgin_type 'book club'
  pidgin_shot pidgin-create
  pidgin_key Return
  alice_window
  pidgin_place 0 320 540 400
  says '/link'
  says '/announce on'
  eventually 20 is_announced || fail "the group is not announced"
}

is_announced () { find "$work/shared" -type f | grep -q announce; }

says ()
{
  pidgin_type "$1"
  pidgin_key Return
}

# What /link answers is not logged, so bob takes the group's name, which alice has announced.
ask_to_join ()
{
  pidgin_action bob 2
  pidgin_window bob '^Join group'
  pidgin_type 'book club'
  pidgin_shot pidgin-join
  pidgin_key Return
  bob_window
  pidgin_place 550 320 540 400
  pidgin_logged bob 'Asking to join "book club"'
}

vote_by_command ()
{
  pidgin_logged alice 'Vote #[0-9]+: bob asks to join'
  alice_window
  pidgin_shot pidgin-vote
  says '/yes'
  pidgin_logged bob 'You are in\.'
  pidgin_logged alice 'bob is now in the group'
  pidgin_shot pidgin-in
}

talk ()
{
  alice_window
  says 'hello <b>bob</b> & "all"'
  pidgin_logged bob 'alice: hello <b>bob</b> & "all"'
  bob_window
  says '/vtoe 3'
  says 'after the typo'
  pidgin_logged alice 'after the typo'
  ! pidgin_matches alice vtoe || fail "a typo was sent"
  pidgin_shot pidgin-talk
}

# bob has chosen to be asked (P8): the buttons are at the dialog's lower right
vote_by_dialog ()
{
  alice_window
  says '/topic film club'
  pidgin_window bob '^Vote'
  pidgin_shot pidgin-dialog
  pidgin_click -110 -25
  pidgin_logged bob '#[0-9]+ passed, 2 yes, 0 no'
  bob_window 'film club'
}

close_and_reopen ()
{
  bob_window 'film club'
  pidgin_key ctrl+w
  eventually 10 bob_has_no_window || fail "the window does not close"
  alice_window 'film club'
  says 'are you there?'
  bob_window 'film club'
  pidgin_place 550 320 540 400
  says 'I never left'
  pidgin_logged alice 'I never left'
  ! pidgin_matches alice 'bob is no longer' || fail "closing a window was leaving"
  pidgin_shot pidgin-reopened
}

bob_has_no_window () { ! pidgin_find bob 'film club'; }

restart_both ()
{
  pidgin_quit alice
  pidgin_quit bob
  pidgin_start alice
  alice_window 'film club'
  pidgin_place 0 320 540 400
  pidgin_start bob
  bob_window 'film club'
  pidgin_place 550 320 540 400
  pidgin_lacks alice '^de-MLS'
  alice_window 'film club'
  says 'good morning'
  pidgin_logged bob 'alice: good morning'
  pidgin_shot pidgin-restarted
  # everything is as it was: one entry in the buddy list, and what was shown again is not logged again
  [[ $(grep -c '<chat ' "$work/bob/blist.xml") == 1 ]] || fail "the group is twice in the buddy list"
  [[ $(pidgin_text bob | grep -c 'I never left') == 1 ]] || fail "what was shown again was logged again"
}

screens_need pidgin Xvfb openbox xdotool import
screens_begin
profile alice gtk-gaim log_chats=bool:1
profile bob gtk-gaim log_chats=bool:1 ask_dialog=bool:1
pidgin_screen
for step in first_login found_a_group ask_to_join vote_by_command talk vote_by_dialog close_and_reopen restart_both; do
  echo "$step ($SECONDS s)"
  $step
done
pidgin_quit alice
pidgin_quit bob
echo "all of it, $SECONDS s"
