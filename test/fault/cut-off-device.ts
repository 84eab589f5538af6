/** A panel's registration from within a network namespace: arguments host, port, user, domain. Then it says nothing. */
import { defaultPassword } from "../lab/edge.ts";
import { SipAgent } from "../lab/sip-agent.ts";

const [host = "", port = "", user = "", domain = ""] = process.argv.slice(2);
const device = await SipAgent.open({
  host,
  port: Number(port),
  localAddress: "0.0.0.0",
  protocol: "wss",
  user,
  domain,
  password: defaultPassword(user),
});
// Ten minutes, so that nobody takes its going for the registration's own end.
console.log((await device.register(600)).status);
setInterval(() => {}, 60_000);
