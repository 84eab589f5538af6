/**
 * Headless Chromium for tests and the demo: the microphone plays a WAV file, loopback addresses count in ICE, and the
 * lab's own certificate (and no other) is trusted.
 */
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { NO_SOUND_SERVER, type Sound } from "./audio.ts";
import { labFolder } from "./folder.ts";
import { watch } from "./witness.ts";

export interface ChromiumOptions {
  /**
   * `granted` (default): plays `sound`. `ask`: the browser asks and nobody answers yes. `missing`: no such device.
   */
  microphone?: "granted" | "ask" | "missing";
  /** 16-bit mono WAV that the microphone plays in a loop. Default: Chromium's own beeps. */
  sound?: string;
  /** Certificate file (PEM) whose key is trusted whatever name it carries. */
  certificateFile?: string;
  /** false: audio stays locked until the page is touched, as in a person's browser. Default true. */
  autoplay?: boolean;
  /** Host names that lead to 127.0.0.1; over http they are no secure context, unlike 127.0.0.1 itself. */
  hosts?: string[];
  /** The address that `hosts` lead to. Default: 127.0.0.1. */
  hostAddress?: string;
  /** true: with windows, as notifications are denied without. Default false. */
  notifications?: boolean;
  /** What is put before the browser's command, e.g. to run it in another network. */
  within?: string[];
}

/**
 * Chromium's engine without its windows: the tabs, address bar and popups of a window that nobody sees cost more processor
 * time than our own page does.
 */
const EXECUTABLE = "/usr/bin/chromium-headless-shell";
const WITH_WINDOWS = "/usr/bin/chromium";

/** Starts a browser; `browser.close()` ends it. */
export async function startChromium(options: ChromiumOptions = {}): Promise<Browser> {
  const { microphone = "granted", hosts = [], hostAddress = "127.0.0.1", within = [] } = options;
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--allow-loopback-in-peer-connection"];
  if (microphone !== "missing") args.push("--use-fake-device-for-media-stream");
  if (microphone === "granted") args.push("--use-fake-ui-for-media-stream");
  if (options.sound !== undefined) args.push(`--use-file-for-fake-audio-capture=${options.sound}`);
  if (options.autoplay !== false) args.push("--autoplay-policy=no-user-gesture-required");
  else args.push("--autoplay-policy=document-user-activation-required");
  if (options.certificateFile !== undefined) {
    args.push(`--ignore-certificate-errors-spki-list=${publicKeyHash(options.certificateFile)}`);
  }
  if (hosts.length > 0)
    args.push(`--host-resolver-rules=${hosts.map((host) => `MAP ${host} ${hostAddress}`).join(",")}`);
  // Without Playwright's signal handlers: they would end the process before it has stopped what else it started.
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  // A browser that is killed leaves files of its own behind.
  const folder = labFolder("chromium");
  const env = { ...process.env, ...NO_SOUND_SERVER, TMPDIR: folder.path };
  try {
    // The question for the microphone is a window, too.
    const executable = options.notifications === true || microphone === "ask" ? WITH_WINDOWS : EXECUTABLE;
    const executablePath = within.length === 0 ? executable : wrapped([...within, executable], folder.path);
    const browser = await chromium.launch({ executablePath, headless: true, args, env, ...signals });
    browser.on("disconnected", () => folder.remove());
    watch(browser);
    return browser;
  } catch (error) {
    folder.remove();
    throw error;
  }
}

/** Playwright starts one program, without arguments of ours before it. */
function wrapped(command: string[], folder: string): string {
  const script = join(folder, "chromium");
  writeFileSync(script, `#!/bin/sh\nexec ${command.join(" ")} "$@"\n`, { mode: 0o755 });
  return script;
}

export interface PageOptions extends BrowserContextOptions {
  microphone?: "granted" | "ask" | "missing";
}

/** A profile of its own, as another device would be. */
export async function newProfile(browser: Browser, options: PageOptions = {}): Promise<BrowserContext> {
  const { microphone = "granted", ...context } = options;
  const permissions = microphone === "granted" ? { permissions: ["microphone"] } : {};
  return await browser.newContext({
    locale: "en-GB",
    viewport: { width: 1024, height: 600 },
    ...permissions,
    ...context,
  });
}

/** Records what the other end of the call says in the panel's `<audio data-neolia-remote>` element. */
export async function recordRemote(page: Pick<Page, "evaluate">, ms: number): Promise<Sound> {
  const recorded = (await page.evaluate(`(${RECORD})(${ms})`)) as { sampleRate: number; samples: number[] };
  return { sampleRate: recorded.sampleRate, samples: Float32Array.from(recorded.samples) };
}

/** Runs in the page. A ScriptProcessor needs no second file, unlike an AudioWorklet. */
const RECORD = `async (ms) => {
  const audio = document.querySelector("audio[data-neolia-remote]");
  if (!audio?.srcObject) throw new Error("the panel plays nothing");
  const context = new AudioContext();
  await context.resume();
  const source = context.createMediaStreamSource(audio.srcObject);
  const processor = context.createScriptProcessor(4096, 1, 1);
  const samples = [];
  processor.onaudioprocess = (event) => samples.push(...event.inputBuffer.getChannelData(0));
  source.connect(processor).connect(context.destination);
  await new Promise((resolve) => setTimeout(resolve, ms));
  processor.disconnect();
  source.disconnect();
  const { sampleRate } = context;
  await context.close();
  return { sampleRate, samples };
}`;

/** SHA-256 of the SubjectPublicKeyInfo, as Chromium's switch wants it. */
function publicKeyHash(certificateFile: string): string {
  const certificate = new X509Certificate(readFileSync(certificateFile));
  const spki = certificate.publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("base64");
}
