/**
 * Headings and cells as a French installer writes them. English is what we write ourselves and what documents name; these
 * are understood as well, and a dry run says how. No French word stands for two things of one kind of file.
 */

/** Written as `plainWord` gives them. */
export interface FrenchWords {
  /** Column → what it may be called. */
  headings: Readonly<Record<string, readonly string[]>>;
  /** Column → what a cell of it means → what may stand there. Cells of other columns are taken as they are. */
  cells: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

const ENABLED = ["active", "activee", "actif", "peut se connecter"];

export const UNIT_WORDS: FrenchWords = {
  headings: {
    building: ["batiment", "immeuble"],
    number: ["numero", "numero ou nom", "n°"],
    kind: ["type", "genre"],
    name: ["nom sip"],
  },
  cells: { kind: { unit: ["logement", "appartement"], door: ["porte"] } },
};

export const ACCOUNT_WORDS: FrenchWords = {
  headings: {
    username: ["nom d'utilisateur", "nom d'utilisateur sip", "identifiant"],
    type: ["type d'appareil"],
    label: ["nom de l'appareil", "libelle", "nom"],
    place: ["rattache a", "emplacement"],
    enabled: ENABLED,
    vendor: ["fabricant", "marque"],
    model: ["modele"],
    mac: ["adresse mac"],
    note: ["remarque"],
  },
  cells: {
    type: {
      panel: ["ecran mural", "ecran"],
      mobile: ["telephone"],
      door: ["platine de porte", "platine", "porte"],
      gateway: ["passerelle"],
    },
  },
};

export const RULE_WORDS: FrenchWords = {
  headings: {
    unit: ["logement"],
    position: ["ordre", "rang"],
    source_pattern: ["appelant", "qui appelle"],
    action: ["ce qui se passe"],
    target_sip_uri: ["cible", "ou"],
    ring_seconds: ["secondes", "duree de sonnerie"],
    schedule: ["horaires", "horaire"],
    enabled: ENABLED,
  },
  cells: {
    action: {
      ring: ["sonner", "faire sonner"],
      forward: ["renvoi", "renvoyer", "transferer"],
      voicemail: ["messagerie", "message"],
    },
  },
};

/** null: no column is called so. */
export function columnCalled({ headings }: FrenchWords, heading: string): string | null {
  return meaningOf(headings, heading);
}

/** What the cell means; the cell itself where no French word is known. */
export function cellMeant({ cells }: FrenchWords, column: string, cell: string): string {
  const words = Object.hasOwn(cells, column) ? cells[column] : undefined;
  return words === undefined ? cell : (meaningOf(words, cell) ?? cell);
}

function meaningOf(words: Readonly<Record<string, readonly string[]>>, text: string): string | null {
  const word = plainWord(text);
  return Object.keys(words).find((meaning) => words[meaning]?.includes(word)) ?? null;
}

/** As words are compared: without case and accents, one kind of apostrophe and of space, `_` for a space. */
function plainWord(text: string): string {
  const folded = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return folded
    .replace(/[’ʼ]/g, "'")
    .replace(/[\s_]+/g, " ")
    .trim();
}
