#!/bin/sh
# Sets up what a script of package.json needs and the machine lacks:
#
#   sh tools/setup.sh          the npm packages, at the versions of the lock file
#   sh tools/setup.sh demo     and the servers that the demo starts
#   sh tools/setup.sh test     and the servers and clients that the tests start
#
# Servers are installed on Debian and Ubuntu only, as root or with sudo, if nothing has to be removed
# for them; elsewhere the line that does it is printed. No daemon is started by it.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
need=${1:-packages}

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}

# --- npm packages -------------------------------------------------------------------------------

# npm itself must not run on the Node inside the folder that `npm ci` replaces.
npm_ci() {
  if [ -n "${npm_execpath:-}" ] && [ -n "${npm_node_execpath:-}" ]; then
    "$npm_node_execpath" "$npm_execpath" "$@"
  else
    npm "$@"
  fi
}

set_up_packages() {
  installed=$root/node_modules/.package-lock.json
  # A link leads to the packages of another checkout, and `npm ci` would empty its folder.
  if [ -L "$root/node_modules" ]; then
    say 'node_modules is a link; left as it is'
  elif [ ! -e "$installed" ] || [ "$root/package-lock.json" -nt "$installed" ]; then
    say 'installing the npm packages'
    (cd "$root" && npm_ci ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  fi
  # A platform without a Node of ours in the lock uses its own.
  if [ ! -e "$root/node_modules/.bin/node" ]; then
    node -e 'const [a, b] = process.versions.node.split(".").map(Number);
      process.exit(a > 22 || (a === 22 && b >= 19) ? 0 : 1)' ||
      fail "Node 22.19 or later is needed; this is $(node --version)."
  fi
}

# --- servers ------------------------------------------------------------------------------------

has_command() { PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1; }
has_slixmpp() {
  /usr/bin/python3 -c 'import importlib.util as u, sys; sys.exit(u.find_spec("slixmpp") is None)' \
    2>/dev/null
}

# By which tests set the clocks of processes: where the dynamic linker finds it (ld.so(8), $LIB).
has_libfaketime() {
  for each in /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib*/faketime/libfaketimeMT.so.1; do
    [ ! -e "$each" ] || return 0
  done
  return 1
}

# The Debian packages that are missing, separated by spaces.
missing_packages() {
  missing=''
  has_command prosody || missing="$missing prosody"
  has_command redis-server || missing="$missing redis-server"
  has_command ngircd || missing="$missing ngircd"
  if [ "$need" = test ]; then
    has_command ejabberdctl || missing="$missing ejabberd"
    has_command docker-compose || missing="$missing docker-compose"
    has_slixmpp || missing="$missing python3-slixmpp"
    # For smtp-source and smtp-sink, which send and take mail; its server is not used.
    { has_command smtp-source && has_command smtp-sink; } || missing="$missing postfix"
    has_command swaks || missing="$missing swaks"
    has_command inspircd || missing="$missing inspircd"
    has_libfaketime || missing="$missing libfaketime"
    # A client that only a terminal can lead, and a terminal without a screen.
    has_command profanity || missing="$missing profanity"
    has_command tmux || missing="$missing tmux"
    # Which lets system calls of a server fail.
    has_command strace || missing="$missing strace"
  fi
  echo "$missing" | sed 's/^ //'
}

# The line a person would type where this script can not or should not act.
line_for_a_person() {
  if has_command apt-get; then
    echo "sudo apt-get install --no-install-recommends $1"
  elif has_command dnf; then
    echo "sudo dnf install $(echo "$1" | sed 's/redis-server/redis/')"
  elif has_command pacman; then
    echo "sudo pacman -S $(echo "$1" | sed 's/redis-server/redis/; s/python3-/python-/')"
  elif has_command brew; then
    # macOS has Postfix.
    echo "brew install $(echo "$1" | sed 's/redis-server/redis/; s/ *python3-slixmpp//; s/ *postfix//')" \
      '&& /usr/bin/python3 -m pip install --user slixmpp'
  else
    echo "install with the system's package manager: $1"
  fi
}

may_be_root() {
  [ "$(id -u)" = 0 ] || { has_command sudo && { sudo -n true 2>/dev/null || can_ask; }; }
}
can_ask() { [ -z "${CI:-}" ] && [ -t 0 ]; }
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
    apt-get -q -o DPkg::Lock::Timeout=300 "$@"
}

# Debian starts a daemon when it is installed, unless this script says 101 (deb-systemd-invoke(1p)).
policy=${POSTERN_POLICY_RC_D:-/usr/sbin/policy-rc.d}
aside=$policy.before-postern
exists() { [ -e "$1" ] || [ -L "$1" ]; }
forbid_daemons() {
  if exists "$policy" && ! exists "$aside"; then as_root mv "$policy" "$aside"; fi
  trap allow_daemons EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}
allow_daemons() {
  as_root rm -f "$policy"
  if exists "$aside"; then as_root mv "$aside" "$policy"; fi
  trap - EXIT HUP INT TERM
}

# shellcheck disable=SC2086 # a list of package names is meant to be split
install_servers() {
  say "installing $1"
  log=$(mktemp)
  apt_get update >"$log" 2>&1 || say 'the package lists could not be refreshed; going on with the old ones'
  if ! apt_get install -s --no-install-recommends $1 >"$log" 2>&1; then
    cat "$log" >&2
    fail 'apt-get can not install them.'
  fi
  if grep '^Remv ' "$log" >&2; then
    fail "stopped, and nothing is changed: apt-get would remove the above to install $1.
  A container has nothing to lose:
  docker run --rm -it -v \"\$PWD:/postern\" -w /postern node:24-bookworm npm run $need
  What needs no server at all: npm run test:unit"
  fi
  # Else it would set up a mail server for the next start of the machine.
  case " $1 " in
    *' postfix '*) echo 'postfix postfix/main_mailer_type select No configuration' |
      as_root debconf-set-selections ;;
  esac
  forbid_daemons
  if ! apt_get install -y --no-install-recommends --no-remove $1 >"$log" 2>&1; then
    cat "$log" >&2
    fail 'apt-get failed.'
  fi
  allow_daemons
  rm -f "$log"
}

set_up_servers() {
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  if ! has_command apt-get || ! may_be_root; then
    fail "missing: $missing. This line does it:
  $(line_for_a_person "$missing")"
  fi
  install_servers "$missing"
  missing=$(missing_packages)
  [ -z "$missing" ] || fail "still missing: $missing."
}

set_up_packages
case $need in
  packages) ;;
  demo | test) set_up_servers ;;
  *) fail "unknown: $need (packages, demo or test)" ;;
esac
