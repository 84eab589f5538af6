/** A line's menu. Its parts have short ids of their own (`margherita`), which the assistant's tools and the CSV file use. */
import { type Static, Type } from "typebox";
import { WeekWindow } from "../../../infra/control/src/wire.ts";
import { Label } from "./directory.ts";

const closed = { additionalProperties: false } as const;

/** Unique within the menu, over categories, items, groups and options alike. */
export const MenuId = Type.String({ pattern: "^[a-z0-9][a-z0-9-]{0,47}$" });
/** Names in other languages than the menu's own, by ISO 639-1 code. */
export const OtherNames = Type.Record(Type.String({ pattern: "^[a-z]{2}$" }), Label);
export const Cents = Type.Integer({ minimum: 0, maximum: 1_000_000 });
/** VAT in hundredths of a percent: 1000 is 10 %. Prices include it. */
export const TaxRate = Type.Integer({ minimum: 0, maximum: 10_000 });

/** The fourteen of Regulation (EU) 1169/2011, annex II. */
export const Allergen = Type.Union([
  Type.Literal("gluten"),
  Type.Literal("crustaceans"),
  Type.Literal("eggs"),
  Type.Literal("fish"),
  Type.Literal("peanuts"),
  Type.Literal("soybeans"),
  Type.Literal("milk"),
  Type.Literal("nuts"),
  Type.Literal("celery"),
  Type.Literal("mustard"),
  Type.Literal("sesame"),
  Type.Literal("sulphites"),
  Type.Literal("lupin"),
  Type.Literal("molluscs"),
]);
/** null: nobody has said, so nobody answers from it. */
export const Allergens = Type.Union([Type.Array(Allergen, { maxItems: 14, uniqueItems: true }), Type.Null()]);

/** When it may be ordered, in minutes of the week (Monday 0:00 is 0); empty: whenever the line is open. */
const Available = Type.Array(WeekWindow, { maxItems: 64 });

export const MenuCategory = Type.Object({ id: MenuId, name: Label, names: OtherNames, available: Available }, closed);
export const MenuOption = Type.Object(
  { id: MenuId, name: Label, names: OtherNames, priceCents: Cents, allergens: Allergens },
  closed,
);
/** So many of its options, at least and at most, belong to an item that has the group. */
export const OptionGroup = Type.Object(
  {
    id: MenuId,
    name: Label,
    names: OtherNames,
    min: Type.Integer({ minimum: 0, maximum: 20 }),
    max: Type.Integer({ minimum: 1, maximum: 20 }),
    options: Type.Array(MenuOption, { minItems: 1, maxItems: 60 }),
  },
  closed,
);
export const MenuItem = Type.Object(
  {
    id: MenuId,
    categoryId: MenuId,
    name: Label,
    names: OtherNames,
    description: Type.String({ maxLength: 300 }),
    /** Of the name in French, for "un" and "une"; null: never spoken of with a number word that shows it. */
    gender: Type.Union([Type.Literal("m"), Type.Literal("f"), Type.Null()]),
    priceCents: Cents,
    taxRate: TaxRate,
    allergens: Allergens,
    groupIds: Type.Array(MenuId, { maxItems: 12, uniqueItems: true }),
    available: Available,
  },
  closed,
);

/** Lists stand in the order in which people read them. */
export const Menu = Type.Object(
  {
    categories: Type.Array(MenuCategory, { maxItems: 60 }),
    items: Type.Array(MenuItem, { maxItems: 500 }),
    groups: Type.Array(OptionGroup, { maxItems: 100 }),
  },
  closed,
);

/** `GET /api/lines/:id/menu`. */
export const StoredMenu = Type.Object({
  /** Grows with every change; a `PUT` names the one that it changes. */
  revision: Type.Integer(),
  menu: Menu,
  /** Ids of items and options that are sold out now. */
  soldOut: Type.Array(MenuId),
});
export const MenuPut = Type.Object({ revision: Type.Integer({ minimum: 0 }), menu: Menu }, closed);

export const MenuFormat = Type.Union([Type.Literal("csv"), Type.Literal("json")]);
/** `POST /api/lines/:id/menu/import`: replaces the whole menu, or nothing when a line is wrong. */
export const MenuImport = Type.Object(
  {
    format: MenuFormat,
    text: Type.String({ maxLength: 1_000_000 }),
    /** true: only tells what is wrong. */
    dryRun: Type.Optional(Type.Boolean()),
  },
  closed,
);
/** What is wrong where; `line` counts from 1, null when no file was read. `at` is a column of CSV or a JSON pointer. */
export const MenuProblem = Type.Object({
  line: Type.Union([Type.Integer(), Type.Null()]),
  at: Type.String(),
  /** A key of the panel's texts. */
  code: Type.String(),
  /** In English, for the log and for developers. */
  message: Type.String(),
});
export const MenuImportReply = Type.Object({
  problems: Type.Array(MenuProblem),
  categories: Type.Integer(),
  items: Type.Integer(),
  groups: Type.Integer(),
  /** null: nothing was stored (`dryRun`, or problems). */
  revision: Type.Union([Type.Integer(), Type.Null()]),
});
export const MenuExport = Type.Object({ fileName: Type.String(), text: Type.String() });
export const StockPut = Type.Object({ soldOut: Type.Boolean() }, closed);

export type Menu = Static<typeof Menu>;
export type MenuCategory = Static<typeof MenuCategory>;
export type MenuItem = Static<typeof MenuItem>;
export type MenuOption = Static<typeof MenuOption>;
export type OptionGroup = Static<typeof OptionGroup>;
export type Allergen = Static<typeof Allergen>;
export type StoredMenu = Static<typeof StoredMenu>;
export type MenuPut = Static<typeof MenuPut>;
export type MenuFormat = Static<typeof MenuFormat>;
export type MenuImport = Static<typeof MenuImport>;
export type MenuProblem = Static<typeof MenuProblem>;
export type MenuImportReply = Static<typeof MenuImportReply>;
export type MenuExport = Static<typeof MenuExport>;
