/** The menu of a French pizzeria, to start from and to test with. Prices and allergens are made up. */
import type { Allergen, Menu, MenuCategory, MenuItem, MenuOption, OptionGroup } from "../../api/menu.ts";

const REDUCED = 1000;
const ALCOHOL = 2000;
const TAKE_AWAY_DRINK = 550;

function category(id: string, name: string, english: string): MenuCategory {
  return { id, name, names: { en: english }, available: [] };
}

function option(
  id: string,
  name: string,
  english: string,
  priceCents = 0,
  allergens: Allergen[] | null = [],
): MenuOption {
  return { id, name, names: { en: english }, priceCents, allergens };
}

function group(
  id: string,
  name: string,
  english: string,
  min: number,
  max: number,
  options: MenuOption[],
): OptionGroup {
  return { id, name, names: { en: english }, min, max, options };
}

type More = Partial<Pick<MenuItem, "description" | "gender" | "taxRate" | "groupIds" | "names" | "available">>;

function dishes(
  categoryId: string,
  common: More,
  rows: [id: string, name: string, cents: number, allergens: Allergen[] | null, more?: More][],
): MenuItem[] {
  return rows.map(([id, name, priceCents, allergens, more]) => ({
    id,
    categoryId,
    name,
    names: {},
    description: "",
    gender: null,
    priceCents,
    taxRate: REDUCED,
    allergens,
    groupIds: [],
    available: [],
    ...common,
    ...more,
  }));
}

const PIZZA: Allergen[] = ["gluten", "milk"];
const PASTA: Allergen[] = ["gluten", "eggs", "milk"];

const LUNCH = [0, 1, 2, 3, 4].map((day) => ({ fromMinute: day * 1440 + 660, toMinute: day * 1440 + 870 }));

