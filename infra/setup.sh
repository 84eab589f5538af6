#!/bin/sh
# Turns a Debian 12 (or newer) machine into a Neolia VPS: Kamailio, RTPEngine and the control service.
# Running it again updates the programs, renders every file anew and keeps data, values and secrets.
set -eu

usage() {
  cat <<'TEXT'
usage: sudo infra/setup.sh --address IPv4 --certificate PEM --key PEM [options]

  --address IPv4       the address that devices reach this VPS at
  --listen IPv4        the address to bind, if the VPS sits behind 1:1 NAT (default: --address)
  --certificate PEM    the wildcard certificate with its chain, for example
                       /etc/letsencrypt/live/sip.example.com/fullchain.pem
  --key PEM            its private key
  --root DIR           a rehearsal: write every file below DIR, install and start nothing
  --no-start           install and render, but start nothing
  --help               this text

The options are needed the first time; later they are taken from /etc/neolia. Ports and paths can be changed in
/etc/neolia/edge.json. Secrets are generated on this machine and kept there, readable by root only.
TEXT
}

source=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=infra/setup_steps.sh
. "$source/setup_steps.sh"

address='' listen='' certificate='' key=''
while [ $# -gt 0 ]; do
  case $1 in
    --help)
      usage
      exit 0
      ;;
    --no-start) start=no ;;
    --address | --listen | --certificate | --key | --root)
      [ $# -ge 2 ] || die "$1 needs a value; see --help."
      case $1 in
        --address) address=$2 ;;
        --listen) listen=$2 ;;
        --certificate) certificate=$2 ;;
        --key) key=$2 ;;
        --root) root=${2%/} ;;
      esac
      shift
      ;;
    *) die "$1 is not an option; see --help." ;;
  esac
  shift
done
set_paths

# --- programs -------------------------------------------------------------------------------------------------------

install_node() {
  if command -v node >/dev/null && command -v npm >/dev/null; then return 0; fi
  install_packages nodejs npm
}

# Copies what the VPS needs of this checkout and installs the packages of the lock file; Node itself is one of them.
install_app() {
  say "installing the programs in $app"
  mkdir -p "$app"
  rm -rf "$app/infra"
  cp -R "$source" "$app/infra"
  cp "$source/../package.json" "$source/../package-lock.json" "$app/"
  if real; then
    (cd "$app" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error &&
      npm rebuild --ignore-scripts=false --loglevel=error node) ||
      die "the npm packages could not be installed."
  else
    ln -sfn "$source/../node_modules" "$app/node_modules"
  fi
}

# --- users and folders ----------------------------------------------------------------------------------------------

# Kamailio and control share the group neolia and the data folder; RTPEngine and coturn, which face the network with the
# most code, get neither.
make_user() {
  real || return 0
  getent group neolia >/dev/null || groupadd --system neolia
  getent passwd neolia >/dev/null ||
    useradd --system --gid neolia --home-dir "$data" --no-create-home --shell /usr/sbin/nologin neolia
}

make_folders() {
  mkdir -p "$etc/tls" "$data"
  # Every service may pass through to its own part; the parts are closed to the others.
  own root:neolia 0751 "$etc"
  own root:neolia 0750 "$etc/tls"
  own neolia:neolia 2770 "$data"
}

# --- certificate ----------------------------------------------------------------------------------------------------

# A copy that the services may read: certbot's own is for root alone. Its hook brings renewals here.
place_certificate() {
  if [ -n "$certificate" ] || [ -n "$key" ]; then
    [ -r "$certificate" ] || die "--certificate: '$certificate' cannot be read."
    [ -r "$key" ] || die "--key: '$key' cannot be read."
    openssl x509 -noout -in "$certificate" 2>/dev/null || die "$certificate is not a PEM certificate."
    [ "$(openssl x509 -noout -pubkey -in "$certificate")" = "$(openssl pkey -pubout -in "$key" 2>/dev/null)" ] ||
      die "the certificate and the key do not belong together."
    install -m 0640 "$certificate" "$etc/tls/fullchain.pem"
    (umask 0077 && cp "$key" "$etc/tls/privkey.pem")
  fi
  [ -r "$etc/tls/fullchain.pem" ] || die "there is no certificate yet: give --certificate and --key (see --help)."
  own root:neolia 0640 "$etc/tls/fullchain.pem"
  own root:neolia 0640 "$etc/tls/privkey.pem"
  hooks=$root/etc/letsencrypt/renewal-hooks/deploy
  [ -d "$hooks" ] || return 0
  cat >"$hooks/neolia" <<HOOK
#!/bin/sh
# certbot renewed a certificate: pass it on. control reads it again and tells Kamailio; calls go on.
set -eu
install -m 0640 -g neolia "\$RENEWED_LINEAGE/fullchain.pem" $etc/tls/fullchain.pem
install -m 0640 -g neolia "\$RENEWED_LINEAGE/privkey.pem" $etc/tls/privkey.pem
systemctl reload neolia-control
HOOK
  chmod 0755 "$hooks/neolia"
}

