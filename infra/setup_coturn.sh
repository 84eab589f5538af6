#!/bin/sh
# Adds TURN to a Neolia VPS, for browsers whose network blocks UDP. Run it after setup.sh, and again after a change of
# /etc/neolia/edge.json.
set -eu

usage() {
  cat <<'TEXT'
usage: sudo infra/setup_coturn.sh [--root DIR] [--no-start]

  --root DIR    a rehearsal: write every file below DIR, install and start nothing
  --no-start    install and render, but start nothing

coturn relays to this VPS's media address only. Its logins are made by control, each good for half an hour.
TEXT
}

source=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=infra/setup_steps.sh
. "$source/setup_steps.sh"

while [ $# -gt 0 ]; do
  case $1 in
    --help)
      usage
      exit 0
      ;;
    --no-start) start=no ;;
    --root)
      [ $# -ge 2 ] || die "--root needs a folder; see --help."
      root=${2%/}
      shift
      ;;
    *) die "$1 is not an option; see --help." ;;
  esac
  shift
done
set_paths

check_machine
[ -r "$values" ] || die "run infra/setup.sh first: $values is not there."
install_packages coturn
render
place_unit neolia-coturn
start_units neolia-coturn
