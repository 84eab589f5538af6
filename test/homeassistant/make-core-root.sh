#!/bin/sh
# Makes a folder with a Debian root that holds Home Assistant Core, for the tests: make-core-root.sh <target> <pins.json>
#
# Core needs a Python that neither Debian 12 nor 13 has; a root of a newer suite brings it without touching the machine.
# The mirror, the certificates and the Python package index are the machine's own. The root is built under a temporary
# name and renamed when whole, so a folder with the final name is always complete. Needs root, debootstrap and network.
set -eu

target=$1
pins=$2
pin() { sed -n "s/^ *\"$1\": \"\([^\"]*\)\".*/\1/p" "$pins"; }
suite=$(pin debianSuite)
python=$(pin python)
core=$(pin homeassistant)

say() { echo "home assistant core: $*" >&2; }
die() {
  say "$*"
  exit 1
}

[ "$(id -u)" = 0 ] || die "making the root needs root rights; run as root or with sudo"
command -v debootstrap >/dev/null || die "debootstrap is missing; install it with: apt-get install debootstrap"

mkdir -p "$(dirname "$target")"
exec 9>"$target.lock"
flock 9 # a second run waits here and then finds the root
[ ! -d "$target" ] || exit 0

# Where this machine itself gets Debian from.
mirror=$(apt-get indextargets --format "\$(REPO_URI)" 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sort -u | head -n 1)
[ -n "$mirror" ] || die "this machine's apt sources name no Debian mirror (or were never updated: apt-get update)"

building=$(mktemp -d "$target.building.XXXXXX")
drop() {
  umount "$building/proc" 2>/dev/null || true
  umount "$building/dev" 2>/dev/null || true
  # Never delete through a mount that is still there.
  mountpoint -q "$building/dev" || mountpoint -q "$building/proc" || rm -rf --one-file-system "$building"
}
trap drop EXIT
trap 'exit 130' INT TERM

say "making a Debian $suite root (once, about a minute and 2.5 GB in $(dirname "$target"))"
# Older debootstraps have no script of the suite's name; all newer suites share this one.
debootstrap --variant=minbase --include="ca-certificates,python$python,python$python-venv,tzdata" \
  "$suite" "$building" "$mirror" /usr/share/debootstrap/scripts/sid >"$target.log" 2>&1 ||
  die "debootstrap failed; its output is in $target.log"

cp -L /etc/resolv.conf "$building/etc/resolv.conf"
cp -L /etc/ssl/certs/ca-certificates.crt "$building/etc/ssl/certs/ca-certificates.crt"
[ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$building/etc/pip.conf"
mount -t proc proc "$building/proc"
mount --bind /dev "$building/dev"

inside() {
  env -u PIP_FIND_LINKS DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root \
    PATH=/opt/homeassistant/bin:/usr/sbin:/usr/bin:/sbin:/bin chroot "$building" "$@" >>"$target.log" 2>&1
}

# A mirror's index of a suite in the making may be past its date: then the one that debootstrap has verified must do.
inside apt-get update || say "using the package index that debootstrap verified"
inside apt-get install -y --no-install-recommends g++ "python$python-dev" libturbojpeg0 ffmpeg libpcap0.8t64 ||
  die "apt-get install failed; see $target.log"

say "installing homeassistant $core"
inside "python$python" -m venv /opt/homeassistant || die "no Python environment; see $target.log"
inside pip install uv || die "the Python package index cannot be had; see $target.log"
index=$(chroot "$building" /opt/homeassistant/bin/pip config get global.index-url 2>/dev/null || true)
[ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
inside uv pip install --python /opt/homeassistant/bin/python "homeassistant==$core" ||
  die "homeassistant $core cannot be had; see $target.log"

# Components name their own packages; without default_config nothing else would install them.
cp "$pins" "$building/tmp/pins.json"
cat >"$building/tmp/requirements.py" <<'PYTHON'
import json
import pathlib

import homeassistant

pins = json.loads(pathlib.Path("/tmp/pins.json").read_text())
components = pathlib.Path(homeassistant.__file__).parent / "components"
wanted, seen, packages = list(pins["components"]), set(), set(pins["extraPackages"])
while wanted:
    name = wanted.pop()
    if name in seen:
        continue
    seen.add(name)
    manifest = json.loads((components / name / "manifest.json").read_text())
    packages.update(manifest.get("requirements", []))
    wanted.extend(manifest.get("dependencies", []))
pathlib.Path("/tmp/requirements.txt").write_text("\n".join(sorted(packages)) + "\n")
constraints = components.parent / "package_constraints.txt"
pathlib.Path("/tmp/constraints.txt").write_text(constraints.read_text())
PYTHON
inside /opt/homeassistant/bin/python /tmp/requirements.py || die "no list of packages; see $target.log"
inside uv pip install --python /opt/homeassistant/bin/python -r /tmp/requirements.txt -c /tmp/constraints.txt ||
  die "the components' packages cannot be had; see $target.log"
# Once here and not at each start: that takes six seconds of a processor, and whoever runs Core may not write here. A
# package's file for another Python does not compile, which harms nobody.
inside /opt/homeassistant/bin/python -m compileall -q -j 0 /opt/homeassistant/lib || true
inside apt-get clean

umount "$building/proc"
umount "$building/dev"
rm -rf "$building/root/.cache" "$building/tmp/"*
chmod 755 "$building"
mv "$building" "$target"
say "ready"