# --- values and secrets ---------------------------------------------------------------------------------------------

secret() { openssl rand -hex 24; }

# The site values (infra/values.ts). Made once; after that the file belongs to the operator.
make_values() {
  if [ -e "$values" ]; then
    say "keeping $values with its secrets"
    return 0
  fi
  [ -n "$address" ] || die "--address is needed the first time: the IPv4 address that devices reach."
  for ip in "$address" "${listen:-$address}"; do
    printf '%s\n' "$ip" | grep -qE '^([0-9]{1,3}\.){3}[0-9]{1,3}$' || die "'$ip' is not an IPv4 address."
  done
  say "making $values with new secrets"
  (
    umask 0077
    cat >"$values.new" <<JSON
{
  "advertisedAddress": "$address",
  "listenAddress": "${listen:-$address}",
  "sipPort": 5060,
  "sipAltPort": 5080,
  "wssPort": 8443,
  "plainWsPort": null,
  "rpcPort": 9060,
  "rpcSecret": "$(secret)",
  "rtpengineNgPort": 9061,
  "rtpengineCliPort": 9062,
  "mediaPortMin": 30000,
  "mediaPortMax": 31999,
  "turnPort": 3478,
  "turnRelayPortMin": 49160,
  "turnRelayPortMax": 49359,
  "turnSecret": "$(secret)",
  "controlPort": 8444,
  "certificateFile": "$etc/tls/fullchain.pem",
  "privateKeyFile": "$etc/tls/privkey.pem",
  "dataFolder": "$data",
  "runFolder": "$run",
  "nonceSecret": "$(secret)"
}
JSON
  )
  mv "$values.new" "$values"
}

# --- configuration --------------------------------------------------------------------------------------------------

# A Kamailio or control of before could not write what this version reads: an event in between would be lost. So they stand still, and
# come back at once, with the configuration that belongs to these files; running calls do not notice.
make_databases() {
  (
    umask 0007
    "$node" --input-type=module --eval 'const [, script, folder] = process.argv;
      (await import(script)).createDatabases(folder);' "$app/infra/kamailio/databases.ts" "$data"
  ) || return 1
  for file in "$data"/*.db*; do own neolia:neolia 0660 "$file"; done
}

# Kamailio itself judges what was rendered, before anything is restarted.
check_configuration() {
  # With the memory of the service: the configuration does not fit into a Kamailio 6 with the usual 8 MB.
  kamailio -c -M 32 -f "$etc/kamailio/kamailio.cfg" >/dev/null 2>"$etc/kamailio.check" || {
    grep -E 'ERROR|CRITICAL' "$etc/kamailio.check" >&2 || true
    die "Kamailio does not take the rendered configuration."
  }
  rm -f "$etc/kamailio.check"
}

# Rules that limit strangers before any program sees them. They are not loaded here: a firewall is the operator's.
render_firewall() {
  value() { "$node" -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8"))[process.argv[2]]' "$values" "$1"; }
  sed -e "s/@sipPort@/$(value sipPort)/g" -e "s/@sipAltPort@/$(value sipAltPort)/g" \
    -e "s/@wssPort@/$(value wssPort)/g" -e "s/@controlPort@/$(value controlPort)/g" \
    -e "s/@turnPort@/$(value turnPort)/g" \
    -e "s/@media@/$(value mediaPortMin)-$(value mediaPortMax)/g" \
    -e "s/@relay@/$(value turnRelayPortMin)-$(value turnRelayPortMax)/g" \
    "$source/firewall.nft.template" >"$etc/firewall.nft"
}

# --------------------------------------------------------------------------------------------------------------------

check_machine
install_packages ca-certificates openssl kamailio kamailio-extra-modules kamailio-json-modules \
  kamailio-sqlite-modules kamailio-tls-modules kamailio-utils-modules kamailio-websocket-modules rtpengine-daemon
install_node
make_user
make_folders
place_certificate
install_app
make_values
render
check_configuration
render_firewall
for unit in neolia-rtpengine neolia-kamailio neolia-control; do place_unit "$unit"; done
! real || systemctl daemon-reload
with_units_stopped make_databases neolia-control neolia-kamailio ||
  die "the databases could not be brought up to date: they are as they were, see above."
start_units neolia-rtpengine neolia-kamailio neolia-control

cat <<TEXT

Done. What is left for you:
  - DNS: a wildcard record *.<domain> that points at this machine.
  - Firewall: look at $etc/firewall.nft, then: nft -f $etc/firewall.nft
  - TURN, for browsers whose network blocks UDP: infra/setup_coturn.sh
  - A site: $node $app/infra/control/src/cli.ts --values $values site add <site>.<domain>
    It prints the token that goes into the site's options. Run it as root.
TEXT
