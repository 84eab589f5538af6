/** Neolia as a panel of Home Assistant's own. */
export const en = {
  "settings.native": "Native panel",
  "settings.nativeHint":
    "Neolia without a frame, in Home Assistant's own panel list. Needs a file and a few lines; Neolia works without.",
  "native.gain":
    "The sidebar's entry shows Neolia in a frame and needs nothing. A native panel also rings while another page of Home Assistant is open in the same window.",
  "native.file":
    "Put this file into the folder www beside configuration.yaml. If the folder is new, restart Home Assistant once.",
  "native.download": "Download the file",
  "native.lines": "Add these lines to configuration.yaml, then restart Home Assistant.",
  "native.copy": "Copy the lines",
  "native.copied": "Copied",
  "native.copyFailed": "The browser does not let this page copy. Select the lines by hand.",
  "native.after": "The file loads the panel from the app, so it stays as it is when the app is updated.",
} as const;

export const fr: Record<keyof typeof en, string> = {
  "settings.native": "Panneau natif",
  "settings.nativeHint":
    "Neolia sans cadre, parmi les panneaux de Home Assistant. Demande un fichier et quelques lignes ; Neolia fonctionne sans.",
  "native.gain":
    "L’entrée de la barre latérale montre Neolia dans un cadre et ne demande rien. Un panneau natif sonne aussi quand une autre page de Home Assistant est ouverte dans la même fenêtre.",
  "native.file":
    "Placez ce fichier dans le dossier www à côté de configuration.yaml. Si le dossier est nouveau, redémarrez Home Assistant une fois.",
  "native.download": "Télécharger le fichier",
  "native.lines": "Ajoutez ces lignes à configuration.yaml, puis redémarrez Home Assistant.",
  "native.copy": "Copier les lignes",
  "native.copied": "Copié",
  "native.copyFailed": "Le navigateur ne laisse pas cette page copier. Sélectionnez les lignes à la main.",
  "native.after": "Le fichier charge le panneau depuis l’application : il reste le même quand elle est mise à jour.",
};
