# shellcheck shell=sh
# What setup.sh and setup_coturn.sh share. Each sets `source` (this folder) and sources this file.

# Empty on a real VPS, a folder in a rehearsal.
root=''
start=yes

say() { printf 'neolia: %s\n' "$*"; }
die() {
  printf 'neolia: %s\n' "$*" >&2
  exit 1
}

# True when this is not a rehearsal: packages, users, owners and services are only touched then.
real() { [ -z "$root" ]; }

# set_paths: where everything lives, below $root.
# shellcheck disable=SC2034 # the scripts that source this file use them
set_paths() {
  case $root in
    '' | /*) ;;
    *) die "--root must be an absolute path." ;;
  esac
  app=$root/opt/neolia
  etc=$root/etc/neolia
  data=$root/var/lib/neolia
  run=$root/run/neolia
  units=$root/etc/systemd/system
  values=$etc/edge.json
  node=$app/node_modules/.bin/node
}

check_machine() {
  real || return 0
  [ "$(id -u)" -eq 0 ] || die "run this as root (or with sudo)."
  [ -r /etc/debian_version ] || die "this is not Debian: Debian 12 or newer is needed."
  version=$(sed 's/[^0-9].*//' /etc/debian_version)
  # Testing has a name instead of a number.
  [ -z "$version" ] || [ "$version" -ge 12 ] || die "this is Debian $version: Debian 12 or newer is needed."
  [ -d /run/systemd/system ] || die "systemd does not run here; use --root DIR --no-start to look at the files only."
}

# install_packages NAME...: from Debian, without starting what they bring: we run our own units.
install_packages() {
  real || return 0
  missing=
  for package in "$@"; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  say "installing$missing"
  apt-get -qq update
  for unit in kamailio rtpengine-daemon coturn; do systemctl --quiet mask "$unit.service"; done
  # shellcheck disable=SC2086 # one word a package
  DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends $missing </dev/null
}

# render: every configuration file anew from the site values, each readable by its own service.
render() {
  say "rendering the configuration"
  "$node" "$app/infra/render.ts" --values "$values" --out "$etc" || die "$values has a mistake, see above."
  chmod -R u=rwX,g=rX,o= "$etc/kamailio" "$etc/rtpengine" "$etc/coturn"
  real || return 0
  chown -R root:neolia "$etc/kamailio"
  chown -R root:rtpengine "$etc/rtpengine"
  # The user comes with coturn's package, which setup_coturn.sh installs.
  getent passwd turnserver >/dev/null || return 0
  chown -R root:turnserver "$etc/coturn"
}

# own OWNER MODE PATH: owners only exist on a real VPS.
own() {
  ! real || chown "$1" "$3"
  chmod "$2" "$3"
}

# place_unit NAME: installs a unit file. `systemctl daemon-reload` is up to the caller.
place_unit() {
  mkdir -p "$units"
  # shellcheck disable=SC2154 # set by the script that sources this file
  install -m 0644 "$source/systemd/$1.service" "$units/$1.service"
}

# with_units_stopped COMMAND NAME...: runs COMMAND while these units stand still, then starts those that ran; fails as COMMAND does. Where nothing
# is to be started, nothing is stopped either, and COMMAND waits for another time if one of them runs.
with_units_stopped() {
  act=$1
  shift
  running=
  if real; then
    for unit in "$@"; do
      ! systemctl --quiet is-active "$unit" || running="$running $unit"
    done
  fi
  if [ -n "$running" ] && [ "$start" = no ]; then
    say "left for a run without --no-start, because$running runs: $act"
    return 0
  fi
  for unit in $running; do systemctl stop "$unit"; done
  failed=0
  "$act" || failed=$?
  for unit in $running; do systemctl start "$unit" || die "$unit does not start; see: journalctl -u $unit"; done
  return "$failed"
}

# start_units NAME...: (re)starts them and waits until systemd calls them active.
start_units() {
  if ! real || [ "$start" = no ]; then
    say "not started: $*"
    return 0
  fi
  systemctl daemon-reload
  for unit in "$@"; do
    say "starting $unit"
    systemctl --quiet enable "$unit"
    systemctl restart "$unit" || die "$unit does not start; see: journalctl -u $unit"
  done
}
