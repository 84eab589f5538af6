const TEXTS = {
  en: {
    ring: "Ring the door",
    nobody: "Nobody could be rung: set this browser up for unit 401, then ring again",
    gone: "The door station cannot be reached: is the demo still running?",
  },
  fr: {
    ring: "Sonner à la porte",
    nobody: "Personne n'a pu être appelé : réglez ce navigateur pour le logement 401, puis sonnez encore",
    gone: "Le portier est injoignable : la démo tourne-t-elle encore ?",
  },
};

/**
 * The demo's one extra button. Loaded only when the page carries `<meta name="neolia-demo" content="URL">` (see
 * `buildPanel({ demoUrl })`): the button sends `POST URL`, and the demo makes its door station call. It has a strip of
 * its own above the panel, so that it never covers a button of the panel. Where nobody is rung, it says so in words.
 */
export function addDemoButton(url: string, language: "en" | "fr"): void {
  const { ring, nobody, gone } = TEXTS[language];
  const button = document.createElement("button");
  button.textContent = ring;
  button.setAttribute("aria-live", "polite");
  button.dataset.neoliaDemo = "";
  button.style.cssText =
    "inline-size:100%;min-block-size:52px;padding:0 28px;border:0;" +
    "font:600 20px/1.2 system-ui,sans-serif;color:#fff;background:#5b3fa3;cursor:pointer";
  button.addEventListener("click", () => {
    button.disabled = true;
    void fetch(url, { method: "POST" })
      .then(
        ({ ok, status }) => (ok ? ring : status === 409 ? nobody : gone),
        () => gone,
      )
      .then((text) => {
        button.disabled = false;
        button.textContent = text;
        button.style.background = text === ring ? "#5b3fa3" : "#b3242c";
      });
  });
  document.body.style.cssText = "display:grid;grid-template-rows:auto minmax(0,1fr)";
  document.body.prepend(button);
}
