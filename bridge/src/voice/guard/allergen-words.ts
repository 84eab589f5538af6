/** The words, French and English, by which talk about allergens is known, as `plainWords` writes them. */

/** Words that are said of allergens, and of who must not have them, and of nothing else; some of other languages too. */
const ONLY =
  "gluten\\w*|lactose\\w*|(hypo)?allerg\\w*|intoleran\\w*|arachides?|cacah?o?u?et+es?|fruits? a coque|produits? laitiers?|sulfites?|lupin|mollusques?|crustaces?|peanuts?|tree nuts|dairy|sulphites?|molluscs?|shellfish|coeliaques?|celiaques?|coeliacs?|celiacs?|vegan\\w*|vegetalien\\w*|traces?|glutine|laktose\\w*|lattosio|(erd|hasel|wal)?nusse?\\w*|frutos secos|frutta secca";
/** Food that is one as well: a claim only where something is said to be in a dish, or not to be. */
const FOOD =
  "lait|oeufs?|poissons?|noix|noisettes?|amandes?|pistaches?|cajou|pecan|soja|celeri|moutarde|sesame|milk|eggs?|fish|nuts?|walnuts?|hazelnuts?|almonds?|cashews?|pistachios?|soy|soya|celery|mustard";
/** Food that holds one: that it is in a dish is a description, that it is not is a claim. */
const HOLDS_ONE = "fromages?|beurre|creme|ble|farine|crevettes?|cheese|butter|cream|wheat|flour|shrimps?|prawns?";

export const INSIDE = new RegExp(
  [
    "\\b(contien(t|nent)|contenir|contain(s|ing)?|comprend|comporte\\w*|renferme\\w*|presence|y (en )?a|dedans|a base de?|utilis\\w+|uses?)\\b",
    "\\b(there('s| is| are)|in it|(it|they) ha(s|ve)|elles? (a|ont))\\b",
    "\\b(faite?s?|prepare\\w*|made|comes?|served) (avec|with)\\b",
    // "C'est noté, sans œuf" is an order.
    "\\b(est|sont|is|are|it's|faite?s?|made)( (?!note|entendu|compris)\\w+){0,2} (sans|without)\\b",
    "\\bgaranti\\w* (sans|without)\\b",
    "\\b(atelier|cuisine|four|friteuse|local|kitchen|oven|fryer) (sans|without)\\b",
    `\\b(${FOOD}|${HOLDS_ONE}) free\\b`,
  ].join("|"),
);
export const NOT =
  /\b(pas|sans|aucune?|ni|zero|exempte?|jamais|point|sauf|hormis|seulement|uniquement|no|not|none|never|without|free|except|only|just|cannot|\w+n't|sin|senza|ohne|keine?|\w+frei|sem)\b|\b(contien(t|nent)|a) qu(e|')|\brien d'autre\b|\bnothing else\b|\bnon$/;
/** Said of no allergen, and a claim of all of them. */
export const SAFE =
  /\b(sans|aucune?|pas de) (risques?|danger|crainte)\b|\bsafely\b|\bsafe (for|to)\b|\b(is|are|it's|perfectly) safe\b|\bno risk\b|\brisques? (est |sont )?(nuls?|zero)\b|\b(pas d'|aucune )inquietude (pour|avec|sur) (le|la|les|l'|votre|vos)\b/;
export const RECOMMENDS =
  /\b(parfait\w*|ideal\w*|mange\w*|conv(ient|iennent|iendra)|recommande|conseille|c'est bon|tranquille|perfect|fine|eat\w*|suitable|recommend|suggest|ok|okay|great)\b/;

export const KNOWS_NOT =
  /\b(je|on|nous) (ne |n')?(peux|peut|pouvons|sais|savons|connais) pas\b|\b(i|we) (cannot|can't|do not|don't|can not) (tell|know|say|be)\b/;
export const ASKS =
  /\b(verifie|regarde|cherche|demandez|sais|savoir|dire|check|look|ask|asking|tell|know|say|sure|confirm\w*|guarantee|garantir)\b/;
export const LOOKS = /\bje (verifie|regarde|cherche)\b|\b(let me|i'll|i will) (check|look)\b/;
export const OF_THE_CALLER =
  /\b(vous (etes|avez)|allergi(e|que)s? (a|au|aux)|allerg(y|ic) to|votre|vos|(avez|auriez) vous|(pour|sur|concernant) les allergenes|personnel|your|do you have|you are|you're|about allergens|staff)\b/;
export const IF = /\b(?:si|s'ils?|whether|if)\b/;
export const ANSWERS = /\b(oui|non|yes|mais|but)\b/;

export const only = new RegExp(`\\b(${ONLY})\\b`, "g");
export const any = new RegExp(`\\b(${ONLY}|${FOOD})\\b`, "g");
export const holdsOne = new RegExp(`\\b(${HOLDS_ONE})\\b`);
