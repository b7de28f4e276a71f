# lib.sh - sourced by finch.sh and pidgin.sh: what driving a client by its screen needs, whichever client it is.
#
#   screens_begin           makes $work, with $work/shared for the packets, and takes it away at the end
#   screens_need PROGRAM... ends the test as skipped (77), loudly, if one is missing
#   profile NAME UI [OPTION=TYPE:VALUE]...   the folder $work/NAME of somebody who logs in by itself. UI: gnt-purple or
#                           gtk-gaim; TYPE: string, int or bool
#   eventually SECONDS COMMAND...   runs COMMAND until it succeeds; fails when the time is over
#   fail TEXT               ends the test
#   $shots                  where pictures of the screens are kept: DEMLS_SHOTS, or tests/screens in the build folder
#
# DEMLS_BUILDDIR names the build folder, whose plugin is used.

fail ()
{
  echo "FAIL: $*"
  exit 1
}

screens_need ()
{
  local program
  for program; do
    command -v "$program" >/dev/null && continue
    echo "SKIPPED: $program is not installed, so the plugin was NOT tried in this client"
    exit 77
  done
}

screens_begin ()
{
  : "${DEMLS_BUILDDIR:?must name the build folder}"
  plugin=$DEMLS_BUILDDIR/.libs/libdemls.so
  [[ -f $plugin ]] || fail "$plugin was not built"
  work=$(mktemp -d)
  shots=${DEMLS_SHOTS-$DEMLS_BUILDDIR/tests/screens}
  mkdir -p "$work/shared" "$shots"
  export LC_ALL=C.UTF-8
  trap screens_end EXIT
  trap 'exit 1' HUP INT TERM
}

# each client's file adds what it has to stop
screens_end ()
{
  client_end
  [[ -n ${DEMLS_KEEP-} ]] || rm -rf "$work"
}

profile ()
{
  local folder=$work/$1 ui=$2 name=$1 option value
  shift 2
  mkdir -p "$folder/plugins"
  ln -sf "$plugin" "$folder/plugins/libdemls.so"
  {
    echo "<?xml version='1.0' encoding='UTF-8' ?>"
    echo "<account version='1.0'><account><protocol>prpl-demls</protocol><name>$name</name><settings>"
    for option in "folder=string:$work/shared" preset=string:quick "$@"; do
      value=${option#*=}
      echo "<setting name='${option%%=*}' type='${value%%:*}'>${value#*:}</setting>"
    done
    echo "</settings><settings ui='$ui'><setting name='auto-login' type='bool'>1</setting></settings></account></account>"
  } >"$folder/accounts.xml"
}

eventually ()
{
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    (( SECONDS < end )) || return 1
    sleep 0.1 # between two looks, not for something to happen
  done
}
