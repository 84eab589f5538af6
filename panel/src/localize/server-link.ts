/** The way to the call server, asked from Home Assistant: its links on the test of a device. */

export const serverEn = {
  "step.name": "Name of the call server, seen from Home Assistant",
  "step.port": "Port of the call server, seen from Home Assistant",
  "step.certificate": "Certificate of the call server",
  "step.websocket": "SIP over WebSocket, seen from Home Assistant",
  "server.name.ok": "{host} is {addresses}.",
  "server.port.ok": "{host} listens on port {port}.",
  "server.certificate.ok": "Valid until {date}.",
  "server.unasked": "Neolia did not answer when it was asked to look. Try again.",
  "server.byHand":
    "This device uses SIP settings by hand (below), of another server than Neolia's: from here nobody can look at it.",
  "server.unresolved":
    "The name {host} does not resolve: it has no address. Check sip_uri in the app's options, and the name's entry in the DNS.",
  "server.no-resolver":
    "Home Assistant gets no answer from its name server (DNS) about {host}. Check its internet connection and DNS setting.",
  "server.refused":
    "Nobody listens on port {port} of {host}. Is the call server (Kamailio) running, and is the port of sip_uri right?",
  "server.silent":
    "Port {port} of {host} does not answer. Is the server switched on, and does its firewall let this port in?",
  "server.no-route": "There is no way from Home Assistant's network to {host}. Check its internet connection.",
  "server.none": "A plain ws:// address has no certificate: it is for this machine only.",
  "server.private":
    "Valid until {date}, signed by the authority of ca_file: only devices that trust that authority get in, other browsers refuse it without asking.",
  "server.expired": "It ran out on {date}: every browser refuses it. Renew it on the server (certbot renew).",
  "server.not-yet": "It is not valid yet: the clock of Home Assistant or of the server is wrong.",
  "server.wrong-name":
    "It is for another name than {host}: every browser refuses it. Ask for one with this name, or mend sip_uri.",
  "server.untrusted":
    "It is signed by nobody whom browsers know: they refuse it. Use one of a public authority (Let's Encrypt).",
  "server.no-tls":
    "Somebody listens on port {port} of {host}, but does not speak TLS there. Is it the WebSocket port (8443 as a rule)?",
  "server.no-websocket":
    "The server answers, but not with a WebSocket (HTTP {status}). Is the port of sip_uri right, and does a proxy in front let WebSockets through?",
  "server.no-sip": "The server opens a WebSocket, but does not speak SIP on it. Is sip_uri the address of Kamailio?",
  "server.mute": "The port is open, but the server says nothing. It hangs, or is overloaded: look at Kamailio's log.",
} as const;

export const serverFr: Record<keyof typeof serverEn, string> = {
  "step.name": "Nom du serveur d'appels, vu de Home Assistant",
  "step.port": "Port du serveur d'appels, vu de Home Assistant",
  "step.certificate": "Certificat du serveur d'appels",
  "step.websocket": "SIP par WebSocket, vu de Home Assistant",
  "server.name.ok": "{host} est {addresses}.",
  "server.port.ok": "{host} écoute sur le port {port}.",
  "server.certificate.ok": "Valable jusqu'au {date}.",
  "server.unasked": "Neolia n'a pas répondu à la demande. Réessayez.",
  "server.byHand":
    "Cet appareil a des réglages SIP à la main (plus bas), d'un autre serveur que celui de Neolia : d'ici, personne ne peut le voir.",
  "server.unresolved":
    "Le nom {host} n'a pas d'adresse (DNS). Vérifiez sip_uri dans les options de l'app, et l'entrée DNS de ce nom.",
  "server.no-resolver":
    "Home Assistant n'obtient pas de réponse de son serveur de noms (DNS) pour {host}. Vérifiez son accès à internet et son réglage DNS.",
  "server.refused":
    "Personne n'écoute sur le port {port} de {host}. Le serveur d'appels (Kamailio) tourne-t-il, et le port de sip_uri est-il juste ?",
  "server.silent":
    "Le port {port} de {host} ne répond pas. Le serveur est-il allumé, et son pare-feu laisse-t-il entrer ce port ?",
  "server.no-route": "Aucun chemin du réseau de Home Assistant vers {host}. Vérifiez son accès à internet.",
  "server.none": "Une adresse ws:// n'a pas de certificat : elle ne sert que sur cette machine.",
  "server.private":
    "Valable jusqu'au {date}, signé par l'autorité de ca_file : seuls entrent les appareils qui lui font confiance, les autres navigateurs le refusent sans rien demander.",
  "server.expired":
    "Il a expiré le {date} : tous les navigateurs le refusent. Renouvelez-le sur le serveur (certbot renew).",
  "server.not-yet": "Il n'est pas encore valable : l'horloge de Home Assistant ou du serveur est fausse.",
  "server.wrong-name":
    "Il est pour un autre nom que {host} : tous les navigateurs le refusent. Demandez-en un à ce nom, ou corrigez sip_uri.",
  "server.untrusted":
    "Il n'est signé par personne que les navigateurs connaissent : ils le refusent. Prenez celui d'une autorité publique (Let's Encrypt).",
  "server.no-tls":
    "Quelqu'un écoute sur le port {port} de {host}, mais n'y parle pas TLS. Est-ce le port WebSocket (8443 en général) ?",
  "server.no-websocket":
    "Le serveur répond, mais pas par un WebSocket (HTTP {status}). Le port de sip_uri est-il juste, et un proxy devant laisse-t-il passer les WebSockets ?",
  "server.no-sip": "Le serveur ouvre un WebSocket, mais n'y parle pas SIP. sip_uri est-il l'adresse de Kamailio ?",
  "server.mute":
    "Le port est ouvert, mais le serveur ne dit rien. Il est bloqué ou surchargé : voyez le journal de Kamailio.",
};
