/** What became of a call, held against what its case expects. */
import type { HistoryPage, PastCall, PastCallDetails } from "../../bridge/src/api/board.ts";
import type { Cart, Draft, Order } from "../../bridge/src/api/order.ts";
import { encodeG711 } from "../../bridge/src/audio/g711.ts";
import { MODEL_VOICE } from "../fakes/realtime/responses.ts";
import { until } from "../lab/until.ts";
import type { CartLine, NamedCase } from "./call-case.ts";
import type { CallerReport } from "./caller.ts";
import type { LineLab, Restaurant } from "./line-lab.ts";
import { speak } from "./speech.ts";

export interface Score {
  id: string;
  noisy: boolean;
  expectsOrder: boolean;
  /** Orders, draft and hand-over are as expected. */
  exact: boolean;
  problem: string | null;
  /** The orders were placed, and no person was asked whom the case does not expect. */
  completed: boolean;
  /** Totals that were stored or heard and are not right. */
  wrongTotals: number;
  /** Expected orders or drafts that are not there, and orders that nobody expected. */
  lost: number;
  doubled: number;
  turns: number;
  answeredMs: number;
  firstWordsMs: number;
  replyMs: number[];
  costCents: number;
}

export interface JudgeOptions {
  lab: LineLab;
  restaurant: Restaurant;
  script: NamedCase;
  /** The call is the line's first one since then. */
  beganAtMs: number;
  report: CallerReport | null;
  failure: string | null;
}

export async function judge({ lab, restaurant, script, beganAtMs, report, failure }: JudgeOptions): Promise<Score> {
  const isClosed = script.expect.closed === true;
  const call = await finished(lab, restaurant, beganAtMs, isClosed ? 0 : undefined);
  const details =
    call && (await lab.lab.api.get<PastCallDetails>(`/api/order-calls/${encodeURIComponent(call.callId)}`));
  const orders = details?.orders ?? [];
  const { drafts } = await lab.board(restaurant);
  const draft = drafts.find(({ callId }) => callId === call?.callId) ?? null;
  const { expect } = script;
  const stored = compareOrders(expect.orders, orders);
  const problems = [
    ...(failure === null ? [] : [failure]),
    ...(report === null || report.status === 200 ? [] : [`the call was answered with ${report.status}`]),
    ...(call || isClosed ? [] : ["the call is not in the history"]),
    ...(call && isClosed ? ["the assistant took orders"] : []),
    ...(isClosed && Number.isNaN(report?.firstWordsMs ?? Number.NaN) ? ["nothing was said"] : []),
    ...stored.problems,
    ...compareDraft(expect.draft, draft),
    ...(expect.human && !wasHandedOver(call) ? [`no person was asked (${call?.reason})`] : []),
    ...(!expect.human && wasHandedOver(call) ? [`a person was asked (${call?.reason})`] : []),
  ];
  const heard = await forbiddenHeard(script, report);
  problems.push(...heard.map((words) => `forbidden words were heard: "${words}"`));
  return {
    id: script.id,
    noisy:
      script.noiseDb !== undefined || (script.loss ?? 0) > 0 || script.turns.some(({ beside }) => beside !== undefined),
    expectsOrder: expect.orders.length > 0,
    exact: problems.length === 0,
    problem: problems[0] ?? null,
    completed: orders.length >= expect.orders.length && (expect.human === true || !wasHandedOver(call)),
    wrongTotals: stored.wrongTotals + heard.length,
    lost: Math.max(0, expect.orders.length - orders.length) + (expect.draft && !draft ? 1 : 0),
    doubled: Math.max(0, orders.length - expect.orders.length),
    turns: report?.turns ?? 0,
    answeredMs: report?.answeredMs ?? Number.NaN,
    firstWordsMs: report?.firstWordsMs ?? Number.NaN,
    replyMs: report?.replyMs ?? [],
    costCents: call?.costCents ?? 0,
  };
}

/** A caller who is told that the restaurant is closed leaves nothing: that is seen at once. */
async function finished(
  lab: LineLab,
  { line }: Restaurant,
  beganAtMs: number,
  timeoutMs?: number,
): Promise<PastCall | null> {
  const look = async () => {
    const { calls } = await lab.lab.api.get<HistoryPage>(`/api/lines/${line.id}/history?limit=200`);
    return calls.find(({ startedAtMs, endedAtMs }) => startedAtMs >= beganAtMs && endedAtMs !== null);
  };
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  return await until(look, { what: "the call's end", ...limit }).catch(() => null);
}

function wasHandedOver(call: PastCall | null): boolean {
  return call?.reason === "handed-over" || call?.reason === "model-failed";
}

function compareOrders(expected: NamedCase["expect"]["orders"], orders: readonly Order[]) {
  const problems: string[] = [];
  let wrongTotals = 0;
  if (orders.length !== expected.length) problems.push(`${orders.length} orders instead of ${expected.length}`);
  const inOrder = orders.toSorted((a, b) => a.committedAtMs - b.committedAtMs);
  for (const [index, { cart, totalCents, name }] of expected.entries()) {
    const order = inOrder[index];
    if (!order) continue;
    if (textOf(order.cart) !== wanted(cart)) problems.push(`cart ${textOf(order.cart)} instead of ${wanted(cart)}`);
    if (order.cart.totalCents !== totalCents) {
      wrongTotals += 1;
      problems.push(`total ${order.cart.totalCents} instead of ${totalCents}`);
    }
    if (name !== undefined && order.name !== name) problems.push(`name ${order.name} instead of ${name}`);
  }
  return { problems, wrongTotals };
}

function compareDraft(expected: readonly CartLine[] | undefined, draft: Draft | null): string[] {
  if (!expected) return [];
  if (!draft) return ["no draft is kept"];
  return textOf(draft.cart) === wanted(expected) ? [] : [`draft ${textOf(draft.cart)} instead of ${wanted(expected)}`];
}

function textOf(cart: Cart): string {
  return wanted(
    cart.lines.map(({ itemId, quantity, options }) => ({
      item: itemId,
      quantity,
      options: options.map(({ optionId }) => optionId),
    })),
  );
}

function wanted(cart: readonly CartLine[]): string {
  return cart
    .map(({ item, quantity, options = [] }) => `${quantity} ${item}(${options.toSorted().join(" ")})`)
    .toSorted()
    .join(", ");
}

/** Sentences of the model that were not to be heard, by their very bytes: G.711 reaches the phone untouched. */
async function forbiddenHeard({ turns, codec = "pcma" }: NamedCase, report: CallerReport | null): Promise<string[]> {
  if (!report) return [];
  const heard: string[] = [];
  for (const act of turns.flatMap(({ model }) => (model ?? []).flat())) {
    if (!("say" in act) || !act.forbidden) continue;
    const sound = encodeG711(await speak(act.say, MODEL_VOICE), codec);
    // The first words may pass; what states the amount stands in the second half.
    const half = sound.subarray(Math.floor(sound.length / 2));
    for (let at = 0; at + 640 <= half.length; at += 640) {
      if (!report.sound.includes(half.subarray(at, at + 640))) continue;
      heard.push(act.say);
      break;
    }
  }
  return heard;
}
