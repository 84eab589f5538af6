/** The Realtime driver (OpenAI, and whoever speaks the same protocol at another address): opens and checks sessions. */
import { connect } from "node:net";
import type { SessionSetup, VoiceEngine, VoiceListener, VoiceSession } from "../voice-engine.ts";
import { fromConnection, fromErrorEvent, voiceError } from "../voice-errors.ts";
import { RealtimeLink } from "./realtime-link.ts";
import { RealtimeSession } from "./realtime-session.ts";
import type { ServerEvent } from "./server-events.ts";
import { difference, type ModelSettings, sessionConfig } from "./session-config.ts";

export interface RealtimeOptions extends ModelSettings {
  apiKey: string;
  /** https: of the service, e.g. https://api.openai.com/v1; http: is for this machine only. */
  baseUrl: string;
}

const MAX_MESSAGE = 16 * 2 ** 20;

export class RealtimeEngine implements VoiceEngine {
  private readonly options: RealtimeOptions;

  constructor(options: RealtimeOptions) {
    this.options = options;
  }

  async open(setup: SessionSetup, listener: VoiceListener, signal: AbortSignal): Promise<VoiceSession> {
    const link = this.connect();
    try {
      await created(link, signal);
      const config = sessionConfig(setup, this.options);
      await confirmed(
        link,
        signal,
        () => link.send({ type: "session.update", event_id: "setup", session: config }),
        (session) => {
          const lacks = difference(config, session);
          return lacks === null ? null : voiceError("wrong_session", lacks);
        },
      );
      return new RealtimeSession(link, setup, this.options.model, listener);
    } catch (error) {
      drop(link);
      throw error;
    }
  }

  async probe(signal: AbortSignal): Promise<void> {
    const link = this.connect();
    try {
      await created(link, signal);
    } finally {
      drop(link);
    }
  }

  private connect(): RealtimeLink {
    const { apiKey, baseUrl, model } = this.options;
    if (apiKey === "") throw voiceError("no_key", "no key of the voice service is set");
    const { protocol, hostname, port } = new URL(baseUrl);
    const link = new RealtimeLink(
      {
        model,
        options: {
          maxPayload: MAX_MESSAGE,
          perMessageDeflate: false,
          // The package always asks for TLS; a stand-in on this machine has none.
          ...(protocol === "http:" ? { createConnection: () => connect(Number(port || 80), hostname) } : {}),
        },
      },
      { apiKey, baseURL: baseUrl },
    );
    // Without a listener an error would end the process.
    link.on("error", () => undefined);
    return link;
  }
}

/** Ends the link without waiting for the other side. */
function drop(link: RealtimeLink): void {
  link.socket.terminate();
}

function created(link: RealtimeLink, signal: AbortSignal): Promise<void> {
  return wait(link, signal, (event, settle) => {
    if (event.type === "session.created") settle(null);
  });
}

function confirmed(
  link: RealtimeLink,
  signal: AbortSignal,
  ask: () => void,
  check: (session: unknown) => Error | null,
): Promise<void> {
  const waiting = wait(link, signal, (event, settle) => {
    if (event.type === "session.updated") settle(check(event.session));
  });
  ask();
  return waiting;
}

/** Waits until `take` settles it, or for the link's end, an error of the service, or `signal`. */
function wait(
  link: RealtimeLink,
  signal: AbortSignal,
  take: (event: ServerEvent, settle: (error: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null): void => {
      signal.removeEventListener("abort", abort);
      link.socket.removeListener("close", closed);
      stop();
      if (error) reject(error);
      else resolve();
    };
    const abort = () => settle(voiceError("timeout", "the voice service took too long"));
    const closed = () => settle(voiceError("connection_lost", "the voice service closed the connection"));
    signal.addEventListener("abort", abort);
    link.socket.on("close", closed);
    link.on("error", (error) => {
      const found = error.error ? fromErrorEvent(error.error.code, error.error.message) : fromConnection(error.message);
      if (found.errorClass !== "benign") settle(found);
    });
    const stop = link.onEvent((event) => {
      if (event) take(event, settle);
    });
    if (signal.aborted) abort();
  });
}
