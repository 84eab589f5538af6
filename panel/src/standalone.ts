/** The page that the bridge serves, opened by itself or through ingress: the element does everything. */
import "./neolia-panel.ts";
import { languageOf } from "./language.ts";

const demo = document.querySelector<HTMLMetaElement>('meta[name="neolia-demo"]');
const language = languageOf(navigator.languages);
document.documentElement.lang = language;
if (demo !== null) {
  const { addDemoButton } = await import("./demo.ts");
  addDemoButton(demo.content, language);
}
