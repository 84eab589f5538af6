#!/bin/sh
# npm run demo | test | check | bench | build: brings what is missing on a bare Debian machine, then runs the command
# with the Node of node_modules. Everything that goes wrong on the way is one sentence on stderr and exit code 1.
set -eu

cd "$(dirname "$0")/../.."
NODE=node_modules/.bin/node
NODE_MAJOR=24

# The lab's programs want a temporary folder that they may write to, with a plain path that leaves room for a socket's name.
TMPDIR=${TMPDIR:-/tmp}
case $TMPDIR in *[!A-Za-z0-9/._+-]*) TMPDIR=/tmp ;; esac
[ -w "$TMPDIR" ] && [ ${#TMPDIR} -le 60 ] || TMPDIR=/tmp
export TMPDIR

say() { printf 'neolia: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# Waits until no other run holds the folder $1, and holds it until unlock. The lock is no file: it goes with its process.
lock() {
  exec 9<"$1"
  flock --nonblock 9 || {
    say "waiting for another run that is installing"
    flock 9
  }
}
unlock() { exec 9<&-; }

# --- Debian packages ------------------------------------------------------------------------------------------------

# Prints the packages that the command needs and that are not installed.
missing_packages() {
  wanted=$(awk -v command="$1" '!/^#/ { for (i = 2; i <= NF; i++) if ($i == command) print $1 }' \
    test/lab/debian-packages.txt)
  [ -n "$wanted" ] || return 0
  # shellcheck disable=SC2016,SC2086 # dpkg-query's own ${…}; one word a package.
  installed=$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
    awk '$2 == "installed" { print $1 }') || true
  for package in $wanted; do
    printf '%s\n' "$installed" | grep -qx "$package" || printf '%s ' "$package"
  done
}

# Runs a command as root.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Debian starts a daemon when its package is installed. The lab starts its own copies, so none may start here, and none
# that was not there before may start at the next boot.
POLICY=/usr/sbin/policy-rc.d
POLICY_IS_OURS=no
hold_daemons() {
  if [ ! -e "$POLICY" ]; then
    POLICY_IS_OURS=yes
    # shellcheck disable=SC2016 # $1 belongs to the inner shell.
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh "$POLICY"
  fi
}
release_daemons() {
  if [ "$POLICY_IS_OURS" = yes ]; then
    POLICY_IS_OURS=no
    as_root rm -f "$POLICY"
  fi
}
disable_daemons() {
  [ -d /run/systemd/system ] || return 0
  for unit in $(dpkg --listfiles "$@" | sed -n 's|^.*/systemd/system/\([^/@]*\.service\)$|\1|p' | sort -u); do
    as_root systemctl --quiet disable --now "$unit" || say "could not disable $unit; it may start at the next boot."
  done
}

# Runs apt-get with its output in a file; translates what usually goes wrong.
apt_get() {
  if as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=60 "$@" >"$LOG" 2>&1 </dev/null 9<&-; then
    return 0
  fi
  if grep -qiE 'no space left|enough free space' "$LOG"; then
    die "the disk is full: Debian's packages need about 1 GB."
  elif grep -qiE 'could not get lock|unable to lock|unable to acquire the dpkg' "$LOG"; then
    die "another program is installing packages; run this again when it is done."
  elif grep -qiE 'could not resolve|temporary failure resolving|unable to connect|could not connect|unreachable|failed to fetch' "$LOG"; then
    die "no network: Debian's package server cannot be reached."
  elif grep -qiE 'unable to locate package|has no installation candidate' "$LOG"; then
    die "this Debian does not have $(sed -nE "s/^E: Unable to locate package (.*)|^E: Package '(.*)' has no.*/\1\2/p" "$LOG" | tr '\n' ' ')(Debian 12 or newer is needed)."
  fi
  tail -n 15 "$LOG" >&2
  die "apt-get $1 failed; its last lines stand above."
}

install_packages() {
  command -v apt-get >/dev/null || die "Debian 12 or newer is needed: this machine has no apt-get."
  [ -n "$(missing_packages "$1")" ] || return 0
  # Every run on this machine shares Debian's packages, and the file that holds their daemons back.
  lock /usr/sbin
  missing=$(missing_packages "$1")
  [ -n "$missing" ] || {
    unlock
    return 0
  }
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "Debian packages are missing and there is no sudo: as root, run apt-get install $missing"
    if [ ! -t 0 ] && ! sudo -n true 2>/dev/null; then
      die "Debian packages are missing and sudo asks for a password: run sudo apt-get install $missing"
    fi
  fi
  say "installing Debian packages: $missing"
  LOG=$(mktemp)
  trap 'release_daemons; rm -f "$LOG"' EXIT
  trap 'exit 130' INT TERM HUP
  hold_daemons
  apt_get update
  # shellcheck disable=SC2086 # One word a package.
  apt_get install --yes --no-install-recommends $missing
  # shellcheck disable=SC2086
  disable_daemons $missing
  release_daemons
  rm -f "$LOG"
  trap - EXIT INT TERM HUP
  unlock
}

# --- npm packages ---------------------------------------------------------------------------------------------------

# A registry that takes the connection and then says nothing: npm waits for minutes, without a word.
NPM_PATIENCE_S=${NEOLIA_NPM_PATIENCE_S:-60}

# Ends the program whose number stands in the file $1 once nothing was written for a while to npm's cache, its log or
# node_modules; the file $2 says that it did.
end_when_stalled() {
  mark=$2.mark
  : >"$mark"
  quiet=0
  while sleep 1; do
    kill -0 "$(cat "$1")" 2>/dev/null || break
    if [ -n "$(find "$NPM_CACHE" node_modules -newer "$mark" -print -quit 2>/dev/null)" ]; then
      touch "$mark"
      quiet=0
    fi
    quiet=$((quiet + 1))
    [ "$quiet" -gt "$NPM_PATIENCE_S" ] || continue
    touch "$2"
    kill "$(cat "$1")" 2>/dev/null
    sleep 2
    kill -9 "$(cat "$1")" 2>/dev/null || true
  done
}

# Runs npm with its output in a file; translates what usually goes wrong.
npm_quiet() {
  work=$(mktemp -d) || die "no temporary file can be made in $TMPDIR: is the disk full?"
  log=$work/log
  NPM_CACHE=${npm_config_cache:-${HOME:-/root}/.npm}
  # npm's own waits between its tries make minutes out of "no network".
  export npm_config_fetch_retries=1 npm_config_fetch_retry_mintimeout=1000 npm_config_fetch_retry_maxtimeout=3000
  # `npm run --silent` would silence this npm too, and with it the reason.
  export npm_config_loglevel=error
  : >"$work/npm"
  (
    until [ -s "$work/npm" ]; do sleep 1; done
    end_when_stalled "$work/npm" "$work/stalled"
  ) >/dev/null 2>&1 9<&- &
  watch=$!
  status=0
  # shellcheck disable=SC2016 # $$ and the rest belong to the inner shell.
  sh -c 'echo $$ >"$1"; shift; exec npm "$@" --no-audit --no-fund' sh "$work/npm" "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$watch" 2>/dev/null || true
  stalled=no
  [ ! -e "$work/stalled" ] || stalled=yes
  said=$(cat "$log")
  rm -rf "$work"
  [ "$status" -ne 0 ] || return 0
  [ "$stalled" = no ] || die "the npm registry takes the connection and then says nothing: look at the network, or try again later."
  case $said in
    *ENOSPC*) die "the disk is full: npm needs about 500 MB in $(pwd) and as much in $NPM_CACHE." ;;
    *ENOTFOUND* | *EAI_AGAIN* | *ETIMEDOUT* | *ECONNREFUSED* | *ENETUNREACH* | *ECONNRESET* | *EIDLETIMEOUT* | *ERR_SOCKET_TIMEOUT*)
      die "no network: the npm registry cannot be reached."
      ;;
    *EINTEGRITY*) die "what comes from the npm registry is not what the lock file names: something on the way changes it." ;;
    *EACCES*) die "npm may not write here: the folder $(pwd) belongs to someone else." ;;
  esac
  code=$(printf '%s\n' "$said" | sed -nE 's/^npm (error|ERR!) code E([45][0-9][0-9])$/\2/p' | head -n 1)
  [ -z "$code" ] || die "the npm registry does not give the packages (it answers $code): try again later, or look at npm's registry setting."
  printf '%s\n' "$said" | tail -n 15 >&2
  die "npm $1 failed; its last lines stand above."
}

