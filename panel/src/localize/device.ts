/** Texts of this device's own page: loaded with it. Both languages in one file, English is the list of keys. */
import { en as panelEn } from "./en.ts";
import { fr as panelFr } from "./fr.ts";
import { type LocalizerOf, localizerOf } from "./localize.ts";
import { serverEn, serverFr } from "./server-link.ts";

const en = {
  ...panelEn,
  ...serverEn,
  "this.title": "This device",
  "this.unit": "It rings for {name} as “{label}”.",
  "this.noUnit": "This browser is not set up as a panel.",
  "this.change": "Change unit or name",

  "sound.title": "Ringtone",
  "sound.tone": "Tone",
  "sound.tone.doorbell": "Doorbell",
  "sound.tone.telephone": "Telephone",
  "sound.tone.soft": "Soft",
  "sound.volume": "Volume",
  "sound.listen": "Listen",

  "test.title": "Test of this device",
  "test.intro": "Goes through everything that a call needs, one after the other, and names the link that fails.",
  "test.start": "Start the test",
  "test.again": "Test again",
  "test.running": "Testing…",
  "test.passed": "This device can ring, speak and hear.",
  "test.unproven": "Nothing fails, but no sound was proved: see “Test ring”.",
  "test.failed": "Failed at: {step}",
  "test.state.waiting": "waits",
  "test.state.running": "is being tested",
  "test.state.passed": "works",
  "test.state.warning": "look",
  "test.state.failed": "fails",
  "test.state.skipped": "not tried",

  "step.secure": "Secure page",
  "step.secure.failed":
    "The page was not opened over https: no browser gives it the microphone. Open Neolia by an https address.",
  "step.bridge": "Connection to Neolia",
  "step.bridge.failed": "Neolia does not answer. Check the network of this device.",
  "step.sip": "Registered at the call server",
  "step.sip.failed": "The call server does not know this device or cannot be reached: {why}",
  "step.sip.behind": "This device cannot get there either: mend the link above that fails.",
  "step.sip.here":
    "The server is well when asked from Home Assistant: it is the network of this device. Try without VPN or guest Wi-Fi, and let TCP port {port} out to {host}. Open https://{host}:{port} in a new tab: if the browser warns of the certificate there, this device does not trust it.",
  "step.sip.none": "This browser is not set up as a panel, or no server is set up.",
  "step.sound": "Sound may play",
  "step.sound.failed":
    "The browser keeps the sound locked. Tap the page once, or allow sound for it in the browser's settings.",
  "step.microphone": "Microphone",
  "step.microphone.failed": "No microphone: {why}",
  "step.microphone.quiet": "The microphone is on but silent. Is it muted, or covered?",
  "step.network": "Ways for sound and picture (ICE)",
  "step.network.failed": "The browser finds no way out of this network. A firewall or an extension blocks WebRTC.",
  "step.network.inside":
    "Only inside this network: the server's relay gave no way out, and the line below says why. Calls have sound where this network lets UDP out, and none where it blocks it.",
  "step.network.unasked":
    "Inside this network sound finds a way. The way out was not tried: there is no relay that could be asked.",
  "step.turn": "Relay for strict networks (TURN)",
  "step.turn.failed": "The relay does not answer. Where UDP is blocked, calls have no sound.",
  "step.turn.refused":
    "The relay answers but refuses this device. Load the page again; if it still does, the server's relay (coturn) and control have different secrets, or their clocks differ.",
  "step.turn.full":
    "The relay is full: it answers, but takes no more calls. Try again in some minutes; if it stays so, raise total-quota and user-quota of coturn on the server.",
  "step.turn.unasked":
    "Neolia got no login for the relay: the server is away or not set up. An administrator sees more under Health.",
  "step.turn.none": "The server offers no relay. It is only needed where UDP is blocked.",
  "step.ring": "Test ring: a call without a sound, there and back",
  "step.ring.passed": "Answered after {ms} ms; sound went both ways through the server.",
  "step.ring.skipped":
    "No test call was made: a call is on, or the rules of this unit refuse it just now. Try again after the call.",
  "step.ring.unasked": "Neolia did not answer, or is busy testing the whole house. Try again in a minute.",
  "step.ring.server": "The server carried no call just now. An administrator sees why under Health.",
  "step.ring.register": "The server does not count this device as registered. Load the page again.",
  "step.ring.reach": "The call did not get to this device. Load the page again; does another tab of it hang?",
  "step.ring.answer": "The call got here, but this page did not answer it. Load the page again.",
  "step.ring.audio-out":
    "Answered, but the server heard nothing from here: this network lets no UDP out, and no relay helped.",
  "step.ring.audio-in":
    "Answered, but no sound came from the server: this network lets no UDP in, and no relay helped.",
  "step.ring.audio-both":
    "Answered, but no sound went either way: this network lets no UDP through (one way that is blocked stops both), and no relay helped.",
  "step.ring.audio-home":
    "This device and the server hear each other, but Neolia's own test sound does not get through: the network of Home Assistant lets no UDP out or in. Door calls do not need it; the telephone line and the mailbox do.",
  "step.video": "Pictures in this browser (H.264)",
  "step.video.failed": "This browser does not play H.264, which door stations send. Use another browser.",
  "step.camera": "Picture of the door",
  "step.camera.none": "No door that rings here has a camera. An administrator gives it one under Doors.",
  "step.camera.bridge": "{door}: Neolia did not answer when it was asked for the picture. Try again.",
  "step.camera.unreachable":
    "{door}: Neolia does not reach the camera. Is it switched on, and is its address under Doors right?",
  "step.camera.refused":
    "{door}: the camera's address answers, but with no picture. Check the path, which often ends in /whep, and that it asks for no password.",
  "step.camera.no-path":
    "{door}: the camera answers, but nothing of it gets to this device. Both must be in one network that lets UDP pass between them.",
  "step.camera.no-frames":
    "{door}: connected, but no picture comes. Does the door station send one to the camera server, as H.264 without B-frames?",
  "step.camera.unsupported": "{door}: this browser cannot show it. Use another browser.",
  "step.speaker": "Loudspeaker",
  "step.speaker.ask": "Do you hear the ringtone?",
  "step.speaker.yes": "Yes",
  "step.speaker.no": "No",
  "step.speaker.failed": "Turn up the volume of the device and of the ringtone, and check which loudspeaker it uses.",

  "manual.title": "SIP settings by hand",
  "manual.intro":
    "Only for those who must: this device then uses another server or account than the one that Neolia gives it.",
  "manual.uri": "WebSocket address",
  "manual.uriHint": "For example wss://sip.example.com:8443",
  "manual.username": "User name",
  "manual.domain": "Domain",
  "manual.password": "Password",
  "manual.passwordHint": "It is turned into a hash here and not kept.",
  "manual.save": "Use these",
  "manual.clear": "Back to what Neolia gives",
  "manual.active": "These settings are in use: {username}@{domain}.",
  "manual.wrong": "Fill in all four; the address begins with wss:// or ws://.",
} as const;