export const SAMPLE_MENU: Menu = {
  categories: [
    category("entrees", "Entrées", "Starters"),
    category("salades", "Salades", "Salads"),
    category("pizzas", "Pizzas", "Pizzas"),
    category("pates", "Pâtes", "Pasta"),
    category("plats", "Plats", "Mains"),
    category("formules", "Formules", "Set menus"),
    category("desserts", "Desserts", "Desserts"),
    category("boissons", "Boissons", "Drinks"),
  ],
  groups: [
    group("taille", "la taille", "the size", 1, 1, [
      option("taille-normale", "normale", "regular"),
      option("taille-grande", "grande", "large", 300),
    ]),
    group("pate", "la pâte", "the crust", 0, 1, [
      option("pate-fine", "pâte fine", "thin crust"),
      option("pate-epaisse", "pâte épaisse", "thick crust", 100, ["gluten"]),
      option("pate-sans-gluten", "pâte sans gluten", "gluten-free crust", 250, null),
    ]),
    group("supplements", "les suppléments", "the extras", 0, 5, [
      option("sup-mozzarella", "mozzarella", "mozzarella", 150, ["milk"]),
      option("sup-chevre", "chèvre", "goat's cheese", 200, ["milk"]),
      option("sup-jambon", "jambon", "ham", 200),
      option("sup-chorizo", "chorizo", "chorizo", 200, ["milk"]),
      option("sup-champignons", "champignons", "mushrooms", 120),
      option("sup-olives", "olives", "olives", 100),
      option("sup-oeuf", "œuf", "egg", 120, ["eggs"]),
      option("sup-anchois", "anchois", "anchovies", 180, ["fish"]),
      option("sup-oignons", "oignons", "onions", 80),
      option("sup-roquette", "roquette", "rocket", 120),
    ]),
    group("cuisson", "la cuisson", "how it is cooked", 1, 1, [
      option("bleu", "bleu", "blue"),
      option("saignant", "saignant", "rare"),
      option("a-point", "à point", "medium"),
      option("bien-cuit", "bien cuit", "well done"),
    ]),
    group("accompagnement", "l'accompagnement", "the side dish", 1, 1, [
      option("frites", "frites", "chips"),
      option("haricots-verts", "haricots verts", "green beans"),
      option("salade-verte-acc", "salade verte", "green salad", 0, ["mustard"]),
      option("gratin", "gratin dauphinois", "potato gratin", 150, ["milk"]),
    ]),
    group("sauce", "la sauce", "the sauce", 0, 2, [
      option("sauce-poivre", "sauce au poivre", "pepper sauce", 100, ["milk"]),
      option("sauce-roquefort", "sauce au roquefort", "Roquefort sauce", 100, ["milk"]),
      option("mayonnaise", "mayonnaise", "mayonnaise", 0, ["eggs", "mustard"]),
      option("ketchup", "ketchup", "ketchup"),
    ]),
    group("parfums", "les parfums", "the flavours", 2, 2, [
      option("vanille", "vanille", "vanilla", 0, ["milk", "eggs"]),
      option("chocolat", "chocolat", "chocolate", 0, ["milk", "soybeans"]),
      option("fraise", "fraise", "strawberry"),
      option("citron", "citron", "lemon"),
      option("pistache", "pistache", "pistachio", 0, ["milk", "nuts"]),
    ]),
    group("boisson-formule", "la boisson", "the drink", 1, 1, [
      option("formule-eau", "une eau", "water"),
      option("formule-soda", "un soda", "a soft drink"),
      option("formule-biere", "une bière", "a beer", 150, ["gluten"]),
    ]),
  ],
  items: [
    ...dishes("entrees", {}, [
      [
        "soupe-oignon",
        "Soupe à l'oignon",
        750,
        ["gluten", "milk", "celery"],
        { gender: "f", names: { en: "Onion soup" } },
      ],
      ["bruschetta", "Bruschetta", 690, ["gluten"], { gender: "f" }],
      ["burrata", "Burrata", 1150, ["milk"], { gender: "f" }],
      ["carpaccio", "Carpaccio de bœuf", 1090, ["milk"], { gender: "m", names: { en: "Beef carpaccio" } }],
      [
        "planche-charcuterie",
        "Planche de charcuterie",
        1450,
        null,
        { gender: "f", names: { en: "Charcuterie board" } },
      ],
    ]),
    ...dishes("salades", { gender: "f" }, [
      ["salade-verte", "Salade verte", 490, ["mustard"], { names: { en: "Green salad" } }],
      [
        "salade-cesar",
        "Salade César",
        1290,
        ["gluten", "eggs", "fish", "milk", "mustard"],
        { names: { en: "Caesar salad" } },
      ],
      ["salade-nicoise", "Salade niçoise", 1250, ["eggs", "fish", "mustard"], { names: { en: "Niçoise salad" } }],
      [
        "salade-chevre-chaud",
        "Salade de chèvre chaud",
        1290,
        ["gluten", "milk", "mustard", "nuts"],
        { names: { en: "Goat's cheese salad" } },
      ],
    ]),
    ...dishes("pizzas", { gender: "f", groupIds: ["taille", "pate", "supplements"] }, [
      ["marinara", "Marinara", 950, ["gluten"], { description: "Tomate, ail, origan" }],
      ["margherita", "Margherita", 1050, PIZZA, { description: "Tomate, mozzarella, basilic" }],
      ["reine", "Reine", 1250, PIZZA, { description: "Tomate, mozzarella, jambon, champignons" }],
      [
        "quatre-fromages",
        "Quatre fromages",
        1390,
        PIZZA,
        { description: "Mozzarella, chèvre, gorgonzola, parmesan", names: { en: "Four cheese" } },
      ],
      ["calzone", "Calzone", 1350, ["gluten", "milk", "eggs"], { description: "Pizza soufflée, jambon, œuf" }],
      ["napolitaine", "Napolitaine", 1190, ["gluten", "milk", "fish"], { description: "Anchois, câpres, olives" }],
      ["vegetarienne", "Végétarienne", 1290, PIZZA, { description: "Légumes grillés", names: { en: "Vegetarian" } }],
      ["orientale", "Orientale", 1390, PIZZA, { description: "Merguez, poivrons, œuf" }],
      [
        "chevre-miel",
        "Chèvre miel",
        1390,
        PIZZA,
        { description: "Crème, chèvre, miel, noix", names: { en: "Goat's cheese and honey" } },
      ],
      [
        "saumon",
        "Saumon",
        1490,
        ["gluten", "milk", "fish"],
        { description: "Crème, saumon fumé, aneth", names: { en: "Salmon" } },
      ],
      ["diavola", "Diavola", 1390, PIZZA, { description: "Tomate, mozzarella, salami piquant" }],
      ["du-chef", "Pizza du chef", 1550, null, { description: "Selon l'humeur", names: { en: "Chef's pizza" } }],
    ]),
    ...dishes("pates", {}, [
      ["carbonara", "Spaghetti carbonara", 1290, PASTA, { gender: "m" }],
      ["bolognaise", "Tagliatelles bolognaise", 1250, ["gluten", "eggs", "celery"], { gender: "f" }],
      ["lasagnes", "Lasagnes", 1350, [...PASTA, "celery"], { gender: "f", names: { en: "Lasagne" } }],
      ["penne-arrabiata", "Penne arrabiata", 1150, ["gluten"], { gender: "f" }],
      [
        "gnocchi-gorgonzola",
        "Gnocchi au gorgonzola",
        1350,
        PASTA,
        { gender: "m", names: { en: "Gnocchi with gorgonzola" } },
      ],
      [
        "linguine-vongole",
        "Linguine aux palourdes",
        1590,
        ["gluten", "molluscs"],
        { gender: "f", names: { en: "Linguine with clams" } },
      ],
    ]),
    ...dishes("plats", {}, [
      [
        "entrecote",
        "Entrecôte grillée",
        2190,
        [],
        { gender: "f", groupIds: ["cuisson", "accompagnement", "sauce"], names: { en: "Grilled rib steak" } },
      ],
      [
        "burger",
        "Burger maison",
        1590,
        ["gluten", "milk", "eggs", "mustard", "sesame"],
        { gender: "m", groupIds: ["cuisson", "accompagnement", "sauce"], names: { en: "House burger" } },
      ],
      [
        "escalope-milanaise",
        "Escalope milanaise",
        1690,
        ["gluten", "eggs"],
        { gender: "f", groupIds: ["accompagnement"], names: { en: "Milanese escalope" } },
      ],
      [
        "moules-marinieres",
        "Moules marinières",
        1490,
        ["molluscs", "sulphites", "celery"],
        { gender: "f", groupIds: ["accompagnement"], names: { en: "Mussels" } },
      ],
      [
        "poulet-roti",
        "Poulet rôti",
        1490,
        [],
        { gender: "m", groupIds: ["accompagnement"], names: { en: "Roast chicken" } },
      ],
    ]),
    ...dishes("formules", { gender: "f", available: LUNCH, groupIds: ["boisson-formule"] }, [
      [
        "formule-midi-pizza",
        "Formule midi pizza",
        1390,
        PIZZA,
        { description: "Margherita ou Reine, boisson, café", names: { en: "Lunch pizza menu" } },
      ],
      [
        "formule-midi-pates",
        "Formule midi pâtes",
        1390,
        PASTA,
        { description: "Pâtes du jour, boisson, café", names: { en: "Lunch pasta menu" } },
      ],
    ]),
    ...dishes("desserts", {}, [
      ["tiramisu", "Tiramisu", 650, ["gluten", "eggs", "milk"], { gender: "m" }],
      ["panna-cotta", "Panna cotta", 590, ["milk"], { gender: "f" }],
      [
        "mousse-chocolat",
        "Mousse au chocolat",
        590,
        ["eggs", "milk", "soybeans"],
        { gender: "f", names: { en: "Chocolate mousse" } },
      ],
      ["creme-brulee", "Crème brûlée", 650, ["eggs", "milk"], { gender: "f" }],
      [
        "tarte-citron",
        "Tarte au citron",
        650,
        ["gluten", "eggs", "milk"],
        { gender: "f", names: { en: "Lemon tart" } },
      ],
      [
        "glace-deux-boules",
        "Glace deux boules",
        490,
        null,
        { gender: "f", groupIds: ["parfums"], names: { en: "Two scoops of ice cream" } },
      ],
    ]),
    ...dishes("boissons", { taxRate: TAKE_AWAY_DRINK }, [
      ["eau-plate", "Eau plate", 250, [], { gender: "f", names: { en: "Still water" } }],
      ["eau-gazeuse", "Eau gazeuse", 290, [], { gender: "f", names: { en: "Sparkling water" } }],
      ["cola", "Cola", 330, [], { gender: "m" }],
      ["limonade", "Limonade", 330, [], { gender: "f", names: { en: "Lemonade" } }],
      ["jus-orange", "Jus d'orange", 390, [], { gender: "m", names: { en: "Orange juice" } }],
      ["biere-pression", "Bière blonde", 450, ["gluten"], { gender: "f", taxRate: ALCOHOL, names: { en: "Lager" } }],
      [
        "vin-rouge",
        "Pichet de vin rouge",
        990,
        ["sulphites"],
        { gender: "m", taxRate: ALCOHOL, names: { en: "Carafe of red wine" } },
      ],
      [
        "vin-rose",
        "Pichet de vin rosé",
        990,
        ["sulphites"],
        { gender: "m", taxRate: ALCOHOL, names: { en: "Carafe of rosé" } },
      ],
      ["expresso", "Expresso", 200, [], { gender: "m" }],
    ]),
  ],
};
