/** What can be chosen as a caller, a callee or a target: units, doors, devices of a site, found by typing. */
import { fetchDevicePage } from "../data/devices.ts";
import { fetchUnitPage } from "../data/units.ts";
import { unitLabel } from "../localize/localize.ts";
import type { SiteAdmin } from "./admin.ts";
import { wordsMatch } from "./components/list-source.ts";
import type { Choice } from "./components/unit-picker.ts";

const SHOWN = 8;
const NUMBER = /^\+?[0-9][0-9 .-]{1,28}$/;

type Kind = "unit" | "door" | "device" | "number";

/** `id` of a choice is its SIP name, or the number. */
export function finder(admin: SiteAdmin, kinds: readonly Kind[]): (search: string) => Promise<Choice[]> {
  return async (search) => {
    const lists = await Promise.all(kinds.map((kind) => find(admin, kind, search.trim())));
    return lists.flat().slice(0, SHOWN * 2);
  };
}

async function find(admin: SiteAdmin, kind: Kind, search: string): Promise<Choice[]> {
  const { api, site, directory, t } = admin;
  const query = { search, offset: 0, limit: SHOWN };
  switch (kind) {
    case "unit": {
      const { rows } = await fetchUnitPage(api, site.id, query);
      return rows.map((unit) => ({ id: unit.name, label: unitLabel(t, unit.number), more: unit.buildingName }));
    }
    case "door":
      return directory.doors
        .filter((door) => door.siteId === site.id && wordsMatch(search, `${door.label} ${door.name}`))
        .slice(0, SHOWN)
        .map((door) => ({ id: door.name, label: door.label, more: door.name }));
    case "device": {
      const { rows } = await fetchDevicePage(api, site.id, { type: "", registered: "" }, query);
      return rows
        .filter(({ type }) => type !== "door")
        .map((account) => ({
          id: account.username,
          label: account.label,
          more: [account.placeLabel === null ? "" : unitLabel(t, account.placeLabel), account.username]
            .filter(Boolean)
            .join(" · "),
        }));
    }
    case "number": {
      const number = search.replace(/[ .-]/g, "");
      const withheld = t("simulate.withheld");
      const [id, label] = NUMBER.test(search) ? [number, t("simulate.number", { number })] : ["anonymous", withheld];
      if (id === "anonymous" && !wordsMatch(search, withheld)) return [];
      const { rows } = await fetchDevicePage(
        api,
        site.id,
        { type: "gateway", registered: "" },
        { ...query, search: "" },
      );
      const choices = rows
        .filter(({ enabled }) => enabled)
        .map(({ username, label: gateway }) => ({
          id,
          label,
          more: t("simulate.through", { gateway }),
          gateway: username,
        }));
      // Nobody wants a withheld number where none comes in.
      return choices.length > 0 || id === "anonymous" ? choices : [{ id, label, more: t("simulate.noGateway") }];
    }
  }
}
