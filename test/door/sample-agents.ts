/** SIP agents of the sample house: the entrance's station and devices of flats, registered at the real edge. */
import type { AccountWithPassword } from "../../bridge/src/api/directory.ts";
import { DOMAIN, DOOR, type Lab } from "../lab/lab.ts";
import { SipAgent } from "../lab/sip-agent.ts";

export interface SampleAgents {
  door: SipAgent;
  /** Two devices of unit 401, one of unit 402. */
  first: SipAgent;
  second: SipAgent;
  neighbour: SipAgent;
  /** Account ids by SIP name. */
  accountIds: Map<string, string>;
  /** Registers everybody again, as devices do by themselves some time after a restart. */
  registerAll(): Promise<void>;
  close(): void;
}

export async function sampleAgents(lab: Lab): Promise<SampleAgents> {
  const accountIds = new Map<string, string>();
  const port = lab.edge.values.sipPort;
  const open = async (account: AccountWithPassword): Promise<SipAgent> => {
    accountIds.set(account.username, account.id);
    return await SipAgent.open({ port, user: account.username, domain: DOMAIN, password: account.password });
  };
  const device = (unit: string, label: string): Promise<AccountWithPassword> =>
    lab.api.post("/api/accounts", { siteId: lab.house.site.id, unitId: lab.unit(unit).id, type: "mobile", label });

  const doorId = lab.house.door.accountId;
  if (doorId === null) throw new Error(`the door ${DOOR} has no account`);
  const door = await open(await lab.api.post(`/api/accounts/${doorId}/password`));
  const first = await open(await device("401", "First"));
  const second = await open(await device("401", "Second"));
  const neighbour = await open(await device("402", "Neighbour"));
  await lab.directoryLive();
  const all = [door, first, second, neighbour];
  const registerAll = async (): Promise<void> => {
    for (const agent of all) {
      const { status } = await agent.register();
      if (status !== 200) throw new Error(`${agent.user} was not registered: ${status}`);
    }
  };
  await registerAll();
  return {
    door,
    first,
    second,
    neighbour,
    accountIds,
    registerAll,
    close: () => {
      for (const agent of all) agent.close();
    },
  };
}
