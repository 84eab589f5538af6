/**
 * What Home Assistant's entities and devices are called. Home Assistant translates nothing that comes over MQTT, so it is
 * told in its own language. Nothing but names depends on it: ids are English and stay.
 */

export type NameLanguage = "en" | "fr";

/** The names that we have in the language of Home Assistant, a BCP 47 tag. */
export function nameLanguage(tag: string): NameLanguage {
  return /^fr\b/i.test(tag) ? "fr" : "en";
}

const FRENCH: Readonly<Record<string, string>> = {
  Connected: "Connexion",
  Ring: "Sonnette",
  Doorbell: "Sonnette",
  Calls: "Appels",
  "Call state": "État d'appel",
  "Last caller": "Dernier appelant",
  "Do not disturb": "Ne pas déranger",
  Registration: "Enregistrement",
  "Ring check": "Contrôle de sonnerie",
  "Orders by phone": "Commandes par téléphone",
  "Phone assistant": "Assistant téléphonique",
  "Kitchen printer": "Imprimante de cuisine",
  "Orders waiting": "Commandes en attente",
  Drafts: "Brouillons",
  "Orders today": "Commandes du jour",
  "Turnover today": "Chiffre d'affaires du jour",
  "Order not accepted": "Commande non acceptée",
  Order: "Commande",
  "No phone orders now": "Pause des commandes par téléphone",
  "Sold out": "Épuisé",
  Site: "Site",
  Door: "Porte",
  Unit: "Logement",
  Line: "Ligne",
  Menu: "Carte",
  menu: "carte",
  Panel: "Écran",
  Phone: "Téléphone",
  Gateway: "Passerelle",
};

/** An English name in that language; one that we have no word for stays as it is. */
export function nameIn(language: NameLanguage, name: string): string {
  return language === "fr" ? (FRENCH[name] ?? name) : name;
}
