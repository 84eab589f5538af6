import type { DirectoryPut } from "../../../infra/control/src/wire.ts";
import type { EvaluateReply, EvaluateRequest } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import type { AccountRow } from "../store/account-store.ts";
import type { RuleRow } from "../store/rule-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { localText, localToUnix } from "./local-time.ts";
import { siteOf } from "./lookup.ts";
import { canMatchNumber } from "./number-kinds.ts";
import { type ConsideredRule, considerRules } from "./rule-evaluator.ts";
import { siteClock } from "./site-clock.ts";
import { wireAccount, wireRule, wireUnit } from "./snapshot.ts";

/** The answer to "what would happen if …", from the rules as they are stored now. */
export type WhatWouldHappen = (request: EvaluateRequest) => EvaluateReply;

export function whatWouldHappen(store: Store): WhatWouldHappen {
  return (request) => {
    const { siteId, callee } = request;
    const { domain, timeZone } = siteOf(store, siteId);
    const at = momentOf(request, timeZone);
    const caller = callerOf(store, request);
    if (!caller) return { code: 401, gateway: null, steps: [], at, firingRuleId: null, considered: [] };
    const clock = [...siteClock(timeZone, at.atMs)];
    const { content, rules, known } = around(store, siteId, domain, callee, clock);
    const considered = considerRules(content, domain, { ...caller, callee, atMs: at.atMs });
    const idAt = new Map(rules.map(({ position, id }) => [position, id]));
    const idOf = ({ rule }: ConsideredRule) => idAt.get(rule.position) ?? "";
    const steps = considered.filter(({ exclusion }) => exclusion === null);
    const firing = steps.find(({ accounts }) => accounts.length > 0);
    return {
      code: !known ? 404 : steps.length > 0 ? 200 : 403,
      gateway: caller.callerNumber === "" ? null : caller.caller,
      steps: steps.map((step) => ({
        ruleId: idOf(step),
        action: step.rule.action,
        accounts: step.accounts,
        ringSeconds: step.rule.ringSeconds,
      })),
      at,
      firingRuleId: firing ? idOf(firing) : null,
      considered: considered.map((one) => ({ ruleId: idOf(one), outcome: outcomeOf(one, firing) })),
    };
  };
}

/** As Kamailio would know the caller; null: it lets nobody in who says so. */
function callerOf(store: Store, { siteId, caller, gateway }: EvaluateRequest) {
  const account = store.accounts.byUsername(siteId, caller);
  if (account) return account.enabled ? { caller, callerNumber: "" } : null;
  const gateways = store.accounts.enabledNames(siteId, { type: "gateway" });
  const through = gateways.find((name) => gateway === undefined || name === gateway);
  return through !== undefined && canMatchNumber(caller) ? { caller: through, callerNumber: caller } : null;
}

function outcomeOf(one: ConsideredRule, firing: ConsideredRule | undefined) {
  if (one.exclusion !== null) return one.exclusion;
  if (!one.targetKnown) return "target-gone";
  if (one.isQuiet) return "do-not-disturb";
  if (one.accounts.length === 0) return "rings-nobody";
  return one === firing ? "fires" : "next";
}

function momentOf({ atMs, localTime, second }: EvaluateRequest, timeZone: string): EvaluateReply["at"] {
  if ((atMs === undefined) === (localTime === undefined)) {
    throw new AppError("INVALID_REQUEST", "exactly one of atMs and localTime says when", {
      details: { "/body/localTime": "or /body/atMs, and not both" },
      fields: { localTime: localTime === undefined ? "REQUIRED" : "NOT_ALLOWED" },
    });
  }
  if (atMs !== undefined) return { atMs, local: localText(siteClock(timeZone, atMs), atMs), change: null };
  const asUtcMs = Date.parse(`${localTime}Z`);
  if (Number.isNaN(asUtcMs) || new Date(asUtcMs).toISOString().slice(0, 16) !== localTime) {
    throw new AppError("INVALID_REQUEST", "there is no such day or hour", {
      details: { "/body/localTime": "there is no such day or hour" },
      fields: { localTime: "MALFORMED" },
    });
  }
  // From the day before: at New Year the site's clock and UTC are in different years.
  const clock = siteClock(timeZone, asUtcMs - 86_400_000);
  const { unix, change } = localToUnix(clock, asUtcMs / 1000, second ?? false);
  return { atMs: unix * 1000, local: localText(clock, unix * 1000), change };
}

/** The part of the directory that can play a role when this name is called. */
function around(store: Store, siteId: string, domain: string, callee: string, clock: DirectoryPut["clock"]) {
  const units = new Map<string, UnitRow>();
  const accounts = new Map<string, AccountRow>();
  const take = (name: string): UnitRow | null => {
    const account = store.accounts.byUsername(siteId, name);
    const unit = store.units.byName(siteId, name) ?? (account?.unitId ? store.units.get(account.unitId) : null);
    if (account) accounts.set(account.id, account);
    if (unit) {
      units.set(unit.id, unit);
      for (const one of store.accounts.list({ unitId: unit.id })) accounts.set(one.id, one);
    }
    return unit;
  };
  const unit = take(callee);
  const rules: RuleRow[] = unit ? store.rules.list({ unitId: unit.id }) : [];
  for (const { targetSipUri } of rules) {
    const [, name, host] = /^sip:([^@]+)@(.+)$/.exec(targetSipUri ?? "") ?? [];
    if (name !== undefined && host?.toLowerCase() === domain) take(name);
  }
  const nameOf = (unitId: string | null) => (unitId === null ? null : (units.get(unitId)?.name ?? null));
  return {
    known: unit !== null,
    rules,
    content: {
      units: [...units.values()].map(wireUnit),
      accounts: [...accounts.values()].map((account) => wireAccount(account, nameOf(account.unitId))),
      rules: rules.map((rule) => wireRule(rule, unit?.name ?? "")),
      clock,
    },
  };
}
