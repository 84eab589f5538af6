#!/bin/sh
# Runs Home Assistant Core inside its root: start-core.sh <root> <configuration folder> <uid>:<gid>
# Mounts live in a namespace of this process alone, so that nothing is left behind, however it ends.
set -eu
root=$1
config=$2
user=$3
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$config" "$root/srv"
exec chroot --userspec="$user" "$root" /usr/bin/env -u PIP_FIND_LINKS HOME=/srv LC_ALL=C.UTF-8 \
  PATH=/opt/homeassistant/bin:/usr/bin:/bin /opt/homeassistant/bin/hass --config /srv --skip-pip