modules_are_stale() {
  [ ! -x "$NODE" ] || [ ! -e node_modules/.package-lock.json ] ||
    [ -n "$(find package-lock.json -newer node_modules/.package-lock.json)" ]
}

install_modules() {
  if modules_are_stale; then
    # npm ci empties the folder behind a link, which is somebody else's.
    [ ! -L node_modules ] || die "node_modules is a link to another folder: remove the link and run this again."
    lock .
    modules_are_stale && fetch_modules
    unlock
  fi
  version=$("$NODE" --version 2>/dev/null) || die "node_modules has no Node that runs here: delete the folder node_modules and run this again."
  case $version in
    v"$NODE_MAJOR".*) ;;
    *) die "node_modules has Node $version instead of $NODE_MAJOR: delete the folder node_modules and run this again." ;;
  esac
}

fetch_modules() {
  if [ ! -e node_modules/.package-lock.json ] || [ -n "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
    command -v npm >/dev/null || die "npm is missing: install Node 20 or newer with npm."
    say "installing npm packages from the lock file"
    # No package's script runs but the one of 'node', which puts its program in place.
    npm_quiet ci --include=dev --ignore-scripts
  fi
  if [ ! -x "$NODE" ]; then
    say "putting Node $NODE_MAJOR in place"
    npm_quiet rebuild --ignore-scripts=false node
  fi
}

# --- Commands -------------------------------------------------------------------------------------------------------

build() {
  "$NODE" panel/build.ts
  "$NODE" bridge/build.ts
}

# All suites, or those of one folder: attack, door, bridge, panel, infra …
run_tests() {
  case ${1-} in
    "") folders="addon bridge infra panel test" ;;
    addon | bridge | infra | panel) folders="$1 test/$1" ;;
    *) folders="test/$1" ;;
  esac
  present=
  for folder in $folders; do [ ! -d "$folder" ] || present="$present $folder"; done
  [ -n "$present" ] || die "there is no folder $folders with tests."
  # shellcheck disable=SC2086 # One word a folder; no path here has a blank.
  files=$(find $present -name node_modules -prune -o -name dist -prune -o -name '*.test.ts' -print | sort)
  [ -n "$files" ] || die "there is no test in$present."
  build >/dev/null
  # Each file is a process, and most start others: what they load is compiled once for all of them.
  NODE_COMPILE_CACHE=$(pwd)/node_modules/.cache/neolia
  export NODE_COMPILE_CACHE
  # shellcheck disable=SC2086
  exec "$NODE" test/lab/suites.ts $files
}

command=${1-}
[ $# -eq 0 ] || shift
case $command in
  demo | test | check | bench | build | build:addon) ;;
  *) die "use: npm run demo|test|check|bench|build|build:addon" ;;
esac
install_packages "$command"
install_modules
PATH="$(pwd)/node_modules/.bin:$PATH"
export PATH
case $command in
  demo) exec "$NODE" test/lab/demo.ts "$@" ;;
  test) run_tests "$@" ;;
  check) exec "$NODE" test/lab/check.ts "$@" ;;
  bench)
    bench=${1:-door}
    [ $# -eq 0 ] || shift
    [ -f "test/bench/$bench.ts" ] || die "there is no test/bench/$bench.ts."
    build >/dev/null
    exec "$NODE" "test/bench/$bench.ts" "$@"
    ;;
  build) build ;;
  build:addon) exec "$NODE" addon/build.ts "${1:-dist/addon}" ;;
esac
