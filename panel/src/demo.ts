/**
 * The demo's one extra button. Loaded only when the page carries `<meta name="neolia-demo" content="URL">` (see
 * `buildPanel({ demoUrl })`): the button sends `POST URL`, and the demo makes its door station call.
 */
export function addDemoButton(url: string, label: string): void {
  const button = document.createElement("button");
  button.textContent = label;
  button.dataset.neoliaDemo = "";
  button.style.cssText =
    "position:fixed;inset-block-end:20px;inset-inline-end:20px;z-index:1;min-height:64px;padding:0 28px;border:0;" +
    "border-radius:999px;font:600 20px/1.2 system-ui,sans-serif;color:#fff;background:#5b3fa3;cursor:pointer;" +
    "box-shadow:0 6px 20px rgb(0 0 0 / 25%)";
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
  document.body.append(button);
}
