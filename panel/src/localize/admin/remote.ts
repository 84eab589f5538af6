/** Several sites, and managing one from elsewhere. */
export const en = {
  "settings.sites": "Several sites",
  "settings.sitesHint": "Make a second site in this Neolia, or manage one that is elsewhere.",
  "settings.access": "Remote management",
  "settings.accessHint": "Let an installer manage this site from their own Neolia, for a time.",
  "site.gone": "This site is not there any more",

  "access.intro":
    "An installer can manage this site from their own Neolia, over the server, until you end it or its time is over. They see buildings, units, doors, rules, devices, health and this site's log; not residents, calls or the restaurant. Whatever they do stands in the log under their name.",
  "access.new": "Allow somebody",
  "access.whom": "Whom",
  "access.whomHint": "The name that stands in the log, for example Dupont Electric.",
  "access.forHowLong": "For how long",
  "access.hours8": "8 hours",
  "access.hours24": "1 day",
  "access.hours72": "3 days",
  "access.hours168": "1 week",
  "access.hours720": "30 days",
  "access.pageUrl": "Address of this page for wall panels",
  "access.pageUrlHint":
    "The installer's QR codes open it. Change it if the panels reach Neolia by another address; empty: they make short codes only.",
  "access.pageUrlOnlyHere":
    "This page was opened at {address}, which no panel can reach: it is another machine on each of them. Enter the address by which the panels reach Neolia; empty: the installer's codes are short codes only.",
  "access.backups": "May also take backups",
  "access.backupsHint": "A backup holds every device's login. Without this, no login that exists leaves the site.",
  "access.make": "Make a code",
  "access.list": "Who is allowed",
  "access.none": "Nobody manages this site from elsewhere.",
  "access.invited": "Code not used yet",
  "access.active": "Allowed",
  "access.expired": "Time is over",
  "access.revoked": "Ended",
  "access.takeUntil": "The code can be entered until {time}, once.",
  "access.until": "Allowed until {time}",
  "access.takenBy": "Taken by {name}",
  "access.usedBy": "Last used by {name}, {time}",
  "access.neverUsed": "Never used",
  "access.withBackups": "May also take backups",
  "access.done": "What was done",
  "access.end": "End",
  "access.endTitle": "End the permission of {name}?",
  "access.endIntro": "Their next request is refused. To let them in again, make a new code.",
  "access.endNow": "End it now",
  "access.ended": "{name} cannot manage this site any more.",
  "access.codeTitle": "Code for the installer",
  "access.codeIntro":
    "Give this to the installer, for example by mail or message. It is shown this once, and opens once, within a day. They enter it in their Neolia under Sites, “Manage a site elsewhere”.",
  "access.copy": "Copy the code",

  "remote.elsewhere": "Sites elsewhere",
  "remote.chip": "Elsewhere",
  "remote.intro":
    "A site that runs in somebody else's Neolia can be managed from here: ask its administrator for a code (Settings, Remote management).",
  "remote.new": "Manage a site elsewhere",
  "remote.code": "Code",
  "remote.codeHint": "As the site's administrator gave it to you, beginning with neolia-.",
  "remote.by": "Your name or company",
  "remote.byHint": "The site is told this, beside the name of whoever works there.",
  "remote.add": "Take the code",
  "remote.added": "You can manage {name} now.",
  "remote.note": "This site is elsewhere. You may manage it until {time}; whatever you do stands in its log.",
  "remote.asking": "Asking the site…",
  "remote.retry": "Try again",
  "remote.expired": "The time of this permission is over. Ask the site's administrator for a new code.",
  "remote.revoked": "The site's administrator has ended this permission. Nothing more is shown or changed from here.",
  "remote.typedStays": "{told} What you have typed stays here for you to copy until you leave this page.",
  "remote.remove": "Give back",
  "remote.removeTitle": "Give back {name}?",
  "remote.removeIntro": "You then manage this site no more. To come back you need a new code.",
  "remote.removeNow": "Give it back",
  "remote.removed": "{name} was given back.",
  "remote.pairIntro": "On the panel, open Neolia in the Home Assistant of the site and enter this code.",

  "noun.grant": "Remote management",
  "noun.remote-site": "Site elsewhere",
  "verb.taken": "code taken",
  "verb.visited": "visit",

  "error.UNKNOWN_GRANT": "This permission is not there any more.",
  "error.UNKNOWN_REMOTE_SITE": "This site is not in your list any more.",
  "error.INVITATION_MALFORMED": "This is not a code, or not all of it. Copy it once more, from neolia- to its end.",
  "error.INVITATION_OWN": "This code is for a site that is in this Neolia already.",
  "error.GRANT_UNKNOWN":
    "The server does not know this code or permission: it was used before or withdrawn, or the site has not been there since the server was restarted. If it was used before and not by you, tell the site's administrator.",
  "error.GRANT_ENDED": "This permission is over. Ask the site's administrator for a new code.",
  "error.NOT_FROM_ELSEWHERE": "This is done at the site only, by its own administrator.",
  "error.REMOTE_VERSION": "The site and this Neolia are too far apart. Update whichever is older, then try again.",
  "error.REMOTE_BAD_REPLY":
    "What came back is not from the site, or this Neolia is older than the site's. Nothing of it is shown. Update both, then try again.",
  "error.REMOTE_OFFLINE": "The site is not connected at the moment. Nothing was changed; try again later.",
  "error.REMOTE_UNANSWERED":
    "The site was told, but its answer did not come back. Look whether it was done before you try again.",
  "error.REMOTE_SERVER_UNREACHABLE":
    "The server between you and the site cannot be reached. Nothing was changed. Look at your connection.",
  "error.REMOTE_FAILED":
    "Something in the site's own Neolia is broken; the log over there says what. Look whether it was done before you try again.",
  "error.REMOTE_TOO_LARGE":
    "This is more than comes over from elsewhere at once. Choose fewer days, or have it saved at the site itself.",
  "error.REMOTE_BUSY": "That was too much at once. Try again in a minute.",
} as const;

