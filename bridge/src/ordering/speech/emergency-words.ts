/**
 * Words that mean an emergency whatever the model makes of them. Only such as nobody says to order food: "au feu de bois" is
 * a pizza, "je suis au feu rouge" a caller on the way, "pouvez-vous m'aider" a question. The transcript may be wrong: a person who takes the call for nothing is no harm.
 */
import type { Menu } from "../../api/menu.ts";
import type { EmergencyKind } from "./sentences.ts";

const WORDS: readonly [EmergencyKind, RegExp][] = [
  [
    "medical",
    /\b(samu|ambulance|crise cardiaque|infarctus|arret cardiaque|avc|(il|elle|ne|bebe) respire (plus|pas)|(plus|pas|mal) a respirer|fai(t|s) un malaise|inconsciente?|overdose|(s'|m'|t')etouffe|en train de s'etouffer|perd(u)? (beaucoup de|tout son) sang|saigne (beaucoup|enormement)|choc anaphylactique|me suicider|heart attack|having a stroke|can'?t breathe|not breathing|unconscious|bleeding (badly|heavily)|choking)\b/,
  ],
  [
    "medical",
    /\b(perd(s|u)? connaissance|convuls(e|ions?)|crise d'epilepsie|evanoui(e|t)?|(je|il|elle|ca) saigne|(il|elle) (ne )?bouge plus|fai(t|s) (un arret|une (grosse |grave )?reaction allergique)|avale (de la javel|un produit|une pile|des medicaments)|(douleurs?|mal) (dans|a) la poitrine|vais me tuer|(il|elle) (va|est en train de) mourir(?! de )|il y a (un|une|des) blesse(e|s|es)?|il y a eu un (grave )?accident(?! de (livraison|caisse|cuisine)))\b/,
  ],
  [
    "medical",
    /\b(seizure|(has|have|she|he) (just )?(collapsed|fainted)|passed out|having an allergic reaction|chest pains?|(he|she|baby) is dying(?! (for|to|of hunger))|kill myself|there('s| has) been an accident|(is|i'm) bleeding|need an ambulance)\b/,
  ],
  [
    "fire",
    /\b((il )?y a le feu(?! (dans|a) (la|ma) bouche\b)|(?<!\b(cuite?s?|grillee?s?|suis|es|est|arretee?) )au feu(?! (de|du|rouge|vert|orange)\b)|le feu a pris|(four|restaurant) (est en feu|a pris feu|prend feu)|(maison|appartement|appart|cuisine|immeuble|voiture) ((est )?en feu|brule|a pris feu|prend feu)|incendie|pompiers|fuite de gaz|ca sent le gaz|ca brule chez|odeur de gaz|there( is|'?s) a fire(?! (pit|oven))|smells? (of )?gas|fire (brigade|department)|(house|kitchen|flat|building) is on fire|gas leak)\b/,
  ],
  [
    "police",
    /\b(appel(ez|le)[- ](la )?(police|gendarmes|gendarmerie)|on m'agresse|(m'agresse|se fait agresser|suis fait agresser)|il a (un couteau|une arme|un pistolet|un fusil)|(homme|mec|type|gars|quelqu'un) avec (un fusil|un pistolet|une arme)\b|(s'est|se fait|nous sommes|suis) fait braquer|cambriol(age|e|er|eurs?)|(?<!c'est (du|un) )braquage|me frappe|(il|elle) (la|le) frappe|veut me tuer|me menace|on m'attaque|(quelqu'un|un homme|il) (est entre|essaie d'entrer|a force la porte)|besoin (de la police|des gendarmes)|(call|need|send) the police|(someone|somebody) (broke|is breaking) in(to)?|is (hitting|beating) me|he has a (knife|gun)|being attacked|being robbed)\b/,
  ],
  [
    "any",
    /\b(au secours|c'est une urgence|urgence vitale|appel(ez|le)[- ](les |des )?(secours|urgences)|it'?s an emergency|a l'aide(?! d))/,
  ],
  [
    // "Vous m'appelez le 18 ?", "le 15 décembre": a day.
    "any",
    /(?<!\b(vous|m'))(?<!\bvous m')\bappel(ez|le) (vite )?(le |au )?(15|17|18|112|114|quinze|dix-sept|dix-huit)\b(?! (janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|rue|avenue|heures?|h)\b)|\b(call|dial) (911|999|112)\b|\bhelp[,!]* help\b|^help me( please)?\W*$/,
  ],
  [
    "medical",
    /\b(s'est (etouffee?|noyee?|electrocutee?|pendue?)|respire (a peine|tres mal)|(il|elle|ne) (se releve|reagit) (pas|plus)|(il|elle) (ne )?repond (plus|pas),? (il|elle) est par terre|(elle|il|femme|mari|mere|pere|fils|fille|dame|monsieur) est tombee? dans les pommes|c(oe|œ)ur (ne )?(bat plus|s'est arrete)|(pere|mere|mari|femme|fils|fille|bebe|il|elle) s'est effondree?|je veux (mourir|en finir)(?! avec)|(s'est|me suis) ouvert les veines|trop de medicaments|choc allergique|(train d'|va |vient d')accoucher(?! d)|perdu les eaux|par terre,? inanimee?|(pieton|cycliste|quelqu'un|enfant|dame|monsieur|il|elle|homme|femme) (s'est fait|vient de se faire) renverser|(j'ai|on a|il a|elle a|vient d'avoir) eu un (grave )?accident(?! de (livraison|caisse|cuisine|parcours)))\b/,
  ],
  [
    "fire",
    /\b((est|sont) en flammes|(friteuse|hotte|poele|four|poubelle|garage|toit|chambre|salon|voisin|cuisine|moteur) (a pris feu|prend feu)|fumee partout|plein de fumee|explosion (de gaz|chez|dans)|is in flames|(caught|catches) fire)\b/,
  ],
  [
    "police",
    /\b((homme|mec|type|quelqu'un|gars) (me|nous) suit|(mari|copain|pere|voisin|il) me bat(?! (froid|a|au|aux)\b)|(il|elle) (va|vont) (me|nous|la|le) tuer(?! (si|quand|de)\b)|il y a (un|des) morts?(?! de\b)|coups de feu|fusillade|prise d'otages?|nous a tire dessus|(on|ils?) nous (cambriole|attaque)(nt)?|gunshots?|is following me)\b/,
  ],
  [
    "any",
    /\b(aidez[- ](moi|nous),? (vite|je vous en (prie|supplie))|(faites venir|envoyez)([- ](moi|nous))? (les secours|la police|les pompiers|une ambulance|quelqu'un,? vite)|il (me |nous )?faut (les secours|une ambulance|la police))\b/,
  ],
  [
    "medical",
    /\b(poignarde(e|r)?|(avale|bu) (de l'eau de|la) javel|en train de se noyer|se noie|(me suis|s'est) electrocute|(femme|elle) accouche(?! (dans|en|le|la|au|bientot)\b)|respire presque (plus|pas)|est tombee?( \w+){0,4} (elle |il )?ne (repond|bouge|reagit) (plus|pas))\b/,
  ],
  [
    // Of whoever speaks neither of our languages: the shortest cries.
    "any",
    /\b(socorro|hilfe|aiuto|notfall|notarzt|krankenwagen|feuerwehr|es brennt|una emergencia|un'emergenza|ambulancia|ambulanza|bomberos)\b|\bayuda\b ?!/,
  ],
];

/** "12 rue des Pompiers", "à côté des pompiers": where somebody is, and no cry for help. */
const PLACE =
  /\b(?:rue|avenue|place|boulevard|impasse|chemin|allee|quai|caserne|a cote|en face|pres|derriere|devant|(?:on est|suis|sommes|travaille) au)(?: (?:de|des|du|la|le|les|l'|d'|sapeurs|caserne))*[ -](?:sapeurs-?)?(?:pompiers?|samu)\b|\bfire brigade (?:lane|road|street|station)\b/g;

/** The kind of emergency that the words tell of; null: none. Names of the menu and of places are not looked at. */
export function emergencyIn(text: string, menu: Pick<Menu, "items" | "groups">): EmergencyKind | null {
  const names = [...menu.items, ...menu.groups.flatMap(({ options }) => options)].map(({ name }) => fold(name));
  // Only a name that would be taken for one: most menus have none.
  const mistaken = names.filter((name) => kindOf(name) !== null);
  const article = /\b(?:une?|deux|trois|quatre|la|les?|pizzas?|menus?|an?|two|three) $/;
  const rest = mistaken.reduce(
    (words, name) => words.replaceAll(name, (found, at: number) => (article.test(words.slice(0, at)) ? "" : found)),
    fold(text).replaceAll(PLACE, ""),
  );
  return kindOf(rest);
}

function kindOf(folded: string): EmergencyKind | null {
  return WORDS.find(([, words]) => words.test(folded))?.[0] ?? null;
}

function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[’`]/g, "'").toLowerCase();
}
