/** Menus of other restaurants: halves, scoops, dishes of one name, numbers in names, prices of nothing and of thousands, times of other days. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Menu } from "../../bridge/src/api/menu.ts";
import { type Restaurant, restaurant } from "./restaurant.ts";

const MENU: Menu = {
  categories: [
    { id: "pizzas", name: "Pizzas", names: { en: "Pizzas" }, available: [] },
    { id: "desserts", name: "Desserts", names: {}, available: [] },
    { id: "menus", name: "Menus", names: {}, available: [] },
  ],
  groups: [
    group("moities", "les deux moitiés", 2, 2, ["m-reine", "m-calzone", "m-chevre"]),
    group("parfums", "trois boules", 3, 3, ["vanille", "chocolat", "citron"]),
    group("supplements", "suppléments", 0, 3, ["fromage", "olives", "anchois"], 150),
    group("pate", "la pâte", 1, 1, ["fine", "epaisse"]),
  ],
  items: [
    item("duo", "pizzas", "Moitié-moitié", 1400, ["moities", "supplements"]),
    item("quatre", "pizzas", "Pizza 4 fromages", 1250, ["pate"]),
    item("maison-p", "pizzas", "Maison", 1100, []),
    item("maison-d", "desserts", "Maison", 600, []),
    item("coupe", "desserts", "Coupe glacée", 750, ["parfums"]),
    item("menu-2", "menus", "Menu 2", 1990, [], 550),
    item("pain", "menus", "Pain", 0, []),
    item("caviar", "menus", "Caviar", 234_550, [], 2000),
  ],
};

function group(id: string, name: string, min: number, max: number, options: string[], priceCents = 0) {
  const option = (one: string) => ({ id: one, name: one, names: {}, priceCents, allergens: null });
  return { id, name, names: {}, min, max, options: options.map(option) };
}

function item(id: string, categoryId: string, name: string, priceCents: number, groupIds: string[], taxRate = 1000) {
  const fixed = { names: {}, description: "", gender: null, allergens: null, available: [] };
  return { id, categoryId, name, priceCents, taxRate, groupIds, ...fixed };
}

let luigi: Restaurant;
beforeEach(async () => {
  luigi = await restaurant();
  const { revision } = luigi.ordering.menus.get(luigi.line.id);
  luigi.ordering.menus.put(luigi.line.id, { revision, menu: MENU });
});
afterEach(() => luigi.close());

const board = () => luigi.ordering.boards.board(luigi.line.id);

test("two scoops of one flavour and one of another, two halves alike: an option is taken as often as it is named, and costs as often", () => {
  const { tool, heardAndAnswered } = luigi.call();
  const scoops = tool("add_item", { item_id: "coupe", quantity: 1, option_ids: ["vanille", "vanille", "chocolat"] });
  assert.deepEqual([scoops.problem, scoops.state], [null, "intake"]);
  assert.match(scoops.say.text, /Coupe glacée avec deux fois vanille et chocolat/);
  const duo = tool("add_item", {
    item_id: "duo",
    quantity: 1,
    option_ids: ["m-reine", "m-reine", "fromage", "fromage", "olives"],
  });
  assert.deepEqual([duo.problem, duo.totalCents], [null, 750 + 1400 + 3 * 150]);
  tool("set_details", { name: "Paul", pickup_time: "asap" });
  const said = tool("read_back");
  assert.match(said.say.text, /deux fois m-reine, deux fois fromage et olives/);
  heardAndAnswered(said);
  assert.equal(tool("confirm_order").problem, null);
  assert.equal(board().orders[0]?.cart.totalCents, 2600);
});

test("more of a choice than it takes is refused, fewer are asked for, and the same one twice where one is chosen is that one", () => {
  const { tool, call } = luigi.call();
  const four = ["vanille", "vanille", "vanille", "citron"];
  assert.equal(tool("add_item", { item_id: "coupe", quantity: 1, option_ids: four }).problem, "too_many_options");
  const two = tool("add_item", { item_id: "coupe", quantity: 1, option_ids: ["vanille", "citron"] });
  assert.deepEqual([two.problem, two.state], [null, "clarify"]);
  assert.match(two.say.text, /trois boules/);
  tool("remove_line", { line: 1 });
  tool("add_item", { item_id: "quatre", quantity: 1, option_ids: ["fine", "fine"] });
  assert.deepEqual(
    call.cart().lines[0]?.options.map(({ optionId }) => optionId),
    ["fine"],
  );
});

test("a dish whose every choice is sold out is sold out itself; while one is left, that one is offered", () => {
  const soldOut = (id: string, is = true) => luigi.ordering.menus.setSoldOut(luigi.line.id, id, is);
  soldOut("fine");
  const { tool } = luigi.call();
  assert.match(tool("add_item", { item_id: "quatre", quantity: 1 }).say.text, /la pâte : epaisse \?/);
  soldOut("epaisse");
  assert.equal(tool("add_item", { item_id: "quatre", quantity: 1 }).problem, "sold_out");
  soldOut("epaisse", false);
  tool("add_item", { item_id: "quatre", quantity: 1 });
  soldOut("epaisse");
  assert.match(
    tool("set_details", { name: "Paul", pickup_time: "asap" }).say.text,
    /il n'y a plus de Pizza 4 fromages/,
  );
});

test("two dishes of one name are told apart by their category, in what is found, read back and cooked", () => {
  const { tool, heardAndAnswered } = luigi.call();
  const found = JSON.parse(tool("find_items", { words: "maison" }).forModel) as { found: { name: string }[] };
  assert.deepEqual(
    found.found.map(({ name }) => name),
    ["Maison (Pizzas)", "Maison (Desserts)"],
  );
  tool("add_item", { item_id: "maison-d", quantity: 2 });
  tool("set_details", { name: "Paul", pickup_time: "asap" });
  const said = tool("read_back");
  assert.match(said.say.text, /deux Maison \(Desserts\)/);
  heardAndAnswered(said);
  tool("confirm_order");
  assert.equal(board().orders[0]?.cart.lines[0]?.name, "Maison (Desserts)");
});

test("the dishes of a category are found by its name, when no dish is called so", () => {
  const { tool } = luigi.call();
  assert.equal(tool("find_items", { words: "vos desserts" }).say.text, "Maison (Desserts) ou Coupe glacée");
  assert.equal(tool("find_items", { words: "pizza" }).say.text, "Pizza 4 fromages");
  assert.equal(tool("find_items", { words: "ouistiti" }).problem, "not_found");
});

test("numbers in names, a price of nothing, one of thousands and several taxes: totals and taxes are right to the cent", () => {
  luigi.settings({ maxTotalCents: 1_000_000 });
  const { tool, heardAndAnswered } = luigi.call();
  tool("add_item", { item_id: "quatre", quantity: 4, option_ids: ["fine"] });
  tool("add_item", { item_id: "menu-2", quantity: 2 });
  tool("add_item", { item_id: "pain", quantity: 3 });
  tool("add_item", { item_id: "caviar", quantity: 1 });
  tool("set_details", { name: "Paul", pickup_time: "asap" });
  const said = tool("read_back");
  assert.deepEqual(said.say.cents, [5000 + 3980 + 234_550]);
  assert.match(said.say.text, /quatre Pizza 4 fromages avec fine, deux Menu 2, trois Pain, un Caviar/);
  assert.match(said.say.text, /deux mille quatre cent trente-cinq euros trente/);
  heardAndAnswered(said);
  assert.equal(tool("confirm_order").problem, null);
  assert.deepEqual(board().orders[0]?.taxes, [
    { rate: 550, totalCents: 3980, taxCents: 207 },
    { rate: 1000, totalCents: 5000, taxCents: 455 },
    { rate: 2000, totalCents: 234_550, taxCents: 39_092 },
  ]);
});

test("what costs nothing can be ordered alone", () => {
  const { tool, heardAndAnswered } = luigi.call();
  tool("add_item", { item_id: "pain", quantity: 1 });
  tool("set_details", { name: "Paul", pickup_time: "asap" });
  const said = tool("read_back");
  assert.match(said.say.text, /Le total est de zéro euro\./);
  heardAndAnswered(said);
  assert.equal(tool("confirm_order").problem, null);
});

test("a collection on another day is said with its day: in the offer, the read-back and the confirmation", () => {
  // Saturday 18:00; the kitchen opens at noon on Sunday and on Tuesday.
  const noon = (day: number) => ({ fromMinute: day * 1440 + 720, toMinute: day * 1440 + 840 });
  const now = { fromMinute: 5 * 1440, toMinute: 5 * 1440 + 1085 };
  luigi.settings({ hours: [now, noon(6), noon(1)], aheadHours: 72 });
  const { tool, heardAndAnswered } = luigi.call();
  assert.equal(
    tool("pickup_times").say.text,
    "Vous pouvez venir demain à midi, à douze heures dix, à douze heures vingt ou à douze heures trente.",
  );
  tool("add_item", { item_id: "pain", quantity: 1 });
  tool("set_details", { name: "Paul", pickup_time: "asap" });
  const said = tool("read_back");
  assert.match(said.say.text, / À retirer demain à midi\./);
  heardAndAnswered(said);
  assert.match(tool("confirm_order").say.text, /Elle sera prête demain à midi\./);
  luigi.settings({ hours: [now, noon(1)] });
  luigi.wait(60_000);
  const later = luigi.call();
  later.call.speak("en");
  assert.match(later.tool("pickup_times").say.text, /^You can come on Tuesday at noon, at twelve ten p\.m\./);
  luigi.settings({ hours: [{ ...now, toMinute: now.toMinute + 4 * 60 }, noon(6)] });
  assert.match(later.tool("pickup_times").say.text, /^You can come at six thirty p\.m\., at six forty/);
});

test("after midnight the same night is no other day; the next noon is", () => {
  luigi.wait(5 * 3_600_000 + 40 * 60_000);
  const { tool } = luigi.call();
  tool("add_item", { item_id: "pain", quantity: 1 });
  // Saturday 23:40.
  tool("set_details", { name: "Paul", pickup_time: "00:30" });
  assert.match(tool("read_back").say.text, / À retirer à zéro heures? trente\./);
  tool("set_details", { pickup_time: "12:00" });
  assert.match(tool("read_back").say.text, / À retirer demain à midi\./);
});

test("a yes to another question places nothing: the order is heard again, and the yes after it counts", () => {
  for (const question of ["Vous êtes toujours là ?", "Désirez-vous une boisson avec cela ?"]) {
    const { call, tool, heardAndAnswered } = luigi.call();
    tool("add_item", { item_id: "pain", quantity: 1 });
    tool("set_details", { name: "Paul", pickup_time: "asap" });
    const said = tool("read_back");
    call.said(said.say.text);
    call.playedToEnd(said.say.mark ?? "");
    call.said(question);
    luigi.wait(9_000);
    call.callerTurn({ beganAtMs: luigi.now() });
    const early = tool("confirm_order");
    assert.deepEqual([early.problem, early.say.text], ["not_played", said.say.text]);
    call.said(early.say.text);
    heardAndAnswered(early);
    assert.equal(tool("confirm_order").problem, null);
  }
  assert.equal(board().orders.length, 2);
});

test("a yes that comes at once, and a model that then asks something of its own, is still a yes", () => {
  const { call, tool, heardAndAnswered } = luigi.call();
  tool("add_item", { item_id: "pain", quantity: 1 });
  tool("set_details", { name: "Paul", pickup_time: "asap" });
  heardAndAnswered(tool("read_back"));
  call.said("Je valide, d'accord ?");
  assert.equal(tool("confirm_order").problem, null);
});

test("who speaks into every read-back is not read to for ever: the third time a person takes the call", () => {
  const { call, tool } = luigi.call();
  tool("add_item", { item_id: "pain", quantity: 1 });
  tool("set_details", { name: "Paul", pickup_time: "asap" });
  tool("read_back");
  for (const step of ["go-on", "go-on", "hand-over"]) {
    luigi.wait(2_000);
    call.callerTurn({ beganAtMs: luigi.now() });
    assert.equal(tool("confirm_order").step.type, step);
  }
  call.end({ reason: "handed-over", costCents: 1 });
  assert.deepEqual([board().orders.length, board().drafts.length], [0, 1]);
});

test("words of an emergency in many ways are one, and what only sounds like it is none", () => {
  const kinds: Record<string, readonly string[]> = {
    none: [
      "un feu d'artifice de saveurs",
      "c'est cuit au feu de bois ?",
      "la pizza est cuite au feu ?",
      "je suis au feu rouge, j'arrive dans cinq minutes",
      "il n'y a pas le feu, prenez votre temps",
      "c'est du braquage, vos prix !",
      "un café frappé, non, le frappé à la vanille",
      "je meurs de faim, c'est une tuerie vos burgers",
      "votre four brûle les pizzas",
      "un poulet samouraï avec sauce samouraï",
      "avec l'aide de ma fille, à l'aide d'une carte",
      "ma fille est ambulancière",
      "mon frère est pompier",
      "vous m'appelez le 18 ?",
      "je vous appelle le 15 décembre",
      "rappelez le 15 de la liste",
      "je vais mourir de faim",
      "il va mourir de rire",
      "il y a eu un accident de livraison la dernière fois",
      "I'm dying for a pizza",
      "can you help me choose?",
      "je ne bouge plus de chez moi",
      "une cuisson saignante",
      "je suis tombé sur votre répondeur",
      "une tarte, celle qui tombe dans les pommes d'amour",
      "ma femme va me tuer si j'oublie les frites",
      "le Coca a été renversé, la dernière fois",
      "un bœuf à l'étouffée, et du poulet fumé",
      "des œufs pochés avec une réaction en chaîne de piment",
      "c'est pour les urgences de l'hôpital, un menu",
    ],
    emergency: [
      "y a le feu chez moi !",
      "au feu, au feu !",
      "la maison est en feu",
      "ma cuisine brûle, venez vite",
      "il y a une odeur de gaz",
      "mon mari fait un malaise",
      "elle respire plus, aidez-moi",
      "mon père a du mal à respirer",
      "il s'étouffe avec une olive",
      "je crois que c'est un AVC",
      "il perd beaucoup de sang",
      "appelez-les, appelez les secours",
      "appelez la police, on m'agresse",
      "il y a un cambrioleur dans la maison",
      "il veut me tuer",
      "my kitchen is on fire",
      "he is not breathing",
      "ma femme a perdu connaissance",
      "mon fils convulse",
      "il fait une crise d'épilepsie",
      "il y a eu un accident, il y a un blessé",
      "appelez le 15, vite",
      "appelez le dix-huit",
      "il s'est évanoui",
      "elle saigne de la tête",
      "il a avalé de la javel",
      "il ne bouge plus",
      "j'ai une douleur dans la poitrine",
      "il fait une réaction allergique",
      "je vais me tuer",
      "il est en train de mourir",
      "ça brûle chez moi",
      "ça sent le gaz",
      "quelqu'un est entré chez moi",
      "j'ai besoin de la police",
      "call 911",
      "my wife has collapsed",
      "he is having a seizure",
      "there's been an accident",
      "I have chest pains",
      "there is a fire",
      "I smell gas",
      "I need the police",
      "someone broke into my house",
      "my husband is hitting me",
      "help me please!",
      "mon fils s'est étouffé avec un os",
      "elle respire à peine",
      "ma mère est tombée, elle ne se relève pas",
      "ma femme est tombée dans les pommes",
      "son cœur ne bat plus",
      "il ne réagit plus",
      "il ne répond plus, il est par terre",
      "je veux en finir",
      "elle s'est ouvert les veines",
      "il a pris trop de médicaments",
      "c'est un choc allergique, il gonfle",
      "ma femme est en train d'accoucher",
      "elle a perdu les eaux",
      "il s'est électrocuté",
      "ma cuisine est en flammes",
      "la friteuse a pris feu",
      "il y a de la fumée partout",
      "un homme me suit",
      "mon mari me bat",
      "il va me tuer",
      "il y a un mort",
      "il y a une fusillade, on entend des coups de feu",
      "aidez-moi, vite",
      "faites venir les secours",
      "il faut une ambulance",
      "j'ai eu un accident de voiture",
      "un piéton s'est fait renverser",
    ],
  };
  for (const [kind, sentences] of Object.entries(kinds)) {
    for (const words of sentences) {
      const { call } = luigi.call();
      call.heard(words);
      assert.equal(call.state(), kind === "none" ? "intake" : "handed-over", words);
      call.end({ reason: "caller-hung-up", costCents: 0 });
    }
  }
});
