/**
 * The demo's one extra button. Loaded only when the page carries `<meta name="neolia-demo" content="URL">` (see
 * `buildPanel({ demoUrl })`): the button sends `POST URL`, and the demo makes its door station call. It has a strip of
 * its own above the panel, so that it never covers a button of the panel.
 */
export function addDemoButton(url: string, label: string): void {
  const button = document.createElement("button");
  button.textContent = label;
  button.dataset.neoliaDemo = "";
  button.style.cssText =
    "inline-size:100%;min-block-size:52px;padding:0 28px;border:0;" +
    "font:600 20px/1.2 system-ui,sans-serif;color:#fff;background:#5b3fa3;cursor:pointer";
  button.addEventListener("click", () => {
    button.disabled = true;
    void fetch(url, { method: "POST" })
      .then(
        (response) => response.ok,
        () => false,
      )
      .then((rang) => {
        button.disabled = false;
        button.style.background = rang ? "#5b3fa3" : "#b3242c";
      });
  });
  document.body.style.cssText = "display:grid;grid-template-rows:auto minmax(0,1fr)";
  document.body.prepend(button);
}
