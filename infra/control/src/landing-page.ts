/** What a person sees who opens a provisioning link in a browser: it works only in the app. */
export function landingPage(kind: "linphone" | "file", httpsUrl: string): string {
  const link = httpsUrl.replace(/^https:/, "linphone-config:https:");
  const phone = `
<section lang="en">
<h1>Set up this phone</h1>
<ol><li>Install Linphone from the app store.</li><li>Then open this link again and tap:</li></ol>
<p><a class="go" href="${link}">Open in Linphone</a></p>
<p>Or scan the QR code with Linphone itself. The code works once, for 15 minutes.</p>
</section>
<section lang="fr">
<h1>Configurer ce téléphone</h1>
<ol><li>Installez Linphone depuis la boutique d'applications.</li><li>Ensuite, rouvrez ce lien et touchez :</li></ol>
<p><a class="go" href="${link}">Ouvrir dans Linphone</a></p>
<p>Ou scannez le QR code avec Linphone. Le code sert une seule fois, pendant 15 minutes.</p>
</section>`;
  const device = `
<section lang="en"><h1>For a device</h1><p>Enter this address in the door station or gateway. It works once, for 15 minutes.</p></section>
<section lang="fr"><h1>Pour un appareil</h1><p>Saisissez cette adresse dans la platine ou la passerelle. Elle sert une seule fois, pendant 15 minutes.</p></section>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Neolia</title>
<style>
:root { color-scheme: light dark }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem }
section + section { margin-top: 2rem; border-top: 1px solid #8888; padding-top: 1rem }
.go { display: inline-block; padding: .7rem 1.2rem; border-radius: .5rem; background: #0b5cad; color: #fff; text-decoration: none }
</style>
</head>
<body><main>${kind === "linphone" ? phone : device}</main></body>
</html>
`;
}
