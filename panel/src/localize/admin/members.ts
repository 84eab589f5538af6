/** Who lives where, and who works at the desk. */
export const en = {
  "members.search": "People",
  "members.none":
    "Nobody to show. Neolia lists Home Assistant's users here, once it runs as an app of Home Assistant and may read them. Add people in Home Assistant under Settings, People.",
  "members.unknown":
    "Home Assistant's list of users cannot be read at the moment, so there are no names. What is linked here still holds.",
  "members.choose": "Choose somebody to say which units are theirs.",
  "members.gone": "No longer in Home Assistant",
  "members.goneMore":
    "Home Assistant does not know this user any more, or lets nobody in by it. What is linked here does nothing.",
  "members.forget": "Remove what is linked",
  "members.forgotten": "Removed.",
  "members.administrator": "Administrator",
  "members.administratorMore": "Sees and manages everything in Neolia, whatever is chosen here.",
  "members.noUnit": "No unit yet",
  "members.deskChip": "Order desk",
  "members.units": "Units",
  "members.unitsHint": "This person sees the doors, calls and messages of these units, and of no others.",
  "members.noUnits": "No unit yet. Until there is one, this person sees that they should ask you.",
  "members.add": "Add a unit",
  "members.addHint": "Type a number or a building.",
  "members.added": "{name} now has {unit}.",
  "members.drop": "Take {unit} away from {name}",
  "members.dropped": "{unit} was taken away from {name}.",
  "members.desk": "Works at the restaurant's desk",
  "members.deskHint": "Sees the orders and the menu, and no units but the ones above.",
  "members.deskOn": "{name} works at the desk now.",
  "members.deskOff": "{name} no longer works at the desk.",
  "members.saving": "Saving…",
  "members.saved": "Saved",
} as const;

export const fr: Record<keyof typeof en, string> = {
  "members.search": "Personnes",
  "members.none":
    "Personne à afficher. Neolia liste ici les utilisateurs de Home Assistant, dès qu’il en est une application et peut les lire. Ajoutez des personnes dans Home Assistant sous Paramètres, Personnes.",
  "members.unknown":
    "La liste des utilisateurs de Home Assistant ne peut pas être lue pour le moment : les noms manquent. Ce qui est attribué ici reste valable.",
  "members.choose": "Choisissez une personne pour dire quels logements sont les siens.",
  "members.gone": "N’est plus dans Home Assistant",
  "members.goneMore":
    "Home Assistant ne connaît plus cet utilisateur, ou ne le laisse plus entrer. Ce qui est attribué ici est sans effet.",
  "members.forget": "Retirer ce qui est attribué",
  "members.forgotten": "Retiré.",
  "members.administrator": "Administrateur",
  "members.administratorMore": "Voit et gère tout dans Neolia, quel que soit le choix fait ici.",
  "members.noUnit": "Aucun logement",
  "members.deskChip": "Commandes",
  "members.units": "Logements",
  "members.unitsHint": "Cette personne voit les portes, appels et messages de ces logements, et d’aucun autre.",
  "members.noUnits": "Aucun logement pour l’instant. D’ici là, cette personne lit qu’elle doit s’adresser à vous.",
  "members.add": "Ajouter un logement",
  "members.addHint": "Saisissez un numéro ou un bâtiment.",
  "members.added": "{name} a maintenant {unit}.",
  "members.drop": "Retirer {unit} à {name}",
  "members.dropped": "{unit} a été retiré à {name}.",
  "members.desk": "Travaille au poste de commande du restaurant",
  "members.deskHint": "Voit les commandes et la carte, et aucun logement hormis ceux ci-dessus.",
  "members.deskOn": "{name} travaille maintenant au poste de commande.",
  "members.deskOff": "{name} ne travaille plus au poste de commande.",
  "members.saving": "Enregistrement…",
  "members.saved": "Enregistré",
};