export const fr: Record<keyof typeof en, string> = {
  "settings.sites": "Plusieurs sites",
  "settings.sitesHint": "Créer un deuxième site dans ce Neolia, ou en gérer un qui est ailleurs.",
  "settings.access": "Gestion à distance",
  "settings.accessHint": "Autoriser un installateur à gérer ce site depuis son propre Neolia, pour un temps.",
  "site.gone": "Ce site n'existe plus",

  "access.intro":
    "Un installateur peut gérer ce site depuis son propre Neolia, par le serveur, jusqu'à ce que vous y mettiez fin ou que le temps soit écoulé. Il voit les bâtiments, logements, portes, règles, appareils, l'état et le journal de ce site ; ni les résidents, ni les appels, ni le restaurant. Tout ce qu'il fait figure au journal sous son nom.",
  "access.new": "Autoriser quelqu'un",
  "access.whom": "Qui",
  "access.whomHint": "Le nom qui figure au journal, par exemple Électricité Dupont.",
  "access.forHowLong": "Pour combien de temps",
  "access.hours8": "8 heures",
  "access.hours24": "1 jour",
  "access.hours72": "3 jours",
  "access.hours168": "1 semaine",
  "access.hours720": "30 jours",
  "access.pageUrl": "Adresse de cette page pour les écrans",
  "access.pageUrlHint":
    "Les QR codes de l'installateur l'ouvrent. Changez-la si les écrans joignent Neolia par une autre adresse ; vide : seulement des codes courts.",
  "access.pageUrlOnlyHere":
    "Cette page a été ouverte à l'adresse {address}, qu'aucun écran ne peut joindre : chez chacun, c'est une autre machine. Saisissez l'adresse par laquelle les écrans joignent Neolia ; vide : les codes de l'installateur sont seulement des codes courts.",
  "access.backups": "Peut aussi prendre des sauvegardes",
  "access.backupsHint":
    "Une sauvegarde contient l'identifiant de chaque appareil. Sans cela, aucun identifiant existant ne quitte le site.",
  "access.make": "Créer un code",
  "access.list": "Qui est autorisé",
  "access.none": "Personne ne gère ce site depuis ailleurs.",
  "access.invited": "Code pas encore utilisé",
  "access.active": "Autorisé",
  "access.expired": "Temps écoulé",
  "access.revoked": "Terminé",
  "access.takeUntil": "Le code peut être saisi jusqu'au {time}, une fois.",
  "access.until": "Autorisé jusqu'au {time}",
  "access.takenBy": "Pris par {name}",
  "access.usedBy": "Dernière utilisation par {name}, {time}",
  "access.neverUsed": "Jamais utilisé",
  "access.withBackups": "Peut aussi prendre des sauvegardes",
  "access.done": "Ce qui a été fait",
  "access.end": "Mettre fin",
  "access.endTitle": "Mettre fin à l'autorisation de {name} ?",
  "access.endIntro": "Sa prochaine demande est refusée. Pour l'autoriser à nouveau, créez un nouveau code.",
  "access.endNow": "Mettre fin maintenant",
  "access.ended": "{name} ne peut plus gérer ce site.",
  "access.codeTitle": "Code pour l'installateur",
  "access.codeIntro":
    "Donnez-le à l'installateur, par exemple par courriel ou message. Il n'est affiché que cette fois et n'ouvre qu'une fois, dans la journée. Il le saisit dans son Neolia sous Tous les sites, « Gérer un site ailleurs ».",
  "access.copy": "Copier le code",

  "remote.elsewhere": "Sites ailleurs",
  "remote.chip": "Ailleurs",
  "remote.intro":
    "Un site qui tourne dans le Neolia de quelqu'un d'autre peut être géré d'ici : demandez un code à son administrateur (Réglages, Gestion à distance).",
  "remote.new": "Gérer un site ailleurs",
  "remote.code": "Code du site",
  "remote.codeHint": "Tel que l'administrateur du site vous l'a donné, il commence par neolia-.",
  "remote.by": "Votre nom ou entreprise",
  "remote.byHint": "Le site l'apprend, avec le nom de la personne qui y travaille.",
  "remote.add": "Prendre le code",
  "remote.added": "Vous pouvez maintenant gérer {name}.",
  "remote.note":
    "Ce site est ailleurs. Vous pouvez le gérer jusqu'au {time} ; tout ce que vous faites figure à son journal.",
  "remote.asking": "Le site est interrogé…",
  "remote.retry": "Réessayer",
  "remote.expired": "Le temps de cette autorisation est écoulé. Demandez un nouveau code à l'administrateur du site.",
  "remote.revoked":
    "L'administrateur du site a mis fin à cette autorisation. Rien de plus n'est affiché ni modifié d'ici.",
  "remote.typedStays":
    "{told} Ce que vous avez saisi reste ici, pour être copié, jusqu'à ce que vous quittiez cette page.",
  "remote.remove": "Rendre",
  "remote.removeTitle": "Rendre {name} ?",
  "remote.removeIntro": "Vous ne gérez alors plus ce site. Pour y revenir il faut un nouveau code.",
  "remote.removeNow": "Le rendre",
  "remote.removed": "{name} a été rendu.",
  "remote.pairIntro": "Sur l'écran, ouvrez Neolia dans le Home Assistant du site et saisissez ce code.",

  "noun.grant": "Gestion à distance",
  "noun.remote-site": "Site ailleurs",
  "verb.taken": "code pris",
  "verb.visited": "visite",

  "error.UNKNOWN_GRANT": "Cette autorisation n'existe plus.",
  "error.UNKNOWN_REMOTE_SITE": "Ce site n'est plus dans votre liste.",
  "error.INVITATION_MALFORMED":
    "Ce n'est pas un code, ou pas tout le code. Copiez-le encore une fois, de neolia- jusqu'à sa fin.",
  "error.INVITATION_OWN": "Ce code est pour un site qui est déjà dans ce Neolia.",
  "error.GRANT_UNKNOWN":
    "Le serveur ne connaît pas ce code ou cette autorisation : déjà utilisé ou retiré, ou le site n'a pas été là depuis que le serveur a redémarré. S'il a déjà servi et pas à vous, prévenez l'administrateur du site.",
  "error.GRANT_ENDED": "Cette autorisation est terminée. Demandez un nouveau code à l'administrateur du site.",
  "error.NOT_FROM_ELSEWHERE": "Cela se fait seulement sur place, par l'administrateur du site.",
  "error.REMOTE_VERSION":
    "Le site et ce Neolia ont des versions trop éloignées. Mettez à jour le plus ancien, puis réessayez.",
  "error.REMOTE_BAD_REPLY":
    "Ce qui est revenu ne vient pas du site, ou ce Neolia est plus ancien que celui du site. Rien n'en est affiché. Mettez les deux à jour, puis réessayez.",
  "error.REMOTE_OFFLINE": "Le site n'est pas connecté en ce moment. Rien n'a été modifié ; réessayez plus tard.",
  "error.REMOTE_UNANSWERED":
    "Le site a reçu la demande, mais sa réponse n'est pas revenue. Regardez si c'est fait avant de réessayer.",
  "error.REMOTE_SERVER_UNREACHABLE":
    "Le serveur entre vous et le site est injoignable. Rien n'a été modifié. Vérifiez votre connexion.",
  "error.REMOTE_FAILED":
    "Quelque chose ne va pas dans le Neolia du site ; son journal dit quoi. Regardez si c'est fait avant de réessayer.",
  "error.REMOTE_TOO_LARGE":
    "C'est plus qu'il n'en passe à distance en une fois. Choisissez moins de jours, ou faites enregistrer le fichier sur le site.",
  "error.REMOTE_BUSY": "C'était trop à la fois. Réessayez dans une minute.",
};