export type DeviceKey = keyof typeof en;
export type DeviceLocalizer = LocalizerOf<DeviceKey>;

const fr: Record<DeviceKey, string> = {
  ...panelFr,
  ...serverFr,
  "this.title": "Cet appareil",
  "this.unit": "Il sonne pour {name} sous le nom « {label} ».",
  "this.noUnit": "Ce navigateur n'est pas configuré comme écran.",
  "this.change": "Changer de logement ou de nom",

  "sound.title": "Sonnerie",
  "sound.tone": "Son",
  "sound.tone.doorbell": "Sonnette",
  "sound.tone.telephone": "Téléphone",
  "sound.tone.soft": "Doux",
  "sound.volume": "Volume sonore",
  "sound.listen": "Écouter",

  "test.title": "Essai de cet appareil",
  "test.intro": "Parcourt tout ce qu'il faut à un appel, l'un après l'autre, et nomme le maillon qui cède.",
  "test.start": "Lancer l'essai",
  "test.again": "Essayer à nouveau",
  "test.running": "Essai en cours…",
  "test.passed": "Cet appareil peut sonner, parler et entendre.",
  "test.unproven": "Rien ne cède, mais aucun son n'a été prouvé : voyez « Sonnerie d'essai ».",
  "test.failed": "Échec à : {step}",
  "test.state.waiting": "attend",
  "test.state.running": "à l'essai",
  "test.state.passed": "marche",
  "test.state.warning": "à voir",
  "test.state.failed": "échoue",
  "test.state.skipped": "pas essayé",

  "step.secure": "Page sécurisée",
  "step.secure.failed":
    "La page n'est pas ouverte en https : aucun navigateur ne lui donne le microphone. Ouvrez Neolia par une adresse https.",
  "step.bridge": "Liaison avec Neolia",
  "step.bridge.failed": "Neolia ne répond pas. Vérifiez le réseau de cet appareil.",
  "step.sip": "Enregistré au serveur d'appels",
  "step.sip.failed": "Le serveur d'appels ne connaît pas cet appareil ou est injoignable : {why}",
  "step.sip.behind": "Cet appareil n'y arrive pas non plus : réparez le maillon ci-dessus qui cède.",
  "step.sip.here":
    "Le serveur va bien vu de Home Assistant : c'est le réseau de cet appareil. Essayez sans VPN ni Wi-Fi invité, et laissez sortir le port TCP {port} vers {host}. Ouvrez https://{host}:{port} dans un nouvel onglet : si le navigateur y avertit du certificat, cet appareil ne lui fait pas confiance.",
  "step.sip.none": "Ce navigateur n'est pas configuré comme écran, ou aucun serveur n'est configuré.",
  "step.sound": "Le son est permis",
  "step.sound.failed": "Le navigateur bloque le son. Touchez une fois la page, ou autorisez le son dans ses réglages.",
  "step.microphone": "Micro",
  "step.microphone.failed": "Pas de microphone : {why}",
  "step.microphone.quiet": "Le microphone est ouvert mais muet. Est-il coupé ou couvert ?",
  "step.network": "Chemins du son et de l'image (ICE)",
  "step.network.failed":
    "Le navigateur ne trouve aucune sortie de ce réseau. Un pare-feu ou une extension bloque WebRTC.",
  "step.network.inside":
    "Seulement dans ce réseau : le relais du serveur n'a pas donné de sortie, et la ligne suivante dit pourquoi. Les appels ont du son là où ce réseau laisse sortir UDP, et n'en ont pas là où il le bloque.",
  "step.network.unasked":
    "Dans ce réseau, le son trouve un chemin. La sortie n'a pas été essayée, faute de relais à interroger.",
  "step.turn": "Relais pour réseaux stricts (TURN)",
  "step.turn.failed": "Le relais ne répond pas. Là où UDP est bloqué, les appels n'ont pas de son.",
  "step.turn.refused":
    "Le relais répond mais refuse cet appareil. Rechargez la page ; si cela continue, le relais (coturn) et control du serveur ont des secrets différents, ou leurs horloges diffèrent.",
  "step.turn.full":
    "Le relais est plein : il répond, mais ne prend plus d'appels. Réessayez dans quelques minutes ; si cela continue, augmentez total-quota et user-quota de coturn sur le serveur.",
  "step.turn.unasked":
    "Neolia n'a pas reçu d'accès au relais : le serveur est absent ou pas configuré. Un administrateur en voit plus sous Santé.",
  "step.turn.none": "Le serveur n'offre pas de relais. Il n'est utile que là où UDP est bloqué.",
  "step.ring": "Sonnerie d'essai : un appel muet, aller et retour",
  "step.ring.passed": "Décroché après {ms} ms ; le son est passé dans les deux sens par le serveur.",
  "step.ring.skipped":
    "Aucun appel d'essai : un appel est en cours, ou les règles de ce logement le refusent en ce moment. Réessayez après l'appel.",
  "step.ring.unasked": "Neolia n'a pas répondu, ou essaie toute la maison. Réessayez dans une minute.",
  "step.ring.server": "Le serveur n'a transmis aucun appel. Un administrateur voit pourquoi sous Santé.",
  "step.ring.register": "Pour le serveur, cet appareil n'est pas enregistré. Rechargez la page.",
  "step.ring.reach": "L'appel n'est pas arrivé à cet appareil. Rechargez la page ; un autre onglet est-il bloqué ?",
  "step.ring.answer": "L'appel est arrivé, mais cette page n'a pas décroché. Rechargez la page.",
  "step.ring.audio-out":
    "Décroché, mais le serveur n'a rien entendu d'ici : ce réseau ne laisse pas sortir UDP, et aucun relais n'a aidé.",
  "step.ring.audio-in":
    "Décroché, mais aucun son n'est venu du serveur : ce réseau ne laisse pas entrer UDP, et aucun relais n'a aidé.",
  "step.ring.audio-both":
    "Décroché, mais aucun son n'est passé, dans aucun sens : ce réseau ne laisse pas passer UDP (un sens bloqué arrête les deux), et aucun relais n'a aidé.",
  "step.ring.audio-home":
    "Cet appareil et le serveur s'entendent, mais le son d'essai de Neolia ne passe pas : le réseau de Home Assistant ne laisse pas sortir ou entrer UDP. Les appels de porte n'en ont pas besoin ; la ligne téléphonique et la messagerie, si.",
  "step.video": "Images dans ce navigateur (H.264)",
  "step.video.failed": "Ce navigateur ne lit pas le H.264 qu'envoient les platines. Prenez-en un autre.",
  "step.camera": "Image de la porte",
  "step.camera.none": "Aucune porte qui sonne ici n'a de caméra. Un administrateur en indique une sous Portes.",
  "step.camera.bridge": "{door} : Neolia n'a pas répondu à la demande d'image. Réessayez.",
  "step.camera.unreachable":
    "{door} : Neolia n'atteint pas la caméra. Est-elle allumée, et son adresse sous Portes est-elle juste ?",
  "step.camera.refused":
    "{door} : l'adresse de la caméra répond, mais sans image. Vérifiez le chemin, qui finit souvent par /whep, et qu'elle ne demande pas de mot de passe.",
  "step.camera.no-path":
    "{door} : la caméra répond, mais rien n'arrive d'elle à cet appareil. Les deux doivent être dans un même réseau qui laisse passer UDP entre eux.",
  "step.camera.no-frames":
    "{door} : connecté, mais aucune image ne vient. La platine en envoie-t-elle une au serveur de caméras, en H.264 sans images B ?",
  "step.camera.unsupported": "{door} : ce navigateur ne peut pas l'afficher. Prenez-en un autre.",
  "step.speaker": "Haut-parleur",
  "step.speaker.ask": "Entendez-vous la sonnerie ?",
  "step.speaker.yes": "Oui",
  "step.speaker.no": "Non",
  "step.speaker.failed": "Montez le volume de l'appareil et de la sonnerie, et vérifiez quel haut-parleur il utilise.",

  "manual.title": "Réglages SIP à la main",
  "manual.intro":
    "Seulement si c'est nécessaire : cet appareil utilise alors un autre serveur ou compte que celui donné par Neolia.",
  "manual.uri": "Adresse WebSocket",
  "manual.uriHint": "Par exemple wss://sip.example.com:8443",
  "manual.username": "Nom d'utilisateur",
  "manual.domain": "Domaine",
  "manual.password": "Mot de passe",
  "manual.passwordHint": "Il est transformé ici en empreinte et n'est pas gardé.",
  "manual.save": "Utiliser ceux-ci",
  "manual.clear": "Revenir à ce que donne Neolia",
  "manual.active": "Ces réglages sont utilisés : {username}@{domain}.",
  "manual.wrong": "Remplissez les quatre ; l'adresse commence par wss:// ou ws://.",
};

/** For the test that compares the languages. */
export const deviceTexts = { en, fr };

export function deviceLocalizer(locale: string): DeviceLocalizer {
  return localizerOf(locale, deviceTexts);
}
