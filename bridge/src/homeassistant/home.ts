/** Home Assistant around the app: who its users are, its broker, and the entry in its sidebar. */
import { join } from "node:path";
import { FirstTimes } from "../links/first-times.ts";
import type { Log } from "../links/log.ts";
import type { NetworkWatch } from "../links/network-watch.ts";
import { connectCore } from "./connect-core.ts";
import { CoreLink } from "./core.ts";
import { type HomeLanguage, homeLanguage } from "./home-language.ts";
import { type IngressRequest, type IngressUser, ingressUser } from "./ingress-user.ts";
import { onceFile } from "./once-file.ts";
import { sidebarNotice } from "./sidebar-notice.ts";
import { type MqttService, Supervisor } from "./supervisor.ts";
import { type HomeUser, HomeUsers } from "./users.ts";

export interface HomeAccess {
  /** The Supervisor's API, http://supervisor in the app. */
  url: string;
  token: string;
  /** The only address whose word on who is asking is believed. */
  address: string;
}

export interface HomeOptions {
  access: HomeAccess;
  /** Where it is noted that the sidebar entry was switched on. */
  dataFolder: string;
  network: NetworkWatch;
  log: Log;
}

export interface Home {
  userOf(request: IngressRequest): IngressUser;
  /** null while the list is unknown. */
  users(): HomeUser[] | null;
  /** Calls `listener` when somebody or their rights changed; null: the list is not known (any more). Returns the unsubscribe. */
  onUsers(listener: (users: HomeUser[] | null) => void): () => void;
  /**
   * Calls `listener` when Core goes away, as it does first of all when it stops or restarts. Returns the unsubscribe.
   */
  onCoreGone(listener: () => void): () => void;
  /**
   * The broker that Home Assistant uses at this moment, null when there is none; the last one known while the Supervisor
   * does not say.
   */
  broker(): Promise<MqttService | null>;
  readonly language: Pick<HomeLanguage, "current" | "onChange">;
  /** Switches the sidebar entry on, at the first start only, and says so in Home Assistant. */
  showPanel(): Promise<void>;
  stop(): Promise<void>;
}

const OWN_ADDRESS = /^(::ffff:)?127\.0\.0\.1$|^::1$/i;

export function startHome({ access, dataFolder, network, log }: HomeOptions): Home {
  const supervisor = new Supervisor(access);
  const core = new CoreLink({ connect: connectCore(access), network, log });
  const users = new HomeUsers({ core, log });
  const notice = sidebarNotice({ core, file: join(dataFolder, "sidebar-untold"), log });
  const language = homeLanguage({ core, file: join(dataFolder, "home-language"), log });
  const strangers = new FirstTimes();
  core.start();
  return {
    userOf: (request) => {
      const asking = ingressUser(request, (id) => (users.ready ? users.find(id) : "not-ready"), access.address);
      const address = request.socket.remoteAddress ?? "";
      // The image's own health check comes from inside the container.
      if (asking.kind === "foreign" && !OWN_ADDRESS.test(address) && strangers.isFirst(address)) {
        log.warn({ address }, "somebody other than the Supervisor asks at the app's port, and gets nothing");
      }
      return asking;
    },
    users: () => users.list(),
    onUsers: (listener) => {
      let before = "";
      return users.onChange(() => {
        const known = users.list();
        const now = JSON.stringify(known);
        // Also when the list is too old to be believed: then nobody is an administrator.
        if (now !== before) listener(known);
        before = now;
      });
    },
    onCoreGone: (listener) => core.onDown(listener),
    broker: brokerOf(supervisor, log),
    language,
    showPanel: async () => {
      try {
        const shown = await supervisor.showPanelOnce(onceFile(join(dataFolder, "sidebar-shown")));
        if (!shown) return;
        log.info({}, "Neolia has added its entry to the sidebar; switched off, it stays off");
        await notice.due();
      } catch (error) {
        log.warn({ error: String(error) }, "the sidebar entry could not be switched on; the next start tries again");
      }
    },
    stop: async () => {
      users.stop();
      notice.stop();
      language.stop();
      await core.stop();
    },
  };
}

function brokerOf(supervisor: Supervisor, log: Log): Home["broker"] {
  let last: MqttService | null = null;
  let told = false;
  return async () => {
    try {
      last = await supervisor.mqttService();
      told = false;
    } catch (error) {
      // It is asked before each try to connect: one line for each time that it goes silent.
      if (!told) log.warn({ error: String(error) }, "the Supervisor did not say which broker there is");
      told = true;
    }
    return last;
  };
}
