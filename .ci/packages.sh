# packages.sh - sourced by ./check and ./try: the Debian packages that each needs, and how to get them.

# to build
build_packages=(build-essential autoconf automake libtool pkg-config gettext autopoint
  libglib2.0-dev libssl-dev libsodium-dev libpurple-dev libsqlite3-dev libmosquitto-dev
  libprotobuf-c-dev protobuf-c-compiler)
# to run "make check"
test_packages=(check libsubunit-dev libjson-glib-dev mosquitto openssl)
# for the further stages of ./check
stage_packages=(clang libclang-rt-dev llvm valgrind debhelper lintian appstream
  finch tmux pidgin xvfb openbox xdotool imagemagick fonts-dejavu-core)

# need_packages NAME...: installs those that are missing if this user may; if not, names them and fails.
need_packages ()
{
  local package missing=() as_root=()
  if ! command -v dpkg-query apt-get >/dev/null; then
    echo "Not a Debian system: what is called on Debian $* must be there."
    return 0
  fi
  for package; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  (( ${#missing[@]} )) || return 0

  if (( EUID != 0 )); then
    if ! sudo -n true 2>/dev/null; then
      echo "These packages are missing, and only root can install them:"
      echo "  apt-get install ${missing[*]}"
      return 1
    fi
    as_root=(sudo -n)
  fi
  echo "Installing ${missing[*]}"
  "${as_root[@]}" apt-get update -q &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# prepare FOLDER CONFIGURE-ARGUMENT...: makes ./configure if there is none that is up to date, and a build folder whose
# configuration is the one asked for.
prepare ()
{
  local folder=$1
  shift
  if [[ ! -f configure || configure.ac -nt configure || m4/demls-flags.m4 -nt configure ]]; then
    autoreconf --install || return 1
  fi
  mkdir -p "$folder" && cd "$folder" || return 1
  [[ -f Makefile && $(cat configured 2>/dev/null) == "$*" && ! ../../configure -nt Makefile ]] && return 0
  ../../configure "$@" && echo "$*" > configured
}
