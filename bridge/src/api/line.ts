/** A restaurant's phone line: who answers it when, in which languages and with what limits. */
import { type Static, Type } from "typebox";
import { SipName, WeekWindow } from "../../../infra/control/src/wire.ts";
import { AccountWithPassword, Id, Label } from "./directory.ts";
import { Language } from "./order.ts";

const closed = { additionalProperties: false } as const;

/** Text that is said or shown: line breaks are fine, other control characters are not. */
const Saying = Type.String({
  maxLength: 500,
  pattern: "^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]*$",
});
/** By language; a missing one is said with the built-in sentence. */
const Sayings = Type.Object({ fr: Type.Optional(Saying), en: Type.Optional(Saying) }, closed);

/** A telephone number as people dial it abroad or at home. */
export const PhoneNumber = Type.String({ pattern: "^\\+?[0-9]{2,15}$" });

/** Local date of the site. */
export const Day = Type.String({ pattern: "^20\\d\\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$" });

/** A day on which the week's hours do not hold. */
export const Holiday = Type.Object(
  {
    date: Day,
    label: Type.String({ maxLength: 80 }),
    /** Minutes of that day, up to the next day when it ends before it begins; empty: closed. */
    open: Type.Array(
      Type.Object(
        {
          fromMinute: Type.Integer({ minimum: 0, maximum: 1439 }),
          toMinute: Type.Integer({ minimum: 1, maximum: 1440 }),
        },
        closed,
      ),
      { maxItems: 8 },
    ),
  },
  closed,
);

export const LineSettings = Type.Object(
  {
    /** Minutes of the week, Monday 0:00 is 0; empty: always open. */
    hours: Type.Array(WeekWindow, { maxItems: 64 }),
    holidays: Type.Array(Holiday, { maxItems: 100 }),
    /** Said after the automatic-assistant notice, which is fixed. */
    greeting: Sayings,
    afterHours: Sayings,
    /** Spoken first, then the others if the caller speaks them. */
    languages: Type.Array(Language, { minItems: 1, maxItems: 2, uniqueItems: true }),
    concurrentCalls: Type.Integer({ minimum: 1, maximum: 20 }),
    /**
     * Rung last, after staff panels and phones: the name of an account of the site, a phone's or a trunk's (of type
     * gateway). Telephone numbers themselves are not dialled: that is for whatever is behind the account.
     */
    backupNumber: Type.Union([SipName, Type.Null()]),
    /** May the assistant offer something more? */
    upsell: Type.Boolean(),
    /** `people`: calls ring staff at once and at any hour, as a choice; the assistant is not missed then. */
    answeredBy: Type.Union([Type.Literal("assistant"), Type.Literal("people")]),
    maxQuantity: Type.Integer({ minimum: 1, maximum: 200 }),
    maxLines: Type.Integer({ minimum: 1, maximum: 100 }),
    maxTotalCents: Type.Integer({ minimum: 100, maximum: 1_000_000 }),
    /** From order to pick-up when nothing waits. */
    preparationMinutes: Type.Integer({ minimum: 1, maximum: 240 }),
    slotMinutes: Type.Integer({ minimum: 5, maximum: 60 }),
    ordersPerSlot: Type.Integer({ minimum: 1, maximum: 100 }),
    /** How far ahead a pick-up may be. */
    aheadHours: Type.Integer({ minimum: 1, maximum: 72 }),
    transcriptDays: Type.Integer({ minimum: 0, maximum: 30 }),
    /** ESC/POS on TCP; null: no printer. */
    printer: Type.Union([
      Type.Object(
        {
          /** A name or an address; one colon would be its port. */
          host: Type.String({ pattern: "^(?![^:]*:[^:]*$)[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$" }),
          port: Type.Integer({ minimum: 1, maximum: 65_535 }),
        },
        closed,
      ),
      Type.Null(),
    ]),
  },
  closed,
);

/**
 * Makes the line's unit, its gateway account (e.g. ht841_restaurant1) and its rules: first the bridge's own account,
 * then the people of the unit. The reply carries the gateway's password, once.
 */
export const NewLine = Type.Object(
  {
    buildingId: Id,
    label: Label,
    /** SIP name of the unit that is called; made from the label when left out. */
    name: Type.Optional(SipName),
    /** SIP name of the gateway's account. */
    gateway: SipName,
  },
  closed,
);
export const LinePatch = Type.Object(
  { label: Type.Optional(Label), settings: Type.Optional(Type.Partial(LineSettings, closed)) },
  closed,
);
export const LineState = Type.Union([Type.Literal("open"), Type.Literal("closed"), Type.Literal("paused")]);
/**
 * Why the assistant answers no calls now: no key is set, the key or the account is refused, the credit is used up, the
 * service has no such model, too much is asked of it, it cannot be reached, it does not understand this version of
 * Neolia, or this bridge has no phone (no SIP server is set, or it did not start).
 */
export const AssistantProblem = Type.Union([
  Type.Literal("no-key"),
  Type.Literal("key-refused"),
  Type.Literal("no-credit"),
  Type.Literal("unknown-model"),
  Type.Literal("too-busy"),
  Type.Literal("unreachable"),
  Type.Literal("incompatible"),
  Type.Literal("no-phone"),
]);
/** Why the kitchen's printer prints nothing now. */
export const PrinterProblem = Type.Union([
  Type.Literal("away"),
  Type.Literal("paper-out"),
  Type.Literal("cover-open"),
  Type.Literal("fault"),
  /** Something else answers at its address. */
  Type.Literal("not-a-printer"),
]);
/** `unsure`: it takes tickets and tells nothing about its paper. */
export const PrinterState = Type.Union([
  Type.Literal("none"),
  Type.Literal("ready"),
  Type.Literal("unsure"),
  ...PrinterProblem.anyOf,
]);
export const Line = Type.Object({
  id: Id,
  siteId: Id,
  unitId: Id,
  label: Label,
  name: SipName,
  /** Of its site: hours, holidays, days and times of collection are told by this clock. */
  timeZone: Type.String(),
  gatewayAccountId: Type.Union([Id, Type.Null()]),
  gateway: Type.Union([SipName, Type.Null()]),
  settings: LineSettings,
  /** "No phone orders now": until when, null when not paused. Far away (year 2100): until somebody ends it. */
  pausedUntilMs: Type.Union([Type.Integer(), Type.Null()]),
  state: LineState,
  /** null: the assistant answers, or is not meant to. Else calls ring people at once. */
  assistantProblem: Type.Union([AssistantProblem, Type.Null()]),
  printer: PrinterState,
  /** Of label and settings: names what an editor has seen of them (If-Match). Another number when one of them is different. */
  version: Type.Integer(),
});
export const LineWithPassword = Type.Interface([Line], { account: AccountWithPassword });
/** `minutes` null: until somebody ends it. */
export const PausePut = Type.Object(
  {
    paused: Type.Boolean(),
    minutes: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 1440 }), Type.Null()])),
  },
  closed,
);

export type LineSettings = Static<typeof LineSettings>;
export type Holiday = Static<typeof Holiday>;
export type NewLine = Static<typeof NewLine>;
export type LinePatch = Static<typeof LinePatch>;
export type AssistantProblem = Static<typeof AssistantProblem>;
export type PrinterProblem = Static<typeof PrinterProblem>;
export type PrinterState = Static<typeof PrinterState>;
export type LineState = Static<typeof LineState>;
export type Line = Static<typeof Line>;
export type LineWithPassword = Static<typeof LineWithPassword>;
export type PausePut = Static<typeof PausePut>;
