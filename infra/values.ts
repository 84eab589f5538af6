/**
 * The site values of one VPS: everything that the templates of Kamailio, RTPEngine and coturn need and nothing else.
 * `setup.sh` keeps them in /etc/neolia/edge.json; the lab makes them anew for each run.
 */
export interface EdgeValues {
  /** IPv4 address that devices reach; put into SIP headers and SDP. */
  advertisedAddress: string;
  /** IPv4 address of this host to bind; the same as the advertised one unless the VPS sits behind 1:1 NAT. */
  listenAddress: string;
  /** SIP over UDP and TCP (5060). */
  sipPort: number;
  /** Second SIP TCP port (5080), for networks that meddle with 5060. */
  sipAltPort: number;
  /** SIP over secure WebSocket for browsers and the bridge (8443). */
  wssPort: number;
  /** Plain WebSocket, bound to 127.0.0.1, only for the lab; null on a real VPS. */
  plainWsPort: number | null;
  /** JSON-RPC for control, bound to 127.0.0.1 and guarded by `rpcSecret`. */
  rpcPort: number;
  rpcSecret: string;
  /** RTPEngine's ng and cli ports, bound to 127.0.0.1, and its media port range. */
  rtpengineNgPort: number;
  rtpengineCliPort: number;
  mediaPortMin: number;
  mediaPortMax: number;
  /** coturn: UDP and TCP port, relay range (apart from the media range), shared secret of the TURN REST scheme. */
  turnPort: number;
  turnRelayPortMin: number;
  turnRelayPortMax: number;
  turnSecret: string;
  /** Where control listens (HTTPS). */
  controlPort: number;
  /** PEM files: the wildcard certificate with its chain, and its key. */
  certificateFile: string;
  privateKeyFile: string;
  /** Holds directory.db, location.db, outbox.db. */
  dataFolder: string;
  /** Holds pid files and sockets. */
  runFolder: string;
  /** Secret of Kamailio's digest nonces; a restart with the same one keeps clients from being challenged anew. */
  nonceSecret: string;
}
