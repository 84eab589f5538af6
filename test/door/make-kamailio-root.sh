#!/bin/sh
# Makes a folder with a Debian root that holds that suite's Kamailio: make-kamailio-root.sh <suite> <target>
#
# So that one machine can try the configuration on every Kamailio that Debian ships. The mirror is the machine's own. The
# root is built under a temporary name and renamed when whole. Needs root, debootstrap and network.
set -eu

suite=$1
target=$2
modules="tls websocket sqlite json utils extra"

die() {
  echo "kamailio of $suite: $*" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || die "making the root needs root rights; run as root or with sudo"
command -v debootstrap >/dev/null || die "debootstrap is missing; install it with: apt-get install debootstrap"

mkdir -p "$(dirname "$target")"
exec 9>"$target.lock"
flock 9 # a second run waits here and then finds the root
[ ! -d "$target" ] || exit 0

mirror=$(apt-get indextargets --format "\$(REPO_URI)" 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sort -u | head -n 1)
[ -n "$mirror" ] || die "this machine's apt sources name no Debian mirror (or were never updated: apt-get update)"

building=$(mktemp -d "$target.building.XXXXXX")
trap 'rm -rf --one-file-system "$building"' EXIT
trap 'exit 130' INT TERM

packages=kamailio
for module in $modules; do packages="$packages,kamailio-$module-modules"; done
# Older debootstraps have no script of the suite's name; all newer suites share this one.
debootstrap --variant=minbase --include="$packages" "$suite" "$building" "$mirror" /usr/share/debootstrap/scripts/sid \
  >"$target.log" 2>&1 || die "debootstrap failed; its output is in $target.log"
chmod 755 "$building"
mv "$building" "$target"
trap - EXIT
