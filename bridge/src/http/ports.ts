/** What the HTTP side needs from the rest of the bridge, so that it runs and is tested without any of it. */
import type { TurnCredentials } from "../../../infra/control/src/wire.ts";
import type { VpsErased } from "../api/board.ts";
import type { LiveView } from "../calls/live.ts";
import type { Directory } from "../directory/directory.ts";
import type { ProvisioningView } from "../directory/provisioning.ts";
import type { ServerCheck } from "../links/server-check.ts";
import type { Ordering } from "../ordering/ordering.ts";
import type { CallStore } from "../store/call-store.ts";
import type { Cameras } from "../video/cameras.ts";
import type { Identity } from "./identity.ts";
import type { RouteEntry } from "./route-table.ts";

export interface HttpPorts {
  directory: Directory;
  calls: Pick<CallStore, "getCall" | "listCalls">;
  live: LiveView;
  /** The restaurant's order desk. */
  ordering: Pick<Ordering, "lines" | "menus" | "boards" | "privacy">;
  identity: Identity;
  /** The users of Home Assistant; null while they are not known. Left out: there is no Home Assistant around. */
  people?: (() => readonly { id: string; name: string; administrator: boolean }[] | null) | undefined;
  /** A login for the VPS's TURN server; rejects or gives no URLs when there is none to be had. */
  turn(siteId: string, username: string): Promise<TurnCredentials>;
  /** Has the VPS forget a caller; never rejects. */
  forgetCaller(callerNumber: string): Promise<VpsErased>;
  provisioning: ProvisioningView;
  /** The doors' pictures. */
  cameras: Cameras;
  /** Looks at the configured call server. */
  serverCheck: ServerCheck;
  /** Plain sentences: what the bridge runs without. */
  missing(): readonly string[];
  /** Plain sentences for administrators: that the data was restored, and what is missing. */
  notices(): readonly string[];
  version: string;
  /** Where browsers register; null when no VPS is configured. */
  sipUri: string | null;
  /** The bell button of the demo, on loopback: the page may call it. Left out: there is none. */
  demoUrl?: string | undefined;
  /** The page is shown in a frame of its own origin. */
  framed?: boolean;
  /** The built panel; null or not there: the API is served alone. */
  panelFolder: string | null;
  /** Gets the routes once they are there, for the API's documentation. */
  described?(table: readonly RouteEntry[]): void;
}
