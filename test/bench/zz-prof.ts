import { WebSocket } from "ws";
import { LineLab } from "../phone/line-lab.ts";
import { ScriptedModel } from "../phone/scripted-model.ts";
import { WorkerPhones } from "./worker-phone.ts";

const lab = await LineLab.start({
  brain: () => new ScriptedModel(() => null),
  lab: { bridgeEnv: { NODE_OPTIONS: "--cpu-prof --cpu-prof-dir=/tmp/w/o-cases/prof2" } },
});
const phones = new WorkerPhones();
const phone = await phones.open(0);
const call = await lab.dial(phone, "+33639980003");
console.log((await call.final).status);
const { api, bridge } = lab.lab;
const { line } = lab.restaurant;
const panel = new WebSocket(`${bridge.url.replace("http", "ws")}/api/lines/${line.id}/ws`, {
  headers: { cookie: api.cookie, origin: bridge.url },
});
panel.on("error", () => {});
let out = false;
const timer = setInterval(() => {
  out = !out;
  void api.put(`/api/lines/${line.id}/stock/cola`, { soldOut: out }).catch(() => {});
}, 100);
await new Promise((r) => setTimeout(r, 15000));
clearInterval(timer);
panel.terminate();
await call.hangup().catch(() => {});
await lab.stop();
await phones.stop();
